package dnssec

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/big"

	"countersign/pkg/rr"
)

// Verify checks that sig is a valid signature over set by key: the fields that
// must agree (RFC 4035, Section 5.3.1) and the signature itself. The set must
// be canonical. A wildcard set verifies under its own owner name, not under an
// expansion. Whether sig is valid at some moment is the caller's question.
//
// RSA keys below 1024 bits verify only where the Go runtime allows it.
func Verify(set *rr.Set, sig *rr.RRSIG, key rr.DNSKEY) error {
	if err := matches(set, sig, key); err != nil {
		return err
	}
	pub, err := PublicKey(key)
	if err != nil {
		return err
	}
	if ed, ok := pub.(ed25519.PublicKey); ok {
		var data collector
		writeSigned(&data, set, sig)
		if !ed25519.Verify(ed, data, sig.Signature) {
			return errors.New("signature does not verify")
		}
		return nil
	}
	algorithm := Hash(key.Algorithm)
	digest := algorithm.New()
	writeSigned(hashWriter{digest}, set, sig)
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		if err := rsa.VerifyPKCS1v15(pub, algorithm, digest.Sum(nil), sig.Signature); err != nil {
			return errors.New("signature does not verify")
		}
		return nil
	case *ecdsa.PublicKey:
		return verifyECDSA(pub, digest.Sum(nil), sig.Signature)
	}
	return fmt.Errorf("algorithm %d is not supported", key.Algorithm)
}

// matches checks the fields of sig against what it covers and what made it.
func matches(set *rr.Set, sig *rr.RRSIG, key rr.DNSKEY) error {
	switch {
	case sig.TypeCovered != set.Type:
		return fmt.Errorf("type covered is %s, want %s", sig.TypeCovered, set.Type)
	case sig.Algorithm != key.Algorithm:
		return fmt.Errorf("algorithm is %d, the key's is %d", sig.Algorithm, key.Algorithm)
	case sig.KeyTag != key.KeyTag():
		return fmt.Errorf("key tag is %d, the key's is %d", sig.KeyTag, key.KeyTag())
	case sig.Labels != set.Owner.SignatureLabels():
		return fmt.Errorf("labels field is %d, want %d", sig.Labels, set.Owner.SignatureLabels())
	case sig.OriginalTTL != set.TTL:
		return fmt.Errorf("original TTL is %d, the RRset's is %d", sig.OriginalTTL, set.TTL)
	case !set.Owner.IsBelow(sig.SignerName):
		return fmt.Errorf("signer %s is not at or above %s", sig.SignerName, set.Owner)
	case key.Protocol != 3:
		return fmt.Errorf("key protocol is %d, want 3", key.Protocol)
	case key.Flags&rr.FlagZone == 0:
		return errors.New("the key is no zone key")
	case len(set.Data) == 0:
		return errors.New("no records")
	case !set.IsCanonical():
		return errors.New("records are not in canonical order")
	}
	return nil
}

// writeSigned streams the signed data: RRSIG RDATA up to the signer's name,
// then the records with the original TTL. It shares nothing with the signing
// side on purpose.
func writeSigned(w io.Writer, set *rr.Set, sig *rr.RRSIG) {
	var fixed [18]byte
	binary.BigEndian.PutUint16(fixed[0:], uint16(sig.TypeCovered))
	fixed[2] = sig.Algorithm
	fixed[3] = sig.Labels
	binary.BigEndian.PutUint32(fixed[4:], sig.OriginalTTL)
	binary.BigEndian.PutUint32(fixed[8:], uint32(sig.Expiration.Unix()))
	binary.BigEndian.PutUint32(fixed[12:], uint32(sig.Inception.Unix()))
	binary.BigEndian.PutUint16(fixed[16:], sig.KeyTag)
	w.Write(fixed[:])
	io.WriteString(w, string(sig.SignerName))

	var between [10]byte
	binary.BigEndian.PutUint16(between[0:], uint16(set.Type))
	binary.BigEndian.PutUint16(between[2:], rr.ClassIN)
	binary.BigEndian.PutUint32(between[4:], sig.OriginalTTL)
	owner := []byte(set.Owner)
	for _, rdata := range set.Data {
		binary.BigEndian.PutUint16(between[8:], uint16(len(rdata)))
		w.Write(owner)
		w.Write(between[:])
		w.Write(rdata)
	}
}

// verifyECDSA checks r | s, each as long as the curve's order. See RFC 6605,
// Section 4.
func verifyECDSA(pub *ecdsa.PublicKey, digest, signature []byte) error {
	size := (pub.Curve.Params().BitSize + 7) / 8
	if len(signature) != 2*size {
		return fmt.Errorf("signature of %d octets, want %d", len(signature), 2*size)
	}
	r := new(big.Int).SetBytes(signature[:size])
	s := new(big.Int).SetBytes(signature[size:])
	if !ecdsa.Verify(pub, digest, r, s) {
		return errors.New("signature does not verify")
	}
	return nil
}

// collector gathers what Ed25519 wants in one piece.
type collector []byte

func (c *collector) Write(p []byte) (int, error) {
	*c = append(*c, p...)
	return len(p), nil
}

// hashWriter hides the other methods of a hash.
type hashWriter struct{ h hash.Hash }

func (w hashWriter) Write(p []byte) (int, error) { return w.h.Write(p) }
