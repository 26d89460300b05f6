package zoneverify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// scratch is a worker's memory, used again for every signature.
type scratch struct {
	data   []byte // signed data
	der    []byte // an ECDSA signature in ASN.1
	bitmap []byte
	types  []rr.Type
	wire   []byte
}

// verifies says whether s is a signature by k over set: only that, no field of
// it is judged. Package dnssec has a Verify of its own, which compares fields
// first; this one is separate so that each fault shows once and by its name, and
// so that a wrong signer and a wrong verifier would have to agree three times.
func (w *worker) verifies(k *key, s *signature, set *rrset) bool {
	if s.good {
		return true
	}
	w.scratch.data = s.appendSigned(w.scratch.data[:0], set.Owner, set)
	if k.verify(w.scratch.data, s.octets, &w.scratch) {
		return true
	}
	// A signer that counts labels wrong may also sign the wildcard that the
	// count stands for (RFC 4035, Section 5.3.2).
	if owner, ok := wildcardOf(set.Owner, int(s.labels)); ok {
		w.scratch.data = s.appendSigned(w.scratch.data[:0], owner, set)
		return k.verify(w.scratch.data, s.octets, &w.scratch)
	}
	return false
}

// wildcardOf is the asterisk before the last labels of name, if name has more.
func wildcardOf(name rr.Name, labels int) (rr.Name, bool) {
	extra := name.LabelCount() - labels
	if extra <= 0 || extra == 1 && name.IsWildcard() {
		return "", false
	}
	for range extra {
		name = name.Parent()
	}
	return "\x01*" + name, true
}

// verify is the cryptography alone. See RFC 3110, RFC 5702, RFC 6605, RFC 8080.
func (k *key) verify(data, octets []byte, s *scratch) bool {
	switch pub := k.public.(type) {
	case *rsa.PublicKey:
		hash, digest := k.digest(data)
		return rsa.VerifyPKCS1v15(pub, hash, digest, octets) == nil
	case *ecdsa.PublicKey:
		size := (pub.Curve.Params().BitSize + 7) / 8
		if len(octets) != 2*size {
			return false
		}
		_, digest := k.digest(data)
		s.der = appendECDSA(s.der[:0], octets[:size], octets[size:])
		return ecdsa.VerifyASN1(pub, digest, s.der)
	case ed25519.PublicKey:
		return len(octets) == ed25519.SignatureSize && ed25519.Verify(pub, data, octets)
	}
	return false
}

func (k *key) digest(data []byte) (crypto.Hash, []byte) {
	switch k.Algorithm {
	case dnssec.RSASHA512:
		sum := sha512.Sum512(data)
		return crypto.SHA512, sum[:]
	case dnssec.ECDSAP384SHA384:
		sum := sha512.Sum384(data)
		return crypto.SHA384, sum[:]
	}
	sum := sha256.Sum256(data)
	return crypto.SHA256, sum[:]
}

// appendECDSA appends the two numbers of a signature as the ASN.1 sequence that
// crypto/ecdsa takes. Both fit the short form of a length.
func appendECDSA(dst, r, s []byte) []byte {
	dst = append(dst, 0x30, 0)
	dst = appendInteger(dst, r)
	dst = appendInteger(dst, s)
	dst[1] = byte(len(dst) - 2)
	return dst
}

func appendInteger(dst, n []byte) []byte {
	for len(n) > 1 && n[0] == 0 {
		n = n[1:]
	}
	if n[0] >= 0x80 {
		dst = append(dst, 2, byte(len(n)+1), 0)
	} else {
		dst = append(dst, 2, byte(len(n)))
	}
	return append(dst, n...)
}
