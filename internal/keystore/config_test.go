package keystore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/cli"
	"countersign/pkg/dnssec"
	"countersign/pkg/keyfile"
)

const uri = "pkcs11:token=a?module-path=/m.so"

func TestParseTakesSoftkeysOrTheURIOfAToken(t *testing.T) {
	for text, want := range map[string]Config{"softkeys": {Directory: "keys"}, uri: {URI: uri}} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "Softkeys", "keys", "pkcs11", "pkcs11:", "pkcs11:token=a", "pkcs11:slot-id=0?module-path=/m.so", "PKCS11:token=a?module-path=/m.so"} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
}

func TestCheckTakesTheSizesThatStoresMake(t *testing.T) {
	for _, f := range []File{
		{Directory: "keys", Algorithm: "RSASHA256", Bits: 2048},
		{Directory: "keys", Algorithm: "RSASHA512", Bits: 4096},
		{URI: uri, Algorithm: "8", Bits: 3072},
		{Directory: "keys", Algorithm: "ECDSAP256SHA256"},
		{URI: uri, Algorithm: "ECDSAP384SHA384", Sessions: 64},
		{Directory: "keys", Algorithm: "ED25519"},
	} {
		c, err := f.Check("dir")
		if err != nil {
			t.Errorf("%+v: %v", f, err)
			continue
		}
		p := dnssec.KeyParams{Zone: "\x00", Algorithm: c.Algorithm, Bits: c.Bits, Flags: 256}
		if err := p.CheckBits(); err != nil {
			t.Errorf("%+v: no store makes that: %v", f, err)
		}
	}
}

func TestCheckRefusesAndNamesTheKey(t *testing.T) {
	for name, row := range map[string]struct {
		f    File
		want string
	}{
		"no store":     {File{Algorithm: "ED25519"}, "neither directory nor uri"},
		"two stores":   {File{Directory: "keys", URI: uri, Algorithm: "ED25519"}, "both directory and uri"},
		"no algorithm": {File{Directory: "keys"}, "algorithm"},
		"SHA-1":        {File{Directory: "keys", Algorithm: "RSASHA1", Bits: 2048}, "algorithm"},
		"Ed448":        {File{Directory: "keys", Algorithm: "ED448"}, "algorithm"},
		"no bits":      {File{Directory: "keys", Algorithm: "RSASHA256"}, "bits"},
		"too few":      {File{Directory: "keys", Algorithm: "RSASHA256", Bits: 2040}, "bits"},
		"too many":     {File{Directory: "keys", Algorithm: "RSASHA256", Bits: 4104}, "bits"},
		"odd":          {File{Directory: "keys", Algorithm: "RSASHA256", Bits: 2050}, "bits"},
		"ECDSA bits":   {File{Directory: "keys", Algorithm: "ECDSAP256SHA256", Bits: 256}, "bits"},
		"no backend":   {File{Directory: "keys", Backend: "openssl", Algorithm: "ED25519"}, "backend"},
		"backend URI":  {File{URI: uri, Backend: "auto", Algorithm: "ED25519"}, "backend"},
		"negative":     {File{URI: uri, Sessions: -1, Algorithm: "ED25519"}, "sessions"},
		"65 sessions":  {File{URI: uri, Sessions: 65, Algorithm: "ED25519"}, "sessions"},
		"no token":     {File{Directory: "keys", Sessions: 2, Algorithm: "ED25519"}, "sessions"},
		"bad URI":      {File{URI: "pkcs11:token=a;object=b?module-path=/m.so", Algorithm: "ED25519"}, "uri"},
	} {
		if c, err := row.f.Check("dir"); err == nil || !strings.Contains(err.Error(), "keys: ") || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %+v, %v; want an error with %q", name, c, err, row.want)
		}
	}
}

func TestTheBackendIsAutoUnlessTheFileSays(t *testing.T) {
	for text, want := range map[string]keyfile.Backend{"": keyfile.Auto, "auto": keyfile.Auto, "go": keyfile.Go, "libcrypto": keyfile.Libcrypto} {
		if want.Check() != nil {
			continue
		}
		c, err := File{Directory: "keys", Backend: text, Algorithm: "ED25519"}.Check("dir")
		if err != nil || c.Backend != want {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
}

func TestWithoutLibcryptoTheConfigurationCannotAskForIt(t *testing.T) {
	if keyfile.Libcrypto.Check() == nil {
		t.Skip("libcrypto is built in")
	}
	_, err := File{Directory: "keys", Backend: "libcrypto", Algorithm: "ED25519"}.Check("dir")
	if !errors.Is(err, keyfile.ErrNoLibcrypto) {
		t.Errorf("%v", err)
	}
	var report strings.Builder
	cli.Report(&report, "zskd", err)
	if !strings.Contains(report.String(), "hint: ") {
		t.Errorf("no hint in %q", &report)
	}
}

func TestPathsAreRelativeToTheFolderOfTheFile(t *testing.T) {
	c, err := File{Directory: "keys", PassphraseFile: "/etc/secret", Algorithm: "ED25519"}.Check("dir")
	if err != nil || c.Directory != filepath.Join("dir", "keys") || c.PassphraseFile != "/etc/secret" {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = File{URI: uri, PassphraseFile: "secret", Algorithm: "ED25519"}.Check("dir")
	if err != nil || c.Directory != "" || c.PassphraseFile != filepath.Join("dir", "secret") {
		t.Errorf("%+v, %v", c, err)
	}
}

// The passphrase file is given on the command line, relative to the working
// directory, and written to a file that says "relative to this file".
func TestThePathOfThePassphraseFileIsTheSameFromTheFile(t *testing.T) {
	work := t.TempDir()
	t.Chdir(work)
	work, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{
		"":                 "",
		"secret":           filepath.Join(work, "secret"),
		"dir/secret":       "secret",
		"dir/../secret":    filepath.Join(work, "secret"),
		work + "/dir/a/b":  "a/b",
		"/etc/secret":      "/etc/secret",
		work + "/dirt/one": filepath.Join(work, "dirt/one"),
	} {
		c, err := Config{Directory: "keys", PassphraseFile: given}.RelativeTo("dir")
		if err != nil || c.PassphraseFile != want || c.Directory != "keys" {
			t.Errorf("%q becomes %+v, %v; want %q", given, c, err, want)
			continue
		}
		under, err := c.Under("dir")
		if err != nil || under.Directory != "dir/keys" {
			t.Errorf("%q: %+v, %v", given, under, err)
		}
		if got, _ := filepath.Abs(under.PassphraseFile); given != "" && got != filepath.Join(work, strings.TrimPrefix(given, work)) && got != given {
			t.Errorf("%q is found again as %s", given, got)
		}
	}
}
