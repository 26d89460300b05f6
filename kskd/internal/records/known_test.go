package records

import (
	"os"
	"path/filepath"
	"testing"

	"countersign/pkg/policy"
)

// What was signed is not forgotten with the note that it was seen.
func TestSignedIsKnownWithoutBeingSeen(t *testing.T) {
	_, dir, first, _ := filled(t)
	if err := os.RemoveAll(filepath.Join(dir, "seen")); err != nil {
		t.Fatal(err)
	}
	r, err := Read(dir, zone())
	if err != nil {
		t.Fatal(err)
	}
	known, err := r.Known()
	want := policy.KnownRequest{ID: first.ID, Digest: first.Digest, Signed: true}
	if err != nil || len(known) != 1 || known[0] != want {
		t.Errorf("known are %v, %v; want %v", known, err, want)
	}
}
