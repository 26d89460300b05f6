//go:build cgo

package hsm

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// helper is another process of this program that signs with the same token over a
// login of its own: some tokens in software let one process use one core only. It
// gets the PIN and what is to be signed over one pipe, and answers over another.
// It ends when its pipe does, or with this process.
type helper struct {
	process  *os.Process
	requests *os.File
	answers  *os.File
	ended    chan struct{} // closed when the process has ended
	ending   sync.Once
	keys     map[string]uint32 // numbers of the keys it knows; for who has borrowed it
}

// helperName is the only argument a helper gets.
const helperName = "countersign-pkcs11-helper"

// canHelp says that the program calls RunHelperIfAsked: started again, another
// would do what it does, not help.
var canHelp atomic.Bool

// RunHelperIfAsked makes this process a helper, if it was started as one, and does
// not return then. A program that signs with a token calls it first thing in its
// main. One that does not has no helper processes.
func RunHelperIfAsked() {
	if len(os.Args) == 1 && os.Args[0] == helperName {
		os.Exit(runHelper())
	}
	canHelp.Store(true)
}

// mayHire says whether helpers may be started at all.
func (t *Token) mayHire() bool { return canHelp.Load() && !t.options.PINIsAsked }

// startHelper starts the process.
func startHelper() (*helper, error) {
	theirRequests, requests, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("helper process: %w", err)
	}
	defer theirRequests.Close()
	answers, theirAnswers, err := os.Pipe()
	if err != nil {
		requests.Close()
		return nil, fmt.Errorf("helper process: %w", err)
	}
	defer theirAnswers.Close()
	command := &exec.Cmd{
		Path:        "/proc/self/exe", // this program, even if its file was replaced
		Args:        []string{helperName},
		Stderr:      os.Stderr,
		ExtraFiles:  []*os.File{theirRequests, theirAnswers},
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
	h := &helper{requests: requests, answers: answers, ended: make(chan struct{}), keys: map[string]uint32{}}
	started := make(chan error)
	go func() {
		// The signal comes when the thread ends that started the process.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		// What the module has open is not for another process.
		unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
		err := command.Start()
		started <- err
		if err == nil {
			command.Wait()
			close(h.ended)
		}
	}()
	if err := <-started; err != nil {
		requests.Close()
		answers.Close()
		return nil, fmt.Errorf("helper process: %w", err)
	}
	h.process = command.Process
	return h, nil
}

// partingTime is how long a helper has to log out.
const partingTime = 2 * time.Second

// end closes the pipe, which makes the helper log out and end, and waits for that.
func (h *helper) end() {
	h.ending.Do(func() {
		h.requests.Close()
		patience := time.AfterFunc(partingTime, func() { h.process.Kill() })
		<-h.ended
		patience.Stop()
		h.answers.Close()
	})
}

// login is what a helper has to know besides the PIN.
type login struct {
	Module, Token, Serial, Manufacturer, Model string
}

// login has a new helper log in and open a key.
func (h *helper) login(k *Key, c *connection) error {
	where := k.token.where
	body, err := json.Marshal(login{where.module, c.label, c.serial, where.manufacturer, where.model})
	if err != nil {
		return err
	}
	pin, err := k.token.pin()
	if err != nil {
		return fmt.Errorf("PIN: %w", err)
	}
	defer clear(pin)
	if err := writeFrame(h.requests, frameLogin, body); err != nil {
		return err
	}
	if err := writeFrame(h.requests, framePIN, pin); err != nil {
		return err
	}
	if _, err := h.answer(); err != nil {
		return err
	}
	return h.learn(k)
}

// learn has the helper open a key, which must be the same as here.
func (h *helper) learn(k *Key) error {
	id := k.id()
	if _, known := h.keys[id]; known {
		return nil
	}
	body, err := json.Marshal(k.ref)
	if err != nil {
		return err
	}
	if err := writeFrame(h.requests, frameKey, body); err != nil {
		return err
	}
	public, err := h.answer()
	if err != nil {
		return err
	}
	if string(public) != string(k.dnskey.PublicKey) {
		return fmt.Errorf("it found another key %s", name(k.ref))
	}
	h.keys[id] = uint32(len(h.keys))
	return nil
}

// send asks for the signatures of a piece of the inputs.
func (h *helper) send(k *Key, inputs [][]byte, piece []int) error {
	if err := h.learn(k); err != nil {
		return err
	}
	list := make([][]byte, len(piece))
	for n, i := range piece {
		list[n] = inputs[i]
	}
	body := binary.BigEndian.AppendUint32(nil, h.keys[k.id()])
	return writeFrame(h.requests, frameSign, appendList(body, list))
}

// receive gets the signatures of the piece that was sent first.
func (h *helper) receive(n, size int) ([][]byte, error) {
	body, err := h.answer()
	if err != nil {
		return nil, err
	}
	list, err := parseList(body)
	if err != nil {
		return nil, fmt.Errorf("%w: from a helper process: %v", errBadSignature, err)
	}
	if len(list) != n {
		return nil, fmt.Errorf("%w: a helper process gave %d signatures, want %d", errBadSignature, len(list), n)
	}
	for _, signature := range list {
		if len(signature) != size {
			return nil, fmt.Errorf("%w: a helper process gave one of %d octets, want %d", errBadSignature, len(signature), size)
		}
	}
	return list, nil
}

// answerTime is how long a helper may take for an answer.
const answerTime = time.Minute

// mostComplaint is how much of an error is shown.
const mostComplaint = 500

func (h *helper) answer() ([]byte, error) {
	h.answers.SetReadDeadline(time.Now().Add(answerTime))
	kind, body, err := readFrame(h.answers)
	switch {
	case err != nil:
		return nil, fmt.Errorf("its answer: %w", err)
	case kind == frameDone:
		return body, nil
	case kind == frameError:
		return nil, errors.New(string(body[:min(len(body), mostComplaint)]))
	}
	return nil, fmt.Errorf("its answer has kind %q", kind)
}

// runHelper is the main function of a helper: it serves one program until that
// closes the pipe.
func runHelper() (status int) {
	requests, answers := os.NewFile(3, "requests"), os.NewFile(4, "answers")
	if requests == nil || answers == nil {
		return 2
	}
	if err := serve(requests, answers); err != nil {
		writeFrame(answers, frameError, []byte(err.Error()))
		return 2
	}
	return 0
}
