package document

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/cli"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
)

func TestReadTakesADocumentUpToTheLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "doc")
	for _, row := range []struct {
		size int
		ok   bool
	}{{0, true}, {ksr.MaxDocument, true}, {ksr.MaxDocument + 1, false}} {
		if err := os.WriteFile(path, make([]byte, row.size), 0o644); err != nil {
			t.Fatal(err)
		}
		doc, err := Read(path)
		switch {
		case row.ok && (err != nil || len(doc) != row.size):
			t.Errorf("%d octets: read %d, %v", row.size, len(doc), err)
		case !row.ok && (err == nil || !strings.Contains(err.Error(), path)):
			t.Errorf("%d octets: %v, want an error with the name", row.size, err)
		}
	}
}

func TestReadNamesWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "missing")} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestReadTakesStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "a document")
	w.Close()
	before := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = before; r.Close() }()
	if doc, err := Read("-"); err != nil || string(doc) != "a document" {
		t.Errorf("read %q, %v", doc, err)
	}
}

func TestSHA256IsTheKnownAnswer(t *testing.T) {
	// FIPS 180-2, appendix B.1.
	if got := SHA256([]byte("abc")); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("got %s", got)
	}
}

func TestRefusedPrintsOneLineForEachViolation(t *testing.T) {
	one := policy.Violation{Check: "KSR-TTL", Place: "bundle a", Text: "TTL 1, want 2"}
	two := policy.Violation{Check: "KSR-ID", Text: "was seen before", Hint: "make a new one"}
	for _, row := range []struct {
		violations       []policy.Violation
		out, hints, want string
	}{
		{nil, "", "", "the KSR is refused: not every check could be made"},
		{[]policy.Violation{one}, "KSR-TTL: bundle a: TTL 1, want 2\n", "",
			"the KSR is refused: 1 violation, listed above"},
		{[]policy.Violation{one, two}, "KSR-TTL: bundle a: TTL 1, want 2\nKSR-ID: was seen before\n", "hint: KSR-ID: make a new one\n",
			"the KSR is refused: 2 violations, listed above"},
		{[]policy.Violation{two, two}, "KSR-ID: was seen before\nKSR-ID: was seen before\n", "hint: KSR-ID: make a new one\n",
			"the KSR is refused: 2 violations, listed above"},
	} {
		var out, hints strings.Builder
		err := Refused(&out, &hints, "KSR", &policy.Report{Violations: row.violations})
		if out.String() != row.out || hints.String() != row.hints {
			t.Errorf("printed %q and %q, want %q and %q", &out, &hints, row.out, row.hints)
		}
		if err.Error() != row.want || cli.Status(err) != cli.Refused {
			t.Errorf("ends with status %d, %v", cli.Status(err), err)
		}
	}
}

func TestMalformedPrintsEachFaultAsAViolation(t *testing.T) {
	for _, row := range []struct {
		kind      ksr.Kind
		err       error
		out, want string
	}{
		{ksr.KSR, errors.New("line 1: no root"), "KSR-SYNTAX: line 1: no root\n", "doc is no KSR"},
		{ksr.SKR, errors.Join(errors.New("line 1: a"), errors.New("line 2: b")), "SKR-SYNTAX: line 1: a\nSKR-SYNTAX: line 2: b\n", "doc is no SKR"},
	} {
		var out strings.Builder
		err := Malformed(&out, row.kind, "doc", row.err)
		if out.String() != row.out || !strings.HasPrefix(err.Error(), row.want) || cli.Status(err) != cli.Refused {
			t.Errorf("printed %q and ended with %v", &out, err)
		}
	}
}
