package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"countersign/internal/cli"
	"countersign/internal/faulttest"
	"countersign/pkg/ksr"
)

func TestConvertThereAndBackIsTheSame(t *testing.T) {
	e := newExchange(t)
	for _, format := range []string{"knot", "bind"} {
		text := filepath.Join(e.dir, format)
		ksrtool(t, "convert", "--to", format, "-o", text, e.skr).want(t, cli.Good, "", "")
		ksrtool(t, "show", text).want(t, cli.Good, "SKR in the "+format+" format", "")
		back := ksrtool(t, "convert", "--to", "icann", text)
		back.want(t, cli.Good, "", "")
		if back.out != read(t, e.skr) {
			t.Errorf("from %s back it is another document", format)
		}
	}
	if got := ksrtoolWith(t, read(t, e.skr), "convert", "--to", "icann", "--output", "-", "-"); got.out != read(t, e.skr) {
		t.Errorf("through standard input and output it is another document: %+v", got)
	}
}

func TestConvertRefusesWhatWouldBeLost(t *testing.T) {
	e := newExchange(t)
	out := filepath.Join(e.dir, "out")
	got := ksrtool(t, "convert", "--to", "knot", "-o", out, e.ksr)
	got.want(t, cli.Refused, "", "ksrtool: error: possession: 9 of 9 bundles")
	got.want(t, cli.Refused, "", "ksrtool: hint: --drop possession writes it without")
	if _, err := os.Stat(out); err == nil {
		t.Error("a refused conversion left a file")
	}
	ksrtool(t, "convert", "--to", "knot", "--drop", "possession", "-o", out, e.ksr).want(t, cli.Good, "", "")
	ksrtool(t, "show", out).want(t, cli.Good, "Proof of possession: none\n", "")
	// What is gone cannot come back, and no flag says otherwise.
	got = ksrtool(t, "convert", "--to", "icann", out)
	got.want(t, cli.Refused, "", "possession: 9 of 9 bundles without the proof")
	if got.errors == "" || got.out != "" {
		t.Errorf("%+v", got)
	}
	text := e.write(t, "skr.txt", encodeResponse(t, e.textSKR(t), ksr.BIND))
	ksrtool(t, "convert", "--to", "icann", text).want(t, cli.Refused, "", "cds: 9 of 9 bundles")
	ksrtool(t, "convert", "--to", "icann", "--drop", "cds,order", text).want(t, cli.Good, "<KSR ", "")
}

func TestConvertNeverOverwrites(t *testing.T) {
	e := newExchange(t)
	before := read(t, e.anchor)
	ksrtool(t, "convert", "--to", "bind", "-o", e.anchor, e.skr).want(t, cli.Failed, "", "exist")
	if read(t, e.anchor) != before {
		t.Error("the file was changed")
	}
	ksrtool(t, "convert", "--to", "bind", "-o", filepath.Join(e.dir, "nowhere", "out"), e.skr).want(t, cli.Failed, "", "no such file")
}

func TestConvertOfWhatIsWrong(t *testing.T) {
	e := newExchange(t)
	ksrtool(t, "convert", "--to", "knot", "--drop", "everything", e.ksr).want(t, cli.Failed, "", `"everything" is not something that can be dropped`)
	ksrtool(t, "convert", "--to", "knot", e.limits).want(t, cli.Refused, "", e.limits+": line 1: ")
}

// TestConvertFailsWithoutHalfAFile fails every step of writing: the status says
// so, and what is there is the whole document or nothing.
func TestConvertFailsWithoutHalfAFile(t *testing.T) {
	e := newExchange(t)
	whole := ksrtool(t, "convert", "--to", "knot", e.skr).out
	faulttest.Each(t,
		func(t *testing.T) string { return filepath.Join(t.TempDir(), "out") },
		func(out string) error {
			return run(environment{out: io.Discard, errors: io.Discard, now: present}, []string{"convert", "--to", "knot", "-o", out, e.skr})
		},
		func(t *testing.T, out string, err error) {
			content, missing := os.ReadFile(out)
			switch {
			case err == nil && string(content) != whole:
				t.Errorf("no error, and the file has %d octets", len(content))
			case err != nil && cli.Status(err) != cli.Failed:
				t.Errorf("status %d after %v", cli.Status(err), err)
			case err != nil && missing == nil && string(content) != whole:
				t.Errorf("half a file was left after %v", err)
			}
		})
}
