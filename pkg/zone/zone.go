package zone

import (
	"errors"
	"fmt"
	"sort"

	"countersign/pkg/rr"
)

// Zone is the records of one zone, immutable and safe for concurrent use. The
// zero value is no zone: Parse, Builder and Assembler make one.
//
// Owner names are in lower case and RDATA is canonical (RFC 4034, Section 6.2).
// What its methods return shares memory with the zone and must not be changed.
type Zone struct {
	origin  rr.Name
	nodes   []node   // canonical order, the apex first; one more at the end as a sentinel
	sets    []set    // of all nodes in order; one more at the end as a sentinel
	data    [][]byte // RDATA of all sets in order
	sigTTLs []uint32 // TTL of each RRSIG record, in the order of data
}

type node struct {
	owner rr.Name
	first uint32 // index of its first set
	place place
}

type set struct {
	ttl   uint32
	first uint32 // index of its first RDATA
	sig   uint32 // index of the next TTL in sigTTLs
	typ   rr.Type
}

// Origin is the name of the apex.
func (z *Zone) Origin() rr.Name { return z.origin }

// Len is the number of owner names. Empty non-terminals are not among them.
func (z *Zone) Len() int { return len(z.nodes) - 1 }

// Records is the number of records.
func (z *Zone) Records() int { return len(z.data) }

// Sets is the number of RRsets. The RRSIG records of one owner count as one.
func (z *Zone) Sets() int { return len(z.sets) - 1 }

// Node is the i-th owner name in canonical order; 0 is the apex.
func (z *Zone) Node(i int) Node { return Node{zone: z, index: i} }

// Find is the node of an owner name.
func (z *Zone) Find(name rr.Name) (Node, bool) {
	i := z.search(name)
	if i < z.Len() && z.nodes[i].owner == name {
		return z.Node(i), true
	}
	return Node{}, false
}

// search is the index of the first node that is not before name.
func (z *Zone) search(name rr.Name) int {
	return sort.Search(z.Len(), func(i int) bool { return rr.Compare(z.nodes[i].owner, name) >= 0 })
}

// SOA is the start of authority, with its TTL.
func (z *Zone) SOA() (rr.SOA, error) {
	if z.Len() == 0 {
		return rr.SOA{}, errors.New("zone without records")
	}
	set, ok := z.Node(0).Lookup(rr.TypeSOA)
	if !ok || len(set.Data) != 1 {
		return rr.SOA{}, fmt.Errorf("zone %s has not one SOA record", z.origin)
	}
	soa, err := rr.ParseSOA(set.Data[0])
	soa.TTL = set.TTL
	return soa, err
}

// Node is an owner name with its RRsets.
type Node struct {
	zone  *Zone
	index int
}

// Index is the position in canonical order: n is Zone.Node(n.Index()).
func (n Node) Index() int { return n.index }

// Owner is the owner name.
func (n Node) Owner() rr.Name { return n.zone.nodes[n.index].owner }

// Len is the number of RRsets.
func (n Node) Len() int {
	return int(n.zone.nodes[n.index+1].first - n.zone.nodes[n.index].first)
}

// Set is the i-th RRset in ascending order of type. All RRSIG records of the
// owner together are a set of type 46, which is no RRset in the sense of RFC
// 4035, Section 2.2: its TTL is the lowest of theirs, and Signatures has the
// TTL of each.
func (n Node) Set(i int) rr.Set {
	return n.zone.set(n.Owner(), int(n.zone.nodes[n.index].first)+i)
}

func (z *Zone) set(owner rr.Name, i int) rr.Set {
	s := &z.sets[i]
	end := z.sets[i+1].first
	return rr.Set{Owner: owner, Type: s.typ, TTL: s.ttl, Data: z.data[s.first:end:end]}
}

// Type is the type of the i-th RRset.
func (n Node) Type(i int) rr.Type {
	return n.zone.sets[int(n.zone.nodes[n.index].first)+i].typ
}

// Lookup is the RRset of a type.
func (n Node) Lookup(t rr.Type) (rr.Set, bool) {
	if i, ok := n.find(t); ok {
		return n.zone.set(n.Owner(), i), true
	}
	return rr.Set{}, false
}

// Has says whether there is an RRset of the type.
func (n Node) Has(t rr.Type) bool {
	_, ok := n.find(t)
	return ok
}

func (n Node) find(t rr.Type) (int, bool) {
	for i := n.zone.nodes[n.index].first; i < n.zone.nodes[n.index+1].first; i++ {
		if n.zone.sets[i].typ == t {
			return int(i), true
		}
	}
	return 0, false
}

// SignatureCount is the number of RRSIG records.
func (n Node) SignatureCount() int {
	set, _ := n.Lookup(rr.TypeRRSIG)
	return len(set.Data)
}

// Signature is the i-th RRSIG record: its RDATA, in canonical order and so
// ascending by type covered, and its own TTL. An RRSIG record has the TTL of
// the RRset it covers (RFC 4034, Section 3).
func (n Node) Signature(i int) (rdata []byte, ttl uint32) {
	at, _ := n.find(rr.TypeRRSIG)
	s := n.zone.sets[at]
	return n.zone.data[int(s.first)+i], n.zone.sigTTLs[int(s.sig)+i]
}
