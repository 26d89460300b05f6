package readaloud

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"countersign/pkg/ksr"
	"countersign/pkg/pgpwords"
)

func TestWriteIsTheDigestTwice(t *testing.T) {
	digest := ksr.Digest(sha256.Sum256([]byte("abc")))
	var out strings.Builder
	if err := Write(&out, digest); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 9 || lines[0] != "SHA-256    ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Fatalf("got\n%s", &out)
	}
	if want := "PGP words  1  ba7816bf  shadow     indigo       backward   rebellion"; lines[1] != want {
		t.Errorf("first row\n%s, want\n%s", lines[1], want)
	}
	var digits, words []string
	for i, line := range lines[1:] {
		fields := strings.Fields(strings.TrimPrefix(line, "PGP words"))
		if len(fields) != 6 || fields[0] != string(rune('1'+i)) {
			t.Fatalf("row %q", line)
		}
		digits = append(digits, fields[1])
		words = append(words, fields[2:]...)
	}
	if got := strings.Join(digits, ""); got != hex.EncodeToString(digest[:]) {
		t.Errorf("digits %s", got)
	}
	if back, err := pgpwords.Parse(strings.Join(words, " ")); err != nil || string(back) != string(digest[:]) {
		t.Errorf("the words say %x, %v", back, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteReportsALostWrite(t *testing.T) {
	if Write(full{}, ksr.Digest{}) == nil {
		t.Error("a lost write was not reported")
	}
}
