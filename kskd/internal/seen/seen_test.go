package seen

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/faulttest"
	"countersign/pkg/ksr"
)

var (
	monday  = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	tuesday = monday.AddDate(0, 0, 1)
)

func TestTheFirstTimeStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seen")
	if records, err := Read(dir); err != nil || len(records) != 0 {
		t.Fatalf("an empty memory gives %v, %v", records, err)
	}
	for _, put := range []struct {
		id     string
		digest ksr.Digest
		at     time.Time
	}{{"a", ksr.Digest{1}, monday}, {"a", ksr.Digest{1}, tuesday}, {"a", ksr.Digest{2}, tuesday}, {"", ksr.Digest{3}, tuesday}} {
		if err := Remember(dir, put.id, put.digest, put.at); err != nil {
			t.Fatal(err)
		}
	}
	records, err := Read(dir)
	if err != nil || len(records) != 3 {
		t.Fatalf("%d records, %v; want 3", len(records), err)
	}
	if r := records[0]; r.ID != "a" || r.Digest != (ksr.Digest{1}) || !r.First.Equal(monday) {
		t.Errorf("the first record is %+v", r)
	}
}

func TestChangedRecordIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := Remember(dir, "a", ksr.Digest{1}, monday); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ksr.Digest{1}.String()+suffix)
	for _, text := range []string{"", "{}", "not json"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); err == nil {
			t.Errorf("%q is read as a record", text)
		}
		if err := Remember(dir, "a", ksr.Digest{1}, monday); err == nil {
			t.Errorf("%q is taken as a record", text)
		}
	}
}

func TestRememberFailsWholeAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) string { return filepath.Join(t.TempDir(), "seen") },
		func(dir string) error { return Remember(dir, "a", ksr.Digest{1}, monday) },
		func(t *testing.T, dir string, err error) {
			records, readErr := Read(dir)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if err == nil && len(records) != 1 {
				t.Error("no error, and nothing is remembered")
			}
		})
}

func TestRememberRemovesWhatAKilledOneLeft(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, ".0100.json.tmp-123")
	if err := os.WriteFile(stale, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Remember(dir, "a", ksr.Digest{1}, monday); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}
