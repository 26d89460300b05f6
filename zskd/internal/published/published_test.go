package published

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/faulttest"
)

var moment = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

func TestSerialReadsBack(t *testing.T) {
	dir := t.TempDir()
	if serial, err := Serial(dir); err != nil || serial != nil {
		t.Fatalf("before the first: %v, %v", serial, err)
	}
	for _, want := range []uint32{2026112200, 0, 1<<32 - 1} {
		if err := Save(dir, want, moment); err != nil {
			t.Fatal(err)
		}
		if got, err := Serial(dir); err != nil || got == nil || *got != want {
			t.Errorf("read %v, %v; want %d", got, err, want)
		}
	}
}

func TestDamagedFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "serial: -1\nat: 2026-11-22T05:00:00Z\n", "serial: 4294967296\nat: 2026-11-22T05:00:00Z\n", "serial: 1\nserial: 2\n", "{}\n", "~\n", "at: 2026-11-22T05:00:00Z\n", "serial: 1\n"} {
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if serial, err := Serial(dir); err == nil {
			t.Errorf("%q is read as %d", text, *serial)
		}
	}
}

func TestSaveLeavesOldOrNewAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) string {
			dir := t.TempDir()
			if err := Save(dir, 1, moment); err != nil {
				t.Fatal(err)
			}
			return dir
		},
		func(dir string) error { return Save(dir, 2, moment) },
		func(t *testing.T, dir string, err error) {
			got, readErr := Serial(dir)
			if readErr != nil || got == nil {
				t.Fatalf("read %v, %v", got, readErr)
			}
			if *got != 1 && *got != 2 || err == nil && *got != 2 {
				t.Errorf("error %v, and the serial is %d", err, *got)
			}
		})
}
