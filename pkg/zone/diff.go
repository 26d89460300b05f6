package zone

import (
	"bytes"
	"iter"

	"countersign/pkg/rr"
)

// Delta is what turns one zone into another. The sets hold the records that
// differ, not whole RRsets; both lists are in canonical order of owner and
// ascending type. A record whose TTL changed is in both. RRSIG records are in
// sets of one TTL each.
type Delta struct {
	Removed []rr.Set
	Added   []rr.Set
}

// IsEmpty says whether the zones are equal.
func (d *Delta) IsEmpty() bool { return len(d.Removed) == 0 && len(d.Added) == 0 }

// Diff compares two versions of a zone. The sets share memory with the zones.
func Diff(from, to *Zone) *Delta {
	d := new(Delta)
	for a, b := range Changed(from, to) {
		switch {
		case !a.IsThere():
			d.Added = appendNode(d.Added, b)
		case !b.IsThere():
			d.Removed = appendNode(d.Removed, a)
		default:
			d.node(a, b)
		}
	}
	return d
}

// Equal says whether both zones have the same records.
func (z *Zone) Equal(o *Zone) bool {
	if z.origin != o.origin || z.records != o.records || z.sets != o.sets || z.Len() != o.Len() {
		return false
	}
	for a, b := range Changed(z, o) {
		if !a.IsThere() || !b.IsThere() || !bytes.Equal(a.Wire(), b.Wire()) {
			return false
		}
	}
	return true
}

// IsThere says whether the node is one: the zero value is none.
func (n Node) IsThere() bool { return n.page != nil }

// Changed is the owner names that differ between two versions in their records
// or in where they stand in respect of cuts: the node of each version, one of
// which may be none. Equal pages are passed over as a whole.
func Changed(from, to *Zone) iter.Seq2[Node, Node] {
	return func(yield func(Node, Node) bool) {
		w := walk{from: cursor{zone: from}, to: cursor{zone: to}}
		for {
			a, b, ok := w.next()
			if !ok || !yield(a, b) {
				return
			}
		}
	}
}

// walk goes through two versions side by side.
type walk struct{ from, to cursor }

// cursor is a place in a zone: before the node at of the page.
type cursor struct {
	zone *Zone
	page int
	at   int
}

func (c *cursor) done() bool { return c.page == len(c.zone.pages) }

func (c *cursor) node() Node { return c.zone.Page(c.page).Node(c.at) }

func (c *cursor) advance() {
	if c.at++; c.at == len(c.zone.pages[c.page].nodes) {
		c.page, c.at = c.page+1, 0
	}
}

// next is the next pair of nodes that differ.
func (w *walk) next() (a, b Node, ok bool) {
	for {
		w.skip()
		switch {
		case w.from.done() && w.to.done():
			return Node{}, Node{}, false
		case w.from.done():
			b = w.to.node()
			w.to.advance()
			return Node{}, b, true
		case w.to.done():
			a = w.from.node()
			w.from.advance()
			return a, Node{}, true
		}
		a, b = w.from.node(), w.to.node()
		switch c := rr.Compare(a.Owner(), b.Owner()); {
		case c < 0:
			w.from.advance()
			return a, Node{}, true
		case c > 0:
			w.to.advance()
			return Node{}, b, true
		}
		w.from.advance()
		w.to.advance()
		if a.page.nodes[a.at].place != b.page.nodes[b.at].place || !bytes.Equal(a.Wire(), b.Wire()) {
			return a, b, true
		}
	}
}

// skip passes over equal pages.
func (w *walk) skip() {
	for w.from.at == 0 && w.to.at == 0 && !w.from.done() && !w.to.done() &&
		w.from.zone.pages[w.from.page].equal(w.to.zone.pages[w.to.page]) {
		w.from.page++
		w.to.page++
	}
}

func appendNode(dst []rr.Set, n Node) []rr.Set {
	for s := range n.RRsets() {
		dst = appendWhole(dst, s)
	}
	return dst
}

// appendWhole appends a set, RRSIG records by TTL.
func appendWhole(dst []rr.Set, s RRset) []rr.Set {
	if s.Type != rr.TypeRRSIG {
		return append(dst, s.Set())
	}
	for rdata, ttl := range s.Records() {
		dst = appendData(dst, s.Owner(), rr.TypeRRSIG, ttl, rdata)
	}
	return dst
}

// appendData appends one record, to the last set if it fits there.
func appendData(dst []rr.Set, owner rr.Name, t rr.Type, ttl uint32, rdata []byte) []rr.Set {
	if n := len(dst); n > 0 && dst[n-1].Owner == owner && dst[n-1].Type == t && dst[n-1].TTL == ttl {
		dst[n-1].Data = append(dst[n-1].Data, rdata)
		return dst
	}
	return append(dst, rr.Set{Owner: owner, Type: t, TTL: ttl, Data: [][]byte{rdata}})
}

// node compares two nodes of one name.
func (d *Delta) node(from, to Node) {
	a, b := from.sets(), to.sets()
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Type < b[0].Type:
			d.Removed = appendWhole(d.Removed, a[0])
			a = a[1:]
		case len(a) == 0 || a[0].Type > b[0].Type:
			d.Added = appendWhole(d.Added, b[0])
			b = b[1:]
		default:
			d.set(a[0], b[0])
			a, b = a[1:], b[1:]
		}
	}
}

func (n Node) sets() []RRset {
	var sets []RRset
	for s := range n.RRsets() {
		sets = append(sets, s)
	}
	return sets
}

// set compares two sets of one owner and type, record by record.
func (d *Delta) set(a, b RRset) {
	if a.Type != rr.TypeRRSIG && a.TTL != b.TTL {
		d.Removed, d.Added = append(d.Removed, a.Set()), append(d.Added, b.Set())
		return
	}
	owner := a.Owner()
	for x, y := a.wire, b.wire; len(x) > 0 || len(y) > 0; {
		var p, q record
		c := 0
		if len(x) > 0 {
			p = recordAt(x, a.owner)
		}
		if len(y) > 0 {
			q = recordAt(y, b.owner)
		}
		switch {
		case len(x) == 0:
			c = 1
		case len(y) == 0:
			c = -1
		default:
			c = bytes.Compare(p.data, q.data)
		}
		if c < 0 || c == 0 && p.ttl != q.ttl {
			d.Removed = appendData(d.Removed, owner, a.Type, p.ttl, p.data)
		}
		if c > 0 || c == 0 && p.ttl != q.ttl {
			d.Added = appendData(d.Added, owner, b.Type, q.ttl, q.data)
		}
		if c <= 0 {
			x = x[p.size:]
		}
		if c >= 0 {
			y = y[q.size:]
		}
	}
}
