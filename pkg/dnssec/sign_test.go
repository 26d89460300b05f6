package dnssec_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// memory is a signer whose private key is in memory.
type memory struct {
	key     rr.DNSKEY
	private crypto.Signer
}

func (m memory) Key() rr.DNSKEY { return m.key }

func (m memory) SignBatch(inputs, signatures [][]byte) error {
	for i, input := range inputs {
		var err error
		switch private := m.private.(type) {
		case *ecdsa.PrivateKey:
			r, s, e := ecdsa.Sign(rand.Reader, private, input)
			size := (private.Curve.Params().BitSize + 7) / 8
			signatures[i] = make([]byte, 2*size)
			r.FillBytes(signatures[i][:size])
			s.FillBytes(signatures[i][size:])
			err = e
		default:
			signatures[i], err = m.private.Sign(rand.Reader, input, dnssec.Hash(m.key.Algorithm))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func newSigner(t testing.TB, algorithm uint8) memory {
	t.Helper()
	var private crypto.Signer
	var err error
	switch algorithm {
	case dnssec.RSASHA256, dnssec.RSASHA512:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case dnssec.ECDSAP256SHA256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case dnssec.ECDSAP384SHA384:
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case dnssec.ED25519:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	public, err := dnssec.EncodePublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return memory{rr.DNSKEY{Flags: 256, Protocol: 3, Algorithm: algorithm, PublicKey: public}, private}
}

func name(t testing.TB, text string) rr.Name {
	t.Helper()
	n, err := rr.ParseName(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var algorithms = []uint8{dnssec.RSASHA256, dnssec.RSASHA512, dnssec.ECDSAP256SHA256, dnssec.ECDSAP384SHA384, dnssec.ED25519}

func sample(t testing.TB, owner string) *rr.Set {
	return &rr.Set{Owner: name(t, owner), Type: rr.TypeA, TTL: 3600, Data: [][]byte{{192, 0, 2, 1}, {192, 0, 2, 2}}}
}

func params(t testing.TB, signer rr.DNSKEY) dnssec.Params {
	return dnssec.Params{
		Inception:  time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Expiration: time.Date(2026, 1, 22, 0, 0, 0, 0, time.UTC),
		SignerName: name(t, "example."),
		KeyTag:     signer.KeyTag(),
	}
}

// miekg/dns is the second opinion: what we sign it verifies.
func TestSignaturesVerifyHereAndElsewhere(t *testing.T) {
	for _, algorithm := range algorithms {
		signer := newSigner(t, algorithm)
		for _, owner := range []string{"example.", "www.example.", "*.example.", "a.*.example."} {
			t.Run(dnssec.AlgorithmName(algorithm)+" "+owner, func(t *testing.T) {
				set := sample(t, owner)
				sig, err := dnssec.Sign(set, signer, params(t, signer.key))
				if err != nil {
					t.Fatal(err)
				}
				if err := dnssec.Verify(set, &sig, signer.key); err != nil {
					t.Error(err)
				}
				if err := verifyElsewhere(t, set, sig, signer.key); err != nil {
					t.Errorf("miekg/dns: %v", err)
				}
			})
		}
	}
}

func verifyElsewhere(t *testing.T, set *rr.Set, sig rr.RRSIG, key rr.DNSKEY) error {
	t.Helper()
	var rrset []dns.RR
	for _, rdata := range set.Data {
		record, err := dns.NewRR(fmt.Sprintf("%s %d IN %s \\# %d %x", set.Owner, set.TTL, set.Type, len(rdata), rdata))
		if err != nil {
			t.Fatal(err)
		}
		rrset = append(rrset, record)
	}
	other := &dns.RRSIG{
		Hdr:         dns.RR_Header{Name: set.Owner.String(), Rrtype: dns.TypeRRSIG, Class: dns.ClassINET, Ttl: set.TTL},
		TypeCovered: uint16(sig.TypeCovered), Algorithm: sig.Algorithm, Labels: sig.Labels, OrigTtl: sig.OriginalTTL,
		Expiration: uint32(sig.Expiration.Unix()), Inception: uint32(sig.Inception.Unix()), KeyTag: sig.KeyTag,
		SignerName: sig.SignerName.String(), Signature: base64.StdEncoding.EncodeToString(sig.Signature),
	}
	otherKey := &dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: sig.SignerName.String(), Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET},
		Flags: key.Flags, Protocol: key.Protocol, Algorithm: key.Algorithm, PublicKey: base64.StdEncoding.EncodeToString(key.PublicKey),
	}
	if otherKey.KeyTag() != key.KeyTag() {
		t.Errorf("key tag %d, miekg/dns has %d", key.KeyTag(), otherKey.KeyTag())
	}
	return other.Verify(otherKey, rrset)
}

// Each row is one change to a good RRset, RRSIG or key.
func TestVerifyRefuses(t *testing.T) {
	for _, algorithm := range algorithms {
		signer := newSigner(t, algorithm)
		for _, row := range []struct {
			name   string
			spoil  func(set *rr.Set, sig *rr.RRSIG, key *rr.DNSKEY)
			reason string
		}{
			{"signature bit", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.Signature[5] ^= 1 }, "does not verify"},
			{"short signature", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.Signature = sig.Signature[1:] }, ""},
			{"no signature", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.Signature = nil }, ""},
			{"data", func(set *rr.Set, _ *rr.RRSIG, _ *rr.DNSKEY) { set.Data = [][]byte{{192, 0, 2, 1}, {192, 0, 2, 3}} }, "does not verify"},
			{"record missing", func(set *rr.Set, _ *rr.RRSIG, _ *rr.DNSKEY) { set.Data = set.Data[:1] }, "does not verify"},
			{"owner", func(set *rr.Set, _ *rr.RRSIG, _ *rr.DNSKEY) { set.Owner = "\x03ftp\x07example\x00" }, "does not verify"},
			{"inception", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.Inception = sig.Inception.Add(time.Second) }, "does not verify"},
			{"expiration", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.Expiration = sig.Expiration.Add(time.Second) }, "does not verify"},
			{"labels", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.Labels-- }, "labels"},
			{"original TTL", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.OriginalTTL++ }, "original TTL"},
			{"key tag", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.KeyTag++ }, "key tag"},
			{"type covered", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.TypeCovered = rr.TypeAAAA }, "type covered"},
			{"signer", func(_ *rr.Set, sig *rr.RRSIG, _ *rr.DNSKEY) { sig.SignerName = "\x03org\x00" }, "not at or above"},
			{"revoked key", func(_ *rr.Set, _ *rr.RRSIG, key *rr.DNSKEY) { *key = key.Revoked() }, "key tag"},
			{"protocol", func(_ *rr.Set, sig *rr.RRSIG, key *rr.DNSKEY) { key.Protocol = 2; sig.KeyTag = key.KeyTag() }, "protocol"},
			{"no zone key", func(_ *rr.Set, sig *rr.RRSIG, key *rr.DNSKEY) { key.Flags = 0; sig.KeyTag = key.KeyTag() }, "zone key"},
			{"order", func(set *rr.Set, _ *rr.RRSIG, _ *rr.DNSKEY) { set.Data[0], set.Data[1] = set.Data[1], set.Data[0] }, "order"},
			{"no records", func(set *rr.Set, _ *rr.RRSIG, _ *rr.DNSKEY) { set.Data = nil }, "no records"},
		} {
			t.Run(dnssec.AlgorithmName(algorithm)+" "+row.name, func(t *testing.T) {
				set := sample(t, "www.example.")
				sig, err := dnssec.Sign(set, signer, params(t, signer.key))
				if err != nil {
					t.Fatal(err)
				}
				key := signer.key
				row.spoil(set, &sig, &key)
				err = dnssec.Verify(set, &sig, key)
				if err == nil || !strings.Contains(err.Error(), row.reason) {
					t.Errorf("Verify gives %v, want an error with %q", err, row.reason)
				}
			})
		}
	}
}

func TestSignRefusesWhatCannotBeRight(t *testing.T) {
	signer := newSigner(t, dnssec.ED25519)
	for title, spoil := range map[string]func(set *rr.Set, p *dnssec.Params){
		"no records":     func(set *rr.Set, _ *dnssec.Params) { set.Data = nil },
		"order":          func(set *rr.Set, _ *dnssec.Params) { set.Data[0], set.Data[1] = set.Data[1], set.Data[0] },
		"duplicate":      func(set *rr.Set, _ *dnssec.Params) { set.Data[1] = set.Data[0] },
		"outside zone":   func(_ *rr.Set, p *dnssec.Params) { p.SignerName = "\x03org\x00" },
		"times swapped":  func(_ *rr.Set, p *dnssec.Params) { p.Inception, p.Expiration = p.Expiration, p.Inception },
		"beyond 2106":    func(_ *rr.Set, p *dnssec.Params) { p.Expiration = time.Date(2107, 1, 1, 0, 0, 0, 0, time.UTC) },
		"before 1970":    func(_ *rr.Set, p *dnssec.Params) { p.Inception = time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC) },
		"times the same": func(_ *rr.Set, p *dnssec.Params) { p.Expiration = p.Inception },
	} {
		set, p := sample(t, "www.example."), params(t, signer.key)
		spoil(set, &p)
		if _, err := dnssec.Sign(set, signer, p); err == nil {
			t.Errorf("%s: signed", title)
		}
	}
}

// The example of RFC 4034, Section 5.4, made with SHA-256 in RFC 4509, Section
// 2.3. (The key is of algorithm 5, which only its digest needs.)
func TestDSOfRFC4509(t *testing.T) {
	public, err := base64.StdEncoding.DecodeString("AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==")
	if err != nil {
		t.Fatal(err)
	}
	key := rr.DNSKEY{Flags: 256, Protocol: 3, Algorithm: 5, PublicKey: public}
	ds, err := dnssec.NewDS(name(t, "dskey.example.com."), key, dnssec.DigestSHA256)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.ToUpper(hex.EncodeToString(ds.Digest)); ds.KeyTag != 60485 || got != "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A" {
		t.Errorf("DS %d %s", ds.KeyTag, got)
	}
	back, err := dnssec.ParseDS(ds.Append(nil))
	if err != nil || back.Match(name(t, "dskey.example.com."), key) != nil {
		t.Errorf("%+v does not match its key: %v", back, err)
	}
	if back.Match(name(t, "example.com."), key) == nil {
		t.Error("the DS matches at another owner")
	}
	if _, err := dnssec.NewDS(rr.Root, key, 1); err == nil {
		t.Error("a SHA-1 DS was made")
	}
}

// The known answer of RFC 6605, Section 6.1: the signature verifies.
func TestECDSAOfRFC6605(t *testing.T) {
	public, err := base64.StdEncoding.DecodeString("GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==")
	if err != nil {
		t.Fatal(err)
	}
	key := rr.DNSKEY{Flags: 257, Protocol: 3, Algorithm: 13, PublicKey: public}
	if key.KeyTag() != 55648 {
		t.Errorf("key tag %d, want 55648", key.KeyTag())
	}
	signature, err := base64.StdEncoding.DecodeString("qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==")
	if err != nil {
		t.Fatal(err)
	}
	sig := rr.RRSIG{
		TypeCovered: rr.TypeA, Algorithm: 13, Labels: 3, OriginalTTL: 3600, KeyTag: 55648, SignerName: name(t, "example.net."),
		Expiration: time.Date(2010, 9, 9, 10, 4, 39, 0, time.UTC), Inception: time.Date(2010, 8, 12, 10, 4, 39, 0, time.UTC), Signature: signature,
	}
	set := &rr.Set{Owner: name(t, "www.example.net."), Type: rr.TypeA, TTL: 3600, Data: [][]byte{{192, 0, 2, 1}}}
	if err := dnssec.Verify(set, &sig, key); err != nil {
		t.Error(err)
	}
}

func TestPublicKeyHasOneForm(t *testing.T) {
	for _, algorithm := range algorithms {
		key := newSigner(t, algorithm).key
		public, err := dnssec.PublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		again, err := dnssec.EncodePublicKey(public)
		if err != nil || string(again) != string(key.PublicKey) {
			t.Errorf("%s: encoded again it differs: %v", dnssec.AlgorithmName(algorithm), err)
		}
	}
	good := newSigner(t, dnssec.RSASHA256).key.PublicKey
	longForm := append([]byte{0, 0, 3}, good[1:]...)
	zeroExponent := append([]byte{4, 0}, good[1:]...)
	zeroModulus := append(append([]byte{}, good[:4]...), append([]byte{0}, good[4:]...)...)
	even := append([]byte{}, good...)
	even[len(even)-1] &^= 1
	for title, wire := range map[string][]byte{
		"empty": nil, "long form": longForm, "zero before the exponent": zeroExponent, "zero before the modulus": zeroModulus,
		"even modulus": even, "exponent only": good[:4], "exponent 1": append([]byte{1, 1}, good[4:]...), "huge exponent": append([]byte{5, 1, 0, 0, 0, 1}, good[4:]...),
	} {
		if _, err := dnssec.PublicKey(rr.DNSKEY{Algorithm: 8, PublicKey: wire}); err == nil {
			t.Errorf("RSA key with %s is taken", title)
		}
	}
	if _, err := dnssec.PublicKey(rr.DNSKEY{Algorithm: 13, PublicKey: make([]byte, 64)}); err == nil {
		t.Error("a point off the curve is taken")
	}
	if _, err := dnssec.PublicKey(rr.DNSKEY{Algorithm: 5, PublicKey: good}); err == nil {
		t.Error("algorithm 5 is taken")
	}
}
