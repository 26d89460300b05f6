package archive

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/faulttest"
)

func filled(t *testing.T) *Archive {
	t.Helper()
	a, err := Read(filepath.Join(t.TempDir(), "skrs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{{"first ksr", "first skr"}, {"second ksr", "second skr"}} {
		if _, err := a.Add([]byte(pair[0]), []byte(pair[1])); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func TestChainReadsBack(t *testing.T) {
	a, err := Read(filled(t).dir)
	if err != nil {
		t.Fatal(err)
	}
	last, ok := a.Last()
	if !ok || len(a.Links()) != 2 || string(last.KSR) != "second ksr" || string(last.SKR) != "second skr" || last.Number != 2 {
		t.Errorf("read %d links, the last %+v", len(a.Links()), last)
	}
	if link, ok := a.FindSKR(sha256.Sum256([]byte("first skr"))); !ok || link.Number != 1 {
		t.Errorf("the first SKR is found as %+v", link)
	}
	if _, ok := a.FindSKR(sha256.Sum256([]byte("first ksr"))); ok {
		t.Error("a KSR is found as an SKR")
	}
}

func TestChangedChainIsRefused(t *testing.T) {
	for name, change := range map[string]func(dir string) error{
		"link missing":  func(dir string) error { return os.RemoveAll(filepath.Join(dir, "0001")) },
		"skr missing":   func(dir string) error { return os.Remove(filepath.Join(dir, "0002", "skr")) },
		"ksr empty":     func(dir string) error { return os.Truncate(filepath.Join(dir, "0001", "ksr"), 0) },
		"stray file":    func(dir string) error { return os.WriteFile(filepath.Join(dir, "0000"), []byte("x"), 0o600) },
		"stray at end":  func(dir string) error { return os.WriteFile(filepath.Join(dir, "notes"), []byte("x"), 0o600) },
		"link repeated": func(dir string) error { return os.Mkdir(filepath.Join(dir, "00011"), 0o755) },
	} {
		a := filled(t)
		if err := change(a.dir); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(a.dir); err == nil {
			t.Errorf("%s: the chain is taken", name)
		}
	}
}

func TestAddIsAllOrNothingAtEveryStep(t *testing.T) {
	faulttest.Each(t, filled,
		func(a *Archive) error {
			_, err := a.Add([]byte("third ksr"), []byte("third skr"))
			return err
		},
		func(t *testing.T, a *Archive, err error) {
			again, readErr := Read(a.dir)
			if readErr != nil {
				t.Fatal(readErr)
			}
			last, _ := again.Last()
			if !strings.HasPrefix(string(last.SKR), "second") && string(last.KSR)+string(last.SKR) != "third ksrthird skr" {
				t.Errorf("the last link holds %q and %q", last.KSR, last.SKR)
			}
			if err == nil && last.Number != 3 {
				t.Error("no error, and the link is not there")
			}
		})
}

func TestAddRemovesWhatAKilledAddLeft(t *testing.T) {
	a := filled(t)
	stale := filepath.Join(a.dir, ".0003.tmp-123")
	if err := os.Mkdir(stale, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stale, "skr"), []byte("an SKR that was never on record"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Add([]byte("third ksr"), []byte("third skr")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
	if again, err := Read(a.dir); err != nil || len(again.Links()) != 3 {
		t.Errorf("the chain has changed: %v", err)
	}
}
