//go:build cgo

package hsm

import (
	"errors"
	"slices"
	"sync"
)

// crew is the helper processes of a connection. They end with it.
type crew struct {
	mu      sync.Mutex
	helpers []*helper // all
	idle    []*helper // those that nobody uses
	hiring  *helper   // the one that is starting
	failed  error     // why no more are started on this connection
	running sync.WaitGroup
}

var errDismissed = errors.New("the helper processes were dismissed")

// hire starts helpers that know the key, until there are n, and does not wait for
// them.
func (c *crew) hire(k *Key, conn *connection, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil || c.hiring != nil || len(c.helpers) >= n {
		return
	}
	h, err := startHelper()
	if err != nil {
		c.failed = err
		c.running.Go(func() { k.token.notifyHelper(err) })
		return
	}
	c.hiring = h
	c.running.Go(func() {
		err := h.login(k, conn)
		c.mu.Lock()
		c.hiring = nil
		if err == nil && c.failed == nil {
			c.helpers = append(c.helpers, h)
			c.idle = append(c.idle, h)
			c.mu.Unlock()
			c.hire(k, conn, n)
			return
		}
		told := c.failed != nil
		if !told {
			c.failed = err
		}
		c.mu.Unlock()
		h.end()
		if !told {
			k.token.notifyHelper(err)
		}
	})
}

// has says whether there are n helpers, or why there will not be.
func (c *crew) has(n int) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.helpers) >= n {
		return true, nil
	}
	return false, c.failed
}

// borrow gives at most n helpers that nobody uses.
func (c *crew) borrow(n int) []*helper {
	c.mu.Lock()
	defer c.mu.Unlock()
	n = min(n, len(c.idle))
	lent := slices.Clone(c.idle[:n])
	c.idle = slices.Delete(c.idle, 0, n)
	return lent
}

func (c *crew) giveBack(h *helper) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.helpers, h) {
		c.idle = append(c.idle, h)
	}
}

// drop ends a helper that failed. No other takes its place on this connection.
func (c *crew) drop(h *helper) {
	c.mu.Lock()
	c.helpers = slices.DeleteFunc(c.helpers, func(other *helper) bool { return other == h })
	if c.failed == nil {
		c.failed = errors.New("a helper process failed")
	}
	c.mu.Unlock()
	h.end()
}

// keep ends the helpers beyond n that nobody uses.
func (c *crew) keep(n int) {
	c.mu.Lock()
	surplus := slices.Clone(c.idle[:min(max(len(c.helpers)-n, 0), len(c.idle))])
	c.idle = slices.Delete(c.idle, 0, len(surplus))
	c.helpers = slices.DeleteFunc(c.helpers, func(h *helper) bool { return slices.Contains(surplus, h) })
	c.mu.Unlock()
	for _, h := range surplus {
		h.end()
	}
}

// dismiss ends all helpers, those that work too, and waits for their end.
func (c *crew) dismiss() {
	c.mu.Lock()
	all := c.helpers
	if c.hiring != nil {
		all = append(all, c.hiring)
	}
	c.helpers, c.idle, c.failed = nil, nil, errDismissed
	c.mu.Unlock()
	for _, h := range all {
		h.end()
	}
	c.running.Wait()
}
