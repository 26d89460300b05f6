package rr

import (
	"fmt"
)

// NSEC is the RDATA of an NSEC record. See RFC 4034, Section 4.1. Types
// ascend.
type NSEC struct {
	Next  Name // in lower case, whatever the case on the wire
	Types []Type
}

// Append appends the RDATA.
func (n NSEC) Append(dst []byte) []byte {
	return AppendTypeBitmap(append(dst, n.Next...), n.Types)
}

// ParseNSEC reads RDATA, strictly. See ParseTypeBitmap.
func ParseNSEC(rdata []byte) (NSEC, error) {
	next, n, err := UnpackName(rdata)
	if err != nil {
		return NSEC{}, fmt.Errorf("NSEC next name: %w", err)
	}
	types, err := ParseTypeBitmap(nil, rdata[n:])
	if err != nil {
		return NSEC{}, fmt.Errorf("NSEC: %w", err)
	}
	return NSEC{Next: next, Types: types}, nil
}
