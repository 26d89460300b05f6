//go:build cgo

package hsm

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/pkcs11"

	"countersign/internal/softhsm"
	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
)

func TestGenerateSignDelete(t *testing.T) {
	token := softhsm.New(t, "cycle")
	opened := open(t, token, Options{})
	for _, algorithm := range algorithms {
		for _, backup := range []dnssec.Backup{"", dnssec.BackupNone, dnssec.BackupWrapped} {
			if backup != "" && algorithm == dnssec.RSASHA512 {
				continue // RSA keys take their time, and are all alike
			}
			label := dnssec.AlgorithmName(algorithm) + string(backup)
			t.Run(label, func(t *testing.T) {
				p := params(algorithm, label)
				p.Backup = backup
				info, err := opened.Generate(p)
				if err != nil {
					t.Fatal(err)
				}
				ref := dnssec.KeyRef{Label: label, ID: info.ID, Algorithm: algorithm, Flags: 257}
				if info.Key.Algorithm != algorithm || info.Key.Flags != 257 || len(info.ID) != idSize || info.Zone != exampleCom {
					t.Errorf("described as %+v", info)
				}
				want := "it never leaves the token"
				if backup == dnssec.BackupWrapped {
					want = "only encrypted under a wrapping key that the security officer has marked as trusted"
				}
				if !strings.Contains(info.Custody, want) || !strings.Contains(info.Custody, token.Serial) || strings.Contains(info.Custody, "not made in") {
					t.Errorf("custody %q, want %q", info.Custody, want)
				}
				signer, err := opened.Open(ref)
				if err != nil {
					t.Fatal(err)
				}
				signAndVerify(t, signer, 5)
				notReadable(t, opened, ref)
				described, err := opened.Describe(ref)
				if err != nil || !dnssec.SameKey(described.Key, info.Key) || described.Custody != info.Custody {
					t.Errorf("Describe gives %+v, %v", described, err)
				}
				deleted, err := opened.Delete(ref)
				if err != nil || !dnssec.SameKey(deleted.Key, info.Key) {
					t.Errorf("Delete gives %+v, %v", deleted, err)
				}
				in, out := inputs(t, algorithm, 1)
				if err := signer.SignBatch(in, out); err == nil {
					t.Error("a deleted key signs")
				}
				if _, err := opened.Delete(ref); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("a second Delete gives %v", err)
				}
			})
		}
	}
	if list, err := opened.List(); err != nil || len(list) != 0 {
		t.Errorf("List gives %v, %v", list, err)
	}
}

// notReadable tries to read the secret numbers of a private key.
func notReadable(t *testing.T, opened *Token, ref dnssec.KeyRef) {
	t.Helper()
	err := opened.conn.use(func(s pkcs11.SessionHandle) error {
		pair, err := opened.conn.pair(s, ref)
		if err != nil {
			return err
		}
		for _, kind := range []uint{pkcs11.CKA_VALUE, pkcs11.CKA_PRIVATE_EXPONENT, pkcs11.CKA_PRIME_1} {
			if value, err := opened.conn.attribute(s, pair.private, kind); err == nil && len(value) > 0 {
				t.Errorf("attribute 0x%x can be read", kind)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestGenerateRefuses(t *testing.T) {
	token := softhsm.New(t, "refuses")
	opened := open(t, token, Options{})
	first := params(dnssec.ED25519, "taken")
	first.ID = []byte{1, 2, 3}
	if _, err := opened.Generate(first); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		edit func(p *dnssec.KeyParams)
		want string
	}{
		{"label taken", func(p *dnssec.KeyParams) { p.Label = "taken" }, "is already"},
		{"id taken", func(p *dnssec.KeyParams) { p.ID = []byte{1, 2, 3} }, "is already"},
		{"no label", func(p *dnssec.KeyParams) { p.Label = "" }, "needs a label"},
		{"revoked", func(p *dnssec.KeyParams) { p.Flags = 385 }, "flags 385"},
		{"RSA 1024", func(p *dnssec.KeyParams) { p.Algorithm, p.Bits = dnssec.RSASHA256, 1024 }, "want 2048 to 4096"},
		{"unknown backup", func(p *dnssec.KeyParams) { p.Backup = "paper" }, "neither none nor wrapped"},
	} {
		p := params(dnssec.ED25519, "new")
		c.edit(&p)
		if _, err := opened.Generate(p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	if list, err := opened.List(); err != nil || len(list) != 1 {
		t.Errorf("List gives %v, %v", list, err)
	}
}

func TestKeyTagCollisionDestroysTheKey(t *testing.T) {
	token := softhsm.New(t, "collision")
	opened := open(t, token, Options{})
	p := params(dnssec.ECDSAP256SHA256, "some")
	for tag := range 1 << 16 {
		if tag%4 == 1 {
			p.Avoid = append(p.Avoid, uint16(tag))
		}
	}
	info, err := opened.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	if plain, revoked, ok := info.Tags(); !ok || plain%4 == 1 || revoked%4 == 1 {
		t.Errorf("tags %d and %d are taken", plain, revoked)
	}
	for tag := range 1 << 16 {
		p.Avoid = append(p.Avoid, uint16(tag))
	}
	p.Label = "none"
	if _, err := opened.Generate(p); err == nil || !errors.Is(err, errTag) {
		t.Errorf("with every tag taken: %v", err)
	}
	list, err := opened.List()
	orphans, err2 := opened.Orphans()
	if err != nil || err2 != nil || len(list) != 1 || len(orphans) != 0 {
		t.Errorf("left on the token: %v, %v (%v, %v)", list, orphans, err, err2)
	}
}

func TestTokensOwnTagsAreAvoided(t *testing.T) {
	token := softhsm.New(t, "own tags")
	opened := open(t, token, Options{})
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened.Import(params(dnssec.RSASHA256, "first"), private); err != nil {
		t.Fatal(err)
	}
	// The token does not know whether the first is a KSK of RSASHA256.
	for _, algorithm := range []uint8{dnssec.RSASHA256, dnssec.RSASHA512} {
		for _, flags := range []uint16{256, 257} {
			p := params(algorithm, "second")
			p.Flags = flags
			if _, err := opened.Import(p, private); !errors.Is(err, errTag) {
				t.Errorf("the same key with algorithm %d and flags %d: %v", algorithm, flags, err)
			}
		}
	}
}

func TestImport(t *testing.T) {
	token := softhsm.New(t, "import")
	opened := open(t, token, Options{})
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	for algorithm, key := range map[uint8]crypto.Signer{
		dnssec.RSASHA256: rsaKey, dnssec.ECDSAP256SHA256: p256, dnssec.ECDSAP384SHA384: p384, dnssec.ED25519: ed,
	} {
		label := dnssec.AlgorithmName(algorithm)
		info, err := opened.Import(params(algorithm, label), key)
		if err != nil {
			t.Errorf("%s: %v", label, err)
			continue
		}
		if !strings.Contains(info.Custody, "not made in the token") || !strings.Contains(info.Custody, "never leaves") {
			t.Errorf("%s: custody %q", label, info.Custody)
		}
		if want, _ := dnssec.NewKey(key.Public(), algorithm, 257); !dnssec.SameKey(want, info.Key) {
			t.Errorf("%s: another public key", label)
		}
		ref := dnssec.KeyRef{Label: label, Algorithm: algorithm, Flags: 257}
		signer, err := opened.Open(ref)
		if err != nil {
			t.Errorf("%s: %v", label, err)
			continue
		}
		signAndVerify(t, signer, 3)
		notReadable(t, opened, ref)
	}
	if _, err := opened.Import(params(dnssec.ECDSAP256SHA256, "wrong"), ed); err == nil {
		t.Error("an Ed25519 key was taken as ECDSA")
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened.Import(params(dnssec.RSASHA256, "small"), small); err == nil || !strings.Contains(err.Error(), "RSA of 1024 bits") {
		t.Errorf("RSA 1024: %v", err)
	}
	if _, err := opened.Describe(dnssec.KeyRef{Label: "small"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused key is left: %v", err)
	}
}

func TestImportPublishedTestKeys(t *testing.T) {
	want := map[string]uint16{"legacy-KSK1.key": 5017, "legacy-KSK2.key": 55186}
	files := testenv.Corpus(t, "icann/keys/legacy-*")
	token := softhsm.New(t, "published")
	opened := open(t, token, Options{})
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		label := filepath.Base(file)
		info, err := opened.Import(params(dnssec.RSASHA256, label), key)
		if err != nil {
			t.Fatal(err)
		}
		if info.Key.KeyTag() != want[label] {
			t.Errorf("%s: key tag %d, want %d", label, info.Key.KeyTag(), want[label])
		}
	}
}

// raw creates objects that Generate would not.
func raw(t *testing.T, opened *Token, templates ...[]*pkcs11.Attribute) {
	t.Helper()
	err := opened.once(func(c *connection) error {
		return c.write(func(s pkcs11.SessionHandle) error {
			for _, template := range templates {
				if _, err := c.module.ctx.CreateObject(s, template); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// halves are templates of both halves of a fresh P-256 key.
func halves(t *testing.T, label string, id []byte) (public, private []*pkcs11.Attribute) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pub, priv, err := keyValues(key, oidP256)
	if err != nil {
		t.Fatal(err)
	}
	p := dnssec.KeyParams{Label: label, ID: id}
	public = append(append(publicTemplate(p), pub...), pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PUBLIC_KEY))
	private = append(append(privateTemplate(p, false), priv...), pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY))
	return public, private
}

// What is cleared after an import is not what the caller's key signs with.
func TestPrivateValuesAreCopies(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	scalar, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	_, private, err := keyValues(key, oidP256)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range private {
		clear(a.Value)
	}
	if bytes.Equal(scalar, make([]byte, len(scalar))) {
		t.Error("the key itself was cleared")
	}
}

func TestOpenKeyRefuses(t *testing.T) {
	token := softhsm.New(t, "refused keys")
	opened := open(t, token, Options{})

	public, private := halves(t, "good", []byte{1})
	raw(t, opened, public, private)
	public, private = halves(t, "twin", []byte{2})
	raw(t, opened, public, private)
	public, private = halves(t, "twin", []byte{3})
	raw(t, opened, public, private)
	public, _ = halves(t, "mixed", []byte{4})
	_, private = halves(t, "mixed", []byte{4})
	raw(t, opened, public, private)
	_, private = halves(t, "private only", []byte{5})
	raw(t, opened, private)
	public, _ = halves(t, "public only", []byte{6})
	raw(t, opened, public)
	public, _ = halves(t, "strangers", []byte{8})
	_, private = halves(t, "strangers", []byte{9})
	raw(t, opened, public, private)
	public, private = halves(t, "in the clear", []byte{7})
	for _, a := range private {
		switch a.Type {
		case pkcs11.CKA_SENSITIVE:
			a.Value = []byte{0}
		case pkcs11.CKA_EXTRACTABLE:
			a.Value = []byte{1}
		}
	}
	raw(t, opened, public, private)

	ref := func(label string, id ...byte) dnssec.KeyRef {
		return dnssec.KeyRef{Label: label, ID: id, Algorithm: dnssec.ECDSAP256SHA256, Flags: 257}
	}
	for name, r := range map[string]dnssec.KeyRef{"by label": ref("good"), "by id": ref("", 1), "by both": ref("good", 1), "twin by both": ref("twin", 2)} {
		signer, err := opened.Open(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		signAndVerify(t, signer, 1)
	}
	wrongAlgorithm, noAlgorithm, wrongFlags := ref("good"), ref("good"), ref("good")
	wrongAlgorithm.Algorithm, noAlgorithm.Algorithm, wrongFlags.Flags = dnssec.RSASHA256, 0, 385
	for _, c := range []struct {
		name string
		ref  dnssec.KeyRef
		want string
	}{
		{"no such label", ref("none"), "no private key"},
		{"label of one, id of another", ref("good", 2), "no private key"},
		{"two of one label", ref("twin"), "give label and id"},
		{"neither label nor id", ref(""), "neither label nor id"},
		{"halves of two keys", ref("mixed"), "do not belong together"},
		{"halves with two ids", ref("strangers"), "do not belong together"},
		{"private half only", ref("private only"), "no public key"},
		{"public half only", ref("public only"), "no private key"},
		{"in the clear", ref("in the clear"), "in the clear"},
		{"another algorithm", wrongAlgorithm, "no key of RSASHA256"},
		{"no algorithm", noAlgorithm, "does not know"},
		{"revoked", wrongFlags, "flags 385"},
	} {
		if _, err := opened.Open(c.ref); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}

	list, err := opened.List()
	if err != nil || len(list) != 5 {
		t.Errorf("List gives %d pairs, %v, want 5", len(list), err)
	}
	orphans, err := opened.Orphans()
	if err != nil || strings.Join(orphans, ", ") != "private only (id 05), public only (id 06), strangers (id 08), strangers (id 09)" {
		t.Errorf("Orphans gives %v, %v", orphans, err)
	}
	info, err := opened.Describe(ref("in the clear"))
	if err != nil || !strings.Contains(info.Custody, "NOT PROTECTED") {
		t.Errorf("Describe gives %q, %v", info.Custody, err)
	}

	for _, r := range []dnssec.KeyRef{ref("twin"), ref("strangers"), ref(""), ref("good", 2), wrongAlgorithm} {
		if _, err := opened.Delete(r); err == nil {
			t.Errorf("Delete of %s was accepted", name(r))
		}
	}
	for _, r := range []dnssec.KeyRef{ref("private only"), ref("public only"), ref("twin", 2), ref("twin"), ref("mixed"), ref("strangers", 8), ref("strangers", 9)} {
		if _, err := opened.Delete(r); err != nil {
			t.Errorf("Delete of %s: %v", name(r), err)
		}
	}
	if orphans, err := opened.Orphans(); err != nil || len(orphans) != 0 {
		t.Errorf("Orphans gives %v, %v", orphans, err)
	}
}

func TestTokenThatDoesNotDoAsItIsTold(t *testing.T) {
	good := custody{token: true, private: true, sign: true, local: true, sensitive: true, alwaysSensitive: true, neverExtractable: true}
	if err := good.check(dnssec.KeyParams{}, true); err != nil {
		t.Fatal(err)
	}
	wrapped := dnssec.KeyParams{Backup: dnssec.BackupWrapped}
	if err := good.check(wrapped, true); err == nil {
		t.Error("a key without a way to back it up passes for one with")
	}
	for name, spoil := range map[string]func(k *custody){
		"CKA_SENSITIVE":         func(k *custody) { k.sensitive = false },
		"CKA_EXTRACTABLE":       func(k *custody) { k.extractable = true },
		"CKA_ALWAYS_SENSITIVE":  func(k *custody) { k.alwaysSensitive = false },
		"CKA_NEVER_EXTRACTABLE": func(k *custody) { k.neverExtractable = false },
		"CKA_TOKEN":             func(k *custody) { k.token = false },
		"CKA_PRIVATE":           func(k *custody) { k.private = false },
		"CKA_LOCAL":             func(k *custody) { k.local = false },
		"CKA_DECRYPT":           func(k *custody) { k.decrypt = true },
		"CKA_UNWRAP":            func(k *custody) { k.unwrap = true },
	} {
		k := good
		spoil(&k)
		if err := k.check(dnssec.KeyParams{}, true); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}

	// A key that fails its check is destroyed.
	token := softhsm.New(t, "disobedient")
	opened := open(t, token, Options{})
	create := func(c *connection, s pkcs11.SessionHandle, p dnssec.KeyParams) (objects, error) {
		return c.generate(s, p)
	}
	_, err := opened.add(params(dnssec.ED25519, "ksk"), maxTries, create, func(k custody) error {
		k.sensitive = false
		return k.check(dnssec.KeyParams{}, true)
	})
	if err == nil || !strings.Contains(err.Error(), "CKA_SENSITIVE of the new key is false") {
		t.Errorf("got %v", err)
	}
	if list, err := opened.List(); err != nil || len(list) != 0 {
		t.Errorf("left on the token: %v, %v", list, err)
	}
}

func TestPointsComeInTwoForms(t *testing.T) {
	point := make([]byte, 65)
	point[0] = 4
	for name, value := range map[string][]byte{"raw": point, "wrapped": append([]byte{4, 65}, point...)} {
		if got, err := unwrapPoint(value, 65); err != nil || string(got) != string(point) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
	for _, value := range [][]byte{nil, point[1:], append([]byte{5, 65}, point...), append([]byte{4, 64}, point...)} {
		if _, err := unwrapPoint(value, 65); err == nil {
			t.Errorf("%x was accepted", value)
		}
	}
}

func BenchmarkSignBatch(b *testing.B) {
	token := softhsm.New(b, "benchmark")
	for _, sessions := range []int{1, 2, 4} {
		opened, err := Open(token.URI, pin(softhsm.PIN), Options{Sessions: sessions})
		if err != nil {
			b.Fatal(err)
		}
		for _, algorithm := range []uint8{dnssec.RSASHA256, dnssec.ECDSAP256SHA256, dnssec.ED25519} {
			label := dnssec.AlgorithmName(algorithm)
			if _, err := opened.Describe(dnssec.KeyRef{Label: label}); err != nil {
				if _, err := opened.Generate(params(algorithm, label)); err != nil {
					b.Fatal(err)
				}
			}
			signer, err := opened.Open(dnssec.KeyRef{Label: label, Algorithm: algorithm, Flags: 257})
			if err != nil {
				b.Fatal(err)
			}
			b.Run(label+"/"+map[int]string{1: "1 session", 2: "2 sessions", 4: "4 sessions"}[sessions], func(b *testing.B) {
				in, out := inputs(b, algorithm, 64)
				for b.Loop() {
					if err := signer.SignBatch(in, out); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N*len(in))/b.Elapsed().Seconds(), "signatures/s")
			})
		}
		if err := opened.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
