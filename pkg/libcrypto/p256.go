//go:build libcrypto && cgo

package libcrypto

/*
#include "p256.h"
#cgo noescape cs_p256_new
#cgo nocallback cs_p256_new
#cgo noescape cs_p256_sign
#cgo nocallback cs_p256_sign
#cgo noescape cs_p256_nonce
#cgo nocallback cs_p256_nonce
*/
import "C"

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"unsafe"
)

const (
	p256Most      = C.CS_P256_MOST
	p256Signature = 64
)

func isP256(private *ecdsa.PrivateKey) bool { return private.Curve == elliptic.P256() }

type p256Key struct{ key *C.struct_cs_p256 }

func newP256(private *ecdsa.PrivateKey) (key, error) {
	scalar, err := private.Bytes() // not a copy: it must not be cleared
	if err != nil {
		return nil, errors.New("the ECDSA key is not a number below the order of the curve")
	}
	k := C.cs_p256_new((*C.uchar)(unsafe.SliceData(scalar)))
	if k == nil {
		return nil, errors.New("libcrypto does not take the ECDSA key")
	}
	return &p256Key{k}, nil
}

func (k *p256Key) sign(count int, digests, signatures []byte) bool {
	return C.cs_p256_sign(k.key, C.size_t(count), (*C.uchar)(unsafe.SliceData(digests)), (*C.uchar)(unsafe.SliceData(signatures))) == 1
}

// nonce is the nonce for a digest, below a bound that need not be the order.
func (k *p256Key) nonce(digest, below []byte) []byte {
	out := make([]byte, 32)
	C.cs_p256_nonce(k.key, (*C.uchar)(unsafe.SliceData(digest)), (*C.uchar)(unsafe.SliceData(below)), (*C.uchar)(unsafe.SliceData(out)))
	return out
}

func (k *p256Key) free() { C.cs_p256_free(k.key) }
