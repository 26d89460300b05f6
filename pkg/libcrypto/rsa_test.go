//go:build libcrypto && cgo

package libcrypto

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"fmt"
	"math/big"
	"testing"
)

func TestRSASignaturesAreGos(t *testing.T) {
	for _, bits := range []int{1024, 2048, 2056, 3072, 4096} {
		private := newRSAKey(t, bits)
		for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA512} {
			t.Run(fmt.Sprintf("%d %s", bits, hash), func(t *testing.T) {
				inputs := append(digests(10, hash.Size()), make([]byte, hash.Size()), bytes.Repeat([]byte{0xff}, hash.Size()))
				compare(t, newHandle(t, private, hash), private, hash, inputs)
			})
		}
	}
}

func TestRSACallsStayShort(t *testing.T) {
	for bits, want := range map[int]int{1024: 8, 2048: 4, 3072: 2, 4096: 2} {
		private := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), uint(bits-1))}, Primes: make([]*big.Int, 2)}
		if got := Group(private, crypto.SHA256); got != want {
			t.Errorf("%d signatures with %d bits in a call, want %d", got, bits, want)
		}
	}
}

func TestRSAKeysThatDoNotBelongTogetherAreRefused(t *testing.T) {
	good, other := newRSAKey(t, 1024), newRSAKey(t, 1024)
	for name, bad := range map[string]*rsa.PrivateKey{
		"no numbers":      {Primes: make([]*big.Int, 2), PublicKey: rsa.PublicKey{N: new(big.Int)}},
		"another modulus": {PublicKey: rsa.PublicKey{N: other.N, E: good.E}, D: good.D, Primes: good.Primes},
		"another d":       {PublicKey: good.PublicKey, D: other.D, Primes: good.Primes},
		"another prime":   {PublicKey: good.PublicKey, D: good.D, Primes: []*big.Int{good.Primes[0], other.Primes[1]}},
	} {
		if _, err := New(bad, crypto.SHA256); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestRSANumbersLongerThanTheModulusAreRefused(t *testing.T) {
	private := newRSAKey(t, 1024)
	long := new(big.Int).Lsh(private.D, 1024)
	p := private.Precomputed
	if _, err := loadRSA(private.Size(), 32, private.N, big.NewInt(int64(private.E)), long,
		private.Primes[0], private.Primes[1], p.Dp, p.Dq, p.Qinv); err == nil {
		t.Error("taken")
	}
}

// A signature that is wrong modulo one prime tells the primes (Boneh, DeMillo and
// Lipton). The test makes the fault with a wrong exponent.
func TestAFaultInTheCRTIsNotReleased(t *testing.T) {
	private := newRSAKey(t, 1024)
	p := private.Precomputed
	wrong := new(big.Int).Xor(p.Dp, big.NewInt(2))
	k, err := loadRSA(private.Size(), 32, private.N, big.NewInt(int64(private.E)), private.D,
		private.Primes[0], private.Primes[1], wrong, p.Dq, p.Qinv)
	if err != nil {
		t.Fatal(err)
	}
	defer k.free()
	digest, signature := digests(1, 32)[0], make([]byte, private.Size())
	h := Handle{key: k, group: 1, digest: 32, signature: private.Size(), digests: make([]byte, 32), made: signature}
	signatures := make([][]byte, 1)
	if err := h.Sign([][]byte{digest}, signatures); err != nil {
		return // as good
	}
	if want := byGo(t, private, crypto.SHA256, digest); !bytes.Equal(signatures[0], want) {
		t.Error("a wrong signature was released")
	}
}
