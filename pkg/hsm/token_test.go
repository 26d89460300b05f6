//go:build cgo

package hsm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/pkcs11"

	"countersign/internal/softhsm"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

var (
	exampleCom = rr.Name("\x07example\x03com\x00")
	algorithms = []uint8{dnssec.RSASHA256, dnssec.RSASHA512, dnssec.ECDSAP256SHA256, dnssec.ECDSAP384SHA384, dnssec.ED25519}
)

func pin(text string) PIN { return func() ([]byte, error) { return []byte(text), nil } }

// open opens a token for the length of the test.
func open(t testing.TB, token softhsm.Token, options Options) *Token {
	t.Helper()
	opened, err := Open(token.URI, pin(softhsm.PIN), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return opened
}

func params(algorithm uint8, label string) dnssec.KeyParams {
	p := dnssec.KeyParams{Zone: exampleCom, Label: label, Algorithm: algorithm, Flags: 257}
	if dnssec.IsRSA(algorithm) {
		p.Bits = 2048
	}
	return p
}

func inputs(t testing.TB, algorithm uint8, n int) (in, out [][]byte) {
	t.Helper()
	for i := range n {
		input, err := dnssec.SignInput(algorithm, fmt.Appendf(nil, "record %d", i))
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, input)
	}
	return in, make([][]byte, n)
}

// signAndVerify signs n inputs and verifies the signatures with the public key.
func signAndVerify(t testing.TB, signer dnssec.Signer, n int) {
	t.Helper()
	in, out := inputs(t, signer.Key().Algorithm, n)
	if err := signer.SignBatch(in, out); err != nil {
		t.Fatal(err)
	}
	pub, err := dnssec.PublicKey(signer.Key())
	if err != nil {
		t.Fatal(err)
	}
	for i := range in {
		if err := dnssec.VerifyInput(pub, signer.Key().Algorithm, in[i], out[i]); err != nil {
			t.Fatalf("signature %d: %v", i, err)
		}
	}
}

func TestOpenByLabelAndBySerial(t *testing.T) {
	token := softhsm.New(t, "open me; 100%")
	for _, uri := range []string{token.URI, token.SerialURI(), token.URI + "&pin-source=file:" + token.PINFile} {
		p := pin(softhsm.PIN)
		if strings.Contains(uri, "pin-source") {
			p = nil
		}
		opened, err := Open(uri, p, Options{})
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
		if err := opened.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
		if _, err := opened.List(); err == nil {
			t.Error("a closed token lists keys")
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	token := softhsm.New(t, "one")
	softhsm.New(t, "twins")
	twin := softhsm.New(t, "twins")
	opened, err := Open(twin.SerialURI(), pin(softhsm.PIN), Options{})
	if err != nil {
		t.Errorf("a twin by its serial: %v", err)
	} else {
		opened.Close()
	}
	public := filepath.Join(t.TempDir(), "pin")
	if err := os.WriteFile(public, []byte(softhsm.PIN), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, uri, want string
		pin             PIN
	}{
		{"two tokens of one label", twin.URI, "2 tokens match", pin(softhsm.PIN)},
		{"no such token", strings.Replace(token.URI, "one", "none", 1), "not present", pin(softhsm.PIN)},
		{"label of one, serial of another", strings.Replace(twin.SerialURI(), "?", ";token=one?", 1), "not present", pin(softhsm.PIN)},
		{"no PIN", token.URI, "no PIN", nil},
		{"empty PIN", token.URI, "empty", pin("")},
		{"PIN file that others may read", token.URI + "&pin-source=" + public, "0644", nil},
		{"PIN that cannot be had", token.URI, "no terminal", func() ([]byte, error) { return nil, errors.New("no terminal") }},
		{"no such module", "pkcs11:token=one?module-path=/nonexistent.so", "nonexistent", pin(softhsm.PIN)},
		{"a module that is none", "pkcs11:token=one?module-path=" + public, "cannot be loaded", pin(softhsm.PIN)},
	} {
		opened, err := Open(c.uri, c.pin, Options{})
		if err == nil {
			opened.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), softhsm.PIN) {
			t.Errorf("%s: the error tells the PIN", c.name)
		}
	}
	modules.Lock()
	defer modules.Unlock()
	for path, m := range modules.loaded {
		if m.refs != 0 || m.live != 0 {
			t.Errorf("%s: %d uses and %d connections are left", path, m.refs, m.live)
		}
	}
}

func TestWrongPINIsNotTriedAgain(t *testing.T) {
	token := softhsm.New(t, "wrong pin")
	asked := 0
	wrong := func() ([]byte, error) { asked++; return []byte("11111111"), nil }
	_, err := Open(token.URI, wrong, Options{})
	if !errors.Is(err, ErrPIN) || strings.Contains(err.Error(), "1111") || asked != 1 {
		t.Errorf("got %v after asking %d times", err, asked)
	}

	// A PIN that is changed while the token is lost.
	asked = 0
	opened, err := Open(token.URI, func() ([]byte, error) {
		if asked++; asked == 1 {
			return []byte(softhsm.PIN), nil
		}
		return []byte("11111111"), nil
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	opened.module.ctx.Finalize()
	for range 3 {
		if _, err := opened.List(); !errors.Is(err, ErrPIN) {
			t.Errorf("List gave %v", err)
		}
	}
	if asked != 2 {
		t.Errorf("the PIN was asked for %d times, want 2", asked)
	}
}

func TestPINIsCleared(t *testing.T) {
	token := softhsm.New(t, "clear pin")
	given := []byte(softhsm.PIN)
	opened, err := Open(token.URI, func() ([]byte, error) { return given, nil }, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for _, c := range given {
		if c != 0 {
			t.Fatalf("the PIN is still in memory")
		}
	}
}

func TestTwoTokensShareAModule(t *testing.T) {
	first, second := softhsm.New(t, "share a"), softhsm.New(t, "share b")
	a := open(t, first, Options{})
	b, err := Open(second.URI, pin(softhsm.PIN), Options{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(first.URI, func() ([]byte, error) { return nil, errors.New("asked again") }, Options{})
	if err != nil {
		t.Fatalf("a token that is logged in already: %v", err)
	}
	for _, token := range []*Token{b, again} {
		if err := token.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := a.List(); err != nil {
		t.Errorf("the first token after the others are closed: %v", err)
	}
}

// lose are ways of losing a connection underneath a Token.
var lose = map[string]func(t *Token){
	"the module is finalised":   func(t *Token) { t.module.ctx.Finalize() },
	"all sessions are closed":   func(t *Token) { t.module.ctx.CloseAllSessions(t.conn.slot) },
	"the user is logged out":    func(t *Token) { t.module.ctx.Logout(t.conn.sessions[0]) },
	"the module is initialised": func(t *Token) { t.module.ctx.Finalize(); t.module.ctx.Initialize() },
	"one session is closed":     func(t *Token) { t.module.ctx.CloseSession(t.conn.sessions[0]) },
	"an operation is left begun": func(t *Token) {
		mechanism := []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_SHA256, nil)}
		for _, s := range t.conn.sessions {
			t.module.ctx.DigestInit(s, mechanism)
		}
	},
}

func TestSurvivesALostConnection(t *testing.T) {
	token := softhsm.New(t, "lost")
	var notes atomic.Int64
	opened := open(t, token, Options{Sessions: 2, Notify: func(err error) {
		if !strings.Contains(err.Error(), `label "lost"`) {
			t.Errorf("note %v", err)
		}
		notes.Add(1)
	}})
	if _, err := opened.Generate(params(dnssec.ECDSAP256SHA256, "ksk")); err != nil {
		t.Fatal(err)
	}
	signer, err := opened.Open(dnssec.KeyRef{Label: "ksk", Algorithm: dnssec.ECDSAP256SHA256, Flags: 257})
	if err != nil {
		t.Fatal(err)
	}
	for name, lose := range lose {
		t.Run(name, func(t *testing.T) {
			notes.Store(0)
			lose(opened)
			signAndVerify(t, signer, 20)
			if notes.Load() == 0 {
				t.Error("nobody was told")
			}
			lose(opened)
			if _, err := opened.Generate(params(dnssec.ED25519, name)); err != nil {
				t.Errorf("generating after that: %v", err)
			}
		})
	}
}

func TestTokenGoesAwayAndComesBack(t *testing.T) {
	token := softhsm.New(t, "away")
	opened := open(t, token, Options{Sessions: 2, Patience: 10 * time.Second})
	if _, err := opened.Generate(params(dnssec.ECDSAP256SHA256, "ksk")); err != nil {
		t.Fatal(err)
	}
	signer, err := opened.Open(dnssec.KeyRef{Label: "ksk", Algorithm: dnssec.ECDSAP256SHA256, Flags: 257})
	if err != nil {
		t.Fatal(err)
	}
	hidden := token.Tokens() + ".hidden"
	away := func() {
		if err := os.Rename(token.Tokens(), hidden); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(token.Tokens(), 0o700); err != nil {
			t.Fatal(err)
		}
		opened.module.ctx.Finalize() // the module has its files in memory
	}
	back := func() {
		if err := os.Remove(token.Tokens()); err != nil {
			t.Error(err)
		}
		if err := os.Rename(hidden, token.Tokens()); err != nil {
			t.Error(err)
		}
	}

	away()
	var group sync.WaitGroup
	group.Go(func() { time.Sleep(400 * time.Millisecond); back() })
	signAndVerify(t, signer, 10)
	group.Wait()

	away()
	opened.options.Patience = 200 * time.Millisecond
	in, out := inputs(t, dnssec.ECDSAP256SHA256, 3)
	err = signer.SignBatch(in, out)
	if err == nil || !strings.Contains(err.Error(), "given up") || !strings.Contains(err.Error(), "not present") {
		t.Errorf("a token that stays away: %v", err)
	}
	back()
	opened.options.Patience = 10 * time.Second
	signAndVerify(t, signer, 10)
}

func TestAnotherKeyOfTheNameIsRefused(t *testing.T) {
	token := softhsm.New(t, "swap")
	opened := open(t, token, Options{})
	ref := dnssec.KeyRef{Label: "ksk", Algorithm: dnssec.ECDSAP256SHA256, Flags: 257}
	if _, err := opened.Generate(params(ref.Algorithm, "ksk")); err != nil {
		t.Fatal(err)
	}
	signer, err := opened.Open(ref)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened.Delete(ref); err != nil {
		t.Fatal(err)
	}
	if _, err := opened.Generate(params(ref.Algorithm, "ksk")); err != nil {
		t.Fatal(err)
	}
	opened.module.ctx.Finalize()
	in, out := inputs(t, ref.Algorithm, 1)
	if err := signer.SignBatch(in, out); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("got %v", err)
	}
}

func TestManyGoroutinesSign(t *testing.T) {
	token := softhsm.New(t, "busy")
	opened := open(t, token, Options{Sessions: 4})
	var group sync.WaitGroup
	for i, algorithm := range []uint8{dnssec.ECDSAP256SHA256, dnssec.ED25519} {
		label := fmt.Sprintf("key-%d", i)
		if _, err := opened.Generate(params(algorithm, label)); err != nil {
			t.Fatal(err)
		}
		signer, err := opened.Open(dnssec.KeyRef{Label: label, Algorithm: algorithm, Flags: 257})
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			group.Go(func() { signAndVerify(t, signer, 25) })
		}
	}
	group.Go(func() { // in the midst of it, twice, but not within a call: SoftHSM crashes
		for range 2 {
			time.Sleep(10 * time.Millisecond)
			if c, err := opened.connection(); err == nil {
				c.module.calls.Lock()
				c.module.ctx.CloseAllSessions(c.slot)
				c.module.calls.Unlock()
			}
		}
	})
	group.Wait()
}

func TestErrorsKeepTheirCause(t *testing.T) {
	token := softhsm.New(t, "cause")
	opened := open(t, token, Options{})
	_, err := opened.Open(dnssec.KeyRef{Label: "none", Algorithm: 13, Flags: 257})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing key: %v", err)
	}
	if first([]error{nil, errDropped, fs.ErrInvalid}) != fs.ErrInvalid {
		t.Error("a loss hides another error")
	}
	if isLost(fmt.Errorf("x: %w", pkcs11.Error(pkcs11.CKR_DATA_INVALID))) || !isLost(fmt.Errorf("x: %w", pkcs11.Error(pkcs11.CKR_DEVICE_ERROR))) {
		t.Error("isLost")
	}
}
