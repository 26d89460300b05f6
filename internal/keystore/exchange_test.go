package keystore

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/softhsm"
	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

func zskParams(label string) dnssec.KeyParams {
	return dnssec.KeyParams{Zone: rr.Root, Label: label, Algorithm: dnssec.ECDSAP256SHA256, Flags: rr.FlagZone, Created: time.Unix(1800000000, 0).UTC()}
}

// software is a fresh directory of software keys.
func software(t *testing.T) Store {
	t.Helper()
	dir := t.TempDir()
	secret := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(secret, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := Create(Config{Directory: filepath.Join(dir, "keys"), PassphraseFile: secret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func TestExportedKeyComesBackTheSame(t *testing.T) {
	from, to := software(t), software(t)
	want, err := from.Generate(zskParams("a"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	stem, err := Export(from, dnssec.KeyRef{Label: "a"}, dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(stem + ".private"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the private file: %v, %v", info, err)
	}
	got, err := Import(to, zskParams("b"), stem+".private")
	if err != nil {
		t.Fatal(err)
	}
	if !dnssec.SameKey(got.Key, want.Key) {
		t.Error("another key came back")
	}
	wrong := zskParams("c")
	wrong.Zone = "\x03com\x00"
	if _, err := Import(to, wrong, stem+".private"); err == nil {
		t.Error("a key of another zone was taken")
	}
	if _, err := Export(from, dnssec.KeyRef{Label: "a"}, filepath.Join(dir, "none")); err == nil {
		t.Error("exported into a directory that does not exist")
	}
}

func TestTokenTakesPEMAndGivesNothing(t *testing.T) {
	testenv.Need(t, "openssl")
	token := softhsm.New(t, "exchange")
	pem := filepath.Join(t.TempDir(), "key.pem")
	if out, err := exec.Command("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", pem).CombinedOutput(); err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	store, err := Open(Config{URI: token.URI, PassphraseFile: token.PINFile})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	info, err := Import(store, zskParams("a"), pem)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := store.Open(dnssec.KeyRef{Label: "a", Algorithm: dnssec.ECDSAP256SHA256, Flags: rr.FlagZone})
	if err != nil || !dnssec.SameKey(signer.Key(), info.Key) {
		t.Errorf("the key opens as %v, %v", signer, err)
	}
	if _, err := Import(store, zskParams("b"), "Kexample.+013+00001.private"); err == nil || !strings.Contains(err.Error(), "PEM") {
		t.Errorf("BIND's pair: %v", err)
	}
	if _, err := Export(store, dnssec.KeyRef{Label: "a"}, t.TempDir()); err == nil || !strings.Contains(err.Error(), "token") {
		t.Errorf("Export gives %v", err)
	}
}
