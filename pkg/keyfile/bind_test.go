package keyfile

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/faulttest"
	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// checkDS compares a DS record in text with the one computed here.
func checkDS(t *testing.T, text string, info dnssec.KeyInfo) {
	t.Helper()
	ds, err := dnssec.NewDS(info.Zone, info.Key, dnssec.DigestSHA256)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%s IN DS %d %d 2 %s", info.Zone, ds.KeyTag, ds.Algorithm, strings.ToUpper(hex.EncodeToString(ds.Digest)))
	if got := strings.Join(strings.Fields(text), " "); got != want {
		t.Errorf("DS is\n%s, want\n%s", got, want)
	}
}

// The examples of RFC 6605, Section 6.1, and RFC 8080, Section 6.1.
func TestReadsKeysOfTheRFCs(t *testing.T) {
	for _, c := range []struct {
		name, private, public string
		owner                 rr.Name
		tag                   uint16
	}{
		{"RFC 6605", "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=\n",
			"example.net. 3600 IN DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edb krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==\n",
			"\x07example\x03net\x00", 55648},
		{"RFC 8080", "Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nPrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n",
			"example.com. 3600 IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n",
			exampleCom, 3613},
	} {
		stem := filepath.Join(t.TempDir(), "Kexample")
		writePair(t, stem, c.private, c.public)
		s := newStore(t)
		info, metadata, err := s.ImportBIND(dnssec.KeyParams{Label: "ksk"}, stem)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if info.Key.KeyTag() != c.tag || info.Zone != c.owner || len(metadata) != 0 {
			t.Errorf("%s: %+v, %v", c.name, info, metadata)
		}
	}
}

func writePair(t testing.TB, stem, private, public string) {
	t.Helper()
	for path, text := range map[string]string{stem + ".private": private, stem + ".key": public} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeysOfBINDComeInAndGoOut(t *testing.T) {
	testenv.Need(t, "dnssec-keygen", "dnssec-signzone", "dnssec-verify", "dnssec-dsfromkey")
	for _, algorithm := range algorithms {
		t.Run(dnssec.AlgorithmName(algorithm), func(t *testing.T) {
			made, out := t.TempDir(), t.TempDir()
			s := newStore(t)
			var stems []string
			for _, flags := range []uint16{257, 256} {
				args := []string{"-q", "-K", made, "-a", dnssec.AlgorithmName(algorithm), "-R", "+1y"}
				if dnssec.IsRSA(algorithm) {
					args = append(args, "-b", "2048")
				}
				if flags == 257 {
					args = append(args, "-f", "KSK")
				}
				name := strings.TrimSpace(string(run(t, made, "dnssec-keygen", append(args, "example.com")...)))
				label := fmt.Sprintf("key-%d", flags)
				info, metadata, err := s.ImportBIND(dnssec.KeyParams{Label: label, Zone: exampleCom, Flags: flags}, filepath.Join(made, name))
				if err != nil {
					t.Fatal(err)
				}
				if info.Created.IsZero() || len(metadata) != 4 {
					t.Errorf("metadata %v, created %v", metadata, info.Created)
				}
				stem, err := s.ExportBIND(dnssec.KeyRef{Label: label}, out, metadata)
				if err != nil {
					t.Fatal(err)
				}
				if filepath.Base(stem) != name {
					t.Errorf("written as %s, want %s", filepath.Base(stem), name)
				}
				before, _ := os.ReadFile(filepath.Join(made, name+".private"))
				after, _ := os.ReadFile(stem + ".private")
				if !bytes.Equal(before, after) {
					t.Error("the private file is not what BIND wrote")
				}
				if stat, _ := os.Stat(stem + ".private"); stat.Mode().Perm() != 0o600 {
					t.Errorf("the private file has mode %o", stat.Mode().Perm())
				}
				checkDS(t, string(run(t, out, "dnssec-dsfromkey", "-2", stem+".key")), info)
				stems = append(stems, filepath.Base(stem))
			}
			zone := "$TTL 300\nexample.com. SOA ns.example.com. a.example.com. 1 2 3 4 5\n NS ns.example.net.\n$INCLUDE " +
				stems[0] + ".key\n$INCLUDE " + stems[1] + ".key\n"
			if err := os.WriteFile(filepath.Join(out, "zone"), []byte(zone), 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, out, "dnssec-signzone", "-o", "example.com", "-k", stems[0], "zone", stems[1])
			run(t, out, "dnssec-verify", "-o", "example.com", "zone.signed")
		})
	}
}

func run(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = dir
	var errs bytes.Buffer
	command.Stderr = &errs
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, out, errs.Bytes())
	}
	return out
}

func TestImportBINDRefuses(t *testing.T) {
	private, public := samplePair(t, dnssec.ECDSAP256SHA256)
	otherPrivate, _ := samplePair(t, dnssec.ECDSAP256SHA256)
	for _, c := range []struct{ name, private, public, want string }{
		{"another private key", otherPrivate, public, "is not the one of"},
		{"another algorithm", private, strings.Replace(public, " 3 13 ", " 3 15 ", 1), "64"},
		{"revoked key", private, strings.Replace(public, " 257 ", " 385 ", 1), "flags 385"},
		{"protocol", private, strings.Replace(public, " 3 13 ", " 2 13 ", 1), "protocol"},
		{"class", private, strings.Replace(public, " IN ", " CH ", 1), "not a DNSKEY"},
		{"two records", private, public + strings.Split(public, "\n")[1] + "\n", "second record"},
		{"no record", private, "; nothing\n", "no DNSKEY"},
		{"relative owner", private, strings.Replace(public, "example.com. IN", "example IN", 1), "final dot"},
		{"negative TTL", private, strings.Replace(public, " IN ", " 2147483648 IN ", 1), "TTL"},
		{"old format", strings.Replace(private, "v1.3", "v1.2", 1), public, "format"},
		{"unknown line", private + "Colour: red\n", public, "unknown name"},
		{"RSA line", private + "Modulus: AAAA\n", public, "lines that no key"},
		{"two keys", private + strings.Split(private, "\n")[2] + "\n", public, "a second PrivateKey"},
		{"two times", private + "Created: 20260101000000\nCreated: 20260101000000\n", public, "a second Created"},
		{"bad time", private + "Created: 20261301000000\n", public, "malformed Created"},
		{"bad number", private + "MaxTTL: -1\n", public, "malformed MaxTTL"},
		{"on a token", private + "Label: pkcs11:object=ksk\n", public, "on a token"},
		{"name of another algorithm", strings.Replace(private, "ECDSAP256SHA256", "RSASHA256", 1), public, "name of algorithm"},
		{"carriage return", strings.ReplaceAll(private, "\n", "\r\n"), public, "line 1"},
		{"no algorithm", strings.Replace(private, "Algorithm: 13 (ECDSAP256SHA256)\n", "", 1), public, "malformed Algorithm"},
		{"no key", strings.Join(strings.Split(private, "\n")[:2], "\n") + "\n", public, "no PrivateKey"},
		{"format comes late", strings.Join(strings.SplitAfter(private, "\n")[1:], "") + "Private-key-format: v1.3\n", public, "stands first"},
	} {
		stem := filepath.Join(t.TempDir(), "K")
		writePair(t, stem, c.private, c.public)
		_, _, err := newStore(t).ImportBIND(dnssec.KeyParams{Label: "ksk"}, stem)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if secret := strings.TrimPrefix(strings.Split(private, "\n")[2], "PrivateKey: "); err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error tells the key", c.name)
		}
	}
	stem := filepath.Join(t.TempDir(), "K")
	writePair(t, stem, private, public)
	for _, p := range []dnssec.KeyParams{{Zone: rr.Root}, {Algorithm: 8}, {Flags: 256}} {
		p.Label = "ksk"
		if _, _, err := newStore(t).ImportBIND(p, stem); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("%+v: %v", p, err)
		}
	}
	os.Chmod(stem+".private", 0o640)
	if _, _, err := newStore(t).ImportBIND(dnssec.KeyParams{Label: "ksk"}, stem); err == nil || !strings.Contains(err.Error(), "0640") {
		t.Errorf("a private file that a group may read: %v", err)
	}
}

func TestRSANumbersMustFit(t *testing.T) {
	private, _ := samplePair(t, dnssec.RSASHA256)
	otherPrivate, _ := samplePair(t, dnssec.RSASHA256)
	lines, other := strings.Split(private, "\n"), strings.Split(otherPrivate, "\n")
	if _, err := parseBINDPrivate([]byte(private)); err != nil {
		t.Fatal(err)
	}
	for i := 2; i < 10; i++ {
		if lines[i] == other[i] { // the exponent
			lines[i] = "PublicExponent: AQAD"
			other[i] = "PublicExponent: AQAB"
		}
		mixed := append([]string(nil), strings.Split(private, "\n")...)
		if mixed[i] == other[i] {
			mixed[i] = lines[i]
		} else {
			mixed[i] = other[i]
		}
		if _, err := parseBINDPrivate([]byte(strings.Join(mixed, "\n"))); err == nil || !strings.Contains(err.Error(), "belong") {
			t.Errorf("%s of another key: %v", strings.SplitN(mixed[i], ":", 2)[0], err)
		}
	}
}

// samplePair is the text of a fresh pair.
func samplePair(t testing.TB, algorithm uint8) (private, public string) {
	t.Helper()
	bits := 0
	if dnssec.IsRSA(algorithm) {
		bits = 2048
	}
	key, err := generate(algorithm, bits)
	if err != nil {
		t.Fatal(err)
	}
	dnskey, err := dnssec.NewKey(key.Public(), algorithm, 257)
	if err != nil {
		t.Fatal(err)
	}
	text, err := bindPrivate{algorithm: algorithm, key: key}.append(nil)
	if err != nil {
		t.Fatal(err)
	}
	f := publicFile{owner: exampleCom, ttl: -1, key: dnskey, comments: []string{headline(exampleCom, dnskey)}}
	return string(text), string(f.append(nil))
}

func TestExportBINDLeavesBothOrNeitherAtEveryStep(t *testing.T) {
	type state struct {
		s   *Store
		dir string
	}
	faulttest.Each(t,
		func(t *testing.T) state {
			s := newStore(t)
			if _, err := s.Generate(params(dnssec.ED25519)); err != nil {
				t.Fatal(err)
			}
			return state{s, t.TempDir()}
		},
		func(st state) error { _, err := st.s.ExportBIND(dnssec.KeyRef{Label: "ksk"}, st.dir, nil); return err },
		func(t *testing.T, st state, err error) {
			files, _ := filepath.Glob(st.dir + "/*")
			if want := map[bool]int{true: 2, false: 0}[err == nil]; len(files) != want {
				t.Errorf("error %v, and the files %v", err, files)
			}
		})
}

// What is cleared after an export is not what the key signs with.
func TestWritingAPrivateFileLeavesTheKey(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	scalar, err := private.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	p := bindPrivate{algorithm: dnssec.ECDSAP256SHA256, key: private}
	if _, err := p.append(nil); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(scalar, make([]byte, len(scalar))) {
		t.Error("the key itself was cleared")
	}
}

func TestBINDNames(t *testing.T) {
	key := rr.DNSKEY{Flags: 257, Protocol: 3, Algorithm: 8, PublicKey: []byte{1}}
	for zone, want := range map[rr.Name]string{
		rr.Root:               "K.+008+01289",
		exampleCom:            "Kexample.com.+008+01289",
		"\x04a/ b\x03com\x00": "Ka%2F%20b.com.+008+01289",
	} {
		if got := bindName(zone, key); got != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
}

func FuzzBINDPrivate(f *testing.F) {
	for _, algorithm := range algorithms {
		private, _ := samplePair(f, algorithm)
		f.Add([]byte(private))
		f.Add([]byte(private + "Created: 20260101000000\nMaxTTL: 3600\n"))
	}
	f.Add([]byte("Private-key-format: v1.3\nAlgorithm: 13\nPrivateKey: AQ==\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := parseBINDPrivate(text)
		if err != nil {
			return
		}
		written, err := first.append(nil)
		if err != nil {
			t.Fatal(err)
		}
		second, err := parseBINDPrivate(written)
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		equal := first.key.(interface{ Equal(crypto.PrivateKey) bool }).Equal(second.key)
		if !equal || first.algorithm != second.algorithm || fmt.Sprint(first.metadata) != fmt.Sprint(second.metadata) {
			t.Fatal("what was read back differs")
		}
	})
}

func FuzzPublicFile(f *testing.F) {
	for _, algorithm := range algorithms {
		_, public := samplePair(f, algorithm)
		f.Add([]byte(public))
		f.Add([]byte(strings.Replace(public, " IN ", " 3600 ", 1)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := parsePublic(text)
		if err != nil {
			return
		}
		second, err := parsePublic(first.append(nil))
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if fmt.Sprint(first) != fmt.Sprint(second) {
			t.Fatalf("%v was read back as %v", first, second)
		}
		if _, err := parseInfo(text); err == nil && second.key.IsRevoked() {
			t.Fatal("a revoked key was taken in")
		}
	})
}
