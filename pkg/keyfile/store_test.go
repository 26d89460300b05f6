package keyfile

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/faulttest"
	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/rr"
)

// keySetSignature signs the DNSKEY RRset of one key with it and verifies that.
func keySetSignature(t *testing.T, signer dnssec.Signer) []byte {
	t.Helper()
	set := dnssec.KeySet(exampleCom, 172800, []rr.DNSKEY{signer.Key()})
	sig, err := dnssec.Sign(set, signer, dnssec.Params{
		Inception: created, Expiration: created.Add(21 * 24 * time.Hour), SignerName: exampleCom, KeyTag: signer.Key().KeyTag(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := dnssec.Verify(set, &sig, signer.Key()); err != nil {
		t.Fatal(err)
	}
	return sig.Signature
}

func TestGeneratedKeysSignAlike(t *testing.T) {
	for _, algorithm := range algorithms {
		t.Run(dnssec.AlgorithmName(algorithm), func(t *testing.T) {
			s := newStore(t)
			p := params(algorithm)
			p.TestOnly = true
			info, err := s.Generate(p)
			if err != nil {
				t.Fatal(err)
			}
			if !info.TestOnly || !info.Created.Equal(created) || info.Zone != exampleCom || info.Key.Flags != 257 || info.Label != "ksk" {
				t.Errorf("described as %+v", info)
			}
			list, err := s.List()
			if err != nil || len(list) != 1 || !dnssec.SameKey(list[0].Key, info.Key) {
				t.Fatalf("List gave %v, %v", list, err)
			}
			var before []byte
			for range 2 { // opened twice: the same bytes
				signer, err := s.Open(dnssec.KeyRef{Label: "ksk", Algorithm: algorithm, Flags: 257})
				if err != nil {
					t.Fatal(err)
				}
				sig := keySetSignature(t, signer)
				if before != nil && !bytes.Equal(sig, before) {
					t.Error("two signatures over the same data differ")
				}
				before = sig
			}
			for path, mode := range map[string]fs.FileMode{s.privatePath("ksk"): 0o600, s.publicPath("ksk"): 0o644} {
				if stat, err := os.Stat(path); err != nil || stat.Mode().Perm() != mode {
					t.Errorf("%s: %v, %v", path, stat.Mode(), err)
				}
			}
		})
	}
}

func TestFilesAreReadByOpenSSLAndBIND(t *testing.T) {
	testenv.Need(t, "openssl", "dnssec-dsfromkey")
	cheap := encryption
	defer func() { encryption = cheap }()
	encryption = realEncryption
	for _, algorithm := range algorithms {
		s := newStore(t)
		info, err := s.Generate(params(algorithm))
		if err != nil {
			t.Fatal(err)
		}
		passFile := filepath.Join(s.dir, "pass")
		if err := os.WriteFile(passFile, []byte(testPassphrase), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("openssl", "pkey", "-in", s.privatePath("ksk"), "-passin", "file:"+passFile, "-pubout").CombinedOutput()
		if err != nil {
			t.Fatalf("openssl pkey: %v\n%s", err, out)
		}
		block, _ := pem.Decode(out)
		pub, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := dnssec.PublicKey(info.Key); !want.(interface{ Equal(crypto.PublicKey) bool }).Equal(pub) {
			t.Error("openssl sees another public key")
		}

		out, err = exec.Command("dnssec-dsfromkey", "-2", "-f", s.publicPath("ksk"), "example.com").CombinedOutput()
		if err != nil {
			t.Fatalf("dnssec-dsfromkey: %v\n%s", err, out)
		}
		checkDS(t, string(out), info)
	}
}

func TestOpenRefuses(t *testing.T) {
	s := newStore(t)
	if _, err := s.Generate(params(dnssec.ED25519)); err != nil {
		t.Fatal(err)
	}
	other := params(dnssec.ED25519)
	other.Label = "other"
	if _, err := s.Generate(other); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, s *Store)
		ref   dnssec.KeyRef
		want  string
	}{
		{"another algorithm", nil, dnssec.KeyRef{Label: "ksk", Algorithm: 8}, "is of ED25519, want RSASHA256"},
		{"other flags", nil, dnssec.KeyRef{Label: "ksk", Flags: 256}, "has flags 257, want 256"},
		{"an id", nil, dnssec.KeyRef{Label: "ksk", ID: []byte{1}}, "has no id"},
		{"no such key", nil, dnssec.KeyRef{Label: "zsk"}, "no key zsk"},
		{"a path for a label", nil, dnssec.KeyRef{Label: "../ksk"}, "want letters"},
		{"wrong passphrase", func(t *testing.T, s *Store) { s.passphrase = fixed("swordfish") }, dnssec.KeyRef{Label: "ksk"}, "wrong passphrase"},
		{"empty passphrase", func(t *testing.T, s *Store) { s.passphrase = fixed("") }, dnssec.KeyRef{Label: "ksk"}, "empty passphrase"},
		{"no passphrase", func(t *testing.T, s *Store) { s.passphrase = nil }, dnssec.KeyRef{Label: "ksk"}, "without a passphrase"},
		{"others may read it", func(t *testing.T, s *Store) { os.Chmod(s.privatePath("ksk"), 0o644) }, dnssec.KeyRef{Label: "ksk"}, "permissions 0644"},
		{"private half of another key", func(t *testing.T, s *Store) { copyFile(t, s.privatePath("other"), s.privatePath("ksk")) }, dnssec.KeyRef{Label: "ksk"}, "is not the one of"},
		{"public half of another key", func(t *testing.T, s *Store) { copyFile(t, s.publicPath("other"), s.publicPath("ksk")) }, dnssec.KeyRef{Label: "ksk"}, "is not the one of"},
		{"private half gone", func(t *testing.T, s *Store) { os.Remove(s.privatePath("ksk")) }, dnssec.KeyRef{Label: "ksk"}, "no private half"},
		{"plain key", func(t *testing.T, s *Store) { writePlain(t, s.privatePath("ksk")) }, dnssec.KeyRef{Label: "ksk"}, "PEM of type"},
		{"a second block", func(t *testing.T, s *Store) {
			appendTo(t, s.privatePath("ksk"), "-----BEGIN X-----\n-----END X-----\n")
		}, dnssec.KeyRef{Label: "ksk"}, "text after"},
		{"damaged", func(t *testing.T, s *Store) { flip(t, s.privatePath("ksk")) }, dnssec.KeyRef{Label: "ksk"}, "damaged"},
		{"revoked flag in the file", func(t *testing.T, s *Store) { edit(t, s.publicPath("ksk"), "DNSKEY 257", "DNSKEY 385") }, dnssec.KeyRef{Label: "ksk"}, "flags 385"},
	} {
		t.Run(c.name, func(t *testing.T) {
			again := &Store{dir: filepath.Join(t.TempDir(), "keys"), passphrase: s.passphrase}
			if err := os.CopyFS(again.dir, os.DirFS(s.dir)); err != nil {
				t.Fatal(err)
			}
			for _, label := range []string{"ksk", "other"} {
				os.Chmod(again.privatePath(label), 0o600)
			}
			if c.spoil != nil {
				c.spoil(t, again)
			}
			_, err := again.Open(c.ref)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), testPassphrase) || strings.Contains(err.Error(), "swordfish")) {
				t.Errorf("the error tells the passphrase: %v", err)
			}
		})
	}
}

func TestDirectoryMustBePrivate(t *testing.T) {
	dir := t.TempDir()
	os.Chmod(dir, 0o755)
	if _, err := New(dir, nil); err == nil || !strings.Contains(err.Error(), "0755") {
		t.Errorf("got %v", err)
	}
}

func TestGenerateRefuses(t *testing.T) {
	s := newStore(t)
	if _, err := s.Generate(params(dnssec.ED25519)); err != nil {
		t.Fatal(err)
	}
	base := params(dnssec.RSASHA256)
	base.Label = "new"
	for _, c := range []struct {
		name string
		edit func(p *dnssec.KeyParams)
		want string
	}{
		{"label taken", func(p *dnssec.KeyParams) { p.Label = "ksk" }, "there is a key"},
		{"label with a slash", func(p *dnssec.KeyParams) { p.Label = "a/b" }, "want letters"},
		{"no label", func(p *dnssec.KeyParams) { p.Label = "" }, "1 to 64"},
		{"no zone", func(p *dnssec.KeyParams) { p.Zone = "" }, "no zone"},
		{"revoked", func(p *dnssec.KeyParams) { p.Flags = 385 }, "flags 385"},
		{"RSASHA1", func(p *dnssec.KeyParams) { p.Algorithm = 5; p.Bits = 0 }, "algorithm 5"},
		{"RSA 1024", func(p *dnssec.KeyParams) { p.Bits = 1024 }, "want 2048 to 4096"},
		{"RSA 1024 for tests", func(p *dnssec.KeyParams) { p.Bits = 1024; p.TestOnly = true }, "want 2048 to 4096"},
		{"RSA 8192", func(p *dnssec.KeyParams) { p.Bits = 8192 }, "want 2048 to 4096"},
		{"P-256 with a size", func(p *dnssec.KeyParams) { p.Algorithm = 13 }, "no size"},
		{"an id", func(p *dnssec.KeyParams) { p.ID = []byte{1} }, "no id"},
		{"wrapped backup", func(p *dnssec.KeyParams) { p.Backup = dnssec.BackupWrapped }, "copying its files"},
	} {
		p := base
		c.edit(&p)
		if _, err := s.Generate(p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	if list, err := s.List(); err != nil || len(list) != 1 {
		t.Errorf("List gives %d keys, %v", len(list), err)
	}
}

func TestKeyTagsNeverCollide(t *testing.T) {
	s := newStore(t)
	p := params(dnssec.ED25519)
	for tag := range 1 << 16 { // three quarters are taken
		if tag%4 != 0 {
			p.Avoid = append(p.Avoid, uint16(tag))
		}
	}
	info, err := s.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	plain, revoked, ok := info.Tags()
	if !ok || plain%4 != 0 || revoked%4 != 0 {
		t.Errorf("tags %d and %d are taken", plain, revoked)
	}

	p.Label = "none"
	p.Avoid = append(p.Avoid, allTags(0)...)
	if _, err := s.Generate(p); err == nil || !strings.Contains(err.Error(), "is taken") {
		t.Errorf("with every tag taken: %v", err)
	}
	if s.checkFree("none") != nil {
		t.Error("a refused key left files")
	}

	// The same key cannot come in again: the store knows its tags.
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.Avoid, p.Label = nil, "first"
	if _, err := s.Import(p, private); err != nil {
		t.Fatal(err)
	}
	p.Label = "second"
	if _, err := s.Import(p, private); err == nil || !strings.Contains(err.Error(), "is taken") {
		t.Errorf("the same key under a second label: %v", err)
	}
	key, _ := dnssec.NewKey(private.Public(), dnssec.ED25519, 257)
	if err := dnssec.AvoidsTags(key, []uint16{key.Revoked().KeyTag()}); err == nil {
		t.Error("the tag of the revoked form is not avoided")
	}
}

func allTags(except int) (tags []uint16) {
	for tag := range 1 << 16 {
		if except == 0 || tag != except {
			tags = append(tags, uint16(tag))
		}
	}
	return tags
}

func TestGenerateLeavesNoneOrAllAtEveryStep(t *testing.T) {
	faulttest.Each(t, newStore,
		func(s *Store) error { _, err := s.Generate(params(dnssec.ED25519)); return err },
		func(t *testing.T, s *Store, err error) {
			list, listErr := s.List()
			if listErr != nil {
				t.Fatal(listErr)
			}
			orphans, _ := s.Orphans()
			if err != nil && (len(list) != 0 || len(orphans) != 0) {
				t.Errorf("error %v, and %d keys, orphans %v", err, len(list), orphans)
			}
			if err == nil {
				if _, err := s.Open(dnssec.KeyRef{Label: "ksk"}); err != nil {
					t.Error(err)
				}
			}
		})
}

func TestDeleteCanBeRepeatedAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) *Store {
			s := newStore(t)
			if _, err := s.Generate(params(dnssec.ED25519)); err != nil {
				t.Fatal(err)
			}
			return s
		},
		func(s *Store) error { _, err := s.Delete(dnssec.KeyRef{Label: "ksk"}); return err },
		func(t *testing.T, s *Store, err error) {
			if list, _ := s.List(); len(list) == 1 {
				if _, e := s.Open(dnssec.KeyRef{Label: "ksk"}); e != nil || err == nil {
					t.Errorf("error %v, and the key is listed but: %v", err, e)
				}
			}
			if err != nil {
				if _, err := s.Delete(dnssec.KeyRef{Label: "ksk"}); err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Error(err)
				}
			}
			if s.checkFree("ksk") != nil {
				t.Error("files are left")
			}
		})
}

func TestOrphanIsReportedAndDeleted(t *testing.T) {
	s := newStore(t)
	if _, err := s.Generate(params(dnssec.ED25519)); err != nil {
		t.Fatal(err)
	}
	os.Remove(s.publicPath("ksk"))
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("List gives %v, %v", list, err)
	}
	if orphans, err := s.Orphans(); err != nil || !slices.Equal(orphans, []string{"ksk"}) {
		t.Errorf("Orphans gives %v, %v", orphans, err)
	}
	if _, err := s.Generate(params(dnssec.ED25519)); err == nil || !strings.Contains(err.Error(), "delete it first") {
		t.Errorf("Generate over an orphan: %v", err)
	}
	if _, err := s.Delete(dnssec.KeyRef{Label: "ksk"}); err != nil {
		t.Error(err)
	}
	if s.checkFree("ksk") != nil {
		t.Error("files are left")
	}
}

func TestOrphanIsCompleted(t *testing.T) {
	s := newStore(t)
	want, err := s.Generate(params(dnssec.ED25519))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Complete(params(dnssec.ED25519)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Complete of a whole key: %v", err)
	}
	os.Remove(s.publicPath("ksk"))
	for name, change := range map[string]func(*dnssec.KeyParams){
		"another algorithm": func(p *dnssec.KeyParams) { p.Algorithm = dnssec.ECDSAP256SHA256 },
		"taken key tag":     func(p *dnssec.KeyParams) { p.Avoid = []uint16{want.Key.Revoked().KeyTag()} },
		"another label":     func(p *dnssec.KeyParams) { p.Label = "zsk" },
	} {
		p := params(dnssec.ED25519)
		change(&p)
		if _, err := s.Complete(p); err == nil {
			t.Errorf("%s: completed", name)
		}
		if list, _ := s.List(); len(list) != 0 {
			t.Errorf("%s: %v is listed", name, list)
		}
	}
	got, err := s.Complete(params(dnssec.ED25519))
	if err != nil {
		t.Fatal(err)
	}
	if !dnssec.SameKey(got.Key, want.Key) || got.Key.Flags != want.Key.Flags {
		t.Errorf("completed as %+v, want %+v", got, want)
	}
	if _, err := s.Open(dnssec.KeyRef{Label: "ksk"}); err != nil {
		t.Error(err)
	}
}

func TestImportPEM(t *testing.T) {
	dir := t.TempDir()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "small.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(small)})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStore(t)
	p := params(dnssec.RSASHA256)
	if _, err := s.ImportPEM(p, path); err == nil || !strings.Contains(err.Error(), "RSA of 1024 bits") {
		t.Errorf("RSA 1024: %v", err)
	}
	p.TestOnly = true
	if _, err := s.ImportPEM(p, path); err != nil {
		t.Errorf("RSA 1024 as a test key: %v", err)
	}
	p.Label, p.Algorithm = "wrong", dnssec.ECDSAP256SHA256
	if _, err := s.ImportPEM(p, path); err == nil {
		t.Error("an RSA key was taken as ECDSA")
	}
	os.Chmod(path, 0o644)
	if _, err := s.ImportPEM(p, path); err == nil || !strings.Contains(err.Error(), "0644") {
		t.Errorf("a public file: %v", err)
	}
}

func TestImportPublishedTestKeys(t *testing.T) {
	want := map[string]uint16{"legacy-KSK1.key": 5017, "legacy-KSK2.key": 55186}
	for _, file := range testenv.Corpus(t, "icann/keys/*") {
		s := newStore(t)
		private := filepath.Join(t.TempDir(), "key")
		copyFile(t, file, private)
		p := params(dnssec.RSASHA256)
		p.TestOnly = true
		if strings.Contains(file, "/ec-") {
			p.Algorithm = dnssec.ECDSAP256SHA256
		}
		info, err := s.ImportPEM(p, private)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if tag, ok := want[filepath.Base(file)]; ok && info.Key.KeyTag() != tag {
			t.Errorf("%s: key tag %d, want %d", file, info.Key.KeyTag(), tag)
		}
		if _, err := s.Open(dnssec.KeyRef{Label: "ksk"}); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func writePlain(t *testing.T, path string) {
	t.Helper()
	_, private, _ := ed25519.GenerateKey(rand.Reader)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(path, append(before, text...), 0o600)
}

// flip changes one bit of the encrypted key.
func flip(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	block.Bytes[len(block.Bytes)-20] ^= 1
	os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}

func edit(t *testing.T, path, old, new string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		t.Fatalf("no %q in %s: %v", old, path, err)
	}
	os.WriteFile(path, bytes.ReplaceAll(text, []byte(old), []byte(new)), 0o600)
}

// TestCrashLeavesNoHalfKey stops Generate before each of its steps without any
// cleaning up, as a crash does.
func TestCrashLeavesNoHalfKey(t *testing.T) {
	for n := 1; ; n++ {
		s := newStore(t)
		if !crash(n, func() { s.Generate(params(dnssec.ED25519)) }) {
			if n < 9 {
				t.Fatalf("Generate makes %d steps, want at least 9", n-1)
			}
			return
		}
		list, err := s.List()
		if err != nil {
			t.Fatalf("step %d: %v", n, err)
		}
		if len(list) == 1 {
			if _, err := s.Open(dnssec.KeyRef{Label: "ksk"}); err != nil {
				t.Errorf("step %d left a key that cannot be opened: %v", n, err)
			}
			continue
		}
		orphans, err := s.Orphans()
		if err != nil {
			t.Fatal(err)
		}
		for _, label := range orphans {
			if _, err := s.Delete(dnssec.KeyRef{Label: label}); err != nil {
				t.Errorf("step %d: %v", n, err)
			}
		}
		if _, err := s.Generate(params(dnssec.ED25519)); err != nil {
			t.Errorf("after a crash at step %d: %v", n, err)
		}
		if left, _ := filepath.Glob(s.dir + "/.*.tmp-*"); len(left) != 0 {
			t.Errorf("after a crash at step %d: %v", n, left)
		}
	}
}

// crash runs action until its step n and says whether there was one.
func crash(n int, action func()) (crashed bool) {
	steps := 0
	defer durable.Inject(func(durable.Op, string) durable.Effect {
		if steps++; steps == n {
			panic("crash")
		}
		return durable.Proceed
	})()
	defer func() { crashed = recover() != nil }()
	action()
	return false
}
