package zoneverify

import (
	"encoding/binary"

	"countersign/pkg/rr"
)

// signature is an RRSIG record read in place: nothing is copied.
type signature struct {
	covered    rr.Type
	algorithm  uint8
	labels     uint8
	original   uint32 // original TTL, in seconds
	expiration uint32 // seconds since 1970
	inception  uint32
	tag        uint16
	signer     []byte // wire form
	head       []byte // RDATA up to the signature: the beginning of the signed data
	octets     []byte // the signature itself
	ttl        uint32 // of the record
	good       bool   // verified already
}

// readSignature reads an RRSIG record; false if it is malformed.
func readSignature(of *record) (signature, bool) {
	rdata := of.rdata
	if len(rdata) < 19 {
		return signature{}, false
	}
	end := 18
	for end < len(rdata) && rdata[end] != 0 {
		end += 1 + int(rdata[end])
	}
	end++
	if end > len(rdata) {
		return signature{}, false
	}
	return signature{
		covered:    rr.Type(binary.BigEndian.Uint16(rdata)),
		algorithm:  rdata[2],
		labels:     rdata[3],
		original:   binary.BigEndian.Uint32(rdata[4:]),
		expiration: binary.BigEndian.Uint32(rdata[8:]),
		inception:  binary.BigEndian.Uint32(rdata[12:]),
		tag:        binary.BigEndian.Uint16(rdata[16:]),
		signer:     rdata[18:end],
		head:       rdata[:end],
		octets:     rdata[end:],
		ttl:        of.ttl,
		good:       of.good,
	}, true
}

// appendSigned appends what s signs of set under an owner name: the RRSIG
// RDATA as it stands, then each record with the original TTL. The fields are
// taken as the signature has them, right or wrong, so that a wrong field is the
// fault of its own check. See RFC 4034, Section 3.1.8.1.
func (s *signature) appendSigned(dst []byte, owner rr.Name, set *rrset) []byte {
	dst = append(dst, s.head...)
	if s.original == set.TTL && owner == set.Owner {
		return append(dst, set.Wire()...) // it is what the zone has
	}
	for rdata := range set.Records() {
		dst = append(dst, owner...)
		dst = append(dst, byte(set.Type>>8), byte(set.Type), 0, byte(rr.ClassIN))
		dst = binary.BigEndian.AppendUint32(dst, s.original)
		dst = append(dst, byte(len(rdata)>>8), byte(len(rdata)))
		dst = append(dst, rdata...)
	}
	return dst
}
