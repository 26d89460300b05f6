package ksrfixture

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// Key is a key pair in memory. It is a dnssec.Signer.
type Key struct {
	Name   string // its identifier in documents
	key    rr.DNSKEY
	signer crypto.Signer
	primes []*big.Int // of an RSA key
}

// NewKey generates a key pair. bits is for RSA; flags are 256 or 257.
func NewKey(name string, algorithm uint8, bits int, flags uint16) *Key {
	var signer crypto.Signer
	var primes []*big.Int
	var err error
	switch algorithm {
	case dnssec.RSASHA256, dnssec.RSASHA512:
		var private *rsa.PrivateKey
		private, err = rsa.GenerateKey(rand.Reader, bits)
		if err == nil {
			primes = private.Primes
		}
		signer = private
	case dnssec.ECDSAP256SHA256:
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case dnssec.ECDSAP384SHA384:
		signer, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case dnssec.ED25519:
		_, signer, err = ed25519.GenerateKey(rand.Reader)
	default:
		err = fmt.Errorf("algorithm %d", algorithm)
	}
	if err != nil {
		panic(err)
	}
	wire, err := dnssec.EncodePublicKey(signer.Public())
	if err != nil {
		panic(err)
	}
	return &Key{
		Name: name, signer: signer, primes: primes,
		key: rr.DNSKEY{Flags: flags, Protocol: 3, Algorithm: algorithm, PublicKey: wire},
	}
}

// Key is the public half.
func (k *Key) Key() rr.DNSKEY { return k.key }

// SignBatch signs.
func (k *Key) SignBatch(inputs, signatures [][]byte) error {
	for i, input := range inputs {
		signature, err := k.sign(input)
		if err != nil {
			return err
		}
		signatures[i] = signature
	}
	return nil
}

func (k *Key) sign(input []byte) ([]byte, error) {
	switch private := k.signer.(type) {
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, private, input)
		if err != nil {
			return nil, err
		}
		size := (private.Curve.Params().BitSize + 7) / 8
		signature := make([]byte, 2*size)
		r.FillBytes(signature[:size])
		s.FillBytes(signature[size:])
		return signature, nil
	case nil:
		return nil, errors.New("the key cannot sign")
	}
	return k.signer.Sign(rand.Reader, input, dnssec.Hash(k.key.Algorithm))
}
