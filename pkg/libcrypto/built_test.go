package libcrypto

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"countersign/internal/testenv"
)

// Without the tag most tests of this package and half of those of keyfile are not
// there, and nothing would say so.
func TestLibcryptoIsBuiltIn(t *testing.T) {
	if !Built {
		testenv.Missing(t, "libcrypto is not built in: make test does that, after make test-deps")
	}
	if Version() == "" {
		t.Error("libcrypto has no version")
	}
}

func TestWithoutLibcryptoNoKeyIsTaken(t *testing.T) {
	if Built {
		t.Skip("libcrypto is built in")
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if Group(private, crypto.SHA256) != 0 || Version() != "" {
		t.Error("a key can be signed with")
	}
	if _, err := New(private, crypto.SHA256); err == nil {
		t.Error("a key was taken")
	}
}
