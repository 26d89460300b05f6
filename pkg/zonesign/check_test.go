package zonesign_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/base32"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zonesign"
)

// write puts a zone where other programs can read it.
func write(t testing.TB, z *zone.Zone) string {
	t.Helper()
	var buffer bytes.Buffer
	if _, err := z.WriteTo(&buffer); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "zone.signed")
	if err := os.WriteFile(file, buffer.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// accepts runs the checkers of other projects over a zone.
func accepts(t *testing.T, z *zone.Zone, checkers ...string) {
	t.Helper()
	file, origin := write(t, z), z.Origin().String()
	commands := map[string][]string{
		"dnssec-verify":    {"-q", "-o", origin, file},
		"ldns-verify-zone": {"-ZZ", "-V", "2", file},
		"kzonecheck":       {"-o", origin, "-d", "on", file},
		"named-checkzone":  {"-q", "-i", "none", origin, file},
		"nsd-checkzone":    {origin, file},
	}
	for _, checker := range checkers {
		t.Run(checker, func(t *testing.T) {
			testenv.Need(t, checker)
			out, err := exec.Command(checker, commands[checker]...).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

var algorithms = []uint8{dnssec.RSASHA256, dnssec.ECDSAP256SHA256, dnssec.ECDSAP384SHA384, dnssec.ED25519}

func TestOtherCheckersAcceptSignedZones(t *testing.T) {
	for _, origin := range []string{".", "example.com."} {
		for _, algorithm := range algorithms {
			t.Run(origin+" "+dnssec.AlgorithmName(algorithm), func(t *testing.T) {
				origin := name(t, origin)
				c := config(t, origin, algorithm)
				if origin != rr.Root {
					c = withCDS(t, c, origin, algorithm)
				}
				signed, _, err := zonesign.Sign(parse(t, []byte(everything), origin), c)
				if err != nil {
					t.Fatal(err)
				}
				accepts(t, signed, "dnssec-verify", "ldns-verify-zone", "kzonecheck")
			})
		}
	}
}

func TestOtherCheckersAcceptZoneWithOccludedData(t *testing.T) {
	origin := name(t, "example.com.")
	signed, _, err := zonesign.Sign(parse(t, []byte(everything+occluded), origin), config(t, origin, dnssec.ECDSAP256SHA256))
	if err != nil {
		t.Fatal(err)
	}
	accepts(t, signed, "dnssec-verify", "ldns-verify-zone")
}

func TestOtherCheckersAcceptNSEC3(t *testing.T) {
	origin := name(t, "example.com.")
	for _, d := range denials[1:] {
		t.Run(d.name, func(t *testing.T) {
			c := config(t, origin, dnssec.ECDSAP256SHA256)
			c.Denial, c.NSEC3 = d.denial, d.nsec3
			signed, _, err := zonesign.Sign(parse(t, []byte(everything), origin), c)
			if err != nil {
				t.Fatal(err)
			}
			mustVerify(t, signed, now)
			accepts(t, signed, "dnssec-verify", "ldns-verify-zone", "kzonecheck")
		})
	}
}

// A registrant can choose a label that is the NSEC3 hash of a name in the zone.
func TestNSEC3RecordAndDelegationShareAName(t *testing.T) {
	origin := name(t, "example.com.")
	sum := sha1.Sum([]byte(name(t, "sec.example.com.")))
	text := everything + fmt.Sprintf("%s.example.com. 3600 IN NS ns.other.\nsec.example.com. 3600 IN NS ns.other.\n", base32.HexEncoding.EncodeToString(sum[:]))
	for _, d := range denials[1:] {
		t.Run(d.name, func(t *testing.T) {
			c := config(t, origin, dnssec.ECDSAP256SHA256)
			c.Denial, c.NSEC3 = d.denial, d.nsec3
			signed, _, err := zonesign.Sign(parse(t, []byte(text), origin), c)
			if err != nil {
				t.Fatal(err)
			}
			mustVerify(t, signed, now)
			accepts(t, signed, "dnssec-verify", "kzonecheck")
		})
	}
}

func TestOtherCheckersAcceptZoneWithTwoAlgorithms(t *testing.T) {
	origin := name(t, "example.com.")
	signed, _, err := zonesign.Sign(parse(t, []byte(everything), origin), config(t, origin, dnssec.ED25519, dnssec.ECDSAP256SHA256))
	if err != nil {
		t.Fatal(err)
	}
	accepts(t, signed, "dnssec-verify", "ldns-verify-zone", "kzonecheck")
}

// nsecs is the NSEC records of a zone in presentation form.
func nsecs(z *zone.Zone) map[string]string {
	found := map[string]string{}
	for i := range z.Len() {
		if set, ok := z.Node(i).Lookup(rr.TypeNSEC); ok {
			found[set.Owner.String()] = string(rr.AppendRdata(nil, rr.TypeNSEC, set.Data[0]))
			if len(set.Data) != 1 {
				found[set.Owner.String()] = "more than one"
			}
		}
	}
	return found
}

// TestRealRootZonesGetTheirOwnNSECRecords signs what the root published, anew:
// the NSEC records must be those of the real signer.
func TestRealRootZonesGetTheirOwnNSECRecords(t *testing.T) {
	files := testenv.Corpus(t, "root-zone/*.zone.gz")
	c := config(t, rr.Root, dnssec.ED25519)
	for i, file := range files {
		real := parse(t, gunzip(t, file), rr.Root)
		signed, stats, err := zonesign.Sign(real, c)
		if err != nil {
			t.Fatal(err)
		}
		want, got := nsecs(real), nsecs(signed)
		if len(want) != len(got) || len(want) != stats.NSECs || len(want) < 1000 {
			t.Errorf("%s: %d NSEC records (%d stated), want %d", file, len(got), stats.NSECs, len(want))
		}
		for owner, rdata := range want {
			if got[owner] != rdata {
				t.Errorf("%s: %s NSEC %s, want %s", file, owner, got[owner], rdata)
			}
		}
		set, _ := real.Node(0).Lookup(rr.TypeNSEC)
		if ours, _ := signed.Node(0).Lookup(rr.TypeNSEC); ours.TTL != set.TTL {
			t.Errorf("%s: NSEC TTL %d, want %d", file, ours.TTL, set.TTL)
		}
		if i == len(files)-1 {
			accepts(t, signed, "dnssec-verify", "ldns-verify-zone", "kzonecheck")
		}
	}
}

func TestOtherCheckersAcceptZoneWithoutDelegations(t *testing.T) {
	origin := name(t, "example.com.")
	signed, stats := mustSign(t, "@ 60 SOA a.example. b.example. 1 2 3 4 5\n@ NS a.example.\n", origin, config(t, origin, dnssec.ED25519))
	if stats.NSECs != 1 || nsecs(signed)["example.com."] != "example.com. NS SOA RRSIG NSEC DNSKEY ZONEMD" {
		t.Errorf("NSEC records %v", nsecs(signed))
	}
	accepts(t, signed, "dnssec-verify", "ldns-verify-zone", "kzonecheck")
}
