package durable_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"countersign/internal/faulttest"
	"countersign/pkg/durable"
)

var oldData, newData = []byte("the old document\n"), []byte("the new document, which is longer\n")

func TestWriteNewFailsWholeAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) string { return filepath.Join(t.TempDir(), "key.pem") },
		func(path string) error { return durable.WriteNew(path, newData, 0o600) },
		func(t *testing.T, path string, err error) {
			got, readErr := os.ReadFile(path)
			switch {
			case err == nil && !bytes.Equal(got, newData):
				t.Errorf("no error, and the file holds %q (%v)", got, readErr)
			case err != nil && !errors.Is(err, durable.ErrInjected):
				t.Errorf("unexpected error: %v", err)
			case err != nil && !errors.Is(readErr, fs.ErrNotExist):
				t.Errorf("error %v, and the file is still there with %q", err, got)
			}
			onlyThese(t, filepath.Dir(path), "key.pem")
		})
}

func TestReplaceLeavesOldOrNewAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "state.json")
			if err := durable.WriteNew(path, oldData, 0o640); err != nil {
				t.Fatal(err)
			}
			return path
		},
		func(path string) error { return durable.Replace(path, newData, 0o640) },
		func(t *testing.T, path string, err error) {
			got, readErr := os.ReadFile(path)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if err == nil && !bytes.Equal(got, newData) {
				t.Errorf("no error, and the file holds %q", got)
			}
			if !bytes.Equal(got, oldData) && !bytes.Equal(got, newData) {
				t.Errorf("the file holds neither document: %q", got)
			}
			onlyThese(t, filepath.Dir(path), "state.json")
		})
}

// inPieces writes data in pieces of several buffers together, and then says err.
func inPieces(data []byte, err error) func(io.Writer) error {
	return func(w io.Writer) error {
		for piece := range slices.Chunk(data, 100_000) {
			if _, err := w.Write(piece); err != nil {
				return err
			}
		}
		return err
	}
}

var longData = bytes.Repeat([]byte("a line of a long document\n"), 40_000)

func TestReplaceFromLeavesOldOrNewAtEveryStep(t *testing.T) {
	writes := 0
	faulttest.Each(t,
		func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "zone")
			if err := durable.WriteNew(path, oldData, 0o644); err != nil {
				t.Fatal(err)
			}
			return path
		},
		func(path string) error {
			writes++
			return durable.ReplaceFrom(path, 0o644, inPieces(longData, nil))
		},
		func(t *testing.T, path string, err error) {
			got, readErr := os.ReadFile(path)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if err == nil && !bytes.Equal(got, longData) {
				t.Errorf("no error, and the file holds %d octets", len(got))
			}
			if !bytes.Equal(got, oldData) && !bytes.Equal(got, longData) {
				t.Errorf("the file holds neither document, but %d octets", len(got))
			}
			onlyThese(t, filepath.Dir(path), "zone")
		})
	if writes < 2*(1+4+3) { // create, several writes, sync, rename, dirsync, each failed in two ways
		t.Errorf("only %d walks: the data went out in one write", writes)
	}
}

func TestWriteNewFromFailsWholeAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) string { return filepath.Join(t.TempDir(), "zone") },
		func(path string) error { return durable.WriteNewFrom(path, 0o644, inPieces(longData, nil)) },
		func(t *testing.T, path string, err error) {
			got, readErr := os.ReadFile(path)
			switch {
			case err == nil && !bytes.Equal(got, longData):
				t.Errorf("no error, and the file holds %d octets (%v)", len(got), readErr)
			case err != nil && !errors.Is(err, durable.ErrInjected):
				t.Errorf("unexpected error: %v", err)
			case err != nil && !errors.Is(readErr, fs.ErrNotExist):
				t.Errorf("error %v, and the file is still there with %d octets", err, len(got))
			}
			onlyThese(t, filepath.Dir(path), "zone")
		})
}

func TestErrorOfTheWriterLeavesAllAsItWas(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "zone")
	if err := durable.WriteNew(path, oldData, 0o644); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("no more to write")
	for _, data := range [][]byte{nil, newData, longData} {
		if err := durable.ReplaceFrom(path, 0o644, inPieces(data, cause)); !errors.Is(err, cause) {
			t.Errorf("ReplaceFrom gave %v", err)
		}
		if err := durable.WriteNewFrom(filepath.Join(dir, "new"), 0o644, inPieces(data, cause)); !errors.Is(err, cause) {
			t.Errorf("WriteNewFrom gave %v", err)
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, oldData) {
			t.Errorf("the file was changed to %d octets", len(got))
		}
		onlyThese(t, dir, "zone")
	}
}

func TestRemoveAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "gone")
			if err := durable.WriteNew(path, oldData, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		},
		durable.Remove,
		func(t *testing.T, path string, err error) {
			_, statErr := os.Stat(path)
			if err == nil && !errors.Is(statErr, fs.ErrNotExist) {
				t.Error("no error, and the file is there")
			}
		})
}

func TestMakeDirAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) string { return filepath.Join(t.TempDir(), "keys") },
		func(path string) error { return durable.MakeDir(path, 0o700) },
		func(t *testing.T, path string, err error) {
			_, statErr := os.Stat(path)
			if (err == nil) != (statErr == nil) {
				t.Errorf("error %v, and the directory: %v", err, statErr)
			}
		})
}

func onlyThese(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		found := false
		for _, name := range names {
			found = found || entry.Name() == name
		}
		if !found {
			t.Errorf("%s was left behind", entry.Name())
		}
	}
}

func TestUndoThatFailsIsSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	defer durable.Inject(func(op durable.Op, _ string) durable.Effect {
		if op == durable.OpSync || op == durable.OpRemove {
			return durable.Fail
		}
		return durable.Proceed
	})()
	err := durable.WriteNew(path, newData, 0o600)
	if err == nil || !strings.Contains(err.Error(), "could not be removed again") {
		t.Errorf("got %v", err)
	}
}

func TestWriteNewKeepsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := durable.WriteNew(path, oldData, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := durable.WriteNew(path, newData, 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second write gave %v, want fs.ErrExist", err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, oldData) {
		t.Errorf("the file was changed to %q", got)
	}
}

func TestModeIsExactWhateverTheUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	dir := t.TempDir()
	for name, write := range map[string]func(string) error{
		"new":     func(p string) error { return durable.WriteNew(p, newData, 0o644) },
		"replace": func(p string) error { return durable.Replace(p, newData, 0o644) },
	} {
		path := filepath.Join(dir, name)
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o644 {
			t.Errorf("%s: mode %04o, want 0644", name, info.Mode().Perm())
		}
	}
}

func TestReadPrivateRefuses(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := durable.WriteNew(secret, []byte("swordfish\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := durable.ReadPrivate(secret, 10); err != nil || string(got) != "swordfish\n" {
		t.Fatalf("a good file gave %q, %v", got, err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(secret, link); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(dir, "open")
	if err := durable.WriteNew(open, []byte("swordfish\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, want string }{
		{"symbolic link", link, "symbolic link"},
		{"pipe", pipe, "not a regular file"},
		{"directory", dir, "not a regular file"},
		{"group may read", open, "permissions 0640"},
	} {
		for check, err := range map[string]error{"CheckPrivate": durable.CheckPrivate(c.path), "ReadPrivate": second(durable.ReadPrivate(c.path, 100))} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %s gave %v, want %q", c.name, check, err, c.want)
			}
		}
	}
	_, err := durable.ReadPrivate(secret, 9)
	if err == nil || !strings.Contains(err.Error(), "longer") || strings.Contains(err.Error(), "swordfish") {
		t.Errorf("a long file gave %v", err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(open, 1, 1); err != nil {
			t.Fatal(err)
		}
		os.Chmod(open, 0o600)
		if err := durable.CheckPrivate(open); err == nil || !strings.Contains(err.Error(), "another user") {
			t.Errorf("a file of another user gave %v", err)
		}
	}
}

func second(_ []byte, err error) error { return err }

func TestCheckPrivateDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if err := durable.MakeDir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.CheckPrivateDir(dir); err != nil {
		t.Errorf("0700: %v", err)
	}
	os.Chmod(dir, 0o750)
	if err := durable.CheckPrivateDir(dir); err == nil {
		t.Error("0750 was accepted")
	}
}

func TestLockNamesTheHolderAndSweeps(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, ".state.json.tmp-12345")
	if err := os.WriteFile(stale, newData[:5], 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := durable.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("a temporary file of a killed writer was left")
	}
	_, err = durable.Lock(dir)
	want := fmt.Sprintf("is in use by process %d", os.Getpid())
	if !errors.Is(err, durable.ErrLocked) || !strings.Contains(err.Error(), want) {
		t.Errorf("a second lock gave %v, want %q", err, want)
	}
	first.Unlock()
	first.Unlock()
	again, err := durable.Lock(dir)
	if err != nil {
		t.Fatalf("after Unlock: %v", err)
	}
	again.Unlock()
}

// TestFaultEnvironment runs a program that is built with the tag faultinject,
// kills it at every step, and looks at what it left.
func TestFaultEnvironment(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "replace")
	build := exec.Command("go", "build", "-tags", "faultinject", "-o", program, "./testdata/replace")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	for _, way := range []string{"fail", "lost", "kill"} {
		strikes := 0
		for n := 1; ; n++ {
			path := filepath.Join(dir, fmt.Sprintf("%s-%d", way, n))
			if err := durable.WriteNew(path, oldData, 0o600); err != nil {
				t.Fatal(err)
			}
			run := exec.Command(program, path, string(newData))
			run.Env = append(os.Environ(), fmt.Sprintf("COUNTERSIGN_FAULT=%d:%s", n, way))
			out, err := run.CombinedOutput()
			got, readErr := os.ReadFile(path)
			if readErr != nil || !bytes.Equal(got, oldData) && !bytes.Equal(got, newData) {
				t.Errorf("step %d %s left %q (%v)", n, way, got, readErr)
			}
			if !strings.Contains(string(out), "injected fault") {
				if err != nil {
					t.Errorf("no fault, and the program failed: %v\n%s", err, out)
				}
				break
			}
			strikes++
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("step %d %s: the program reported success", n, way)
			}
			if killed := exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL; killed != (way == "kill") {
				t.Errorf("step %d %s: ended with %v", n, way, exit)
			}
		}
		if strikes != 5 { // create, write, sync, rename, dirsync
			t.Errorf("%s struck %d steps, want 5", way, strikes)
		}
	}
	run := exec.Command(program, filepath.Join(dir, "x"), "y")
	run.Env = append(os.Environ(), "COUNTERSIGN_FAULT=first:kill")
	if out, err := run.CombinedOutput(); err == nil || !strings.Contains(string(out), "want N:fail") {
		t.Errorf("a value that is not understood gave %v, %s", err, out)
	}
}
