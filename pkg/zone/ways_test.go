package zone

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"countersign/pkg/rr"
)

const example rr.Name = "\x07example\x00"

// reading is all that comes of reading a text.
type reading struct {
	text     string // of the zone
	pages    string // where they begin
	warnings string
	err      string
}

// way is one way to read.
type way struct {
	block, workers int
	plain          bool
	at             bool
}

// readIn reads text in one way.
func readIn(text []byte, w way, include map[string]string) reading {
	before, plainBefore := blockSize, plainLines
	defer func() { blockSize, plainLines = before, plainBefore }()
	blockSize, plainLines = w.block, w.plain
	o := ParseOptions{Origin: example, Name: "zone", Workers: w.workers}
	if include != nil {
		o.Include = func(path string) ([]byte, error) {
			if text, ok := include[path]; ok {
				return []byte(text), nil
			}
			return nil, errors.New("no such file")
		}
	}
	var z *Zone
	var warnings []Warning
	var err error
	if w.at {
		z, warnings, err = ParseAt(bytes.NewReader(text), int64(len(text)), o)
	} else {
		z, warnings, err = Parse(text, o)
	}
	r := reading{warnings: fmt.Sprint(warnings), err: fmt.Sprint(err)}
	if z != nil {
		r.text = string(z.Append(nil))
		for i := range z.pages {
			r.pages += fmt.Sprintf("%s %v %v\n", z.pages[i].owner(0), z.pages[i].summary, z.pages[i].nodes)
		}
	}
	return r
}

// ways is the ways to read a text of some length: the first is the simplest.
func ways(length int) []way {
	all := []way{{1 << 30, 1, false, false}, {1 << 30, 1, true, false}}
	sizes := []int{1, 3, 16, 64, 300, 5000, 1 << 20}
	for i, size := range sizes {
		if size > 64 && size/2 > length {
			continue
		}
		all = append(all, way{size, 1 + i%3, i%2 == 0, i%4 < 2}, way{size, []int{8, 2, 1}[i%3], i%2 == 1, i%4 >= 2})
	}
	return all
}

// sameInAllWays reads text in all ways, which must make no difference.
func sameInAllWays(t *testing.T, text []byte, include map[string]string) {
	t.Helper()
	var want reading
	for i, w := range ways(len(text)) {
		got := readIn(text, w, include)
		if i == 0 {
			want = got
			continue
		}
		if got != want {
			t.Fatalf("read as %+v\n%.3000s\n%.2000s\n%s\n%s\nbut by %+v\n%.3000s\n%.2000s\n%s\n%s\nfrom\n%.3000q", w, got.text, got.pages, got.warnings, got.err,
				ways(len(text))[0], want.text, want.pages, want.warnings, want.err, text)
		}
	}
}

const apex = "@ 3600 IN SOA ns hostmaster 1 2 3 4 5\n@ 3600 IN NS ns\n"

// numbered is text for numbers from 0 to n-1.
func numbered(n int, line string) string {
	var text strings.Builder
	for i := range n {
		text.WriteString(strings.ReplaceAll(line, "#", fmt.Sprintf("%05d", i)))
	}
	return text.String()
}

func TestReadingDoesNotDependOnBlocksWorkersOrPlainLines(t *testing.T) {
	delegations := numbered(700, "d#.example. 3600 IN NS ns1.d#.example.\nd#.example. 3600 IN NS ns2.d#.example.\nns1.d#.example. 3600 IN A 192.0.2.1\n")
	for name, text := range map[string]string{
		"in order":                    apex + delegations,
		"TTLs inherited":              apex + numbered(300, "d# NS a\n NS b\nx.d# 60 A 192.0.2.1\n AAAA 2001:db8::7\n"),
		"glue at the end":             apex + numbered(500, "d# NS ns.d#\n") + numbered(500, "ns.d# A 192.0.2.1\n"),
		"one name at the end":         apex + delegations + "d00300.example. A 192.0.2.1\n",
		"names among others":          apex + delegations + numbered(70, "d#0a 60 A 192.0.2.1\n"),
		"apex at the end":             delegations + apex,
		"no apex":                     delegations,
		"signatures after each":       apex + numbered(300, "d# NS ns\nd# DS 1 8 2 "+strings.Repeat("AB", 32)+"\nd# 3600 RRSIG DS 8 2 3600 20300101000000 20290101000000 1 example. AAAA\nd# NSEC d#a NS DS RRSIG NSEC\nd# 3600 RRSIG NSEC 8 2 3600 20300101000000 20290101000000 1 example. BBBBBBA=\n"),
		"two sorted halves":           apex + numbered(300, "a# A 192.0.2.1\n") + numbered(300, "a#a A 192.0.2.1\n"),
		"backwards":                   apex + numbered(300, "a# A 192.0.2.1\n") + reversed(numbered(300, "b# A 192.0.2.1\n")),
		"parentheses":                 apex + numbered(200, "a# TXT ( x\n y ; comment (\n\n z )\nb# A 192.0.2.1\n"),
		"an open parenthesis":         apex + numbered(100, "a# A 192.0.2.1\n") + "b TXT (\n" + numbered(100, "a# A 192.0.2.1\n"),
		"quotes":                      apex + numbered(200, "a# TXT \"x ; y\" \"(\"\na# TXT \"\\\"\"\n"),
		"comments":                    apex + numbered(200, "; a# (\na# A 192.0.2.1 ; x\n\n   \n ; y\n"),
		"origins":                     apex + "a A 192.0.2.1\n" + numbered(150, "$ORIGIN x#.example.\na A 192.0.2.1\n A 192.0.2.2\nb A 192.0.2.1\n"),
		"blank owner after an origin": apex + numbered(100, "b# A 192.0.2.1\n$ORIGIN b#.example.\n A 192.0.2.2\n\tTXT x\n$ORIGIN example.\n"),
		"TTL directives":              apex + numbered(100, "$TTL 1#\na# A 192.0.2.1\n"),
		"TTL directive late":          apex + numbered(100, "a# A 192.0.2.1\n") + "$TTL 99\n" + numbered(100, "b# A 192.0.2.1\n"),
		"includes":                    apex + numbered(40, "a# A 192.0.2.1\n$INCLUDE one\n$INCLUDE two i#\n A 192.0.2.9\n"),
		"CRLF":                        strings.ReplaceAll(apex+delegations, "\n", "\r\n"),
		"CR within":                   apex + numbered(50, "a# A 192.0.2.1\n") + "b A 192.0.2.1\rx\nc A 192.0.2.1\n\rd A 192.0.2.1\n",
		"no last line end":            strings.TrimSuffix(apex+delegations, "\n"),
		"no last line end, quoted":    apex + numbered(50, "a# A 192.0.2.1\n") + "b TXT \"x\"",
		"byte order mark":             "\ufeff" + apex + delegations,
		"byte order mark within":      apex + "\ufeff" + delegations,
		"faults":                      apex + numbered(100, "a# A 192.0.2.1\n") + "b A x\n A 192.0.2.1\nc..d A 192.0.2.1\n A 192.0.2.2\nc..d A 192.0.2.1\n" + numbered(100, "e# A 192.0.2.1\n") + "f FOO\n",
		"many faults":                 apex + numbered(300, "a# A 192.0.2.1\nb# A x\n"),
		"faults among records":        apex + numbered(300, "a# CNAME b\na# A 192.0.2.1\na# TXT x\na# 60 TXT y\n"),
		"few faults among records":    apex + numbered(9, "a# CNAME b\na# A 192.0.2.1\n") + numbered(300, "b# 60 A 192.0.2.1\nb# 70 A 192.0.2.2\n"),
		"duplicates":                  apex + numbered(300, "a# A 192.0.2.1\na# A 192.0.2.1\n"),
		"duplicates far off":          apex + numbered(300, "a# A 192.0.2.1\n") + numbered(300, "a# A 192.0.2.1\n"),
		"hidden names":                apex + numbered(300, "a# NS b\na.a# TXT x\nb.a# NS x\nc.a# A 192.0.2.1\n"),
		"hidden names below one":      apex + "a DNAME b\n" + numbered(300, "b#.a A 192.0.2.1\n"),
		"DS alone":                    apex + numbered(300, "a# 60 DS 1 8 2 "+strings.Repeat("AB", 32)+"\n"),
		"wildcards":                   apex + numbered(100, "*.a# NS x\n*.b# DNAME x\n*.c# A 192.0.2.1\n"),
		"names out of the zone":       apex + numbered(7, "a# A 192.0.2.1\nb#.other. A 192.0.2.1\n"),
		"upper case":                  apex + numbered(300, "D#.EXAMPLE. IN NS NS1.D#.Example.\nd#.example. DS 1 8 2 "+strings.Repeat("aB", 32)+"\n"),
		"relative and absolute":       apex + numbered(300, "a#.example. A 192.0.2.1\na# A 192.0.2.2\n@ TXT #\na#.EXAMPLE. A 192.0.2.3\n"),
		"generate":                    apex + numbered(100, "a# A 192.0.2.1\n") + "$GENERATE 1-3 a$ A 1.2.3.4\n",
		"a long entry":                apex + "a TXT " + strings.Repeat("x ", 3000) + "\n" + numbered(100, "b# A 192.0.2.1\n"),
		"a long comment":              apex + "; " + strings.Repeat("x ", 30000) + "\n" + numbered(100, "b# A 192.0.2.1\n"),
		"one name with many records":  apex + numbered(300, "a TXT #\n") + "b TXT x\n",
		"many names without a break":  apex + numbered(3000, "a#  A 192.0.2.1\n"),
		"blank first":                 " A 192.0.2.1\n" + apex,
		"no TTL":                      "@ SOA ns h 1 2 3 4 5\n@ NS ns\n" + numbered(100, "a# A 192.0.2.1\n"),
		"nothing":                     "",
		"line ends":                   strings.Repeat("\n", 3000),
		"blanks":                      strings.Repeat(" \n", 3000),
		"other types":                 apex + numbered(50, "a# MX 10 b\na# TXT abc def\na# SRV 1 2 3 b\na# CAA 0 issue \"x;y\"\na# NSEC3PARAM 1 0 0 -\na# HINFO x y\na# LOC 51 30 12.748 N 0 7 39.611 W 0m\na# TYPE65280 \\# 1 ab\n"),
	} {
		t.Run(name, func(t *testing.T) {
			sameInAllWays(t, []byte(text), map[string]string{"one": "i A 192.0.2.1\n", "two": "j A 192.0.2.1\n$TTL 77\n"})
		})
	}
}

func reversed(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Reverse(lines)
	return strings.Join(lines, "")
}

// TestReadingOfMixedLines mixes lines of every kind.
func TestReadingOfMixedLines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rounds := 80
	if testing.Short() {
		rounds = 20
	}
	for range rounds {
		var text strings.Builder
		text.WriteString(apex)
		for i := range 20 + random.IntN(200) {
			line := mixed[random.IntN(len(mixed))]
			if random.IntN(4) > 0 {
				line = mixed[random.IntN(8)]
			}
			text.WriteString(strings.ReplaceAll(line, "#", fmt.Sprintf("%04d", i*random.IntN(2)+random.IntN(9))))
		}
		sameInAllWays(t, []byte(text.String()), map[string]string{"one": "i A 192.0.2.1\n"})
	}
}

// mixed is lines that may follow each other in any order; the first eight are
// the usual ones.
var mixed = []string{
	"d# NS ns1.d#\n", "d#.example. 60 IN NS ns2\n", " IN 60 A 192.0.2.#\n", "\tAAAA 2001:db8::#\n", "d# 60 A 192.0.2.7\n", "ns.d# A 192.0.2.1\n",
	"d# IN DS 1 13 2 " + strings.Repeat("0aB1", 16) + "\n", "d# TXT \"#\" x#\n",
	"$TTL #\n", "$ORIGIN o#.example.\n", "$ORIGIN example.\n", "$INCLUDE one\n", "\n", "; d#\n", "d# CNAME x\n", "d# DNAME x\n", "d# TXT ( a\nb\n)\n",
	"d# A 192.0.2.1 ; (\n", "d# TXT \"\\\"\" ;\n", "d# A 192.0.2.1\r\n", "D#  IN  A\t192.0.2.99  \n", "*.d# NS x\n", "d# A 300.0.0.1\n", "d# NSEC D# A TXT\n", "@ TXT #\n", "x..# A 1.2.3.4\n",
}

// A file that is cut off while it is read is an error, whoever finds it.
func TestReadAtOfAFileThatShrinks(t *testing.T) {
	text := []byte(apex + numbered(2000, "d#.example. 3600 IN NS ns.d#.example.\n"))
	before := blockSize
	defer func() { blockSize = before }()
	blockSize = 1000
	for _, left := range []int{0, 1, 500, 1500, len(text) / 2, len(text) - 1} {
		_, _, err := ParseAt(bytes.NewReader(text[:left]), int64(len(text)), ParseOptions{Origin: example, Name: "zone"})
		if err == nil || !strings.Contains(err.Error(), "the file ends after") {
			t.Errorf("cut off after %d octets: %v", left, err)
		}
	}
}

// FuzzReading reads any text in blocks and at once, by plain lines and without.
func FuzzReading(f *testing.F) {
	for _, line := range mixed {
		f.Add([]byte(apex+numbered(3, line)), uint16(40))
	}
	f.Add([]byte(apex+numbered(300, "d# A 192.0.2.1\n")), uint16(1000))
	f.Fuzz(func(t *testing.T, text []byte, block uint16) {
		include := map[string]string{"one": "i A 192.0.2.1\n"}
		want := readIn(text, way{1 << 30, 1, false, false}, include)
		got := readIn(text, way{int(block)%4096 + 1, 2, true, true}, include)
		if got != want {
			t.Fatalf("read as\n%s\n%s\n%s\n%s\nnot\n%s\n%s\n%s\n%s", got.text, got.pages, got.warnings, got.err, want.text, want.pages, want.warnings, want.err)
		}
	})
}
