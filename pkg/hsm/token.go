//go:build cgo

package hsm

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/miekg/pkcs11"

	"countersign/pkg/durable"
)

// Token is one token with its user logged in. It is safe for concurrent use.
type Token struct {
	where   location
	module  *module
	pin     PIN
	options Options

	mu      sync.Mutex  // guards what follows, and is held while connecting
	conn    *connection // nil when there is none
	refused error       // the token refused the PIN: it is not tried again
	closed  bool

	pacesMu sync.Mutex
	paces   map[string]*pace // by public key; guarded by pacesMu
}

// Open finds the token that uri names, opens its sessions and logs in. It fails
// at once if the token is not there, or if two match. A pin-source in the URI
// (a private file) goes before pin, which may then be nil.
func Open(uri string, pin PIN, options Options) (*Token, error) {
	where, err := parseURI(uri, options.Module)
	if err != nil {
		return nil, err
	}
	if where.pinFile != "" {
		pin = pinFromFile(where.pinFile)
	}
	if pin == nil {
		return nil, fmt.Errorf("token %s: no PIN and no pin-source", where)
	}
	if where.pinFile != "" {
		options.PINIsAsked = false
	}
	return openAt(where, pin, options)
}

// openAt is Open for a location.
func openAt(where location, pin PIN, options Options) (*Token, error) {
	if options.Patience == 0 {
		options.Patience = DefaultPatience
	}
	m, err := acquire(where.module)
	if err != nil {
		return nil, err
	}
	t := &Token{where: where, module: m, pin: pin, options: options, paces: map[string]*pace{}}
	if _, err := t.connection(); err != nil {
		return nil, errors.Join(err, m.release())
	}
	return t, nil
}

// Close ends the sessions, and with the last Token of its module the module. The
// signers of the token fail from then on.
func (t *Token) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	t.closed = true
	var err error
	if t.conn != nil {
		err = t.conn.end()
		t.conn = nil
	}
	if isLost(err) {
		err = nil // it went before we did
	}
	return errors.Join(err, t.module.release())
}

// connection is the one in use, or a new one.
func (t *Token) connection() (*connection, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return nil, fmt.Errorf("token %s is closed", t.where)
	case t.refused != nil:
		return nil, t.refused
	case t.conn != nil:
		return t.conn, nil
	}
	c, err := t.connect()
	if isPIN(err) {
		t.refused = fmt.Errorf("token %s: %w: %v", t.where, ErrPIN, err)
		return nil, t.refused
	}
	if err != nil {
		return nil, fmt.Errorf("token %s: %w", t.where, err)
	}
	t.module.connected(1) // not within connect: modules is locked before calls
	t.conn = c
	return c, nil
}

// drop ends a connection that was found dead, if it is still the one in use.
func (t *Token) drop(c *connection) {
	t.mu.Lock()
	if t.conn == c {
		t.conn = nil
	}
	t.mu.Unlock()
	c.end()
}

// The pause between two attempts begins at firstPause and doubles up to
// lastPause.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
)

// retry runs f on a connection, and while that is lost again on new ones, until
// Patience is over. f must be able to run again.
func (t *Token) retry(f func(c *connection) error) error {
	pause, waited := firstPause, time.Duration(0)
	for attempt := 0; ; attempt++ {
		if attempt > 1 { // the first time, a new connection is enough as a rule
			if err := t.module.restart(); err != nil {
				t.notify(err)
			}
		}
		c, err := t.connection()
		if err == nil {
			if err = f(c); err == nil {
				return nil
			}
			if isLost(err) {
				t.drop(c)
			}
		}
		if !isLost(err) {
			return err
		}
		t.notify(err)
		if waited+pause > t.options.Patience {
			return fmt.Errorf("token %s: given up after %s: %w", t.where, waited, err)
		}
		time.Sleep(pause)
		waited += pause
		pause = min(2*pause, lastPause)
	}
}

// once runs f on a connection that was alive a moment ago, and never twice.
func (t *Token) once(f func(c *connection) error) error {
	err := t.retry(func(c *connection) error {
		return c.use(func(s pkcs11.SessionHandle) error {
			info, err := c.module.ctx.GetSessionInfo(s)
			if err == nil && !isLoggedIn(info) {
				err = pkcs11.Error(pkcs11.CKR_USER_NOT_LOGGED_IN)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	c, err := t.connection()
	if err != nil {
		return err
	}
	err = f(c)
	if isLost(err) {
		t.drop(c)
		t.notify(err)
	}
	return err
}

func (t *Token) notify(err error) {
	if t.options.Notify != nil {
		t.options.Notify(fmt.Errorf("token %s is lost: %w", t.where, err))
	}
}

// notifyHelper tells of a helper that failed, which the token need not have.
func (t *Token) notifyHelper(err error) {
	if t.options.Notify != nil {
		t.options.Notify(fmt.Errorf("token %s: a helper process failed, the rest is signed without it: %w", t.where, err))
	}
}

// connect finds the token and logs in. t.mu is held.
func (t *Token) connect() (*connection, error) {
	t.module.calls.RLock()
	defer t.module.calls.RUnlock()
	slot, info, err := t.find()
	if err != nil {
		return nil, err
	}
	c := &connection{
		module: t.module,
		slot:   slot,
		serial: info.SerialNumber,
		label:  info.Label,
		done:   make(chan struct{}),
		idle:   make(chan pkcs11.SessionHandle, MaxSessions),
	}
	fail := func(err error) (*connection, error) {
		for _, s := range c.sessions {
			c.module.ctx.CloseSession(s)
		}
		return nil, err
	}
	if err := c.open(t.firstSessions()); err != nil {
		return fail(err)
	}
	if err := t.login(c.sessions[0], info); err != nil {
		return fail(err)
	}
	return c, nil
}

// firstSessions is the number of sessions before anything was measured: as many as
// a token in software uses, and never one, which would wait for each answer.
func (t *Token) firstSessions() int {
	if t.options.Sessions > 0 {
		return min(t.options.Sessions, MaxSessions)
	}
	return min(max(2, runtime.NumCPU()), MaxSessions)
}

// find is the slot of the one token that matches.
func (t *Token) find() (slot uint, info pkcs11.TokenInfo, err error) {
	slots, err := t.module.ctx.GetSlotList(true)
	if err != nil {
		return 0, info, fmt.Errorf("listing slots: %w", err)
	}
	var found, others []string
	for _, id := range slots {
		candidate, err := t.module.ctx.GetTokenInfo(id)
		if err != nil || candidate.Flags&pkcs11.CKF_TOKEN_INITIALIZED == 0 {
			continue
		}
		name := fmt.Sprintf("%q serial %s", trim(candidate.Label), trim(candidate.SerialNumber))
		if !t.where.matches(candidate) {
			others = append(others, name)
			continue
		}
		found = append(found, name)
		slot, info = id, candidate
	}
	switch {
	case len(found) == 0 && len(others) == 0:
		return 0, info, fmt.Errorf("%w (the module sees none)", errAbsent)
	case len(found) == 0:
		return 0, info, fmt.Errorf("%w (the module sees %s)", errAbsent, strings.Join(others, ", "))
	case len(found) > 1:
		return 0, info, fmt.Errorf("%d tokens match, name one by its serial: %s", len(found), strings.Join(found, ", "))
	}
	info.Label, info.SerialNumber = trim(info.Label), trim(info.SerialNumber)
	return slot, info, nil
}

func (l location) matches(info pkcs11.TokenInfo) bool {
	for _, pair := range [][2]string{
		{l.token, info.Label}, {l.serial, info.SerialNumber}, {l.manufacturer, info.ManufacturerID}, {l.model, info.Model},
	} {
		if pair[0] != "" && pair[0] != trim(pair[1]) {
			return false
		}
	}
	return true
}

// trim removes what pads the fixed fields of PKCS#11.
func trim(text string) string { return strings.TrimRight(text, " \x00") }

// login logs the user in, unless another Token of the process has.
func (t *Token) login(s pkcs11.SessionHandle, info pkcs11.TokenInfo) error {
	state, err := t.module.ctx.GetSessionInfo(s)
	if err != nil {
		return fmt.Errorf("reading the state of a session: %w", err)
	}
	if isLoggedIn(state) {
		return nil
	}
	if info.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0 {
		return pkcs11.Error(pkcs11.CKR_PIN_LOCKED)
	}
	if info.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0 {
		return errors.New("the token locks itself at the next wrong PIN: log in once with the tool of its vendor")
	}
	pin, err := t.pin()
	if err != nil {
		return fmt.Errorf("PIN: %w", err)
	}
	defer clear(pin)
	if len(pin) == 0 {
		return errors.New("PIN: empty")
	}
	// The string is the bytes themselves, so that clear reaches it.
	err = t.module.ctx.Login(s, pkcs11.CKU_USER, unsafe.String(&pin[0], len(pin)))
	if err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN)) {
		return fmt.Errorf("logging in: %w", err)
	}
	return nil
}

func isLoggedIn(session pkcs11.SessionInfo) bool {
	return session.State == pkcs11.CKS_RO_USER_FUNCTIONS || session.State == pkcs11.CKS_RW_USER_FUNCTIONS
}

// maxPIN is the length of the longest PIN file in octets.
const maxPIN = 1024

// pinFromFile reads a private file at each call; one newline at the end is not
// part of the PIN.
func pinFromFile(path string) PIN {
	return func() ([]byte, error) {
		text, err := durable.ReadPrivate(path, maxPIN)
		if err != nil {
			return nil, err
		}
		return bytes.TrimSuffix(text, []byte("\n")), nil
	}
}
