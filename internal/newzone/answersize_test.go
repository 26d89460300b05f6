package newzone

import (
	"testing"

	"github.com/miekg/dns"

	"countersign/internal/ksrfixture"
	"countersign/pkg/dnssec"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// packed is the size of the answer as another library writes it.
func packed(t *testing.T, zone rr.Name, of policy.AlgorithmLimit) int {
	t.Helper()
	bits := 0
	if len(of.Bits) > 0 {
		bits = of.Bits[0]
	}
	key := ksrfixture.NewKey("key", of.Algorithm, bits, 257)
	input := []byte("for Ed25519 the data itself")
	if of.Algorithm != dnssec.ED25519 {
		input = make([]byte, dnssec.Hash(of.Algorithm).Size())
	}
	signatures := make([][]byte, 1)
	if err := key.SignBatch([][]byte{input}, signatures); err != nil {
		t.Fatal(err)
	}
	m := new(dns.Msg)
	m.SetQuestion(zone.String(), dns.TypeDNSKEY)
	m.SetEdns0(1232, true)
	m.Compress = true
	add := func(rrtype uint16, rdata []byte) {
		record, off, err := dns.UnpackRRWithHeader(dns.RR_Header{
			Name: zone.String(), Rrtype: rrtype, Class: dns.ClassINET, Rdlength: uint16(len(rdata)),
		}, rdata, 0)
		if err != nil || off != len(rdata) {
			t.Fatal(err)
		}
		m.Answer = append(m.Answer, record)
	}
	for range 4 {
		public := key.Key()
		add(dns.TypeDNSKEY, public.Append(nil))
	}
	for range 2 {
		sig := rr.RRSIG{TypeCovered: rr.TypeDNSKEY, Algorithm: of.Algorithm, SignerName: zone, Signature: signatures[0]}
		add(dns.TypeRRSIG, sig.Append(nil))
	}
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return len(wire)
}

func TestTheLimitOfAnswersAdmitsARollOfBothKeys(t *testing.T) {
	for _, zone := range []string{".", "example.com."} {
		for _, flags := range []string{
			"--algorithm RSASHA256", "--algorithm RSASHA256 --bits 4096", "--algorithm 13", "--algorithm 14", "--algorithm 15",
		} {
			choice, err := choose(t, "--zone "+zone+" "+flags)
			if err != nil {
				t.Fatal(err)
			}
			size := packed(t, choice.Zone, choice.Limits.ZSK.Algorithms[0])
			if zone == "." { // its owner name is not compressed: an octet, not two
				size += 6
			}
			if got := answerSize(choice.Zone, choice.Limits.ZSK.Algorithms[0]); got != size {
				t.Errorf("%s %s: counted %d octets, it is %d", zone, flags, got, size)
			}
			if limit := choice.Limits.Bundles.AnswerSize; limit < size {
				t.Errorf("%s %s: the limit is %d, and the largest answer %d", zone, flags, limit, size)
			}
		}
	}
}
