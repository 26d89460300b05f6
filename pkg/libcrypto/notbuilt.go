//go:build !libcrypto || !cgo

package libcrypto

import (
	"crypto"
	"errors"
)

// Built says whether libcrypto is in this program.
const Built = false

// errNotBuilt says why.
var errNotBuilt = errors.New("libcrypto is not built into this program")

// Version is empty in this build.
func Version() string { return "" }

// Group is 0 in this build: no key is signed with here.
func Group(crypto.Signer, crypto.Hash) int { return 0 }

// Handle is one that cannot be had in this build.
type Handle struct{}

// New always fails in this build.
func New(crypto.Signer, crypto.Hash) (*Handle, error) { return nil, errNotBuilt }

// Sign fails: there is no Handle in this build.
func (*Handle) Sign(_, _ [][]byte) error { return errNotBuilt }

// Close does nothing: there is no Handle in this build.
func (*Handle) Close() {}
