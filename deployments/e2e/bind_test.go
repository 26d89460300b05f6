package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rr"
)

// BIND's dnssec-ksr is newer than the BIND of Debian 12, so these tests work on
// files that it and keymgr wrote, and not with it.

// peerDocument is a KSR or SKR that a peer's program wrote.
type peerDocument struct {
	file  string
	zone  string
	lost  []string // what ICANN's form has no room for, by name
	fails []string // the checks that fail under the limits we would set
	never []string // those that fail under any limits
}

var peerDocuments = []peerDocument{
	{file: "bind/example.com-ksr.txt", zone: "example.com.", lost: bareKSR},
	{file: "bind/root-ksr.txt", zone: ".", lost: bareKSR},
	// Knot published the second ZSK an hour before the first went, with a TTL of
	// two days.
	{file: "knot/example.com-ksr.txt", zone: "example.com.", lost: bareKSR, never: []string{"KSR-ZSK-PUBLISH-SAFETY"}},
	{file: "knot/root-ksr.txt", zone: ".", lost: bareKSR},
	{file: "lcd-ksr-unix.txt", zone: "example.com.", lost: bareKSR},
	{file: "bind/example.com-skr.txt", zone: "example.com.", lost: []string{"cds"}, fails: []string{"SKR-SIG-OVERLAP"}},
	{file: "bind/root-skr.txt", zone: ".", fails: []string{"SKR-SIG-OVERLAP"}},
	{file: "knot/example.com-skr.txt", zone: "example.com.", lost: []string{"cds"}, fails: []string{"SKR-SIG-OVERLAP"},
		never: []string{"SKR-ZSK-PUBLISH-SAFETY"}},
	{file: "knot/root-skr.txt", zone: ".", fails: []string{"SKR-SIG-OVERLAP"}},
	// Knot has the new KSK sign from the moment it is published, and the revoked
	// one sign CDS.
	{file: "knot/kskroll-skr.txt", zone: "example.com.", lost: []string{"cds"},
		fails: []string{"SKR-SIG-OVERLAP"}, never: []string{"SKR-KSK-PUBLISH-SAFETY", "SKR-KSK-RETIRE-SAFETY", "SKR-CDS"}},
}

// bareKSR is what a peer's KSR lacks for ICANN's form.
var bareKSR = []string{"possession", "policy", "identifiers", "expiration"}

// kind is what ksrtool calls the document: ksr or skr.
func (d peerDocument) kind() string {
	if strings.HasSuffix(d.file, "-skr.txt") {
		return "skr"
	}
	return "ksr"
}

// answers is the KSR that an SKR is for, where that is there.
func (d peerDocument) answers() string {
	if d.kind() == "ksr" || strings.Contains(d.file, "kskroll") {
		return ""
	}
	return strings.Replace(d.file, "-skr", "-ksr", 1)
}

// peerTime is when all of them were in force.
const peerTime = "2026-11-22T02:00:00Z"

// peerLimits are the limits of the profile, as far as a peer's document can keep
// them at all: a TTL of two days, no proof of possession, and a validity that is
// not to the hour.
func peerLimits(t *testing.T, zone string) policy.Limits {
	t.Helper()
	name, err := rr.ParseName(zone)
	if err != nil {
		t.Fatal(err)
	}
	l := policy.TLDLimits(name)
	if zone == "." {
		l = policy.RootLimits()
	}
	l.Documents.Formats = []ksr.Format{ksr.Knot, ksr.BIND}
	l.Documents.Possession = policy.PossessionOutOfBand
	l.Bundles.TTL = 172800
	l.Bundles.Validity = policy.Range[time.Duration]{Min: 20 * iso8601.Day, Max: 22 * iso8601.Day}
	return l
}

// fitting are the mildest limits: no safety interval may be shorter than the TTL
// that it is for, or a change of keys breaks the zone.
func fitting(l policy.Limits) policy.Limits {
	l.Bundles.Overlap = policy.Range[time.Duration]{Min: 7 * iso8601.Day, Max: 12 * iso8601.Day}
	ttl := time.Duration(l.Bundles.TTL) * time.Second
	l.ZSK.PublishSafety, l.ZSK.RetireSafety = ttl, time.Duration(l.Published.MaxTTL)*time.Second
	l.KSK.PublishSafety, l.KSK.RetireSafety = ttl, ttl
	return l
}

func writeLimits(t *testing.T, path string, l policy.Limits) {
	t.Helper()
	text, err := policyfile.Format(l)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, text)
}

// violated is the checks that a program named on standard output, each once.
func violated(stdout string) []string {
	var checks []string
	for line := range strings.Lines(stdout) {
		check, _, ok := strings.Cut(line, ": ")
		if ok && (strings.HasPrefix(check, "KSR-") || strings.HasPrefix(check, "SKR-")) {
			checks = append(checks, check)
		}
	}
	slices.Sort(checks)
	return slices.Compact(checks)
}

func TestPeersDocumentsAreChecked(t *testing.T) {
	dir := testenv.Dir(t)
	for _, d := range peerDocuments {
		t.Run(d.file, func(t *testing.T) {
			limits := filepath.Join(t.TempDir(), "limits.yaml")
			for _, row := range []struct {
				limits policy.Limits
				fails  []string
			}{
				{peerLimits(t, d.zone), slices.Concat(d.fails, d.never)},
				{fitting(peerLimits(t, d.zone)), d.never},
			} {
				writeLimits(t, limits, row.limits)
				args := []string{"check", d.kind(), "--limits", limits, "--genesis", "--at", peerTime, d.file}
				if d.answers() != "" {
					args = append(args, "--ksr", d.answers())
				}
				r := run(t, dir, nil, "ksrtool", args...)
				want := slices.Sorted(slices.Values(row.fails))
				if got := violated(r.stdout); !slices.Equal(got, want) {
					t.Errorf("%s\nfailed %v, want %v", r, got, want)
				}
				if status := min(1, len(want)); r.status != status {
					t.Errorf("%s\nexit status %d, want %d", r, r.status, status)
				}
				os.Remove(limits)
			}
		})
	}
}

// A KSR of a peer becomes a KSR of the other one, but not ICANN's: the losses
// are named. An SKR becomes any, where CDS may go.
func TestPeersDocumentsAreConverted(t *testing.T) {
	dir := testenv.Dir(t)
	for _, d := range peerDocuments {
		t.Run(d.file, func(t *testing.T) {
			out := t.TempDir()
			original := filepath.Join(dir, d.file)
			for _, to := range []string{"knot", "bind"} {
				converted := filepath.Join(out, to)
				if r := run(t, out, nil, "ksrtool", "convert", "--to", to, "-o", converted, original); r.status != 0 {
					t.Fatalf("%s\nexit status %d", r, r.status)
				}
				if shown := run(t, out, nil, "ksrtool", "show", converted); !strings.Contains(shown.stdout, "in the "+to+" format") {
					t.Errorf("%s\nis not in the %s format", shown, to)
				}
				if r := run(t, out, nil, "ksrtool", "diff", original, converted); r.status != 0 {
					t.Errorf("%s\nit says something else after conversion", r)
				}
			}
			d.toICANN(t, out, original)
		})
	}
}

func (d peerDocument) toICANN(t *testing.T, dir, original string) {
	r := run(t, dir, nil, "ksrtool", "convert", "--to", "icann", "-o", "icann", original)
	if len(d.lost) == 0 {
		if r.status != 0 {
			t.Errorf("%s\nexit status %d", r, r.status)
		}
		return
	}
	if r.status != 1 {
		t.Errorf("%s\nexit status %d, want 1", r, r.status)
	}
	for _, loss := range d.lost {
		if !strings.Contains(r.stdout+r.stderr, "error: "+loss+": ") {
			t.Errorf("%s\ndoes not name %s", r, loss)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "icann")); err == nil {
		t.Error("there is a file")
	}
	dropped := run(t, dir, nil, "ksrtool", "convert", "--to", "icann", "--drop", strings.Join(d.lost, ","), "-o", "icann", original)
	if d.kind() == "ksr" {
		if dropped.status == 0 {
			t.Errorf("%s\nproof of possession came from nowhere", dropped)
		}
		return
	}
	if dropped.status != 0 {
		t.Errorf("%s\nexit status %d, want 0", dropped, dropped.status)
	}
}

// kskd signs KSRs of BIND, whose form does not say when the period ends, and
// answers in BIND's form.
func TestSignsRequestsOfBIND(t *testing.T) {
	dir := testenv.Dir(t)
	for _, row := range []struct {
		file, zone, algorithm, until string
	}{
		{"bind/example.com-ksr.txt", "example.com.", "ECDSAP256SHA256", "2027-02-20T00:00:00Z"},
		{"bind/root-ksr.txt", ".", "RSASHA256", "2027-02-20T00:00:00Z"},
	} {
		t.Run(row.zone, func(t *testing.T) {
			s := &site{t: t, dir: t.TempDir(), zone: row.zone}
			passphrase := s.path("passphrase")
			if err := os.WriteFile(passphrase, []byte("correct horse\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			s.good("kskd", "init", "ksk", "--zone", row.zone, "--algorithm", row.algorithm, "--passphrase-file", passphrase)
			const quarter = "2026-10-01T00:00:00Z"
			s.good("kskd", "key", "generate", "-c", "ksk/kskd.yaml", "--label", "ksk-1", "--test",
				"--anchor-from", quarter, "--publish-from", quarter, "--sign-from", quarter)
			writeLimits(t, s.path("ksk/limits.yaml"), peerLimits(t, row.zone))
			s.good("kskd", "trust-anchor", "-c", "ksk/kskd.yaml", "-o", "anchor.xml")

			request := filepath.Join(dir, row.file)
			s.good("kskd", "sign", "-c", "ksk/kskd.yaml", "--genesis", "--at", peerTime, "--until", row.until, "--yes", "-o", "bind.skr", request)
			s.good("ksrtool", "check", "skr", "--limits", "ksk/limits.yaml", "--ksr", request, "--genesis", "--anchor", "anchor.xml", "--at", peerTime, "bind.skr")

			response, err := ksr.ParseResponse(read(t, s.path("bind.skr")))
			if err != nil {
				t.Fatal(err)
			}
			until, err := time.Parse(time.RFC3339, row.until)
			if err != nil {
				t.Fatal(err)
			}
			if response.Format != ksr.BIND {
				t.Errorf("the SKR is in the %s format", response.Format)
			}
			if end := ksr.SignedUntil([]*ksr.Response{response}, response.Bundles[0].Inception); end.Before(until) {
				t.Errorf("signed without a gap until %s, want %s at least", end, until)
			}
			for _, b := range response.Bundles {
				if err := signedByKSK(&b, response.Zone); err != nil {
					t.Errorf("bundle of %s: %v", b.Inception, err)
				}
			}
		})
	}
}

// signedByKSK verifies each signature over the DNSKEY RRset with the KSK it names.
func signedByKSK(b *ksr.Bundle, zone rr.Name) error {
	for _, sig := range b.Signatures {
		for _, key := range b.Keys {
			if key.IsSEP() && key.KeyTag() == sig.KeyTag {
				return dnssec.Verify(b.DNSKEYSet(zone), &sig.RRSIG, key.DNSKEY)
			}
		}
	}
	return fmt.Errorf("no KSK signed it")
}
