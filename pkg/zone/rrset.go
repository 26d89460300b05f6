package zone

import (
	"iter"

	"countersign/pkg/rr"
)

// RRset is an RRset in the memory of a zone. All RRSIG records of an owner
// together are one of type 46, which is no RRset in the sense of RFC 4035,
// Section 2.2: its TTL is the lowest of theirs.
type RRset struct {
	Type rr.Type
	TTL  uint32

	wire  []byte
	owner uint8
}

// Owner is the owner name.
func (s RRset) Owner() rr.Name { return nameAt(s.wire, s.owner) }

// Wire is the records in canonical order, each in the form in which it is
// signed and digested: owner, type, class, TTL, length, RDATA. See RFC 4034,
// Section 3.1.8.1, and RFC 8976, Section 3.3.
func (s RRset) Wire() []byte { return s.wire }

// Records is the RDATA of each record and its TTL.
func (s RRset) Records() iter.Seq2[[]byte, uint32] {
	return func(yield func([]byte, uint32) bool) {
		for wire := s.wire; len(wire) > 0; {
			r := recordAt(wire, s.owner)
			if !yield(r.data, r.ttl) {
				return
			}
			wire = wire[r.size:]
		}
	}
}

// Len is the number of records.
func (s RRset) Len() int {
	count := 0
	for range s.Records() {
		count++
	}
	return count
}

// Set is the RRset as other packages take it.
func (s RRset) Set() rr.Set {
	set := rr.Set{Owner: s.Owner(), Type: s.Type, TTL: s.TTL, Data: make([][]byte, 0, s.Len())}
	for rdata := range s.Records() {
		set.Data = append(set.Data, rdata)
	}
	return set
}

// RRsetsOf is the RRsets, ascending by type, in all records of one owner name
// in wire form, as Node.Wire gives them and Change takes them.
func RRsetsOf(wire []byte) iter.Seq[RRset] {
	return func(yield func(RRset) bool) {
		if len(wire) == 0 {
			return
		}
		owner := nameSize(wire)
		for len(wire) > 0 {
			s := firstRRset(wire, owner)
			if !yield(s) {
				return
			}
			wire = wire[len(s.wire):]
		}
	}
}

// firstRRset is the RRset at the front of the records of an owner.
func firstRRset(wire []byte, owner uint8) RRset {
	first := recordAt(wire, owner)
	s := RRset{Type: first.typ, TTL: first.ttl, owner: owner}
	end := first.size
	for end < len(wire) {
		r := recordAt(wire[end:], owner)
		if r.typ != first.typ {
			break
		}
		s.TTL = min(s.TTL, r.ttl)
		end += r.size
	}
	s.wire = wire[:end:end]
	return s
}

// nameSize is the length of the name at the front of wire.
func nameSize(wire []byte) uint8 {
	i := 0
	for wire[i] != 0 {
		i += 1 + int(wire[i])
	}
	return uint8(i + 1)
}
