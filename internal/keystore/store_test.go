package keystore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/internal/softhsm"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

func TestMain(m *testing.M) { os.Exit(softhsm.Run(m)) }

const exampleCom = rr.Name("\x07example\x03com\x00")

// params are those of a ZSK of ED25519.
func params(label string) dnssec.KeyParams {
	return dnssec.KeyParams{
		Zone: exampleCom, Label: label, Algorithm: dnssec.ED25519, Flags: rr.FlagZone,
		Created: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
	}
}

func refTo(label string) dnssec.KeyRef {
	return dnssec.KeyRef{Label: label, Algorithm: dnssec.ED25519, Flags: rr.FlagZone}
}

// softkeys is the configuration of software keys in a folder of the test's own.
func softkeys(t *testing.T) Config {
	t.Helper()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Config{Directory: filepath.Join(dir, "keys"), PassphraseFile: secret, Algorithm: dnssec.ED25519}
}

// create opens a store that init made.
func create(t *testing.T, c Config) Store {
	t.Helper()
	store, err := Create(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// inBoth runs a test with each of the two stores, empty.
func inBoth(t *testing.T, test func(t *testing.T, store Store)) {
	t.Run("software", func(t *testing.T) { test(t, create(t, softkeys(t))) })
	t.Run("token", func(t *testing.T) {
		token := softhsm.New(t, strings.ReplaceAll(t.Name(), "/", "-")[len("Test"):][:12]+time.Now().Format("150405.000000"))
		test(t, create(t, Config{URI: token.URI, PassphraseFile: token.PINFile, Algorithm: dnssec.ED25519}))
	})
}

// made makes a key that has to be a new one.
func made(t *testing.T, store Store, p dnssec.KeyParams) dnssec.KeyInfo {
	t.Helper()
	info, adopted, err := Make(store, p)
	if err != nil || adopted {
		t.Fatalf("making %s: adopted %t, %v", p.Label, adopted, err)
	}
	return info
}

func TestAKeyIsMadeOnceAndThenAdopted(t *testing.T) {
	inBoth(t, func(t *testing.T, store Store) {
		first := made(t, store, params("zsk"))
		again, adopted, err := Make(store, params("zsk"))
		if err != nil || !adopted || !dnssec.SameKey(again.Key, first.Key) || again.Key.KeyTag() != first.Key.KeyTag() {
			t.Errorf("the second time: %+v, adopted %t, %v", again, adopted, err)
		}
		if infos, err := store.List(); err != nil || len(infos) != 1 {
			t.Errorf("%d keys in the store, %v", len(infos), err)
		}
		signer, err := store.Open(refTo("zsk"))
		if err != nil || !dnssec.SameKey(signer.Key(), first.Key) {
			t.Errorf("opened another key, %v", err)
		}
	})
}

func TestAKeyThatIsNotWhatANewOneWouldBeIsNotAdopted(t *testing.T) {
	rows := map[string]struct {
		software bool // a token does not know it
		change   func(*dnssec.KeyParams, dnssec.KeyInfo)
		want     string
	}{
		"algorithm":   {false, func(p *dnssec.KeyParams, _ dnssec.KeyInfo) { p.Algorithm = dnssec.ECDSAP256SHA256 }, "ECDSAP256SHA256"},
		"flags":       {true, func(p *dnssec.KeyParams, _ dnssec.KeyInfo) { p.Flags = 257 }, "flags"},
		"bits":        {false, func(p *dnssec.KeyParams, _ dnssec.KeyInfo) { p.Bits = 2048 }, "bits"},
		"zone":        {true, func(p *dnssec.KeyParams, _ dnssec.KeyInfo) { p.Zone = rr.Root }, "zone"},
		"tag":         {false, func(p *dnssec.KeyParams, i dnssec.KeyInfo) { p.Avoid = []uint16{1, i.Key.KeyTag()} }, "taken"},
		"revoked tag": {false, func(p *dnssec.KeyParams, i dnssec.KeyInfo) { p.Avoid = []uint16{i.Key.Revoked().KeyTag()} }, "taken"},
	}
	inBoth(t, func(t *testing.T, store Store) {
		info := made(t, store, params("zsk"))
		for name, row := range rows {
			if _, software := store.(directory); row.software && !software {
				continue
			}
			p := params("zsk")
			row.change(&p, info)
			if _, _, err := Make(store, p); err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "zsk") {
				t.Errorf("%s: %v, want an error with %q", name, err, row.want)
			}
		}
		if again, err := Adopt(store, params("zsk")); err != nil || !dnssec.SameKey(again.Key, info.Key) {
			t.Errorf("the key was harmed: %v", err)
		}
	})
}

func TestWhatIsNotThereIsNotAdopted(t *testing.T) {
	inBoth(t, func(t *testing.T, store Store) {
		if _, err := Adopt(store, params("zsk")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "zsk") {
			t.Errorf("got %v", err)
		}
	})
}

// twin is a store that says that another of its keys has the same key tags.
type twin struct{ Store }

func (s twin) List() ([]dnssec.KeyInfo, error) {
	infos, err := s.Store.List()
	for _, info := range slices.Clone(infos) {
		info.Label += "-twin"
		infos = append(infos, info)
	}
	return infos, err
}

func TestAnAdoptedKeyAvoidsTheTagsOfTheStore(t *testing.T) {
	store := create(t, softkeys(t))
	made(t, store, params("zsk"))
	if _, err := Adopt(twin{store}, params("zsk")); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("got %v", err)
	}
}

func TestHalfAKeyIsCompletedOrDestroyed(t *testing.T) {
	c := softkeys(t)
	store := create(t, c)
	info := made(t, store, params("zsk"))
	for _, complete := range []bool{true, false} {
		if err := os.Remove(filepath.Join(c.Directory, "zsk.key")); err != nil {
			t.Fatal(err)
		}
		if complete {
			again, adopted, err := Make(store, params("zsk"))
			if err != nil || !adopted || !dnssec.SameKey(again.Key, info.Key) {
				t.Fatalf("adopted %t, %v", adopted, err)
			}
			continue
		}
		var out strings.Builder
		if err := Destroy(store, refTo("zsk"), false, strings.NewReader("Yes\n"), &out); err != nil || !strings.Contains(out.String(), "half") {
			t.Errorf("%v, said %q", err, &out)
		}
		if left, err := os.ReadDir(c.Directory); err != nil || slices.ContainsFunc(left, func(e fs.DirEntry) bool { return e.Name()[0] != '.' }) {
			t.Errorf("left are %v, %v", left, err)
		}
	}
}

func TestDestroyWantsExactlyYes(t *testing.T) {
	inBoth(t, func(t *testing.T, store Store) {
		made(t, store, params("zsk"))
		for _, answer := range []string{"", "\n", "yes\n", "YES\n", "Yes.\n", " Yes\n", "y\n"} {
			var out strings.Builder
			err := Destroy(store, refTo("zsk"), false, strings.NewReader(answer), &out)
			if !errors.Is(err, cli.ErrNotConfirmed) || !strings.Contains(err.Error(), "zsk") {
				t.Errorf("%q: %v", answer, err)
			}
			for _, want := range []string{"zsk", "Ed25519", "Where it is", "Nothing can be signed"} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q: said %q, without %q", answer, &out, want)
				}
			}
		}
		if _, err := store.Open(refTo("zsk")); err != nil {
			t.Fatalf("the key was harmed: %v", err)
		}
		var out strings.Builder
		if err := Destroy(store, refTo("zsk"), false, strings.NewReader("Yes\n"), &out); err != nil {
			t.Fatal(err)
		}
		if infos, err := store.List(); err != nil || len(infos) != 0 {
			t.Errorf("%d keys are left, %v", len(infos), err)
		}
	})
}

func TestDestroyWithoutAskingHarmsNoOtherKey(t *testing.T) {
	inBoth(t, func(t *testing.T, store Store) {
		made(t, store, params("zsk"))
		made(t, store, params("other"))
		if err := Destroy(store, refTo("missing"), true, nil, &strings.Builder{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("missing: %v", err)
		}
		wrong := refTo("other")
		wrong.Algorithm = dnssec.ECDSAP256SHA256
		if err := Destroy(store, wrong, true, nil, &strings.Builder{}); err == nil {
			t.Error("a key of another algorithm was destroyed")
		}
		if err := Destroy(store, refTo("zsk"), true, nil, &strings.Builder{}); err != nil {
			t.Fatal(err)
		}
		infos, err := store.List()
		if err != nil || len(infos) != 1 || infos[0].Label != "other" {
			t.Errorf("left are %+v, %v", infos, err)
		}
	})
}

func TestSoftwareStoreNeedsItsDirectoryAndPassphrase(t *testing.T) {
	c := softkeys(t)
	if _, err := Open(c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without the directory: %v", err)
	}
	made(t, create(t, c), params("zsk"))

	store, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(refTo("zsk")); err != nil {
		t.Error(err)
	}
	store.Close()

	if err := os.WriteFile(c.PassphraseFile, []byte("wrong horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store = create(t, c) // the directory may be there already
	if _, err := store.Open(refTo("zsk")); err == nil || strings.Contains(err.Error(), "horse") {
		t.Errorf("with the wrong passphrase: %v", err)
	}
	if err := os.Chmod(c.PassphraseFile, 0o644); err != nil {
		t.Fatal(err)
	}
	store = create(t, c)
	if _, err := store.Open(refTo("zsk")); err == nil || !strings.Contains(err.Error(), "0644") {
		t.Errorf("with a passphrase that all can read: %v", err)
	}
}

func TestATokenThatIsNotThereIsAnError(t *testing.T) {
	token := softhsm.New(t, "there")
	for name, c := range map[string]Config{
		"label": {URI: strings.Replace(token.URI, "there", "elsewhere", 1), PassphraseFile: token.PINFile},
		"PIN":   {URI: token.URI, PassphraseFile: filepath.Join(t.TempDir(), "none")},
	} {
		store, err := Create(c)
		if err == nil {
			store.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "token") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
