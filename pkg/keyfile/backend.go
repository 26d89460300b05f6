package keyfile

import (
	"errors"
	"fmt"

	"countersign/pkg/libcrypto"
)

// Backend is what computes the signatures of software keys. Both make the same
// bytes.
type Backend uint8

// The backends. What libcrypto does not do is Go's with all of them: P-384,
// Ed25519, RSA keys of more than two primes.
const (
	Auto      Backend = iota // libcrypto where it is built in, else Go
	Go                       // package crypto
	Libcrypto                // OpenSSL
)

var backendNames = [...]string{Auto: "auto", Go: "go", Libcrypto: "libcrypto"}

// ErrNoLibcrypto refuses Libcrypto in a program without it.
var ErrNoLibcrypto = errors.New("libcrypto is not built into this program")

// ParseBackend reads a name: auto, go or libcrypto.
func ParseBackend(text string) (Backend, error) {
	for b, name := range backendNames {
		if text == name {
			return Backend(b), nil
		}
	}
	return 0, fmt.Errorf("backend %q: want auto, go or libcrypto", text)
}

// String is the name.
func (b Backend) String() string { return backendNames[b] }

// Check is ErrNoLibcrypto for a backend that this program does not have.
func (b Backend) Check() error {
	if b == Libcrypto && !libcrypto.Built {
		return ErrNoLibcrypto
	}
	return nil
}

// Describe says for people what signs which keys, in one line.
func (b Backend) Describe() string {
	if b == Go || !libcrypto.Built {
		return "RSA and ECDSA signatures: Go crypto (RFC 6979 nonces)"
	}
	return fmt.Sprintf("RSA and ECDSA P-256 signatures: libcrypto %s (RFC 6979 nonces)", libcrypto.Version())
}
