//go:build cgo

package hsm

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/softhsm"
	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
)

// proxy compiles testdata/proxy.c before a token, which names it in its URI.
func proxy(t *testing.T, token softhsm.Token, settings map[string]int) softhsm.Token {
	t.Helper()
	testenv.Need(t, "cc")
	path := filepath.Join(t.TempDir(), "proxy.so")
	if out, err := exec.Command("cc", "-O1", "-shared", "-fPIC", "-I", ".", "-o", path, "testdata/proxy.c", "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	t.Setenv("PROXY_MODULE", token.Module)
	for name, value := range settings {
		t.Setenv(name, strconv.Itoa(value))
	}
	token.URI = strings.Replace(token.URI, token.Module, path, 1)
	return token
}

// keyOf makes a key in a token and opens it.
func keyOf(t testing.TB, opened *Token, algorithm uint8) *Key {
	t.Helper()
	if _, err := opened.Generate(params(algorithm, "key")); err != nil {
		t.Fatal(err)
	}
	signer, err := opened.Open(dnssec.KeyRef{Label: "key", Algorithm: algorithm, Flags: 257})
	if err != nil {
		t.Fatal(err)
	}
	return signer.(*Key)
}

// onlyPace is the pace of the only key.
func onlyPace(t testing.TB, opened *Token) Pace {
	t.Helper()
	paces := opened.Paces()
	if len(paces) != 1 {
		t.Fatalf("paces %v, want one", paces)
	}
	return paces[0]
}

func found(t testing.TB, opened *Token, key *Key, batch int) Pace {
	t.Helper()
	for range 300 {
		signAndVerify(t, key, batch)
		if p := onlyPace(t, opened); p.Settled {
			return p
		}
	}
	t.Fatal("no pace was found")
	return Pace{}
}

func TestFarTokenGetsManySessions(t *testing.T) {
	opened := open(t, proxy(t, softhsm.New(t, "far"), map[string]int{"PROXY_DELAY": 5000}), Options{})
	p := found(t, opened, keyOf(t, opened, dnssec.ECDSAP256SHA256), 128)
	if p.Sessions < 8 || p.Sessions > MaxSessions || p.Helpers != 0 {
		t.Errorf("%s; a token with 5 ms to it wants more sessions", p)
	}
	if n := opened.conn.size(); n < p.Sessions || n > MaxSessions {
		t.Errorf("%d sessions are open", n)
	}
}

func TestTokenWithFewSessionsIsUsedAsFarAsItGoes(t *testing.T) {
	for limit, want := range map[int]int{1: 1, 3: 3} {
		opened := open(t, proxy(t, softhsm.New(t, "small "+strconv.Itoa(limit)), map[string]int{"PROXY_DELAY": 1000, "PROXY_SESSIONS": limit}), Options{PINIsAsked: true})
		// To make a key takes a session more.
		os.Setenv("PROXY_SESSIONS", strconv.Itoa(limit+1))
		key := keyOf(t, opened, dnssec.ECDSAP256SHA256)
		os.Setenv("PROXY_SESSIONS", strconv.Itoa(limit))
		p := found(t, opened, key, 100)
		if n := opened.conn.size(); n > want+1 || p.Sessions > n {
			t.Errorf("limit %d: %d sessions, %s", limit, n, p)
		}
		opened.Close()
	}
}

func TestSmallBatchesMeasureNothing(t *testing.T) {
	opened := open(t, softhsm.New(t, "ceremony"), Options{})
	key := keyOf(t, opened, dnssec.ECDSAP256SHA256)
	for range 60 {
		signAndVerify(t, key, fewForTrial)
	}
	p := onlyPace(t, opened)
	if p.Settled || p.Rate != 0 || p.Helpers != 0 || p.Sessions != opened.firstSessions() || opened.conn.size() != p.Sessions {
		t.Errorf("%s, %d sessions are open", p, opened.conn.size())
	}
}

func TestSessionsThatAreGivenAreKept(t *testing.T) {
	opened := open(t, softhsm.New(t, "given"), Options{Sessions: 3})
	key := keyOf(t, opened, dnssec.ECDSAP256SHA256)
	signAndVerify(t, key, 1000)
	if p := onlyPace(t, opened); p.Sessions != 3 || p.Helpers != 0 || !p.Settled || opened.conn.size() != 3 {
		t.Errorf("%s, %d sessions are open", p, opened.conn.size())
	}
}

func TestPersonIsAskedForThePINOnce(t *testing.T) {
	token := softhsm.New(t, "asked")
	asked := 0
	opened, err := Open(token.URI, func() ([]byte, error) { asked++; return []byte(softhsm.PIN), nil }, Options{PINIsAsked: true})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	p := found(t, opened, keyOf(t, opened, dnssec.ECDSAP256SHA256), 300)
	if asked != 1 || p.Helpers != 0 {
		t.Errorf("the PIN was asked for %d times, %s", asked, p)
	}
}

// TestPaceIsFound only wants an end of the search: what it finds depends on the
// machine.
func TestPaceIsFound(t *testing.T) {
	token := softhsm.New(t, "pace")
	for _, algorithm := range []uint8{dnssec.ECDSAP256SHA256, dnssec.ED25519} {
		opened := open(t, token, Options{Notify: func(err error) { t.Error(err) }})
		ref := dnssec.AlgorithmName(algorithm)
		if _, err := opened.Generate(params(algorithm, ref)); err != nil {
			t.Fatal(err)
		}
		signer, err := opened.Open(dnssec.KeyRef{Label: ref, Algorithm: algorithm, Flags: 257})
		if err != nil {
			t.Fatal(err)
		}
		p := found(t, opened, signer.(*Key), 300)
		if p.Rate <= 0 || p.Sessions < opened.firstSessions() || len(opened.conn.crew.helpers) != p.Helpers {
			t.Errorf("%s; %d helpers are there", p, len(opened.conn.crew.helpers))
		}
		again, err := opened.Open(dnssec.KeyRef{Label: ref, Algorithm: algorithm, Flags: 257})
		if err != nil || again.(*Key).pace != signer.(*Key).pace {
			t.Errorf("opened again, the key has to be measured again (%v)", err)
		}
		t.Log(p)
		opened.Close()
	}
}

func TestTrialTakesTurnsAndWantsTheGain(t *testing.T) {
	for name, row := range map[string]struct {
		rates [8]int // signatures in each turn, in the order of the turns
		want  int
	}{
		"twice as fast":    {[8]int{100, 200, 200, 100, 100, 200, 200, 100}, 4},
		"a little faster":  {[8]int{100, 110, 110, 100, 100, 110, 110, 100}, 2},
		"slower":           {[8]int{100, 50, 50, 100, 100, 50, 50, 100}, 2},
		"just the gain":    {[8]int{100, 115, 115, 100, 100, 115, 115, 100}, 4},
		"one turn decides": {[8]int{100, 100, 500, 100, 100, 99, 100, 100}, 2},
	} {
		p := &pace{now: setup{sessions: 2}}
		p.trial = &trial{setups: [2]setup{{sessions: 2}, {sessions: 4}}}
		for turn := 0; p.trial != nil; turn++ {
			p.count(nil, row.rates[turn], turnTime)
		}
		if p.now.sessions != row.want || p.enough != (row.want == 2) {
			t.Errorf("%s: %+v, want %d sessions", name, p.now, row.want)
		}
	}
}

func TestPacesReadWell(t *testing.T) {
	for want, p := range map[string]Pace{
		`key "a": 2 sessions, not measured yet`: {Key: `"a"`, Sessions: 2},
		`key "a": 3 sessions`:                   {Key: `"a"`, Sessions: 3, Settled: true},
		`key "a": 2 sessions and 1 helper processes, 23800 signatures a second when measured`: {Key: `"a"`, Sessions: 2, Helpers: 1, Rate: 23800, Settled: true},
	} {
		if got := p.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestTokenThatSpoilsSignaturesIsFoundOut(t *testing.T) {
	opened := open(t, proxy(t, softhsm.New(t, "spoil"), nil), Options{})
	key := keyOf(t, opened, dnssec.ECDSAP256SHA256)
	t.Setenv("PROXY_SPOIL", "1")
	for _, n := range []int{1, 2, 32, 33, 1000} {
		in, out := inputs(t, dnssec.ECDSAP256SHA256, n)
		if err := key.SignBatch(in, out); !errors.Is(err, errBadSignature) {
			t.Errorf("batch of %d: %v", n, err)
		}
	}
}

func TestOldFindingIsMeasuredAgain(t *testing.T) {
	opened := open(t, softhsm.New(t, "old"), Options{})
	key := keyOf(t, opened, dnssec.ECDSAP256SHA256)
	then := time.Now().Add(-2 * findingAge)
	key.pace.found.Store(&finding{setup{5, 0}, then})
	signAndVerify(t, key, fewForTrial)
	if f := key.pace.found.Load(); f == nil || f.at != then {
		t.Error("a small batch measured")
	}
	if p := found(t, opened, key, 300); p.Rate == 0 || key.pace.found.Load().isOld() {
		t.Errorf("%s", p)
	}
}
