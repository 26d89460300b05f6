package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/commandtest"
	"countersign/internal/ksrfixture"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

// The operator's directory ksk is made once with one KSK that is marked for
// tests, and once more with the first SKR on record; tests get copies.
var bases struct {
	dir    string
	fresh  func() (string, error)
	signed func() (string, error)
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "kskd-")
	if err != nil {
		panic(err)
	}
	bases.dir = dir
	bases.fresh = sync.OnceValues(makeFresh)
	bases.signed = sync.OnceValues(makeSigned)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func makeFresh() (string, error) {
	if err := os.WriteFile(filepath.Join(bases.dir, "secret"), []byte("correct horse battery staple\n"), 0o600); err != nil {
		return "", err
	}
	dir := filepath.Join(bases.dir, "fresh")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	ksk := filepath.Join(dir, "ksk")
	if o := run("", "init", ksk, "--zone", ".", "--algorithm", "ED25519", "--passphrase-file", filepath.Join(bases.dir, "secret")); o.Err != nil {
		return "", o.Err
	}
	from := firstCycle.Start().Format(time.RFC3339)
	o := run("", "key", "generate", "-c", ksk+"/kskd.yaml", "--label", "ksk-1", "--test", "--anchor-from", from, "--publish-from", from, "--sign-from", from)
	return dir, o.Err
}

func makeSigned() (string, error) {
	fresh, err := bases.fresh()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(bases.dir, "signed")
	if err := exec.Command("cp", "-a", fresh, dir).Run(); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "first.ksr")
	if err := os.WriteFile(path, firstKSR(), 0o644); err != nil {
		return "", err
	}
	o := run("", "sign", "-c", dir+"/ksk/kskd.yaml", "--genesis", "--at", firstTime, "--yes", "-o", dir+"/first.skr", path)
	return dir, o.Err
}

// The helpers of package commandtest, with the program of this folder.
var (
	tested = commandtest.Program{Name: "kskd", Command: program}
	run    = tested.Run
	ends   = tested.Ends
	inCopy = commandtest.InCopy
	files  = commandtest.Files
)

// onlySeen checks that nothing changed but the memory of the KSRs seen.
func onlySeen(t *testing.T, before map[string]string) {
	t.Helper()
	commandtest.Unchanged(t, before, "ksk/state/seen/")
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func edit(t *testing.T, name, old, replacement string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(string(text), old, replacement)
	if changed == string(text) {
		t.Fatalf("%s has no %q", name, old)
	}
	write(t, name, []byte(changed))
}

// The two KSRs of the tests, and when they are judged.
var (
	firstCycle = rollover.Cycle{Year: 2027, Quarter: 1}
	firstTime  = "2027-01-05T00:00:00Z"
	secondTime = "2027-03-01T00:00:00Z"

	zsks      = sync.OnceValue(makeZSKs)
	firstKSR  = sync.OnceValue(func() []byte { return makeKSR(rr.Root, firstCycle, "first") })
	secondKSR = sync.OnceValue(func() []byte { return makeKSR(rr.Root, firstCycle.Next(), "second") })
)

const day = 24 * time.Hour

var schedule = rollover.Schedule{Slots: 9, Interval: 10 * day, Validity: 21 * day}

// makeZSKs makes those of the first cycle and the two after it.
func makeZSKs() map[string]*ksrfixture.Key {
	zsks := map[string]*ksrfixture.Key{}
	for c := firstCycle; len(zsks) < 3; c = c.Next() {
		zsks[c.String()] = ksrfixture.NewKey("zsk-"+c.String(), dnssec.ED25519, 0, rr.FlagZone)
	}
	return zsks
}

// makeKSR is the KSR of a cycle as its operator makes it.
func makeKSR(zone rr.Name, cycle rollover.Cycle, id string) []byte {
	limits := policy.RootLimits()
	made := cycle.Start().Add(-40 * day)
	draft := ksr.Draft{
		ID: id, Zone: zone, TTL: limits.Bundles.TTL, ProofInception: made, ProofExpiration: made.Add(60 * day),
		Policy: ksr.StatedPolicy{
			PublishSafety: limits.ZSK.PublishSafety, RetireSafety: limits.ZSK.RetireSafety,
			MinSignatureValidity: 21 * day, MaxSignatureValidity: 21 * day,
			MinValidityOverlap: limits.Bundles.Overlap.Min, MaxValidityOverlap: limits.Bundles.Overlap.Max,
			Algorithms: []ksr.StatedAlgorithm{{Algorithm: dnssec.ED25519, Bits: 256}},
		},
	}
	for _, slot := range schedule.SlotsOf(cycle) {
		bundle := ksr.DraftBundle{ID: fmt.Sprintf("%s-%d", id, slot.Number), Inception: slot.Inception, Expiration: slot.Expiration}
		for _, c := range []rollover.Cycle{cycle.Previous(), cycle, cycle.Next()} {
			if key := zsks()[c.String()]; key != nil && schedule.ZSKDatesOf(c).PublishedAt(slot.Inception) {
				bundle.ZSKs = append(bundle.ZSKs, ksr.DraftKey{Identifier: key.Name, Signer: key})
			}
		}
		draft.Bundles = append(draft.Bundles, bundle)
	}
	request, err := ksr.NewRequest(draft)
	if err != nil {
		panic(err)
	}
	doc, err := ksr.EncodeRequest(request, ksr.ICANN)
	if err != nil {
		panic(err)
	}
	return doc
}

// exists says whether a file is there.
func exists(t *testing.T, name string) bool {
	t.Helper()
	_, err := os.Lstat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}
