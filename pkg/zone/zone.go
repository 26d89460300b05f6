package zone

import (
	"errors"
	"fmt"
	"iter"
	"sort"

	"countersign/pkg/rr"
)

// Zone is the records of one version of a zone, immutable and safe for
// concurrent use. The zero value is no zone: Parse, Builder, Assembler and With
// make one.
//
// Owner names are in lower case and RDATA is canonical (RFC 4034, Section 6.2).
// What its methods return shares memory with the zone and must not be changed.
type Zone struct {
	origin  rr.Name
	pages   []*page
	first   []int // index of the first node of each page; one more at the end
	records int
	sets    int
}

// newZone is a zone of these pages, which are in order and marked.
func newZone(origin rr.Name, pages []*page) *Zone {
	z := &Zone{origin: origin, pages: pages, first: make([]int, len(pages)+1)}
	for i, p := range pages {
		z.first[i+1] = z.first[i] + len(p.nodes)
		z.records += p.records
		z.sets += p.sets
	}
	return z
}

// Origin is the name of the apex.
func (z *Zone) Origin() rr.Name { return z.origin }

// Len is the number of owner names. Empty non-terminals are not among them.
func (z *Zone) Len() int { return z.first[len(z.pages)] }

// Records is the number of records.
func (z *Zone) Records() int { return z.records }

// Sets is the number of RRsets. The RRSIG records of one owner count as one.
func (z *Zone) Sets() int { return z.sets }

// Node is the i-th owner name in canonical order; 0 is the apex.
func (z *Zone) Node(i int) Node {
	at := z.pageOf(i)
	return z.Page(at).Node(i - z.first[at])
}

// pageOf is the index of the page that has the i-th node.
func (z *Zone) pageOf(i int) int { return sort.SearchInts(z.first, i+1) - 1 }

// Nodes is all owner names in canonical order.
func (z *Zone) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range z.pages {
			for n := range z.Page(i).Nodes() {
				if !yield(n) {
					return
				}
			}
		}
	}
}

// Find is the node of an owner name.
func (z *Zone) Find(name rr.Name) (Node, bool) {
	n, ok := z.From(name)
	return n, ok && n.Owner() == name
}

// From is the first node that is not before name in canonical order.
func (z *Zone) From(name rr.Name) (Node, bool) {
	// The page before the first that begins behind the name.
	i := sort.Search(len(z.pages), func(i int) bool { return rr.Compare(z.pages[i].owner(0), name) > 0 })
	i = max(i-1, 0)
	if i == len(z.pages) {
		return Node{}, false
	}
	p := z.pages[i]
	at := sort.Search(len(p.nodes), func(k int) bool { return rr.Compare(p.owner(k), name) >= 0 })
	if at < len(p.nodes) {
		return z.Page(i).Node(at), true
	}
	if i+1 < len(z.pages) {
		return z.Page(i + 1).Node(0), true
	}
	return Node{}, false
}

// Before is the last node before name in canonical order.
func (z *Zone) Before(name rr.Name) (Node, bool) {
	n, ok := z.From(name)
	if ok {
		return n.Previous()
	}
	if z.Len() == 0 {
		return Node{}, false
	}
	return z.Node(z.Len() - 1), true
}

// SOA is the start of authority, with its TTL.
func (z *Zone) SOA() (rr.SOA, error) {
	if z.Len() == 0 {
		return rr.SOA{}, errors.New("zone without records")
	}
	set, ok := z.Node(0).RRset(rr.TypeSOA)
	if !ok || set.Len() != 1 {
		return rr.SOA{}, fmt.Errorf("zone %s has not one SOA record", z.origin)
	}
	soa, err := rr.ParseSOA(recordAt(set.wire, set.owner).data)
	soa.TTL = set.TTL
	return soa, err
}

// MaxTTL is the largest TTL of all records, in seconds.
func (z *Zone) MaxTTL() uint32 {
	most := uint32(0)
	for _, p := range z.pages {
		most = max(most, p.maxTTL)
	}
	return most
}
