package rr

import (
	"encoding/binary"
	"errors"
)

// The scheme and hash algorithms of a ZONEMD record in use. See RFC 8976,
// Sections 5.2 and 5.3.
const (
	ZONEMDSimple uint8 = 1
	ZONEMDSHA384 uint8 = 1
	ZONEMDSHA512 uint8 = 2
)

// ZONEMD is the RDATA of a ZONEMD record. See RFC 8976, Section 2.2.
type ZONEMD struct {
	Serial uint32
	Scheme uint8
	Hash   uint8
	Digest []byte
}

// Append appends the RDATA.
func (z ZONEMD) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, z.Serial)
	dst = append(dst, z.Scheme, z.Hash)
	return append(dst, z.Digest...)
}

// ParseZONEMD reads RDATA. Digest shares memory with rdata. A digest below 12
// octets is refused, as RFC 8976, Section 2.2.4 asks.
func ParseZONEMD(rdata []byte) (ZONEMD, error) {
	if len(rdata) < 6+12 {
		return ZONEMD{}, errors.New("ZONEMD with a digest below 12 octets")
	}
	return ZONEMD{
		Serial: binary.BigEndian.Uint32(rdata),
		Scheme: rdata[4],
		Hash:   rdata[5],
		Digest: rdata[6:],
	}, nil
}
