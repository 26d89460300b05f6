package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/rootlike"
	"countersign/internal/softhsm"
	"countersign/internal/testenv"
	"countersign/pkg/rollover"
)

// site is both operators of one zone in one folder: zsk/ and ksk/.
type site struct {
	t    testing.TB
	dir  string
	zone string
}

// choice is what a site is made with.
type choice struct {
	zone      string
	algorithm string // "" for what the profile has
	token     bool   // SoftHSM2 on both sides
}

// newSite makes both operators with a KSK that is marked for tests, and gives the
// ZSK operator its trust anchor.
func newSite(t testing.TB, c choice) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), zone: c.zone}
	for _, side := range []string{"zsk", "ksk"} {
		args := []string{"init", side, "--zone", c.zone}
		if c.algorithm != "" {
			args = append(args, "--algorithm", c.algorithm)
		}
		if c.token {
			token := softhsm.New(t, fmt.Sprintf("%s-%s-%s", side, c.algorithm, filepath.Base(s.dir)))
			args = append(args, "--keys", token.SerialURI(), "--passphrase-file", token.PINFile)
		} else {
			passphrase := filepath.Join(s.dir, side+".passphrase")
			if err := os.WriteFile(passphrase, []byte("correct horse "+side+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, "--passphrase-file", passphrase)
		}
		s.good(side+"d", args...)
	}
	s.good("kskd", "key", "generate", "-c", "ksk/kskd.yaml", "--label", "ksk-1", "--test")
	s.good("kskd", "trust-anchor", "-c", "ksk/kskd.yaml", "-o", "zsk/trust-anchor.xml")
	return s
}

// good runs a program of ours and wants exit status 0.
func (s *site) good(program string, args ...string) result {
	s.t.Helper()
	r := run(s.t, s.dir, nil, program, args...)
	if r.status != 0 {
		s.t.Fatalf("%s\nexit status %d, want 0", r, r.status)
	}
	return r
}

// refused runs a program of ours and wants exit status 1.
func (s *site) refused(program string, args ...string) result {
	s.t.Helper()
	r := run(s.t, s.dir, nil, program, args...)
	if r.status != 1 {
		s.t.Fatalf("%s\nexit status %d, want 1", r, r.status)
	}
	return r
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// genesis runs the first turn: present.ksr and present.skr.
func (s *site) genesis() {
	s.t.Helper()
	present := rollover.CycleAt(time.Now()).String()
	s.good("zskd", "ksr", "-c", "zsk/zskd.yaml", "--cycle", present, "--genesis", "-o", "present.ksr")
	s.good("kskd", "sign", "-c", "ksk/kskd.yaml", "--genesis", "--yes", "-o", "present.skr", "present.ksr")
	s.good("zskd", "skr", "import", "-c", "zsk/zskd.yaml", "present.skr")
}

// nextCycle is the cycle after the present one, and a time at which its KSR can
// be judged: in an hour, but not earlier than 45 days before it begins.
func nextCycle() (cycle, at string) {
	next := rollover.CycleAt(time.Now()).Next()
	when := next.Start().AddDate(0, 0, -45)
	if soon := time.Now().UTC().Add(time.Hour); soon.After(when) {
		when = soon
	}
	return next.String(), when.Format("2006-01-02T15:04:05Z")
}

// second runs the turn of the next cycle: next.ksr and next.skr.
func (s *site) second() {
	s.t.Helper()
	s.secondKSR()
	s.secondSKR()
	_, at := nextCycle()
	s.good("zskd", "skr", "import", "-c", "zsk/zskd.yaml", "--at", at, "next.skr")
}

func (s *site) secondKSR() {
	s.t.Helper()
	cycle, at := nextCycle()
	s.good("zskd", "ksr", "-c", "zsk/zskd.yaml", "--cycle", cycle, "--at", at, "-o", "next.ksr")
}

func (s *site) secondSKR() {
	s.t.Helper()
	_, at := nextCycle()
	s.good("kskd", "sign", "-c", "ksk/kskd.yaml", "--at", at, "--yes", "-o", "next.skr", "next.ksr")
}

// unsigned writes a zone to sign, named unsigned.zone.
func (s *site) unsigned(delegations int) {
	s.t.Helper()
	options := rootlike.Options{Shape: rootlike.TLD, Origin: s.zone, Seed: 1, Delegations: delegations, Serial: 2026112200}
	if s.zone == "." {
		options.Shape = rootlike.Root
	}
	if err := options.Check(); err != nil {
		s.t.Fatal(err)
	}
	write(s.t, s.path("unsigned.zone"), rootlike.Zone(options))
}

// checkers are the programs that judge signed zones besides ours.
var checkers = []string{"dnssec-verify", "ldns-verify-zone", "kzonecheck"}

// accepted has a signed zone judged by all four checkers.
func (s *site) accepted(name string, more ...string) {
	s.t.Helper()
	args := append([]string{"verify-zone", "--origin", s.zone, "--anchor", "zsk/trust-anchor.xml", "--limits", "zsk/limits.yaml"}, more...)
	s.good("ksrtool", append(args, name)...)
	testenv.Need(s.t, checkers...)
	other(s.t, s.dir, "dnssec-verify", "-q", "-o", s.zone, name)
	ldns := []string{"-V", "1", name}
	if bytes.Contains(read(s.t, s.path(name)), []byte("\tZONEMD\t")) {
		ldns = append([]string{"-ZZ"}, ldns...)
	}
	other(s.t, s.dir, "ldns-verify-zone", ldns...)
	other(s.t, s.dir, "kzonecheck", "-o", s.zone, name)
}
