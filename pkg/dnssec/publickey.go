package dnssec

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"

	"countersign/pkg/rr"
)

// PublicKey decodes the key of a DNSKEY: *rsa.PublicKey (RFC 3110),
// *ecdsa.PublicKey (RFC 6605) or ed25519.PublicKey (RFC 8080). Padding that
// would give one key two forms, and points off the curve, are refused. RSA
// sizes and exponents outside what crypto/rsa can verify are refused too; which
// of the others may be used is a matter of policy.
func PublicKey(key rr.DNSKEY) (crypto.PublicKey, error) {
	switch key.Algorithm {
	case RSASHA256, RSASHA512:
		return rsaPublicKey(key.PublicKey)
	case ECDSAP256SHA256:
		return ecdsaPublicKey(elliptic.P256(), key.PublicKey)
	case ECDSAP384SHA384:
		return ecdsaPublicKey(elliptic.P384(), key.PublicKey)
	case ED25519:
		if len(key.PublicKey) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("Ed25519 key of %d octets, want %d", len(key.PublicKey), ed25519.PublicKeySize)
		}
		return ed25519.PublicKey(key.PublicKey), nil
	}
	return nil, fmt.Errorf("algorithm %d is not supported", key.Algorithm)
}

// rsaPublicKey reads exponent length, exponent and modulus. See RFC 3110,
// Section 2: neither number may have leading zero octets.
func rsaPublicKey(wire []byte) (*rsa.PublicKey, error) {
	if len(wire) < 3 {
		return nil, errors.New("RSA key too short")
	}
	n, rest := int(wire[0]), wire[1:]
	if n == 0 {
		n, rest = int(wire[1])<<8|int(wire[2]), wire[3:]
		if n < 256 {
			return nil, errors.New("RSA exponent length in the long form without need")
		}
	}
	if len(rest) <= n {
		return nil, errors.New("RSA key ends within its exponent")
	}
	exponent, modulus := rest[:n], rest[n:]
	switch {
	case exponent[0] == 0 || modulus[0] == 0:
		return nil, errors.New("RSA key with leading zero octets")
	case len(exponent) > 4 || len(exponent) == 4 && exponent[0] > 0x7f:
		return nil, errors.New("RSA exponent above 2^31-1")
	}
	e := int(new(big.Int).SetBytes(exponent).Int64())
	if e < 3 || e%2 == 0 {
		return nil, fmt.Errorf("RSA exponent %d is not an odd number above 2", e)
	}
	m := new(big.Int).SetBytes(modulus)
	if m.Bit(0) == 0 {
		return nil, errors.New("RSA modulus is even")
	}
	if m.BitLen() < 512 || m.BitLen() > 4096 {
		return nil, fmt.Errorf("RSA modulus of %d bits, want 512 to 4096", m.BitLen())
	}
	return &rsa.PublicKey{N: m, E: e}, nil
}

func ecdsaPublicKey(curve elliptic.Curve, wire []byte) (*ecdsa.PublicKey, error) {
	size := (curve.Params().BitSize + 7) / 8
	if len(wire) != 2*size {
		return nil, fmt.Errorf("%s key of %d octets, want %d", curve.Params().Name, len(wire), 2*size)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(curve, append([]byte{4}, wire...))
	if err != nil {
		return nil, fmt.Errorf("%s key: %w", curve.Params().Name, err)
	}
	return key, nil
}

// EncodePublicKey is the public key field of a DNSKEY for pub, the inverse of
// PublicKey.
func EncodePublicKey(pub crypto.PublicKey) ([]byte, error) {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		exponent := big.NewInt(int64(pub.E)).Bytes()
		wire := append([]byte{byte(len(exponent))}, exponent...)
		return append(wire, pub.N.Bytes()...), nil
	case *ecdsa.PublicKey:
		point, err := pub.Bytes()
		if err != nil {
			return nil, err
		}
		return point[1:], nil
	case ed25519.PublicKey:
		return append([]byte(nil), pub...), nil
	}
	return nil, fmt.Errorf("keys of type %T are not supported", pub)
}

// KeyBits is the size of a key in bits, and the public exponent of an RSA key
// (0 for the others).
func KeyBits(key rr.DNSKEY) (bits, exponent int, err error) {
	pub, err := PublicKey(key)
	if err != nil {
		return 0, 0, err
	}
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return pub.N.BitLen(), pub.E, nil
	case *ecdsa.PublicKey:
		return pub.Curve.Params().BitSize, 0, nil
	}
	return 256, 0, nil
}
