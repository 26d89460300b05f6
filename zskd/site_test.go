package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/internal/ksrfixture"
	"countersign/internal/softhsm"
	"countersign/pkg/ceremony"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/pkg/trustanchor"
)

// The operator's directory zsk is made once, with a KSR for the rest of the
// present cycle and its SKR beside it, and once more with that SKR installed;
// tests get copies. The KSK is in memory.
var bases struct {
	dir       string
	asked     func() (string, error)
	installed func() (string, error)
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "zskd-")
	if err != nil {
		panic(err)
	}
	bases.dir = dir
	bases.asked = sync.OnceValues(makeAsked)
	bases.installed = sync.OnceValues(makeInstalled)
	code := softhsm.Run(m)
	os.RemoveAll(dir)
	os.Exit(code)
}

var (
	present = rollover.CycleAt(time.Now())
	ksk     = ksrfixture.NewKey("ksk-1", dnssec.ED25519, 0, rr.FlagZone|rr.FlagSEP)
)

func makeAsked() (string, error) {
	secret := filepath.Join(bases.dir, "secret")
	if err := os.WriteFile(secret, []byte("correct horse battery staple\n"), 0o600); err != nil {
		return "", err
	}
	dir := filepath.Join(bases.dir, "asked")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	if o := run("", "init", dir+"/zsk", "--zone", ".", "--algorithm", "ED25519", "--passphrase-file", secret); o.err != nil {
		return "", o.err
	}
	o := run("", "ksr", "-c", dir+"/zsk/zskd.yaml", "--cycle", present.String(), "--genesis", "-o", dir+"/present.ksr")
	if o.err != nil {
		return "", errors.New(o.String())
	}
	doc, err := os.ReadFile(dir + "/present.ksr")
	if err != nil {
		return "", err
	}
	skr, err := answer(doc, ksk, policy.RequestInput{Genesis: true, Now: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(dir+"/present.skr", skr, 0o644); err != nil {
		return "", err
	}
	return dir, pin(dir+"/zsk/trust-anchor.xml", ksk)
}

func makeInstalled() (string, error) {
	asked, err := bases.asked()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(bases.dir, "installed")
	if err := exec.Command("cp", "-a", asked, dir).Run(); err != nil {
		return "", err
	}
	o := run("", "skr", "import", "-c", dir+"/zsk/zskd.yaml", dir+"/present.skr")
	if o.err != nil {
		return "", errors.New(o.String())
	}
	return dir, nil
}

// limits are those that init wrote.
func limits() (policy.Limits, error) {
	return policyfile.Load(filepath.Join(bases.dir, "asked", "zsk", policyfile.FileName), rr.Root)
}

// answer is the SKR that a KSK operator makes of a KSR.
func answer(doc []byte, ksk *ksrfixture.Key, in policy.RequestInput) ([]byte, error) {
	var err error
	if in.Limits, err = limits(); err != nil {
		return nil, err
	}
	if in.Request, err = ksr.ParseRequest(doc); err != nil {
		return nil, err
	}
	from := present.Start()
	ksks := []rollover.KSK{{Label: ksk.Name, Key: ksk.Key(), KSKDates: rollover.KSKDates{AnchorFrom: from, PublishFrom: from, SignFrom: from}}}
	if in.Plan, err = ceremony.NewPlan(in.Request, ksks, in.Limits, time.Time{}); err != nil {
		return nil, err
	}
	in.KSKs = []rr.DNSKEY{ksk.Key()}
	if in.Previous != nil {
		in.OnRecord = &in.Previous.Digest
	}
	approved, report := policy.CheckRequest(in)
	if approved == nil {
		return nil, report.Err()
	}
	signed, err := ceremony.Sign(approved, ksks, func(string) (dnssec.Signer, error) { return ksk, nil }, ksr.ICANN)
	if err != nil {
		return nil, err
	}
	return signed.Document, nil
}

// pin writes a trust anchor.
func pin(path string, ksk *ksrfixture.Key) error {
	anchor, err := trustanchor.NewAnchor(rr.Root, ksk.Name, ksk.Key(), present.Start(), time.Time{})
	if err != nil {
		return err
	}
	anchors := trustanchor.Anchors{Zone: rr.Root, ID: "1", Source: "a test", Anchors: []trustanchor.Anchor{anchor}}
	doc, err := anchors.Document()
	if err != nil {
		return err
	}
	return os.WriteFile(path, doc, 0o644)
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

// String is all that people see.
func (o outcome) String() string {
	var b strings.Builder
	b.WriteString(o.stdout + o.stderr)
	if o.err != nil {
		cli.Report(&b, "zskd", o.err)
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
		t.Fatalf("zskd %s\n%sends with %d, want %d", line, o, cli.Status(o.err), status)
	}
	for _, part := range want {
		if !strings.Contains(o.String(), part) {
			t.Errorf("zskd %s\n%swithout %q", line, o, part)
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

// unchanged checks that nothing changed.
func unchanged(t *testing.T, before map[string]string) {
	t.Helper()
	if after := files(t); !maps.Equal(after, before) {
		t.Errorf("something was changed: %v, before %v", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func edit(t *testing.T, name, old, replacement string) {
	t.Helper()
	text := read(t, name)
	changed := strings.ReplaceAll(text, old, replacement)
	if changed == text {
		t.Fatalf("%s has no %q", name, old)
	}
	write(t, name, changed)
}

func exists(t *testing.T, name string) bool {
	t.Helper()
	_, err := os.Lstat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// root is a small root zone.
func root(serial int) string {
	return fmt.Sprintf(`. 86400 IN SOA ns.com. host.com. %d 1800 900 604800 86400
. 518400 IN NS ns.com.
com. 172800 IN NS ns.com.
ns.com. 172800 IN A 192.0.2.1
`, serial)
}

// next is the cycle after the present one, and a time at which its KSR can be
// made: the present, but not earlier than 45 days before it begins.
func next() (cycle rollover.Cycle, at time.Time) {
	cycle = present.Next()
	at = cycle.Start().AddDate(0, 0, -45)
	if now := time.Now().UTC().Truncate(time.Second); now.After(at) {
		at = now
	}
	return cycle, at
}
