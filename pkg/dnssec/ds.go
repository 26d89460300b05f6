package dnssec

import (
	"crypto"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"

	"countersign/pkg/rr"
)

// The digest types of a DS record that are in use. SHA-1 (1) is refused
// (RFC 9905).
const (
	DigestSHA256 uint8 = 2 // RFC 4509
	DigestSHA384 uint8 = 4 // RFC 6605
)

// DS is the RDATA of a DS or CDS record. See RFC 4034, Section 5.1.
type DS struct {
	KeyTag     uint16
	Algorithm  uint8
	DigestType uint8
	Digest     []byte
}

// Append appends the RDATA.
func (d DS) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, d.KeyTag)
	dst = append(dst, d.Algorithm, d.DigestType)
	return append(dst, d.Digest...)
}

// ParseDS reads RDATA. Digest shares memory with rdata.
func ParseDS(rdata []byte) (DS, error) {
	if len(rdata) < 5 {
		return DS{}, errors.New("DS RDATA shorter than five octets")
	}
	return DS{
		KeyTag:     binary.BigEndian.Uint16(rdata),
		Algorithm:  rdata[2],
		DigestType: rdata[3],
		Digest:     rdata[4:],
	}, nil
}

// NewDS is the DS of a key at owner. See RFC 4034, Section 5.1.4.
func NewDS(owner rr.Name, key rr.DNSKEY, digestType uint8) (DS, error) {
	var hash crypto.Hash
	switch digestType {
	case DigestSHA256:
		hash = crypto.SHA256
	case DigestSHA384:
		hash = crypto.SHA384
	default:
		return DS{}, fmt.Errorf("digest type %d is not supported", digestType)
	}
	h := hash.New()
	h.Write([]byte(owner))
	h.Write(key.Append(nil))
	return DS{KeyTag: key.KeyTag(), Algorithm: key.Algorithm, DigestType: digestType, Digest: h.Sum(nil)}, nil
}

// Match checks that the DS is that of key at owner: nil is the yes.
func (d DS) Match(owner rr.Name, key rr.DNSKEY) error {
	if d.KeyTag != key.KeyTag() || d.Algorithm != key.Algorithm {
		return fmt.Errorf("DS is for key %d of algorithm %d, not %d of %d", d.KeyTag, d.Algorithm, key.KeyTag(), key.Algorithm)
	}
	want, err := NewDS(owner, key, d.DigestType)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(want.Digest, d.Digest) != 1 {
		return fmt.Errorf("DS digest of key %d differs", d.KeyTag)
	}
	return nil
}
