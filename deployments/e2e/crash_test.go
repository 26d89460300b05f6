package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/archive"
	"countersign/pkg/ksr"
)

// copyOf is a copy of a site to spoil.
func (s *site) copyOf(t testing.TB) *site {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	if out, err := exec.Command("cp", "-a", s.dir, dir).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	return &site{t: t, dir: dir, zone: s.zone}
}

// strike runs a command once for every step of its writes, and each way to spoil
// one: it fails, it is made and reported as failed, or the process is killed
// there. check looks at what is left. Each package that writes has tests that
// fail every one of its steps; here, unless COUNTERSIGN_FULL is set, every step
// has a kill and every third one a failure.
func strike(t *testing.T, base *site, program string, args []string, check func(t *testing.T, s *site, r result)) {
	t.Helper()
	last := 0 // step, known once every one had a kill
	for _, way := range []string{"kill", "fail", "lost"} {
		struck := 0
		for n := 1; ; n++ {
			if way != "kill" && n%3 != 1 && os.Getenv("COUNTERSIGN_FULL") == "" && n < last {
				continue
			}
			s := base.copyOf(t)
			r := run(t, s.dir, []string{fmt.Sprintf("COUNTERSIGN_FAULT=%d:%s", n, way)}, program, args...)
			if !strings.Contains(r.stderr, "injected fault") {
				if r.status != 0 {
					t.Fatalf("%s\nfailed without a fault", r)
				}
				last = n
				break
			}
			struck++
			t.Run(fmt.Sprintf("%s step %d", way, n), func(t *testing.T) {
				s.t = t
				if r.status == 0 {
					t.Errorf("%s\nreported success", r)
				}
				if way == "kill" && r.status != -1 {
					t.Errorf("%s\nended with status %d, want a kill", r, r.status)
				}
				check(t, s, r)
			})
			os.RemoveAll(s.dir)
		}
		if struck < 4 {
			t.Errorf("%s struck %d steps only", way, struck)
		}
	}
}

// chain is the SKRs of one side; each has to be whole.
func chain(t *testing.T, s *site, side string) []archive.Link {
	t.Helper()
	a, err := archive.Read(s.path(side + "/state/skrs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range a.Links() {
		if _, err := ksr.ParseRequest(link.KSR); err != nil {
			t.Error(err)
		}
		if _, err := ksr.ParseResponse(link.SKR); err != nil {
			t.Error(err)
		}
	}
	return a.Links()
}

func TestSignSurvivesEveryFault(t *testing.T) {
	t.Parallel()
	base := newSite(t, choice{zone: ".", algorithm: "ED25519"})
	base.genesis()
	base.secondKSR()
	_, at := nextCycle()
	args := []string{"sign", "-c", "ksk/kskd.yaml", "--at", at, "--yes", "-o", "next.skr", "next.ksr"}
	strike(t, base, "kskd", args, func(t *testing.T, s *site, r result) {
		links := chain(t, s, "ksk")
		if len(links) != 1 && len(links) != 2 {
			t.Fatalf("%d SKRs on record", len(links))
		}
		written, err := os.ReadFile(s.path("next.skr"))
		if err == nil && (len(links) != 2 || !bytes.Equal(written, links[1].SKR)) {
			t.Error("there is an SKR that is not the one on record")
		}
		again := run(t, s.dir, nil, "kskd", "sign", "-c", "ksk/kskd.yaml", "--at", at, "--yes", "-o", "again.skr", "next.ksr")
		switch {
		case len(links) == 1 && again.status != 0:
			t.Errorf("%s\nnothing was on record, and signing again fails", again)
		case len(links) == 2 && (again.status != 1 || !strings.Contains(again.stderr, "0002/skr")):
			t.Errorf("%s\nwas on record: want a refusal that says where", again)
		}
	})
}

func TestImportSurvivesEveryFault(t *testing.T) {
	t.Parallel()
	base := newSite(t, choice{zone: ".", algorithm: "ED25519"})
	base.genesis()
	base.secondKSR()
	base.secondSKR()
	_, at := nextCycle()
	args := []string{"skr", "import", "-c", "zsk/zskd.yaml", "--at", at, "next.skr"}
	strike(t, base, "zskd", args, func(t *testing.T, s *site, r result) {
		links := chain(t, s, "zsk")
		if len(links) != 1 && len(links) != 2 {
			t.Fatalf("%d SKRs installed", len(links))
		}
		s.good("zskd", "status", "-c", "zsk/zskd.yaml")
		again := run(t, s.dir, nil, "zskd", args...)
		if want := len(links) - 1; again.status != want {
			t.Errorf("%s\nwith %d SKRs installed the status is %d, want %d", again, len(links), again.status, want)
		}
		if got := len(chain(t, s, "zsk")); got != 2 {
			t.Errorf("in the end %d SKRs are installed", got)
		}
	})
}

func TestPublishingSurvivesEveryFault(t *testing.T) {
	t.Parallel()
	base := newSite(t, choice{zone: ".", algorithm: "ED25519"})
	base.genesis()
	base.unsigned(5)
	args := []string{"sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone"}
	base.good("zskd", args...)
	old := read(t, base.path("signed.zone"))
	raise(t, base, "2026112201")
	strike(t, base, "zskd", args, func(t *testing.T, s *site, r result) {
		if now := read(t, s.path("signed.zone")); !bytes.Equal(now, old) {
			s.good("ksrtool", "verify-zone", "--origin", ".", "--anchor", "zsk/trust-anchor.xml", "signed.zone")
		}
		raise(t, s, "2026112202")
		s.good("zskd", args...)
	})
}

// raise sets the serial of the unsigned zone.
func raise(t *testing.T, s *site, serial string) {
	t.Helper()
	text := string(read(t, s.path("unsigned.zone")))
	for _, before := range []string{"2026112200", "2026112201"} {
		text = strings.Replace(text, before, serial, 1)
	}
	write(t, s.path("unsigned.zone"), []byte(text))
}

// Keys made by a run that came to grief are taken over by the next one.
func TestRequestSurvivesEveryFault(t *testing.T) {
	t.Parallel()
	base := newSite(t, choice{zone: ".", algorithm: "ED25519"})
	base.genesis()
	cycle, at := nextCycle()
	args := []string{"ksr", "-c", "zsk/zskd.yaml", "--cycle", cycle, "--at", at, "-o", "next.ksr"}
	strike(t, base, "zskd", args, func(t *testing.T, s *site, r result) {
		again := append([]string{}, args...)
		again[len(again)-1] = "again.ksr"
		s.good("zskd", again...)
	})
}

func TestKeyGenerationSurvivesEveryFault(t *testing.T) {
	t.Parallel()
	base := newSite(t, choice{zone: ".", algorithm: "ED25519"})
	args := []string{"key", "generate", "-c", "ksk/kskd.yaml", "--label", "ksk-2", "--test"}
	strike(t, base, "kskd", args, func(t *testing.T, s *site, r result) {
		again := run(t, s.dir, nil, "kskd", args...)
		if again.status != 0 && !strings.Contains(again.stderr, "already") {
			t.Errorf("%s\nthe key can neither be made nor is it there", again)
		}
		list := s.good("kskd", "key", "list", "-c", "ksk/kskd.yaml")
		if strings.Count(list.stdout, "ksk-2") != 1 || strings.Contains(list.stdout, "not in the plan") {
			t.Errorf("%s\nksk-2 is not listed once, in the plan", list)
		}
	})
}
