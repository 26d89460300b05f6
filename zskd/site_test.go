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
	if o := run("", "init", dir+"/zsk", "--zone", ".", "--algorithm", "ED25519", "--passphrase-file", secret); o.Err != nil {
		return "", o.Err
	}
	o := run("", "ksr", "-c", dir+"/zsk/zskd.yaml", "--cycle", present.String(), "--genesis", "-o", dir+"/present.ksr")
	if o.Err != nil {
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
	if o.Err != nil {
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

// The helpers of package commandtest, with the program of this folder.
var (
	tested = commandtest.Program{Name: "zskd", Command: program}
	run    = tested.Run
	ends   = tested.Ends
	inCopy = commandtest.InCopy
	files  = commandtest.Files
)

// unchanged checks that nothing changed.
func unchanged(t *testing.T, before map[string]string) {
	t.Helper()
	commandtest.Unchanged(t, before, "")
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
