package cli

import (
	"errors"
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		`2027Q1.ksr "ü" \n`:      `2027Q1.ksr "ü" \n`,
		"a\tb":                   "a\tb",
		"\x1b[2J\x1b[Hgood":      `\x1b[2J\x1b[Hgood`,
		"a\rb\nc":                `a\rb\nc`,
		"\u009b31m":              `\u009b31m`,
		"a\u202egnp.ksr":         `a\u202egnp.ksr`,
		"\xff\xfe":               `\xff\xfe`,
		"\ufffd":                 "\ufffd",
		"zero\u200bwidth\u00a0x": `zero\u200bwidth\u00a0x`,
	} {
		if got := Printable(text); got != want {
			t.Errorf("%q is printed %q, want %q", text, got, want)
		}
	}
}

func TestReportPrintsNoControlCharacters(t *testing.T) {
	var out strings.Builder
	Report(&out, "kskd", Hint(errors.New("open \x1b[1A\x1b[2K.ksr\nsecond"), "see \u009bx"))
	want := "kskd: error: open \\x1b[1A\\x1b[2K.ksr\nkskd: error: second\nkskd: hint: see \\u009bx\n"
	if out.String() != want {
		t.Errorf("reported %q, want %q", out.String(), want)
	}
}
