package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"countersign/internal/testenv"
)

// The processes of ours are this very program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && helpers[os.Args[1]] != nil {
		main()
		return
	}
	// With the race detector a process waits a second before it ends.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// numbers are the figures of a row, without its name.
var numbers = regexp.MustCompile(` (\d[\d.]*)`)

// row is the line of text that begins with a name.
func row(t *testing.T, text, name string) []float64 {
	t.Helper()
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, "  "+name+" ")
		if !ok {
			continue
		}
		var values []float64
		for _, found := range numbers.FindAllStringSubmatch(rest, -1) {
			value, err := strconv.ParseFloat(found[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return values
	}
	t.Errorf("no row %q in\n%s", name, text)
	return nil
}

// Every case that needs no daemon runs once over a tiny zone. What the figures are
// is for "make bench-peers" to say.
func TestEveryCaseWithoutDaemons(t *testing.T) {
	t.Parallel()
	testenv.Need(t, signPrograms...)
	dir := t.TempDir()
	arguments := []string{
		"-rounds", "1", "-patience", "0s", "-data", "", "-dir", dir, "-markdown", filepath.Join(dir, "tables.md"),
		"-root-delegations", "5", "-versions", "1", "-slopes", "50,100", "-floor", "0",
		"-run", "root,200,200-nsec3,parse-200-unsorted,verify-200,updates-200,slopes",
	}
	var out bytes.Buffer
	if err := run(t.Context(), arguments, nil, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	tables := strings.Split(out.String(), "\nCase ")
	if len(tables) != 8 {
		t.Fatalf("%d tables, want 7:\n%s", len(tables)-1, &out)
	}
	for i, want := range []struct {
		title string
		rows  []string
		least int // figures in each row
	}{
		{"root: sign", []string{bindSigner, ldnsSigner, knotSigner, ourName, noopName}, 4},
		{"200: sign", []string{bindSigner, ldnsSigner, knotSigner, ourName, noopName}, 4},
		{"200-nsec3: sign", []string{bindSigner, ldnsSigner, knotSigner}, 4},
		{"parse-200-unsorted: read", []string{"kzonecheck", ourName}, 4},
		{"verify-200: verify", []string{"dnssec-verify", "ldns-verify-zone", "kzonecheck", ourName}, 4},
		{"updates-200:", []string{"file"}, 7},
		{"slopes:", []string{"50", "100"}, 8},
	} {
		text := tables[i+1]
		if !strings.HasPrefix(text, want.title) {
			t.Errorf("table %d is %.40q, want %q", i, text, want.title)
		}
		for _, name := range want.rows {
			if values := row(t, text, name); len(values) < want.least || values[0] <= 0 {
				t.Errorf("%s %s: figures %v, want %d and the first above 0", want.title, name, values, want.least)
			}
		}
	}
	promised := out.String()[strings.Index(out.String(), "Promised and measured"):]
	if values := row(t, promised, "1: root, wall against "+bindSigner); len(values) < 2 || values[0] != 0.6 || values[1] <= 0 {
		t.Errorf("the promise of the root is %v", values)
	}
	page, err := os.ReadFile(filepath.Join(dir, "tables.md"))
	if err != nil || bytes.Count(page, []byte("\n| --- |")) != 8 || !bytes.Contains(page, []byte("processor  ")) {
		t.Errorf("the Markdown is wrong (%v):\n%s", err, page)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "out", "*")); len(left) > 2 { // what dnssec-signzone says of the DS
		t.Errorf("left behind: %v", left)
	}
}

func TestLimitIsMeasuredInTheRound(t *testing.T) {
	t.Parallel()
	testenv.Need(t, signPrograms...)
	var out bytes.Buffer
	err := run(t.Context(), strings.Fields("-rounds 1 -patience 0s -floor 1 -unchecked -run 50"), nil, &out)
	if err != nil {
		t.Fatal(err)
	}
	if values := row(t, out.String(), "bare crypto"); len(values) < 2 || values[0] <= 0 || values[1] != 1 {
		t.Errorf("the limit is %v:\n%s", values, &out)
	}
}

func TestFolderThatNobodyNamedIsRemoved(t *testing.T) {
	testenv.Need(t, readPrograms...)
	t.Setenv("TMPDIR", t.TempDir())
	if err := run(t.Context(), strings.Fields("-rounds 1 -patience 0s -run parse-10"), nil, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestRefusedArguments(t *testing.T) {
	for _, arguments := range []string{
		"-run nonsense", "-run parse-0", "-run 1x", "-rounds 0", "-versions 0", "-slopes 1,two", "more",
		"-run 1000m", "-floor -1", "-run root-nsec3",
	} {
		if err := run(t.Context(), strings.Fields(arguments), nil, new(bytes.Buffer)); err == nil {
			t.Errorf("%s: no error", arguments)
		}
	}
}

func TestMissingProgramsAreNamedWithTheirPackages(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	c, err := parseCase("root-versions")
	if err != nil {
		t.Fatal(err)
	}
	err = needPrograms([]testCase{c})
	for _, want := range []string{"named", "bind9 ", "knotd", "knot", "dnssec-verify", "bind9-utils"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	for _, list := range [][]string{keyPrograms, signPrograms, readPrograms, checkPrograms, daemonPrograms} {
		for _, program := range list {
			if packages[program] == "" {
				t.Errorf("nobody knows the package of %s", program)
			}
		}
	}
}
