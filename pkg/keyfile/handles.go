package keyfile

import (
	"crypto"
	"errors"
	"sync"

	"countersign/pkg/libcrypto"
)

// handles are the copies of a key in libcrypto: as many as worked at once, made
// when they are first needed.
type handles struct {
	private crypto.Signer
	hash    crypto.Hash
	group   int // signatures worth a call

	mu     sync.Mutex
	idle   []*libcrypto.Handle
	closed bool
}

// errClosed refuses a key whose store was closed.
var errClosed = errors.New("the key is closed")

// sign makes a piece of a batch with a handle that nobody else has meanwhile.
func (h *handles) sign(inputs, signatures [][]byte) error {
	handle, err := h.take()
	if err != nil {
		return err
	}
	defer h.give(handle)
	return handle.Sign(inputs, signatures)
}

func (h *handles) take() (*libcrypto.Handle, error) {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil, errClosed
	}
	if last := len(h.idle) - 1; last >= 0 {
		handle := h.idle[last]
		h.idle = h.idle[:last]
		h.mu.Unlock()
		return handle, nil
	}
	h.mu.Unlock()
	return libcrypto.New(h.private, h.hash)
}

func (h *handles) give(handle *libcrypto.Handle) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		handle.Close()
		return
	}
	h.idle = append(h.idle, handle)
}

// close frees the handles, those at work when they come back.
func (h *handles) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, handle := range h.idle {
		handle.Close()
	}
	h.idle = nil
}
