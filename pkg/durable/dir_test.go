package durable_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"countersign/internal/faulttest"
	"countersign/pkg/durable"
)

func TestNewDirIsAllOrNothingAtEveryStep(t *testing.T) {
	files := map[string][]byte{"ksr": oldData, "skr": newData}
	faulttest.Each(t,
		func(t *testing.T) string { return filepath.Join(t.TempDir(), "0001") },
		func(path string) error { return durable.NewDir(path, files) },
		func(t *testing.T, path string, err error) {
			_, statErr := os.Stat(path)
			if err == nil && statErr != nil {
				t.Fatalf("no error, and the directory: %v", statErr)
			}
			if statErr == nil {
				for name, want := range files {
					if got, err := os.ReadFile(filepath.Join(path, name)); err != nil || !bytes.Equal(got, want) {
						t.Errorf("%s holds %q (%v)", name, got, err)
					}
				}
			}
			onlyThese(t, filepath.Dir(path), "0001")
		})
}

func TestNewDirKeepsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "0001")
	if err := durable.NewDir(path, map[string][]byte{"skr": oldData}); err != nil {
		t.Fatal(err)
	}
	if err := durable.NewDir(path, map[string][]byte{"skr": newData}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second one gave %v, want fs.ErrExist", err)
	}
	if got, _ := os.ReadFile(filepath.Join(path, "skr")); !bytes.Equal(got, oldData) {
		t.Errorf("the file was changed to %q", got)
	}
}

func TestLockSweepsTemporaryDirectories(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, ".0001.tmp-123")
	if err := os.Mkdir(stale, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stale, "ksr"), oldData, 0o644); err != nil {
		t.Fatal(err)
	}
	lock, err := durable.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	lock.Unlock()
	if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a temporary directory of a killed writer was left: %v", err)
	}
}

func TestEnsureDirKeepsWhatIsThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	for range 2 {
		if err := durable.EnsureDir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, oldData, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := durable.EnsureDir(file, 0o755); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file in its place gave %v", err)
	}
}
