// Package softhsm makes tokens of SoftHSM for tests.
//
// A PKCS#11 module reads its environment once in a process, so all tokens of a
// test process lie in one folder, and tests tell them apart by their labels. A
// module that is in use does not see a new token: a test makes its tokens before
// it opens one, and closes all it opened.
package softhsm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"countersign/internal/testenv"
)

// PIN is the user's PIN of every token made here.
const PIN = "87654321"

// modules are the places where Debian and others have SoftHSM.
var modules = []string{
	"/usr/lib/softhsm/libsofthsm2.so",
	"/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
	"/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
	"/usr/lib64/softhsm/libsofthsm2.so",
	"/usr/lib64/libsofthsm2.so",
	"/usr/local/lib/softhsm/libsofthsm2.so",
}

// Token is one fresh token, without keys.
type Token struct {
	Label   string
	Serial  string
	Module  string // path of the PKCS#11 module
	PINFile string // private file with PIN
	URI     string // by label, without a PIN
	Dir     string // where this process has its tokens
}

// environment is the folder and configuration of this process, made once.
var environment struct {
	sync.Once
	dir string
	err error
}

// Run runs the tests of a package and then removes the tokens: the body of its
// TestMain.
func Run(m *testing.M) (code int) {
	defer func() {
		if environment.dir != "" {
			os.RemoveAll(environment.dir)
		}
	}()
	return m.Run()
}

// New makes a token of that label, or skips the test where SoftHSM is not
// installed (see testenv.Need). Two tokens may have one label. Programs that the
// test starts find the token too: SOFTHSM2_CONF is set in the environment.
func New(t testing.TB, label string) Token {
	t.Helper()
	testenv.Need(t, "softhsm2-util")
	token := Token{Label: label, Module: module(t)}
	environment.Do(setUp)
	if environment.err != nil {
		t.Fatal(environment.err)
	}
	token.Dir = environment.dir
	token.PINFile = filepath.Join(environment.dir, "pin")
	out, err := exec.Command("softhsm2-util", "--module", token.Module, "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN).CombinedOutput()
	if err != nil {
		t.Fatalf("softhsm2-util: %v\n%s", err, out)
	}
	token.Serial = serial(t, token.Module, string(out))
	token.URI = fmt.Sprintf("pkcs11:token=%s?module-path=%s", escape(label), token.Module)
	return token
}

// SerialURI names the token by its serial number.
func (t Token) SerialURI() string {
	return fmt.Sprintf("pkcs11:serial=%s?module-path=%s", t.Serial, t.Module)
}

// Tokens is the folder that holds the files of all tokens.
func (t Token) Tokens() string { return filepath.Join(t.Dir, "tokens") }

func setUp() {
	dir, err := os.MkdirTemp("/dev/shm", "softhsm-") // in memory: a token syncs its files often
	if err != nil {
		dir, err = os.MkdirTemp("", "softhsm-")
	}
	if err != nil {
		environment.err = err
		return
	}
	environment.dir = dir
	conf := fmt.Sprintf("directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n", dir)
	for path, text := range map[string]string{"softhsm2.conf": conf, "pin": PIN + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600); err != nil {
			environment.err = err
			return
		}
	}
	if environment.err = os.Mkdir(filepath.Join(dir, "tokens"), 0o700); environment.err != nil {
		return
	}
	environment.err = os.Setenv("SOFTHSM2_CONF", filepath.Join(dir, "softhsm2.conf"))
}

func module(t testing.TB) string {
	t.Helper()
	for _, path := range modules {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no module of SoftHSM in any known place")
	}
	t.Skip("no module of SoftHSM in any known place")
	return ""
}

// serial is the serial number of the token in the slot that softhsm2-util says
// it used. The slot's number is the end of the serial number.
func serial(t testing.TB, module, out string) string {
	t.Helper()
	_, slot, ok := strings.Cut(strings.TrimSpace(out), "reassigned to slot ")
	if !ok {
		t.Fatalf("softhsm2-util does not say the slot: %s", out)
	}
	list, err := exec.Command("softhsm2-util", "--module", module, "--show-slots").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(list), "Slot "+strings.TrimSpace(slot)+"\n")
	if ok {
		_, after, ok = strings.Cut(after, "Serial number:")
	}
	number, _, _ := strings.Cut(after, "\n")
	if !ok || strings.TrimSpace(number) == "" {
		t.Fatalf("no serial number of slot %s in\n%s", slot, list)
	}
	return strings.TrimSpace(number)
}

// escape writes a label for a URI.
func escape(label string) string {
	var b strings.Builder
	for _, c := range []byte(label) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
