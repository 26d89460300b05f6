package ksr

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"countersign/internal/testenv"
)

// corpus is every real document of the data folder, with what it is.
func corpus(t testing.TB) map[string]struct {
	kind   Kind
	format Format
} {
	t.Helper()
	type is = struct {
		kind   Kind
		format Format
	}
	files := map[string]is{}
	add := func(kind Kind, format Format, patterns ...string) {
		for _, pattern := range patterns {
			for _, file := range testenv.Corpus(t, pattern) {
				files[file] = is{kind, format}
			}
		}
	}
	add(KSR, ICANN, "icann/ksr-*.xml")
	add(SKR, ICANN, "icann/skr-*.xml", "icann/legacy-skr-*.xml", "icann/expected/*.xml")
	add(KSR, Knot, "knot/*-ksr.txt", "lcd-ksr-unix.txt")
	add(SKR, Knot, "knot/*-skr.txt")
	add(KSR, BIND, "bind/*-ksr.txt")
	add(SKR, BIND, "bind/*-skr.txt")
	return files
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestRealDocumentsSurviveRewriting(t *testing.T) {
	for file, is := range corpus(t) {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			doc := read(t, file)
			kind, format, err := Detect(doc)
			if err != nil || kind != is.kind || format != is.format {
				t.Fatalf("detected %s %s %v, want %s %s", kind, format, err, is.kind, is.format)
			}
			var again []byte
			if kind == KSR {
				again = encodedRequest(t, parsedRequest(t, doc), format)
				again2 := encodedRequest(t, parsedRequest(t, again), format)
				if !bytes.Equal(again, again2) {
					t.Error("writing it twice gives different bytes")
				}
			} else {
				again = encodedResponse(t, parsedResponse(t, doc), format)
				again2 := encodedResponse(t, parsedResponse(t, again), format)
				if !bytes.Equal(again, again2) {
					t.Error("writing it twice gives different bytes")
				}
			}
		})
	}
}

// What ICANN's signer wrote, we write byte for byte. (Its predecessor, which did
// not indent, made the others.)
func TestRewritesICANNsOwnSKRsExactly(t *testing.T) {
	for _, file := range testenv.Corpus(t, "icann/expected/kskm-*.xml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			doc := read(t, file)
			again := encodedResponse(t, parsedResponse(t, doc), ICANN)
			if !bytes.Equal(doc, again) {
				t.Error("not the same bytes")
			}
		})
	}
}
