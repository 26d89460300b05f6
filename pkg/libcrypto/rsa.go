//go:build libcrypto && cgo

package libcrypto

/*
#include "rsa.h"
#include <openssl/rsa.h>
#cgo noescape cs_rsa_new
#cgo nocallback cs_rsa_new
#cgo noescape cs_rsa_sign
#cgo nocallback cs_rsa_sign
*/
import "C"

import (
	"crypto/rsa"
	"errors"
	"math/big"
	"unsafe"
)

// minRSABits is the least that has room for a digest and its padding.
const minRSABits = 1024

// rsaGroup keeps a call at a millisecond or two, whatever the size of the key.
// More would not be faster: RSA signatures share no work.
func rsaGroup(private *rsa.PrivateKey) int {
	if len(private.Primes) != 2 || private.N == nil || private.N.BitLen() < minRSABits {
		return 0
	}
	return max(1, 8192/private.N.BitLen())
}

type rsaKey struct {
	key          *C.RSA
	digest, size int // octets of a digest and of a signature
}

func newRSA(private *rsa.PrivateKey, digest int) (key, error) {
	if private.Validate() != nil { // which may quote the key
		return nil, errors.New("the numbers of the RSA key do not belong together")
	}
	p, q := private.Primes[0], private.Primes[1]
	one := big.NewInt(1)
	dp, dq := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
	dp.Mod(private.D, dp)
	dq.Mod(private.D, dq)
	inverse := new(big.Int).ModInverse(q, p)
	defer wipe(dp, dq, inverse)
	return loadRSA(private.Size(), digest, private.N, big.NewInt(int64(private.E)), private.D, p, q, dp, dq, inverse)
}

// loadRSA gives the eight numbers to libcrypto, each padded to size octets.
func loadRSA(size, digest int, numbers ...*big.Int) (key, error) {
	octets := make([]byte, len(numbers)*size)
	defer clear(octets)
	for i, number := range numbers {
		if number.BitLen() > 8*size {
			return nil, errors.New("a number of the RSA key is longer than its modulus")
		}
		number.FillBytes(octets[i*size : (i+1)*size])
	}
	k := C.cs_rsa_new((*C.uchar)(unsafe.SliceData(octets)), C.size_t(size))
	if k == nil {
		return nil, errors.New("libcrypto does not take the RSA key")
	}
	return &rsaKey{k, digest, size}, nil
}

func wipe(numbers ...*big.Int) {
	for _, number := range numbers {
		clear(number.Bits())
	}
}

func (k *rsaKey) sign(count int, digests, signatures []byte) bool {
	return C.cs_rsa_sign(k.key, C.size_t(count), (*C.uchar)(unsafe.SliceData(digests)), C.size_t(k.digest),
		(*C.uchar)(unsafe.SliceData(signatures)), C.size_t(k.size)) == 1
}

func (k *rsaKey) free() { C.RSA_free(k.key) }
