package zonefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

const exampleCom = rr.Name("\x07example\x03com\x00")

const apex = `$TTL 3600
@ SOA ns.example.com. host.example.com. 1 7200 3600 1209600 3600
@ NS ns.example.com.
ns A 192.0.2.1
`

// folder is a folder with files, below another folder with a file outside it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	outside := t.TempDir()
	dir := filepath.Join(outside, "zones")
	files["../outside"] = "stolen A 192.0.2.9\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestIncludedFilesAreBesideTheZoneFileOrBelow(t *testing.T) {
	dir := folder(t, map[string]string{
		"zone":      apex + "$INCLUDE more\n$INCLUDE parts/deep\n",
		"more":      "a A 192.0.2.2\n",
		"parts/all": "b A 192.0.2.3\n",
	})
	// A link that stays within the folder is as good as a file.
	if err := os.Symlink("all", filepath.Join(dir, "parts/deep")); err != nil {
		t.Fatal(err)
	}
	z, warnings, err := Read(filepath.Join(dir, "zone"), exampleCom)
	if err != nil || len(warnings) != 0 {
		t.Fatal(err, warnings)
	}
	for _, name := range []rr.Name{"\x01a" + exampleCom, "\x01b" + exampleCom} {
		if _, ok := z.Find(name); !ok {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestNoIncludeLeavesTheFolder(t *testing.T) {
	for name, include := range map[string]string{
		"parent":          "../outside",
		"through a child": "parts/../../outside",
		"absolute":        "ABSOLUTE",
		"link":            "link",
		"absolute link":   "absolutelink",
		"link to parent":  "up/outside",
		"the folder":      ".",
		"missing":         "missing",
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{"zone": "", "parts/empty": ""})
			outside := filepath.Join(filepath.Dir(dir), "outside")
			for link, target := range map[string]string{"link": "../outside", "absolutelink": outside, "up": ".."} {
				if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
					t.Fatal(err)
				}
			}
			text := apex + "$INCLUDE " + strings.Replace(include, "ABSOLUTE", outside, 1) + "\n"
			if err := os.WriteFile(filepath.Join(dir, "zone"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			z, _, err := Read(filepath.Join(dir, "zone"), exampleCom)
			if err == nil {
				t.Fatalf("read a zone of %d names", z.Len())
			}
			if !strings.Contains(err.Error(), "5") || strings.Contains(err.Error(), "192.0.2.9") {
				t.Errorf("%v: want the line, and nothing of the file", err)
			}
		})
	}
}

func TestAllFaultsOfAZoneAreReturned(t *testing.T) {
	dir := folder(t, map[string]string{"zone": apex + "a A 999\nb A 192.0.2\n"})
	path := filepath.Join(dir, "zone")
	_, _, err := Read(path, exampleCom)
	var faults zone.Faults
	if !errors.As(err, &faults) || len(faults) != 2 || !strings.Contains(err.Error(), path) {
		t.Errorf("%d faults in %v", len(faults), err)
	}
}

func TestAMissingZoneFileIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "zone")
	if _, _, err := Read(path, exampleCom); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestStandardInputIncludesNothing(t *testing.T) {
	for _, row := range []struct {
		text string
		ok   bool
	}{{apex, true}, {apex + "$INCLUDE zonefile.go\n", false}} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, row.text)
		w.Close()
		before := os.Stdin
		os.Stdin = r
		_, _, err = Read("-", exampleCom)
		os.Stdin = before
		r.Close()
		if (err == nil) != row.ok {
			t.Errorf("%q: %v", row.text, err)
		}
	}
}

func TestAPipeIsReadToItsEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	go os.WriteFile(path, []byte(apex), 0)
	if _, _, err := Read(path, exampleCom); err != nil {
		t.Error(err)
	}
}

func TestAFileThatChangesWhileItIsReadIsRefused(t *testing.T) {
	for name, change := range map[string]func(string) error{
		"longer": func(path string) error {
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString("b A 192.0.2.2\n")
			return err
		},
		"shorter": func(path string) error { return os.Truncate(path, int64(len(apex))) },
		"touched": func(path string) error { return os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "zone")
			if err := os.WriteFile(path, []byte(apex+"$INCLUDE x\na A 192.0.2.2\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			options := zone.ParseOptions{Origin: exampleCom, Name: path, Include: func(string) ([]byte, error) { return nil, change(path) }}
			if _, _, err := read(f, options); err == nil || !strings.Contains(err.Error(), "changed while it was read") {
				t.Errorf("got %v", err)
			}
		})
	}
}
