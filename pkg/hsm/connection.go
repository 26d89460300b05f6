//go:build cgo

package hsm

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/miekg/pkcs11"
)

// connection is a login to a token with its sessions. Everything that belongs to
// it, key handles too, dies with it.
type connection struct {
	module *module
	slot   uint
	serial string
	label  string
	idle   chan pkcs11.SessionHandle // those of sessions that nobody uses
	done   chan struct{}             // closed when the connection is dropped
	drop   sync.Once
	crew   crew // helper processes with logins of their own

	mu       sync.Mutex             // guards what follows
	sessions []pkcs11.SessionHandle // at most MaxSessions
	full     bool                   // the token gives no more
}

// size is the number of sessions.
func (c *connection) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sessions)
}

// open opens sessions until there are n, or the token gives no more. The caller
// keeps the connection from ending.
func (c *connection) open(n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.full && len(c.sessions) < min(n, MaxSessions) {
		s, err := c.module.ctx.OpenSession(c.slot, pkcs11.CKF_SERIAL_SESSION)
		if err != nil && len(c.sessions) > 0 {
			c.full = errors.Is(err, pkcs11.Error(pkcs11.CKR_SESSION_COUNT))
			return nil // as many as the token has; what ails it shows when it signs
		}
		if err != nil {
			return fmt.Errorf("opening a session: %w", err)
		}
		c.sessions = append(c.sessions, s)
		c.idle <- s
	}
	return nil
}

// grow opens sessions until there are n, and tells how many there are.
func (c *connection) grow(n int) int {
	if c.size() < n {
		c.call(func() error { return c.open(n) })
	}
	return c.size()
}

// shrink closes idle sessions beyond n: others may want them.
func (c *connection) shrink(n int) {
	c.call(func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		for len(c.sessions) > n {
			select {
			case s := <-c.idle:
				c.sessions = slices.DeleteFunc(c.sessions, func(other pkcs11.SessionHandle) bool { return other == s })
				c.module.ctx.CloseSession(s)
			default:
				return nil // in use
			}
		}
		return nil
	})
}

// use runs f with a session of its own, waiting for one.
func (c *connection) use(f func(s pkcs11.SessionHandle) error) error {
	select {
	case s := <-c.idle:
		defer func() { c.idle <- s }()
		return c.call(func() error { return f(s) })
	case <-c.done:
		return errDropped
	}
}

// write runs f with a new session that may change the token.
func (c *connection) write(f func(s pkcs11.SessionHandle) error) error {
	return c.call(func() error {
		s, err := c.module.ctx.OpenSession(c.slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
		if err != nil {
			return err
		}
		defer c.module.ctx.CloseSession(s)
		return f(s)
	})
}

// call runs f while nobody ends the connection. Calls do not nest.
func (c *connection) call(f func() error) error {
	c.module.calls.RLock()
	defer c.module.calls.RUnlock()
	select {
	case <-c.done:
		return errDropped
	default:
		return f()
	}
}

// end closes the sessions when the calls under way have returned. The token logs
// out with the last one. Errors are expected of a dead connection.
func (c *connection) end() error {
	var errs []error
	c.drop.Do(func() {
		close(c.done)
		c.crew.dismiss()
		c.module.calls.Lock()
		c.mu.Lock()
		for _, s := range c.sessions {
			errs = append(errs, c.module.ctx.CloseSession(s))
		}
		c.mu.Unlock()
		c.module.calls.Unlock()
		c.module.connected(-1)
	})
	return errors.Join(errs...)
}
