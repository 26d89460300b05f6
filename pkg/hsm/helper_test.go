//go:build cgo

package hsm

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/internal/nodump"
	"countersign/internal/softhsm"
	"countersign/pkg/dnssec"
)

// helped is a key with n helpers at work.
func helped(t testing.TB, opened *Token, algorithm uint8, n int) *Key {
	t.Helper()
	key := keyOf(t, opened, algorithm)
	engage(t, opened, key, n)
	return key
}

// engage has n helpers log in.
func engage(t testing.TB, opened *Token, key *Key, n int) {
	t.Helper()
	key.pace.found.Store(&finding{setup{2, n}, time.Now()})
	crew := &opened.conn.crew
	crew.hire(key, opened.conn, n)
	crew.running.Wait()
	if ready, err := crew.has(n); err != nil || !ready {
		t.Fatalf("%d of %d helpers: %v", len(crew.helpers), n, err)
	}
}

func TestHelpersSign(t *testing.T) {
	for _, algorithm := range algorithms {
		opened := open(t, softhsm.New(t, "help "+dnssec.AlgorithmName(algorithm)), Options{Notify: func(err error) { t.Error(err) }})
		key := helped(t, opened, algorithm, 2)
		for _, n := range []int{0, 1, 2, 15, 16, 17, 100, 257} {
			signAndVerify(t, key, n)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() { signAndVerify(t, key, 60) })
		}
		group.Wait()
		if n := len(opened.conn.crew.idle); n != 2 {
			t.Errorf("%d helpers are idle, want 2", n)
		}
		opened.Close()
	}
}

func TestHelperKnowsSeveralKeys(t *testing.T) {
	opened := open(t, softhsm.New(t, "several"), Options{Notify: func(err error) { t.Error(err) }})
	key := helped(t, opened, dnssec.ECDSAP256SHA256, 1)
	if _, err := opened.Generate(params(dnssec.ED25519, "other")); err != nil {
		t.Fatal(err)
	}
	signer, err := opened.Open(dnssec.KeyRef{Label: "other", Algorithm: dnssec.ED25519, Flags: 257})
	if err != nil {
		t.Fatal(err)
	}
	other := signer.(*Key)
	other.pace.found.Store(key.pace.found.Load())
	for range 3 {
		signAndVerify(t, key, 100)
		signAndVerify(t, other, 100)
	}
	// Known to the helper only if its module saw a key made after its start.
	t.Logf("the helper knows %d keys", len(opened.conn.crew.helpers[0].keys))
}

func TestHelperIsToldNothingByArgumentOrEnvironment(t *testing.T) {
	if err := nodump.Forbid(); err != nil { // as the programs do, which makes their /proc/self that of root
		t.Fatal(err)
	}
	opened := open(t, softhsm.New(t, "secret"), Options{})
	helped(t, opened, dnssec.ECDSAP256SHA256, 1)
	h := opened.conn.crew.helpers[0]
	proc := fmt.Sprintf("/proc/%d/", h.process.Pid)
	line, err := os.ReadFile(proc + "cmdline")
	if err != nil || string(line) != helperName+"\x00" {
		t.Errorf("command line %q, %v", line, err)
	}
	environ, err := os.ReadFile(proc + "environ")
	if err != nil && !errors.Is(err, os.ErrPermission) || bytes.Contains(environ, []byte(softhsm.PIN)) {
		t.Errorf("environment: %v, or the PIN is in it", err)
	}
	limits, err := os.ReadFile(proc + "limits")
	if err != nil {
		t.Fatal(err)
	}
	core := ""
	for line := range strings.Lines(string(limits)) {
		if rest, ok := strings.CutPrefix(line, "Max core file size"); ok {
			core = strings.Join(strings.Fields(rest), " ")
		}
	}
	if core != "0 0 bytes" {
		t.Errorf("core files of a helper: %s", core)
	}
}

func isAlive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestCloseEndsHelpersAndSessions(t *testing.T) {
	token := proxy(t, softhsm.New(t, "ends"), map[string]int{"PROXY_SESSIONS": 3})
	for i := range 3 { // a session that stayed would be missed
		opened := open(t, token, Options{Sessions: 2})
		if i == 0 {
			keyOf(t, opened, dnssec.ECDSAP256SHA256)
		}
		signer, err := opened.Open(dnssec.KeyRef{Label: "key", Algorithm: dnssec.ECDSAP256SHA256, Flags: 257})
		if err != nil {
			t.Fatal(err)
		}
		engage(t, opened, signer.(*Key), 2)
		if n := opened.conn.grow(8); n != 3 {
			t.Errorf("%d sessions, want the 3 there are", n)
		}
		helpers := slices.Clone(opened.conn.crew.helpers)
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
		for _, h := range helpers {
			if isAlive(h.process.Pid) {
				t.Errorf("helper %d is alive", h.process.Pid)
			}
		}
	}
}

func TestKilledHelperIsDoneWithout(t *testing.T) {
	var notes atomic.Int64
	opened := open(t, softhsm.New(t, "killed"), Options{Notify: func(err error) {
		if !strings.Contains(err.Error(), "helper") {
			t.Error(err)
		}
		notes.Add(1)
	}})
	key := helped(t, opened, dnssec.ECDSAP256SHA256, 2)
	helpers := slices.Clone(opened.conn.crew.helpers)
	in, out := inputs(t, dnssec.ECDSAP256SHA256, 4000)
	result := make(chan error)
	go func() { result <- key.SignBatch(in, out) }()
	for _, h := range helpers {
		h.process.Kill()
	}
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	for i := range in {
		if err := key.verify(in[i], out[i]); err != nil {
			t.Fatalf("signature %d: %v", i, err)
		}
	}
	for _, h := range helpers {
		<-h.ended
	}
	signAndVerify(t, key, 100) // if the batch did not need them
	if notes.Load() == 0 || len(opened.conn.crew.helpers) != 0 {
		t.Errorf("%d notes, %d helpers are left", notes.Load(), len(opened.conn.crew.helpers))
	}
	signAndVerify(t, key, 100)
}

func TestTokenLostInABatchWithHelpers(t *testing.T) {
	opened := open(t, softhsm.New(t, "lost in batch"), Options{Patience: 10 * time.Second})
	key := helped(t, opened, dnssec.ECDSAP256SHA256, 1)
	pid := opened.conn.crew.helpers[0].process.Pid
	c := opened.conn
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { signAndVerify(t, key, 1000) })
	}
	c.module.calls.Lock()
	c.module.ctx.CloseAllSessions(c.slot)
	c.module.calls.Unlock()
	group.Wait()
	signAndVerify(t, key, 100)
	if opened.conn == c || isAlive(pid) {
		t.Error("the connection, or its helper, was kept")
	}
	opened.conn.crew.running.Wait()
	if len(opened.conn.crew.helpers) != 1 {
		t.Error("the new connection has no helper")
	}
	signAndVerify(t, key, 200)
}

// fake is a helper that answers with what f makes of the true signatures.
func fake(t *testing.T, key *Key, f func(answers io.Writer, signatures [][]byte)) *helper {
	t.Helper()
	read, requests, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	h := &helper{requests: requests, answers: answers, ended: make(chan struct{}), keys: map[string]uint32{key.id(): 0}}
	go func() {
		defer close(h.ended)
		defer write.Close()
		defer read.Close()
		for {
			_, body, err := readFrame(read)
			if err != nil {
				return
			}
			list, err := parseList(body[4:])
			if err != nil {
				t.Error(err)
				return
			}
			signatures := make([][]byte, len(list))
			if err := key.signBatch(list, signatures, true); err != nil {
				t.Error(err)
				return
			}
			f(write, signatures)
		}
	}()
	return h
}

func TestHelperThatLiesFailsTheBatch(t *testing.T) {
	opened := open(t, softhsm.New(t, "liar"), Options{})
	key := keyOf(t, opened, dnssec.ECDSAP256SHA256)
	answer := func(w io.Writer, list [][]byte) { writeFrame(w, frameDone, appendList(nil, list)) }
	for name, row := range map[string]struct {
		f    func(w io.Writer, list [][]byte)
		fine bool // the batch is completed
	}{
		"the truth":      {answer, true},
		"one too few":    {func(w io.Writer, list [][]byte) { answer(w, list[1:]) }, false},
		"one too many":   {func(w io.Writer, list [][]byte) { answer(w, append(list, list[0])) }, false},
		"too short":      {func(w io.Writer, list [][]byte) { list[0] = list[0][1:]; answer(w, list) }, false},
		"empty":          {func(w io.Writer, list [][]byte) { list[0] = nil; answer(w, list) }, false},
		"a bit is wrong": {func(w io.Writer, list [][]byte) { list[0][5] ^= 1; answer(w, list) }, false},
		"no list":        {func(w io.Writer, list [][]byte) { writeFrame(w, frameDone, []byte("nonsense")) }, false},
		"an error":       {func(w io.Writer, list [][]byte) { writeFrame(w, frameError, []byte("the token is tired")) }, true},
		"another kind":   {func(w io.Writer, list [][]byte) { writeFrame(w, 'x', nil) }, true},
		"half a frame":   {func(w io.Writer, list [][]byte) { w.Write([]byte("d\x00\x00\x10\x00x")); w.(io.Closer).Close() }, true},
	} {
		h := fake(t, key, row.f)
		crew := &opened.conn.crew
		crew.helpers, crew.idle, crew.failed = []*helper{h}, []*helper{h}, nil
		key.pace.found.Store(&finding{setup{1, 1}, time.Now()})
		in, out := inputs(t, dnssec.ECDSAP256SHA256, allVerified)
		err := key.SignBatch(in, out)
		if (err == nil) != row.fine || err != nil && !errors.Is(err, errBadSignature) {
			t.Errorf("%s: %v", name, err)
		}
		for i := range in {
			if err == nil && key.verify(in[i], out[i]) != nil {
				t.Errorf("%s: signature %d is bad", name, i)
			}
		}
		kept := len(crew.helpers) == 1
		if kept != (name == "the truth") {
			t.Errorf("%s: kept is %v", name, kept)
		}
		crew.drop(h)
	}
}

func TestHelperThatCannotLogInIsDoneWithout(t *testing.T) {
	token := softhsm.New(t, "no login")
	var asked, notes atomic.Int64
	opened, err := Open(token.URI, func() ([]byte, error) {
		if asked.Add(1) > 1 {
			return []byte("11111111"), nil
		}
		return []byte(softhsm.PIN), nil
	}, Options{Notify: func(err error) {
		notes.Add(1)
		if strings.Contains(err.Error(), "1111") || strings.Contains(err.Error(), softhsm.PIN) {
			t.Error("the note tells the PIN")
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	key := keyOf(t, opened, dnssec.ECDSAP256SHA256)
	key.pace.found.Store(&finding{setup{2, 1}, time.Now()})
	for range 5 {
		signAndVerify(t, key, 100)
		opened.conn.crew.running.Wait()
	}
	if asked.Load() != 2 || notes.Load() != 1 || len(opened.conn.crew.helpers) != 0 {
		t.Errorf("the PIN was taken %d times, %d notes: a wrong one must not be tried again", asked.Load(), notes.Load())
	}
}

// parentLine is what the other half of TestHelperEndsWithItsProgram prints.
const parentVariable = "COUNTERSIGN_TEST_PARENT"

// TestHelperEndsWithItsProgram runs itself as a program that is killed.
func TestHelperEndsWithItsProgram(t *testing.T) {
	if uri := os.Getenv(parentVariable); uri != "" {
		opened, err := Open(uri, pin(softhsm.PIN), Options{})
		if err != nil {
			t.Fatal(err)
		}
		engage(t, opened, keyOf(t, opened, dnssec.ED25519), 1)
		fmt.Println("HELPER", opened.conn.crew.helpers[0].process.Pid)
		select {}
	}
	token := softhsm.New(t, "orphan")
	command := exec.Command("/proc/self/exe", "-test.run=^TestHelperEndsWithItsProgram$")
	command.Env = append(os.Environ(), parentVariable+"="+token.URI)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// The helper has it too: it ends when both have ended.
	stderr, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = theirs
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	pid := 0
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "HELPER "); ok {
			pid, _ = strconv.Atoi(text)
		}
	}
	if pid == 0 || !isAlive(pid) {
		t.Fatalf("helper %d is not alive", pid)
	}
	command.Process.Kill()
	command.Wait()
	if _, err := io.Copy(io.Discard, stderr); err != nil {
		t.Error(err)
	}
}
