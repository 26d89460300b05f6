package rr

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// SOA is the RDATA of an SOA record (RFC 1035, Section 3.3.13), and beside it
// the TTL of the record, which the negative TTL needs. Times are in seconds.
type SOA struct {
	MName   Name
	RName   Name
	Serial  uint32
	Refresh uint32
	Retry   uint32
	Expire  uint32
	Minimum uint32

	TTL uint32 // of the record; no part of the RDATA
}

// NegativeTTL is how long a negative answer, and so an NSEC or NSEC3 record,
// lives: the lesser of TTL and minimum, in seconds. See RFC 2308, Section 5,
// and RFC 9077, Section 3.
func (s SOA) NegativeTTL() uint32 { return min(s.TTL, s.Minimum) }

// Append appends the RDATA.
func (s SOA) Append(dst []byte) []byte {
	dst = append(dst, s.MName...)
	dst = append(dst, s.RName...)
	for _, n := range []uint32{s.Serial, s.Refresh, s.Retry, s.Expire, s.Minimum} {
		dst = binary.BigEndian.AppendUint32(dst, n)
	}
	return dst
}

// ParseSOA reads RDATA. TTL stays 0.
func ParseSOA(rdata []byte) (SOA, error) {
	mname, n, err := UnpackName(rdata)
	if err != nil {
		return SOA{}, fmt.Errorf("SOA primary name: %w", err)
	}
	rname, m, err := UnpackName(rdata[n:])
	if err != nil {
		return SOA{}, fmt.Errorf("SOA mailbox: %w", err)
	}
	rest := rdata[n+m:]
	if len(rest) != 20 {
		return SOA{}, errors.New("SOA RDATA has not five numbers after its names")
	}
	return SOA{
		MName:   mname,
		RName:   rname,
		Serial:  binary.BigEndian.Uint32(rest),
		Refresh: binary.BigEndian.Uint32(rest[4:]),
		Retry:   binary.BigEndian.Uint32(rest[8:]),
		Expire:  binary.BigEndian.Uint32(rest[12:]),
		Minimum: binary.BigEndian.Uint32(rest[16:]),
	}, nil
}
