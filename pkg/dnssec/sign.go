package dnssec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/pkg/rr"
)

// Params are the fields of an RRSIG that do not follow from the RRset and the
// algorithm. Times are UTC in whole seconds.
type Params struct {
	Inception  time.Time
	Expiration time.Time
	SignerName rr.Name
	KeyTag     uint16 // of the key as it stands in the DNSKEY RRset: revoked or not
}

// NewRRSIG is the RRSIG over set by a key of the algorithm, still without its
// signature.
func NewRRSIG(set *rr.Set, algorithm uint8, p Params) (rr.RRSIG, error) {
	switch {
	case len(set.Data) == 0:
		return rr.RRSIG{}, fmt.Errorf("signing %s %s: no records", set.Owner, set.Type)
	case !set.IsCanonical():
		return rr.RRSIG{}, fmt.Errorf("signing %s %s: records not in canonical order", set.Owner, set.Type)
	case !set.Owner.IsBelow(p.SignerName):
		return rr.RRSIG{}, fmt.Errorf("signing %s %s: signer %s is not at or above it", set.Owner, set.Type, p.SignerName)
	case !p.Inception.Before(p.Expiration):
		return rr.RRSIG{}, fmt.Errorf("signing %s %s: inception %s is not before expiration %s", set.Owner, set.Type, p.Inception, p.Expiration)
	case p.Inception.Unix() < 0 || p.Expiration.Unix() > 1<<32-1:
		return rr.RRSIG{}, fmt.Errorf("signing %s %s: times outside 1970 to 2106", set.Owner, set.Type)
	}
	return rr.RRSIG{
		TypeCovered: set.Type,
		Algorithm:   algorithm,
		Labels:      set.Owner.SignatureLabels(),
		OriginalTTL: set.TTL,
		Expiration:  p.Expiration,
		Inception:   p.Inception,
		KeyTag:      p.KeyTag,
		SignerName:  p.SignerName,
	}, nil
}

// AppendSignedData appends what sig signs of a canonical set: RRSIG RDATA
// without the signature, then each record. See RFC 4034, Section 3.1.8.1.
func AppendSignedData(dst []byte, sig rr.RRSIG, set *rr.Set) []byte {
	dst = sig.AppendHeader(dst)
	for _, rdata := range set.Data {
		dst = append(dst, set.Owner...)
		dst = binary.BigEndian.AppendUint16(dst, uint16(set.Type))
		dst = binary.BigEndian.AppendUint16(dst, rr.ClassIN)
		dst = binary.BigEndian.AppendUint32(dst, sig.OriginalTTL)
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(rdata)))
		dst = append(dst, rdata...)
	}
	return dst
}

// SignInput is what Signer.SignBatch takes for data: its digest, or data itself
// for Ed25519.
func SignInput(algorithm uint8, data []byte) ([]byte, error) {
	hash := Hash(algorithm)
	switch {
	case hash != 0:
		h := hash.New()
		h.Write(data)
		return h.Sum(nil), nil
	case algorithm == ED25519:
		return data, nil
	}
	return nil, fmt.Errorf("algorithm %d is not supported", algorithm)
}

// Sign makes the RRSIG over a canonical set with one signer.
func Sign(set *rr.Set, signer Signer, p Params) (rr.RRSIG, error) {
	sig, err := NewRRSIG(set, signer.Key().Algorithm, p)
	if err != nil {
		return rr.RRSIG{}, err
	}
	input, err := SignInput(sig.Algorithm, AppendSignedData(nil, sig, set))
	if err != nil {
		return rr.RRSIG{}, fmt.Errorf("signing %s %s: %w", set.Owner, set.Type, err)
	}
	signatures := make([][]byte, 1)
	if err := signer.SignBatch([][]byte{input}, signatures); err != nil {
		return rr.RRSIG{}, fmt.Errorf("signing %s %s with key %d: %w", set.Owner, set.Type, p.KeyTag, err)
	}
	if len(signatures[0]) == 0 {
		return rr.RRSIG{}, errors.New("the signer returned no signature and no error")
	}
	sig.Signature = slices.Clone(signatures[0])
	return sig, nil
}

// KeySet makes the DNSKEY RRset of owner from keys.
func KeySet(owner rr.Name, ttl uint32, keys []rr.DNSKEY) *rr.Set {
	set := &rr.Set{Owner: owner, Type: rr.TypeDNSKEY, TTL: ttl}
	for _, key := range keys {
		set.Data = append(set.Data, key.Append(nil))
	}
	set.Canonicalize()
	return set
}

// SameKey says whether two DNSKEYs hold the same key, whatever their flags.
func SameKey(a, b rr.DNSKEY) bool {
	return a.Algorithm == b.Algorithm && a.Protocol == b.Protocol && bytes.Equal(a.PublicKey, b.PublicKey)
}
