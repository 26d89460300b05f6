package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/keystore"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// save writes a configuration file in a folder of its own.
func save(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWrittenConfigurationReadsBackEqual(t *testing.T) {
	const uri = "pkcs11:serial=0123?module-path=/m.so"
	for name, row := range map[string]struct {
		zone rr.Name
		keys keystore.Config
	}{
		"root with RSA":     {rr.Root, keystore.Config{Directory: "keys", Algorithm: dnssec.RSASHA512, Bits: 4096}},
		"token":             {"\x07example\x03com\x00", keystore.Config{URI: uri, PassphraseFile: "pin", Algorithm: dnssec.ECDSAP256SHA256}},
		"escapes in a name": {"\x04a.b\"\x00", keystore.Config{Directory: "keys", Algorithm: dnssec.ED25519}},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := Write(Template{Zone: row.zone, Keys: row.keys})
			if err != nil {
				t.Fatal(err)
			}
			path := save(t, string(text))
			got, err := Load(path)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			dir := filepath.Dir(path)
			keys, err := row.keys.Under(dir)
			if err != nil {
				t.Fatal(err)
			}
			want := Config{
				Zone: row.zone, Keys: keys,
				Limits: filepath.Join(dir, "limits.yaml"),
				KSKs:   filepath.Join(dir, "ksks.yaml"),
				State:  filepath.Join(dir, "state"),
			}
			if *got != want {
				t.Errorf("read %+v, want %+v", *got, want)
			}
		})
	}
}

const good = `zone: .
limits: limits.yaml
ksks: /etc/ksks.yaml
state: ../state
keys:
  directory: keys
  algorithm: ED25519
`

func TestPathsAreRelativeToTheFile(t *testing.T) {
	path := save(t, good)
	dir := filepath.Dir(path)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Zone: rr.Root, Limits: filepath.Join(dir, "limits.yaml"), KSKs: "/etc/ksks.yaml", State: filepath.Join(filepath.Dir(dir), "state"),
		Keys: keystore.Config{Directory: filepath.Join(dir, "keys"), Algorithm: dnssec.ED25519},
	}
	if *c != want {
		t.Errorf("read %+v, want %+v", *c, want)
	}
}

func TestEachFaultNamesTheFileAndTheKey(t *testing.T) {
	for name, row := range map[string]struct{ old, new, want string }{
		"no zone":        {"zone: .\n", "", "zone"},
		"relative zone":  {"zone: .", "zone: com", "zone"},
		"no limits":      {"limits: limits.yaml", "", "limits is not set"},
		"no plan":        {"ksks: /etc/ksks.yaml", "", "ksks is not set"},
		"no state":       {"state: ../state", "state: ''", "state is not set"},
		"no key store":   {"  directory: keys\n", "", "keys: neither"},
		"bits":           {"ED25519", "ED25519\n  bits: 256", "keys: bits"},
		"of the other":   {"state:", "trust_anchor: a\nstate:", "line 4"},
		"repeated key":   {"state:", "zone: com.\nstate:", "line 4"},
		"no map":         {good, "- zone\n", "line 1"},
		"empty":          {good, "", "empty"},
		"two documents":  {"keys:", "---\nkeys:", "more than one document"},
		"no algorithm":   {"  algorithm: ED25519\n", "", "keys: algorithm"},
		"PIN in the URI": {"directory: keys", "uri: pkcs11:token=a?module-path=/m.so&pin-value=1", "keys: uri"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, row.old, row.new, 1)
			if text == good {
				t.Fatal("nothing was changed")
			}
			path := save(t, text)
			_, err := Load(path)
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want an error with %s and %q", err, path, row.want)
			}
		})
	}
}
