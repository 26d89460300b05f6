package keyfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"countersign/internal/testenv"
)

func TestPassphraseFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pass")
	for text, want := range map[string]string{"sesame": "sesame", "sesame\n": "sesame", "sesame\n\n": "sesame\n", " sesame ": " sesame "} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := PassphraseFile(path)(); err != nil || string(got) != want {
			t.Errorf("%q gave %q, %v", text, got, err)
		}
	}
	os.WriteFile(path, []byte("\n"), 0o600)
	if _, err := PassphraseFile(path)(); err == nil {
		t.Error("an empty passphrase was accepted")
	}
	os.WriteFile(path, []byte("sesame"), 0o600)
	os.Chmod(path, 0o604)
	if _, err := PassphraseFile(path)(); err == nil || !strings.Contains(err.Error(), "0604") || strings.Contains(err.Error(), "sesame") {
		t.Errorf("a file that others may read: %v", err)
	}
}

func TestPassphraseTerminal(t *testing.T) {
	for _, c := range []struct {
		name, typed string
		twice       bool
		want        string
		wantErr     string
	}{
		{"once", "sesame\n", false, "sesame", ""},
		{"twice", "sesame\nsesame\n", true, "sesame", ""},
		{"twice and different", "sesame\nsimsim\n", true, "", "differ"},
		{"nothing", "\n", false, "", "nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			master, terminal := pseudoTerminal(t)
			go func() {
				// Each line is typed when it is asked for.
				buffer := make([]byte, 4096)
				shown := ""
				for _, line := range strings.SplitAfter(c.typed, "\n") {
					for line != "" && !strings.HasSuffix(shown, ": ") {
						n, err := master.Read(buffer)
						if err != nil {
							return
						}
						shown += string(buffer[:n])
					}
					shown = ""
					master.WriteString(line)
				}
			}()
			got, err := PassphraseTerminal(terminal, "Passphrase", c.twice)()
			if string(got) != c.want || (err == nil) != (c.wantErr == "") || err != nil && !strings.Contains(err.Error(), c.wantErr) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := PassphraseTerminal(file, "Passphrase", false)(); err == nil {
		t.Error("a file was taken for a terminal")
	}
}

// pseudoTerminal opens a terminal whose keyboard and screen is master.
func pseudoTerminal(t *testing.T) (master, terminal *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		testenv.Missing(t, "no pseudo terminals: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	var unlock, number uint32
	for request, argument := range map[uintptr]*uint32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(argument))); errno != 0 {
			testenv.Missing(t, "no pseudo terminals: %v", errno)
		}
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		testenv.Missing(t, "no pseudo terminals: %v", err)
	}
	t.Cleanup(func() { terminal.Close() })
	return master, terminal
}

func TestRememberAsksOnce(t *testing.T) {
	asked := 0
	remembered, forget := Remember(func() ([]byte, error) {
		if asked++; asked == 1 {
			return nil, errors.New("not now")
		}
		return []byte("sesame"), nil
	})
	if _, err := remembered(); err == nil {
		t.Error("the error was lost")
	}
	for range 2 {
		got, err := remembered()
		if err != nil || string(got) != "sesame" {
			t.Errorf("got %q, %v", got, err)
		}
		clear(got) // the taker clears its copy
	}
	if asked != 2 {
		t.Errorf("asked %d times, want 2", asked)
	}
	forget()
	if remembered(); asked != 3 {
		t.Error("not asked again after forget")
	}
}
