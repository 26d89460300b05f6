package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/cli"
)

// present is the clock of the commands under test.
var present = time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)

// outcome is what a command did.
type outcome struct {
	out, errors string
	status      int
}

// ksrtool runs a command line as main does.
func ksrtool(t *testing.T, args ...string) outcome {
	t.Helper()
	return ksrtoolWith(t, "", args...)
}

func ksrtoolWith(t *testing.T, input string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	if args == nil {
		args = []string{}
	}
	err := run(environment{in: strings.NewReader(input), out: &out, errors: &errs, now: present}, args)
	if err != nil {
		cli.Report(&errs, "ksrtool", err)
	}
	return outcome{out.String(), errs.String(), cli.Status(err)}
}

// want fails the test unless the status is as given and both streams have what
// they should.
func (o outcome) want(t *testing.T, status int, out, errs string) {
	t.Helper()
	if o.status != status || !strings.Contains(o.out, out) || !strings.Contains(o.errors, errs) {
		t.Errorf("status %d, want %d, with output %q and errors %q\n--- output\n%s--- errors\n%s", o.status, status, out, errs, o.out, o.errors)
	}
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestMisuseIsAFailureWithAUsageHint(t *testing.T) {
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"no command":           {nil, "ksrtool needs a command"},
		"unknown command":      {[]string{"sign"}, `unknown command "sign"`},
		"no kind":              {[]string{"check"}, "ksrtool check needs a command"},
		"unknown kind":         {[]string{"check", "dnskey"}, `unknown command "dnskey"`},
		"missing file":         {[]string{"show"}, "argument FILE is missing"},
		"missing second file":  {[]string{"diff", "a"}, "argument B is missing"},
		"one file too many":    {[]string{"words", "a", "b"}, `argument "b" is one too many`},
		"argument to checks":   {[]string{"checks", "a"}, `argument "a" is one too many`},
		"unknown flag":         {[]string{"show", "--jsno", "a"}, "unknown flag: --jsno"},
		"flag without value":   {[]string{"check", "ksr", "--at"}, "flag needs an argument"},
		"bad time":             {[]string{"check", "ksr", "--at", "2027-01-01", "a"}, "want the form 2027-01-01T00:00:00Z"},
		"time with offset":     {[]string{"verify-zone", "--at", "2027-01-01T00:00:00+01:00", "a"}, "want the form"},
		"no target format":     {[]string{"convert", "a"}, `--to ""`},
		"unknown format":       {[]string{"convert", "--to", "json", "a"}, "want icann, knot or bind"},
		"genesis and previous": {[]string{"check", "skr", "--genesis", "--previous", "a", "b"}, "--genesis says that there is no SKR before"},
		"anchor alone":         {[]string{"check", "ksr", "--anchor", "a", "b"}, "--previous would name"},
		"bad origin":           {[]string{"verify-zone", "--origin", "a..b", "z"}, "--origin:"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ksrtool(t, row.args...)
			got.want(t, cli.Failed, "", row.want)
			got.want(t, cli.Failed, "", "ksrtool: hint: usage: ksrtool")
			if got.out != "" {
				t.Errorf("output %q", got.out)
			}
		})
	}
}

func TestHelpIsAResult(t *testing.T) {
	ksrtool(t, "--help").want(t, cli.Good, "verify-zone", "")
	ksrtool(t, "check", "skr", "--help").want(t, cli.Good, "--anchor", "")
}

func TestMissingFileIsAFailure(t *testing.T) {
	for _, args := range [][]string{
		{"show", "nowhere"}, {"words", "nowhere"}, {"convert", "--to", "bind", "nowhere"}, {"diff", "nowhere", "nowhere"},
		{"check", "ksr", "nowhere"}, {"check", "skr", "nowhere"}, {"verify-zone", "nowhere"},
		{"check", "ksr", "--json", "nowhere"}, {"verify-zone", "--json", "nowhere"},
	} {
		got := ksrtool(t, args...)
		got.want(t, cli.Failed, "", "no such file")
		if got.out != "" {
			t.Errorf("%v printed %q", args, got.out)
		}
	}
	ksrtool(t, "show", t.TempDir()).want(t, cli.Failed, "", "is a directory")
}

func TestStandardInputIsReadOnce(t *testing.T) {
	e := newExchange(t)
	ksrtoolWith(t, read(t, e.ksr), "show", "-").want(t, cli.Good, "KSR in the icann format", "")
	ksrtoolWith(t, read(t, e.ksr), "words", "-").want(t, cli.Good, "SHA-256", "")
	ksrtoolWith(t, read(t, e.ksr), "diff", "-", "-").want(t, cli.Failed, "", "standard input can be given for one file only")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestLostResultsAreAFailureEvenOfARefusal(t *testing.T) {
	e := newExchange(t)
	for _, args := range [][]string{{"show", e.ksr}, {"words", e.ksr}, {"checks"}, {"checks", "--json"}, {"check", "ksr", "--limits", e.limits, "--at", "2037-01-01T00:00:00Z", e.ksr}} {
		err := run(environment{out: fullDisk{}, errors: &bytes.Buffer{}, now: present}, args)
		if cli.Status(err) != cli.Failed || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("%v: %v", args, err)
		}
	}
}
