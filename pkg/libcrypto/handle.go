//go:build libcrypto && cgo

package libcrypto

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"
	"runtime"
)

// Handle is a private key in libcrypto, with room to work, for one goroutine at a
// time: goroutines that shared one would wait for each other.
type Handle struct {
	key       key
	group     int // signatures in a call
	digest    int // octets
	signature int // octets
	digests   []byte
	made      []byte
	cleanup   runtime.Cleanup
	closed    bool
}

// key is the C half of a handle.
type key interface {
	// sign makes count signatures, each at its place in signatures.
	sign(count int, digests, signatures []byte) bool
	free()
}

var errUnsupported = errors.New("libcrypto signs with RSA keys of two primes and 1024 bits or more, SHA-256 or SHA-512, and with P-256 keys and SHA-256 only")

// Group is how many signatures with the key are worth one call: up to that many
// Sign makes faster together than apart. It is 0 for keys that New refuses, and
// where libcrypto is not built in.
func Group(private crypto.Signer, hash crypto.Hash) int {
	switch private := private.(type) {
	case *rsa.PrivateKey:
		if hash == crypto.SHA256 || hash == crypto.SHA512 {
			return rsaGroup(private)
		}
	case *ecdsa.PrivateKey:
		if isP256(private) && hash == crypto.SHA256 {
			return p256Most
		}
	}
	return 0
}

// New copies a key into libcrypto. It takes RSA keys of two primes with SHA-256 or
// SHA-512, and P-256 keys with SHA-256. Close frees the copy; so does the garbage
// collector, some time.
func New(private crypto.Signer, hash crypto.Hash) (*Handle, error) {
	group := Group(private, hash)
	if group == 0 {
		return nil, errUnsupported
	}
	if err := start(); err != nil {
		return nil, err
	}
	h := &Handle{group: group, digest: hash.Size()}
	var err error
	switch private := private.(type) {
	case *rsa.PrivateKey:
		h.signature = private.Size()
		h.key, err = newRSA(private, h.digest)
	case *ecdsa.PrivateKey:
		h.signature = p256Signature
		h.key, err = newP256(private)
	}
	if err != nil {
		return nil, err
	}
	h.digests = make([]byte, group*h.digest)
	h.made = make([]byte, group*h.signature)
	h.cleanup = runtime.AddCleanup(h, key.free, h.key)
	return h, nil
}

// Sign makes signatures[i], in the form of an RRSIG record, for digests[i], in the
// capacity that signatures[i] has where that suffices. On an error none of the
// signatures may be used.
func (h *Handle) Sign(digests, signatures [][]byte) error {
	switch {
	case h.closed:
		return errors.New("the key is closed")
	case len(digests) != len(signatures):
		return fmt.Errorf("%d digests and room for %d signatures", len(digests), len(signatures))
	}
	for _, digest := range digests {
		if len(digest) != h.digest {
			return fmt.Errorf("digest of %d octets, want %d", len(digest), h.digest)
		}
	}
	for len(digests) > 0 {
		count := min(len(digests), h.group)
		for i, digest := range digests[:count] {
			copy(h.digests[i*h.digest:], digest)
		}
		if !h.key.sign(count, h.digests, h.made) {
			return errors.New("libcrypto could not sign")
		}
		for i := range count {
			signatures[i] = append(signatures[i][:0], h.made[i*h.signature:(i+1)*h.signature]...)
		}
		digests, signatures = digests[count:], signatures[count:]
	}
	runtime.KeepAlive(h) // the cleanup frees what C works with
	return nil
}

// Close overwrites and frees what libcrypto has of the key. A second call does
// nothing.
func (h *Handle) Close() {
	if h.closed {
		return
	}
	h.closed = true
	h.cleanup.Stop()
	h.key.free()
}
