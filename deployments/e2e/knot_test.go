package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/testenv"
	"countersign/internal/zonefile"
	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

// limits changes the limits of both sides, as far as they are there.
func (s *site) limits(change func(*policy.Limits)) {
	s.t.Helper()
	zone, err := rr.ParseName(s.zone)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, side := range []string{"zsk", "ksk"} {
		path := s.path(side + "/limits.yaml")
		limits, err := policyfile.Load(path, zone)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			s.t.Fatal(err)
		}
		change(&limits)
		text, err := policyfile.Format(limits)
		if err != nil {
			s.t.Fatal(err)
		}
		write(s.t, path, text)
	}
}

// textLimits are for the exchange with Knot and BIND: their KSRs carry no proof
// of possession, and their signatures begin up to 90 minutes early. Their bundles
// are cut at key events, not by the calendar.
func textLimits(l *policy.Limits) {
	l.Documents.Formats = []ksr.Format{ksr.ICANN, ksr.Knot, ksr.BIND}
	l.Documents.Possession = policy.PossessionOutOfBand
	l.Bundles.Validity = policy.Range[time.Duration]{Min: 20 * iso8601.Day, Max: 22 * iso8601.Day}
	l.Bundles.Overlap = policy.Range[time.Duration]{Min: 8 * iso8601.Day, Max: 13 * iso8601.Day}
	l.ZSK.DistinctKeys = policy.Range[int]{Min: 1, Max: 4}
}

// exchange has zskd write its KSRs in another form.
func (s *site) exchange(format ksr.Format) {
	s.t.Helper()
	path := s.path("zsk/zskd.yaml")
	text := string(read(s.t, path))
	changed := strings.Replace(text, "\n  format: icann\n", "\n  format: "+string(format)+"\n", 1)
	if changed == text {
		s.t.Fatalf("no exchange format in\n%s", text)
	}
	write(s.t, path, []byte(changed))
}

// knot is one side that runs Knot DNS: its configuration and key database.
type knot struct {
	s   *site
	dir string // in the site's
}

// newKnot makes the configuration of a side, with more lines of the policy.
func newKnot(s *site, dir string, dnskeyTTL int, policy ...string) *knot {
	s.t.Helper()
	testenv.Need(s.t, "keymgr", "kzonesign")
	k := &knot{s: s, dir: dir}
	for _, sub := range []string{"db", "run", "signed"} {
		if err := os.MkdirAll(s.path(filepath.Join(dir, sub)), 0o755); err != nil {
			s.t.Fatal(err)
		}
	}
	publish := "always"
	if s.zone == "." {
		publish = "none" // there is no parent
	}
	lines := append([]string{
		"manual: on", "offline-ksk: on", "algorithm: ED25519",
		fmt.Sprintf("dnskey-ttl: %d", dnskeyTTL), "cds-cdnskey-publish: " + publish,
	}, policy...)
	write(s.t, s.path(dir+"/knot.conf"), fmt.Appendf(nil, `server:
    rundir: "%[1]s/run"
database:
    storage: "%[1]s/db"
policy:
  - id: custody
    %[2]s
zone:
  - domain: %[3]s
    storage: "%[1]s"
    file: "unsigned.zone"
    dnssec-signing: on
    dnssec-policy: custody
    zonemd-generate: zonemd-sha384
`, s.path(dir), strings.Join(lines, "\n    "), s.zone))
	return k
}

// keymgr runs keymgr for the zone and gives what it printed on standard output.
func (k *knot) keymgr(args ...string) []byte {
	k.s.t.Helper()
	cmd := exec.Command("keymgr", append([]string{"-c", k.dir + "/knot.conf", k.s.zone}, args...)...)
	cmd.Dir = k.s.dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		k.s.t.Fatalf("$ keymgr %s\n%s%s%v", strings.Join(args, " "), out, stderr.String(), err)
	}
	return out
}

// anchored has a validator that holds one trust anchor, as DNSKEY or DS record,
// judge a signed zone; with another anchor it must not pass. A zone with a parent
// has what the parent needs.
func (s *site) anchored(name string, anchor []byte) {
	s.t.Helper()
	write(s.t, s.path("anchor.txt"), anchor)
	other(s.t, s.dir, "ldns-verify-zone", "-V", "1", "-ZZ", "-k", "anchor.txt", name)
	write(s.t, s.path("stranger.txt"), []byte(s.zone+" IN DS 1 15 2 "+strings.Repeat("00", 32)+"\n"))
	cmd := exec.Command("ldns-verify-zone", "-V", "1", "-ZZ", "-k", "stranger.txt", name)
	cmd.Dir = s.dir
	if out, err := cmd.CombinedOutput(); err == nil {
		s.t.Errorf("$ %s\n%spassed with a stranger's anchor", cmd, out)
	}
	if s.zone == "." {
		return
	}
	zone, err := rr.ParseName(s.zone)
	if err != nil {
		s.t.Fatal(err)
	}
	signed, _, err := zonefile.Read(s.path(name), zone)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, want := range []rr.Type{rr.TypeCDS, rr.TypeCDNSKEY} {
		if set, ok := signed.Node(0).Lookup(want); !ok || len(set.Data) != 1 {
			s.t.Errorf("%s has no %s record", name, want)
		}
	}
}

// dnskeyTTL is what the limits of the profiles want.
func dnskeyTTL(zone string) int {
	if zone == "." {
		return 172800
	}
	return 3600
}

// Our KSR is signed by Knot, and Knot's SKR is imported and the zone signed with
// it: a genesis, and a second turn chained to it.
func TestKnotSignsOurRequests(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{".", "example.com."} {
		t.Run(zone, func(t *testing.T) {
			s := newSite(t, choice{zone: zone, algorithm: "ED25519"})
			s.limits(textLimits)
			s.exchange(ksr.Knot)
			k := newKnot(s, "knot", dnskeyTTL(zone), "rrsig-lifetime: 21d", "rrsig-refresh: 11d")
			k.keymgr("generate", "algorithm=ED25519", "ksk=yes", "publish=20260101000000", "ready=20260101000000", "active=20260101000000")
			write(t, s.path("zsk/trust-anchor.xml"), k.keymgr("dnskey")) // instead of ours

			s.good("zskd", "ksr", "-c", "zsk/zskd.yaml", "--cycle", presentCycle(), "--genesis", "-o", "present.ksr")
			write(t, s.path("present.skr"), k.keymgr("sign-ksr", "present.ksr"))
			s.good("zskd", "skr", "import", "-c", "zsk/zskd.yaml", "present.skr")

			s.secondKSR()
			write(t, s.path("next.skr"), k.keymgr("sign-ksr", "next.ksr"))
			_, at := nextCycle()
			s.good("zskd", "skr", "import", "-c", "zsk/zskd.yaml", "--at", at, "next.skr")

			s.unsigned(20)
			s.good("zskd", "sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone")
			s.accepted("signed.zone", "--skr", "present.skr")
			s.anchored("signed.zone", k.keymgr("dnskey"))
		})
	}
}

// Knot's KSR is signed by kskd, and our SKR is imported by Knot and used by its
// signer.
func TestKnotUsesOurResponses(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{".", "example.com."} {
		t.Run(zone, func(t *testing.T) {
			s := newSite(t, choice{zone: zone, algorithm: "ED25519"})
			s.limits(textLimits)
			// Before it signed the zone once, Knot takes its TTLs to be zero: a ZSK
			// is published propagation-delay before it signs, and goes as long
			// after its successor does.
			k := newKnot(s, "knot", dnskeyTTL(zone), "rrsig-lifetime: 13d", "rrsig-refresh: 12d",
				"zsk-lifetime: 30d", "propagation-delay: 10d", "zone-max-ttl: 86400")
			k.keymgr("pregenerate", "+80d")
			write(t, s.path("knot.ksr"), k.keymgr("generate-ksr", "+80d"))
			s.good("kskd", "sign", "-c", "ksk/kskd.yaml", "--genesis", "--yes", "-o", "knot.skr", "knot.ksr")
			k.keymgr("validate-skr", "knot.skr")
			k.keymgr("import-skr", "knot.skr")

			s.unsigned(20)
			write(t, s.path("knot/unsigned.zone"), read(t, s.path("unsigned.zone")))
			other(t, s.dir, "kzonesign", "-c", "knot/knot.conf", "-o", "knot/signed", zone)
			s.accepted("knot/signed/unsigned.zone", "--skr", "knot.skr")
			ds := s.good("kskd", "trust-anchor", "-c", "ksk/kskd.yaml", "--ds")
			s.anchored("knot/signed/unsigned.zone", []byte(ds.stdout))

			// Knot's next KSR begins where the SKR ended, and ours is chained to it.
			k.keymgr("pregenerate", "+140d")
			write(t, s.path("next.ksr"), k.keymgr("generate-ksr", "+140d"))
			s.good("kskd", "sign", "-c", "ksk/kskd.yaml", "--yes", "-o", "next.skr", "next.ksr")
			k.keymgr("import-skr", "next.skr")
			if got := len(chain(t, s, "ksk")); got != 2 {
				t.Errorf("%d SKRs on record, want 2", got)
			}
		})
	}
}

// Our own two halves exchange text too, where the limits say that possession is
// proved otherwise.
func TestTextCycle(t *testing.T) {
	t.Parallel()
	for _, format := range []ksr.Format{ksr.Knot, ksr.BIND} {
		t.Run(string(format), func(t *testing.T) {
			s := newSite(t, choice{zone: "example.com.", algorithm: "ED25519"})
			s.limits(textLimits)
			s.exchange(format)
			s.genesis()
			s.second()
			for _, name := range []string{"present.ksr", "present.skr", "next.ksr", "next.skr"} {
				if _, got, err := ksr.Detect(read(t, s.path(name))); got != format || err != nil {
					t.Errorf("%s is in the format %q, %v", name, got, err)
				}
			}
			s.unsigned(5)
			s.good("zskd", "sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone")
			s.accepted("signed.zone", "--skr", "present.skr")
		})
	}
}

func TestTextNeedsPossessionOutOfBand(t *testing.T) {
	s := newSite(t, choice{zone: "example.com.", algorithm: "ED25519"})
	s.exchange(ksr.Knot)
	r := run(t, s.dir, nil, "zskd", "ksr", "-c", "zsk/zskd.yaml", "--cycle", presentCycle(), "--genesis", "-o", "present.ksr")
	if r.status == 0 || !strings.Contains(r.stderr, "possession") || !strings.Contains(r.stderr, "zskd: hint: ") {
		t.Errorf("%s\nwant an error about possession, and a hint", r)
	}
	if _, err := os.Lstat(s.path("present.ksr")); err == nil {
		t.Error("there is a KSR")
	}
	if _, err := os.Lstat(s.path("zsk/state/ksrs")); err == nil {
		t.Error("a KSR was kept")
	}
}

func presentCycle() string { return rollover.CycleAt(time.Now()).String() }
