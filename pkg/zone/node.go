package zone

import (
	"iter"

	"countersign/pkg/rr"
)

// Node is an owner name with its RRsets.
type Node struct {
	zone  *Zone
	page  *page
	at    int // in the page
	index int // in the zone
}

// Index is the position in canonical order: n is Zone.Node(n.Index()).
func (n Node) Index() int { return n.index }

// Owner is the owner name.
func (n Node) Owner() rr.Name { return n.page.owner(n.at) }

// Wire is all records, as RRset.Wire has them.
func (n Node) Wire() []byte { return n.page.recordsOf(n.at) }

// RRsets is the RRsets in ascending order of type.
func (n Node) RRsets() iter.Seq[RRset] {
	return func(yield func(RRset) bool) {
		owner := n.page.nodes[n.at].size
		for wire := n.Wire(); len(wire) > 0; {
			s := firstRRset(wire, owner)
			if !yield(s) {
				return
			}
			wire = wire[len(s.wire):]
		}
	}
}

// RRset is the RRset of a type.
func (n Node) RRset(t rr.Type) (RRset, bool) {
	for s := range n.RRsets() {
		if s.Type == t {
			return s, true
		}
	}
	return RRset{}, false
}

// Lookup is the RRset of a type, as other packages take it.
func (n Node) Lookup(t rr.Type) (rr.Set, bool) {
	if s, ok := n.RRset(t); ok {
		return s.Set(), true
	}
	return rr.Set{}, false
}

// Has says whether there is an RRset of the type.
func (n Node) Has(t rr.Type) bool {
	owner := n.page.nodes[n.at].size
	for wire := n.Wire(); len(wire) > 0; {
		r := recordAt(wire, owner)
		if r.typ >= t {
			return r.typ == t
		}
		wire = wire[r.size:]
	}
	return false
}

// Signatures is the RRSIG records: the RDATA of each, in canonical order and so
// ascending by type covered, and its own TTL. An RRSIG record has the TTL of
// the RRset it covers (RFC 4034, Section 3).
func (n Node) Signatures() iter.Seq2[[]byte, uint32] {
	s, _ := n.RRset(rr.TypeRRSIG)
	return s.Records()
}

// Len is the number of RRsets.
func (n Node) Len() int {
	count := 0
	for range n.RRsets() {
		count++
	}
	return count
}

// Set is the i-th RRset in ascending order of type, as other packages take it.
func (n Node) Set(i int) rr.Set {
	return n.nth(i).Set()
}

// Type is the type of the i-th RRset.
func (n Node) Type(i int) rr.Type { return n.nth(i).Type }

func (n Node) nth(i int) RRset {
	for s := range n.RRsets() {
		if i == 0 {
			return s
		}
		i--
	}
	panic("zone: no such RRset")
}

// SignatureCount is the number of RRSIG records.
func (n Node) SignatureCount() int {
	s, _ := n.RRset(rr.TypeRRSIG)
	return s.Len()
}

// Signature is the i-th of Signatures.
func (n Node) Signature(i int) (rdata []byte, ttl uint32) {
	for rdata, ttl := range n.Signatures() {
		if i == 0 {
			return rdata, ttl
		}
		i--
	}
	panic("zone: no such RRSIG record")
}

// Next is the node behind n.
func (n Node) Next() (Node, bool) {
	if n.at+1 < len(n.page.nodes) {
		n.at, n.index = n.at+1, n.index+1
		return n, true
	}
	i := n.zone.pageOf(n.index) + 1
	if i == len(n.zone.pages) {
		return Node{}, false
	}
	return n.zone.Page(i).Node(0), true
}

// Previous is the node before n.
func (n Node) Previous() (Node, bool) {
	if n.at > 0 {
		n.at, n.index = n.at-1, n.index-1
		return n, true
	}
	i := n.zone.pageOf(n.index) - 1
	if i < 0 {
		return Node{}, false
	}
	p := n.zone.Page(i)
	return p.Node(p.Len() - 1), true
}

// Page is the page of the node.
func (n Node) Page() Page { return n.zone.Page(n.zone.pageOf(n.index)) }
