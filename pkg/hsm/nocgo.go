//go:build !cgo

package hsm

import (
	"crypto"
	"errors"

	"countersign/pkg/dnssec"
)

// errNoCgo says why: PKCS#11 modules are C libraries.
var errNoCgo = errors.New("this program was built without cgo and cannot load PKCS#11 modules: use a build with cgo, or software keys")

// Token is a token that cannot be opened in this build.
type Token struct{}

// Open always fails in this build.
func Open(string, PIN, Options) (*Token, error) { return nil, errNoCgo }

// RunHelperIfAsked does nothing in this build.
func RunHelperIfAsked() {}

// Paces is empty in this build.
func (*Token) Paces() []Pace { return nil }

// Generate fails: there is no Token in this build.
func (*Token) Generate(dnssec.KeyParams) (dnssec.KeyInfo, error) { return dnssec.KeyInfo{}, errNoCgo }

// Import fails: there is no Token in this build.
func (*Token) Import(dnssec.KeyParams, crypto.Signer) (dnssec.KeyInfo, error) {
	return dnssec.KeyInfo{}, errNoCgo
}

// List fails: there is no Token in this build.
func (*Token) List() ([]dnssec.KeyInfo, error) { return nil, errNoCgo }

// Orphans fails: there is no Token in this build.
func (*Token) Orphans() ([]string, error) { return nil, errNoCgo }

// Describe fails: there is no Token in this build.
func (*Token) Describe(dnssec.KeyRef) (dnssec.KeyInfo, error) { return dnssec.KeyInfo{}, errNoCgo }

// Open fails: there is no Token in this build.
func (*Token) Open(dnssec.KeyRef) (dnssec.Signer, error) { return nil, errNoCgo }

// Delete fails: there is no Token in this build.
func (*Token) Delete(dnssec.KeyRef) (dnssec.KeyInfo, error) { return dnssec.KeyInfo{}, errNoCgo }

// Close fails: there is no Token in this build.
func (*Token) Close() error { return errNoCgo }
