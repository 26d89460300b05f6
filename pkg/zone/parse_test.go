package zone_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"testing"

	"github.com/miekg/dns"

	"countersign/internal/testenv"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// gunzip is the content of a compressed file.
func gunzip(t testing.TB, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// oracle is the records as miekg/dns reads them: owner, type, TTL and RDATA of
// each.
func oracle(t testing.TB, text []byte, origin rr.Name) map[string]bool {
	t.Helper()
	records := map[string]bool{}
	parser := dns.NewZoneParser(bytes.NewReader(text), origin.String(), "")
	wire := make([]byte, 70000)
	for r, ok := parser.Next(); ok; r, ok = parser.Next() {
		n, err := dns.PackRR(r, wire, 0, nil, false)
		if err != nil {
			t.Fatalf("packing %s: %v", r, err)
		}
		records[string(bytes.ToLower(wire[:n]))] = true
	}
	if err := parser.Err(); err != nil {
		t.Fatal(err)
	}
	return records
}

func TestParseReadsRealRootZones(t *testing.T) {
	for _, file := range testenv.Corpus(t, "root-zone/*.zone.gz") {
		text := gunzip(t, file)
		z, warnings, err := zone.Parse(text, zone.ParseOptions{Origin: rr.Root, Name: file})
		if err != nil {
			t.Fatal(err)
		}
		if len(warnings) > 0 {
			t.Errorf("%s: warnings %v", file, warnings)
		}
		if lines := bytes.Count(text, []byte("\n")); z.Records() != lines {
			t.Errorf("%s: %d records on %d lines", file, z.Records(), lines)
		}
		again, _, err := zone.Parse(z.Append(nil), zone.ParseOptions{Origin: rr.Root})
		if err != nil {
			t.Fatal(err)
		}
		if !z.Equal(again) {
			t.Errorf("%s: written and read back it is another zone", file)
		}
	}
}

func TestParseAgreesWithOtherParserOnRealRootZone(t *testing.T) {
	files := testenv.Corpus(t, "root-zone/*.zone.gz")
	text := gunzip(t, files[0])
	z, _, err := zone.Parse(text, zone.ParseOptions{Origin: rr.Root})
	if err != nil {
		t.Fatal(err)
	}
	want := oracle(t, text, rr.Root)
	got := oracle(t, z.Append(nil), rr.Root)
	if len(want) != len(got) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for wire := range want {
		if !got[wire] {
			t.Fatalf("missing record %q", wire)
		}
	}
}
