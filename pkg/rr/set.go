package rr

import (
	"bytes"
	"slices"
)

// ClassIN is the only class.
const ClassIN uint16 = 1

// Set is an RRset: the records of one owner and type. Data holds the RDATA of
// each record in canonical wire form, without compression; in a canonical set
// it is sorted and without duplicates (RFC 4034, Section 6.3).
type Set struct {
	Owner Name
	Type  Type
	TTL   uint32
	Data  [][]byte
}

// Canonicalize sorts the data and drops duplicates, in place.
func (s *Set) Canonicalize() {
	slices.SortFunc(s.Data, bytes.Compare)
	s.Data = slices.CompactFunc(s.Data, bytes.Equal)
}

// IsCanonical says whether the data is sorted without duplicates.
func (s *Set) IsCanonical() bool {
	for i := 1; i < len(s.Data); i++ {
		if bytes.Compare(s.Data[i-1], s.Data[i]) >= 0 {
			return false
		}
	}
	return true
}

// Equal says whether both have the same owner, type, TTL and data, in the same
// order.
func (s *Set) Equal(o *Set) bool {
	return s.Owner == o.Owner && s.Type == o.Type && s.TTL == o.TTL &&
		slices.EqualFunc(s.Data, o.Data, bytes.Equal)
}
