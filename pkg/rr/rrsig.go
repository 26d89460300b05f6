package rr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// RRSIG is the RDATA of an RRSIG record. See RFC 4034, Section 3.1. Times are
// in UTC and whole seconds, between 1970 and 2106.
type RRSIG struct {
	TypeCovered Type
	Algorithm   uint8
	Labels      uint8
	OriginalTTL uint32
	Expiration  time.Time
	Inception   time.Time
	KeyTag      uint16
	SignerName  Name
	Signature   []byte
}

// AppendHeader appends the RDATA without the signature: the beginning of the
// signed data (RFC 4034, Section 3.1.8.1).
func (s RRSIG) AppendHeader(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(s.TypeCovered))
	dst = append(dst, s.Algorithm, s.Labels)
	dst = binary.BigEndian.AppendUint32(dst, s.OriginalTTL)
	dst = binary.BigEndian.AppendUint32(dst, uint32(s.Expiration.Unix()))
	dst = binary.BigEndian.AppendUint32(dst, uint32(s.Inception.Unix()))
	dst = binary.BigEndian.AppendUint16(dst, s.KeyTag)
	return append(dst, s.SignerName...)
}

// Append appends the RDATA.
func (s RRSIG) Append(dst []byte) []byte {
	return append(s.AppendHeader(dst), s.Signature...)
}

// ParseRRSIG reads RDATA. Signature shares memory with rdata. Times are taken
// as seconds since 1970 without the serial arithmetic of RFC 4034, Section
// 3.1.5: they stay right until 2106.
func ParseRRSIG(rdata []byte) (RRSIG, error) {
	if len(rdata) < 18 {
		return RRSIG{}, errors.New("RRSIG RDATA shorter than its fixed fields")
	}
	signer, n, err := UnpackName(rdata[18:])
	if err != nil {
		return RRSIG{}, fmt.Errorf("RRSIG signer name: %w", err)
	}
	return RRSIG{
		TypeCovered: Type(binary.BigEndian.Uint16(rdata)),
		Algorithm:   rdata[2],
		Labels:      rdata[3],
		OriginalTTL: binary.BigEndian.Uint32(rdata[4:]),
		Expiration:  time.Unix(int64(binary.BigEndian.Uint32(rdata[8:])), 0).UTC(),
		Inception:   time.Unix(int64(binary.BigEndian.Uint32(rdata[12:])), 0).UTC(),
		KeyTag:      binary.BigEndian.Uint16(rdata[16:]),
		SignerName:  signer,
		Signature:   rdata[18+n:],
	}, nil
}
