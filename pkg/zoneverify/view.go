package zoneverify

import (
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// view is a node that was looked through once: its place, its RRsets and its
// signatures.
type view struct {
	node  zone.Node
	owner rr.Name
	place place
	sets  []rrset  // all but RRSIG, ascending by type
	sigs  []record // RRSIG, in canonical order
}

// rrset is an RRset in the memory of the zone.
type rrset struct {
	zone.RRset
	Owner rr.Name
}

// record is RDATA with the TTL of its record.
type record struct {
	rdata []byte
	ttl   uint32
	good  bool // an RRSIG that was verified already, by the one key it can be by
}

// views is the nodes of one piece of work. Their RRsets and signatures lie one
// behind the other in memory that is used again for the next piece.
type views struct {
	list []view
	ends []end
	sets []rrset
	sigs []record
}

// end is where what a view has ends.
type end struct{ sets, sigs int }

func (v *views) reset() {
	v.list, v.ends, v.sets, v.sigs = v.list[:0], v.ends[:0], v.sets[:0], v.sigs[:0]
}

// read adds a node. What it has is there after settle.
func (v *views) read(n zone.Node, p place) {
	owner := n.Owner()
	v.list = append(v.list, view{node: n, owner: owner, place: p})
	for s := range n.RRsets() {
		if s.Type != rr.TypeRRSIG {
			v.sets = append(v.sets, rrset{s, owner})
			continue
		}
		for rdata, ttl := range s.Records() {
			v.sigs = append(v.sigs, record{rdata: rdata, ttl: ttl})
		}
	}
	v.ends = append(v.ends, end{len(v.sets), len(v.sigs)})
}

// settle gives each view its RRsets and signatures, when nothing will move any
// more.
func (v *views) settle() {
	from := end{}
	for i, to := range v.ends {
		v.list[i].sets, v.list[i].sigs = v.sets[from.sets:to.sets], v.sigs[from.sigs:to.sigs]
		from = to
	}
}

// viewOf is the view of one node, until the next.
func (w *worker) viewOf(n zone.Node) *view {
	w.views.reset()
	w.views.read(n, w.place(n))
	w.views.settle()
	return &w.views.list[0]
}

// lookup is the RRset of a type, nil if there is none.
func (v *view) lookup(t rr.Type) *rrset {
	for i := range v.sets {
		if v.sets[i].Type == t {
			return &v.sets[i]
		}
	}
	return nil
}

func (v *view) has(t rr.Type) bool { return v.lookup(t) != nil }

// only is the RDATA of the one record of a set; false if there are more.
func (s *rrset) only() ([]byte, bool) {
	var first []byte
	count := 0
	for rdata := range s.Records() {
		if count == 0 {
			first = rdata
		}
		count++
	}
	return first, count == 1
}
