package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// A zone goes from NSEC to NSEC3 with opt-out, lives on, and goes back. Every
// version is accepted by all checkers. There is no ZONEMD record, because ldns
// before 1.9 does not end on one beside NSEC3 (its issue 287).
func TestNSEC3AndBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, choice{zone: "example.com."})
	s.genesis()
	s.unsigned(40)
	const optOut = "denial: nsec3\n  nsec3: {iterations: 0, salt: \"-\", opt_out: true}\n"
	sign := func(serial string) (text string, kept string) {
		t.Helper()
		unsigned := regexp.MustCompile(`20261122\d\d`).ReplaceAllString(string(read(t, s.path("unsigned.zone"))), serial)
		write(t, s.path("unsigned.zone"), []byte(unsigned))
		r := s.good("zskd", "sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone")
		s.accepted("signed.zone", "--skr", "present.skr")
		if match := regexp.MustCompile(` and (\d+) kept;`).FindStringSubmatch(r.stderr); match != nil {
			kept = match[1]
		}
		return string(read(t, s.path("signed.zone"))), kept
	}
	replace := func(name, old, replacement string) {
		t.Helper()
		text := string(read(t, s.path(name)))
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", name, old)
		}
		write(t, s.path(name), []byte(strings.Replace(text, old, replacement, 1)))
	}

	replace("zsk/zskd.yaml", "zonemd: true\n", "zonemd: false\n")
	if text, _ := sign("2026112200"); !strings.Contains(text, "\tNSEC\t") || strings.Contains(text, "\tNSEC3") {
		t.Error("the first version has not NSEC")
	}
	replace("zsk/zskd.yaml", "denial: nsec\n", optOut)
	text, _ := sign("2026112201")
	if strings.Contains(text, "\tNSEC\t") || !strings.Contains(text, "\tNSEC3\t1 1 0 - ") || !strings.Contains(text, "\tNSEC3PARAM\t1 0 0 -\n") {
		t.Error("the second version has not NSEC3 with opt-out")
	}
	write(t, s.path("unsigned.zone"), append(read(t, s.path("unsigned.zone")), "plain.example.com. 3600 IN NS ns.example.net.\n"...))
	text, kept := sign("2026112202")
	if strings.Count(text, "\tNSEC3\t") == 0 || kept == "" || kept == "0" {
		t.Errorf("kept are %q signatures after a delegation was added", kept)
	}
	replace("zsk/limits.yaml", "opt_out: true", "opt_out: false")
	s.refused("zskd", "sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone")
	s.refused("ksrtool", "verify-zone", "--origin", s.zone, "--anchor", "zsk/trust-anchor.xml", "--limits", "zsk/limits.yaml", "signed.zone")
	replace("zsk/zskd.yaml", optOut, "denial: nsec\n")
	if text, _ := sign("2026112203"); !strings.Contains(text, "\tNSEC\t") || strings.Contains(text, "\tNSEC3") {
		t.Error("the last version has not NSEC")
	}
}
