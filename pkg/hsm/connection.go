//go:build cgo

package hsm

import (
	"errors"
	"sync"

	"github.com/miekg/pkcs11"
)

// connection is a login to a token with its sessions. Everything that belongs to
// it, key handles too, dies with it.
type connection struct {
	module   *module
	slot     uint
	serial   string
	label    string
	sessions []pkcs11.SessionHandle
	idle     chan pkcs11.SessionHandle // those of sessions that nobody uses
	done     chan struct{}             // closed when the connection is dropped
	drop     sync.Once
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
		c.module.calls.Lock()
		for _, s := range c.sessions {
			errs = append(errs, c.module.ctx.CloseSession(s))
		}
		c.module.calls.Unlock()
		c.module.connected(-1)
	})
	return errors.Join(errs...)
}
