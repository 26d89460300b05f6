package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/cli"
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
	if o := run("", "init", ksk, "--zone", ".", "--algorithm", "ED25519", "--passphrase-file", filepath.Join(bases.dir, "secret")); o.err != nil {
		return "", o.err
	}
	from := firstCycle.Start().Format(time.RFC3339)
	o := run("", "key", "generate", "-c", ksk+"/kskd.yaml", "--label", "ksk-1", "--test", "--anchor-from", from, "--publish-from", from, "--sign-from", from)
	return dir, o.err
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
	return dir, o.err
}

// inCopy makes a copy of a base the working directory of the test.
func inCopy(t *testing.T, base func() (string, error)) {
	t.Helper()
	from, err := base()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if out, err := exec.Command("cp", "-a", from, dir).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	t.Chdir(dir)
}

// outcome is how a command ended.
type outcome struct {
	stdout, stderr string
	err            error
}

// hints is the error with its hints, as people see them.
func (o outcome) String() string {
	var b strings.Builder
	b.WriteString(o.stdout + o.stderr)
	if o.err != nil {
		cli.Report(&b, "kskd", o.err)
	}
	return b.String()
}

// run runs a command line with in as its standard input.
func run(in string, args ...string) outcome {
	var stdout, stderr strings.Builder
	cmd := program()
	cmd.SetArgs(args)
	cmd.SetIn(strings.NewReader(in))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	err := cmd.Execute()
	return outcome{stdout.String(), stderr.String(), err}
}

// ends runs a command line and wants an exit status and parts of what is said.
func ends(t *testing.T, status int, in, line string, want ...string) outcome {
	t.Helper()
	o := run(in, strings.Fields(line)...)
	if cli.Status(o.err) != status {
		t.Fatalf("kskd %s\n%sends with %d, want %d", line, o, cli.Status(o.err), status)
	}
	for _, part := range want {
		if !strings.Contains(o.String(), part) {
			t.Errorf("kskd %s\n%swithout %q", line, o, part)
		}
	}
	return o
}

// files is the content of all files of the working directory but locks.
func files(t *testing.T) map[string]string {
	t.Helper()
	content := map[string]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || entry.Name() == ".lock" {
			return err
		}
		text, err := os.ReadFile(path)
		content[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// onlySeen checks that nothing changed but the memory of the KSRs seen.
func onlySeen(t *testing.T, before map[string]string) {
	t.Helper()
	without := func(all map[string]string) map[string]string {
		all = maps.Clone(all)
		maps.DeleteFunc(all, func(path, _ string) bool { return strings.HasPrefix(path, "ksk/state/seen/") })
		return all
	}
	if after := files(t); !maps.Equal(without(after), without(before)) {
		t.Errorf("something was changed: %v, before %v", keysOf(after), keysOf(before))
	}
}

func keysOf(m map[string]string) (names []string) {
	for name := range maps.Keys(m) {
		names = append(names, name)
	}
	return names
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
