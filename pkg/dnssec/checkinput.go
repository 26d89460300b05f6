package dnssec

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"

	"countersign/pkg/rr"
)

// VerifyInput checks one signature of Signer.SignBatch: over input as SignInput
// prepared it, by pub as PublicKey gave it. It is how a key store looks at what
// it signed; Verify judges an RRSIG.
func VerifyInput(pub crypto.PublicKey, algorithm uint8, input, signature []byte) error {
	hash := Hash(algorithm)
	if hash != 0 && len(input) != hash.Size() {
		return fmt.Errorf("digest of %d octets, want %d", len(input), hash.Size())
	}
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		if !IsRSA(algorithm) || rsa.VerifyPKCS1v15(pub, hash, input, signature) != nil {
			return errors.New("signature does not verify")
		}
		return nil
	case *ecdsa.PublicKey:
		return verifyECDSA(pub, input, signature)
	case ed25519.PublicKey:
		if algorithm != ED25519 || !ed25519.Verify(pub, input, signature) {
			return errors.New("signature does not verify")
		}
		return nil
	}
	return fmt.Errorf("keys of type %T are not supported", pub)
}

// TestSign has the signer sign a fixed text and verifies that with its public
// key: the two belong together. The text can be no signed data of an RRSIG.
func TestSign(s Signer) error {
	key := s.Key()
	pub, err := PublicKey(key)
	if err != nil {
		return err
	}
	input, err := SignInput(key.Algorithm, []byte("Countersign: do private and public key belong together?"))
	if err != nil {
		return err
	}
	signatures := make([][]byte, 1)
	if err := s.SignBatch([][]byte{input}, signatures); err != nil {
		return fmt.Errorf("test signature: %w", err)
	}
	if err := VerifyInput(pub, key.Algorithm, input, signatures[0]); err != nil {
		return fmt.Errorf("private and public key do not belong together: %w", err)
	}
	return nil
}

// NewKey is the DNSKEY of a public key, with Protocol 3. It refuses what
// PublicKey would refuse, and a key of another kind than the algorithm's.
func NewKey(pub crypto.PublicKey, algorithm uint8, flags uint16) (rr.DNSKEY, error) {
	wire, err := EncodePublicKey(pub)
	if err != nil {
		return rr.DNSKEY{}, err
	}
	key := rr.DNSKEY{Flags: flags, Protocol: 3, Algorithm: algorithm, PublicKey: wire}
	again, err := PublicKey(key)
	if err != nil {
		return rr.DNSKEY{}, err
	}
	if !again.(interface{ Equal(crypto.PublicKey) bool }).Equal(pub) {
		return rr.DNSKEY{}, fmt.Errorf("%T is no key of %s", pub, AlgorithmName(algorithm))
	}
	return key, nil
}

// Kind is the name of a public key's kind as KeyInfo has it, with its size in
// bits and the exponent of an RSA key.
func Kind(pub crypto.PublicKey) (kind string, bits, exponent int) {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return "RSA", pub.N.BitLen(), pub.E
	case *ecdsa.PublicKey:
		return pub.Curve.Params().Name, pub.Curve.Params().BitSize, 0
	case ed25519.PublicKey:
		return "Ed25519", 256, 0
	}
	return fmt.Sprintf("%T", pub), 0, 0
}
