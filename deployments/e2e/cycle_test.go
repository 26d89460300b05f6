package e2e

import (
	"strings"
	"testing"
)

// Each algorithm goes through the whole cycle, with software keys and with
// tokens, for the root and for a zone with a parent.
func TestCycle(t *testing.T) {
	for _, algorithm := range []string{"RSASHA256", "ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519"} {
		for _, zone := range []string{".", "example.com."} {
			for store, token := range map[string]bool{"softkeys": false, "pkcs11": true} {
				t.Run(strings.Join([]string{algorithm, zone, store}, " "), func(t *testing.T) {
					s := newSite(t, choice{zone: zone, algorithm: algorithm, token: token})
					s.genesis()
					s.second()
					s.unsigned(20)
					s.good("zskd", "sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone")
					s.accepted("signed.zone", "--skr", "present.skr")
				})
			}
		}
	}
}

// An SKR of a zone with a parent carries CDS and CDNSKEY, for which ICANN's form
// has no room.
func TestZoneWithParentGetsCDS(t *testing.T) {
	s := newSite(t, choice{zone: "example.com."})
	s.genesis()
	s.unsigned(5)
	s.good("zskd", "sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone")
	signed := string(read(t, s.path("signed.zone")))
	for _, want := range []string{"\tCDS\t", "\tCDNSKEY\t", "\tRRSIG\tCDS ", "\tRRSIG\tCDNSKEY "} {
		if !strings.Contains(signed, want) {
			t.Errorf("the signed zone has no %q", want)
		}
	}
	if r := run(t, s.dir, nil, "ksrtool", "convert", "--to", "icann", "-o", "lost.skr", "present.skr"); r.status != 1 || !strings.Contains(r.stdout+r.stderr, "cds") {
		t.Errorf("%s\nexit status %d, want 1 and the name of what is lost", r, r.status)
	}
}

func TestSigningTwiceNeedsAGreaterSerial(t *testing.T) {
	s := newSite(t, choice{zone: ".", algorithm: "ED25519"})
	s.genesis()
	s.unsigned(5)
	sign := []string{"sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone"}
	s.good("zskd", sign...)
	before := read(t, s.path("signed.zone"))
	if r := run(t, s.dir, nil, "zskd", sign...); r.status == 0 || !strings.Contains(r.stderr, "serial") {
		t.Errorf("%s\na serial was published twice", r)
	}
	if string(read(t, s.path("signed.zone"))) != string(before) {
		t.Error("the published zone was changed")
	}
	again := append([]string{"sign", "--republish"}, sign[1:]...)
	s.good("zskd", again...)

	// Who feeds the zone must not change it under the serial that is out.
	before = read(t, s.path("signed.zone"))
	zone := read(t, s.path("unsigned.zone"))
	write(t, s.path("unsigned.zone"), append(zone, "smuggled. 172800 IN NS a.root-servers.net.\n"...))
	if r := s.refused("zskd", again...); !strings.Contains(r.stderr, "other data") {
		t.Errorf("%s\nno word about other data", r)
	}
	if string(read(t, s.path("signed.zone"))) != string(before) {
		t.Error("the published zone was changed")
	}

	// A run that was killed has noted the serial, and an older version is in service.
	raise(t, s, "2026112209")
	s.good("zskd", "sign", "-c", "zsk/zskd.yaml", "unsigned.zone")
	s.good("zskd", again...)
}
