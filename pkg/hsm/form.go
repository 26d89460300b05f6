//go:build cgo

package hsm

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"

	"github.com/miekg/pkcs11"

	"countersign/pkg/dnssec"
)

// form is how a token wants what it signs with a key, and what it gives.
type form struct {
	mechanism uint
	hash      crypto.Hash // 0: what is signed is no digest
	prefix    []byte      // goes before the digest
	size      int         // of a signature, in octets
}

// DigestInfo without the digest. See RFC 8017, Section 9.2.
var digestInfo = map[crypto.Hash][]byte{
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
	crypto.SHA512: {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40},
}

func formOf(algorithm uint8, public crypto.PublicKey) form {
	f := form{mechanism: ckmEdDSA, hash: dnssec.Hash(algorithm), size: ed25519.SignatureSize}
	switch public := public.(type) {
	case *rsa.PublicKey:
		f.mechanism, f.prefix, f.size = pkcs11.CKM_RSA_PKCS, digestInfo[f.hash], public.Size()
	case *ecdsa.PublicKey:
		f.mechanism, f.size = pkcs11.CKM_ECDSA, 2*((public.Params().BitSize+7)/8)
	}
	return f
}

// check refuses what is no digest.
func (f form) check(inputs [][]byte) error {
	if f.hash == 0 {
		return nil
	}
	for _, input := range inputs {
		if len(input) != f.hash.Size() {
			return fmt.Errorf("digest of %d octets, want %d", len(input), f.hash.Size())
		}
	}
	return nil
}

// add lays out one input.
func (f form) add(r *run, input []byte) { r.add(f.prefix, input) }
