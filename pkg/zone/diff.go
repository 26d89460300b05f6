package zone

import (
	"bytes"

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
	i, j := 0, 0
	for i < from.Len() || j < to.Len() {
		c := 0
		switch {
		case i == from.Len():
			c = 1
		case j == to.Len():
			c = -1
		default:
			c = rr.Compare(from.nodes[i].owner, to.nodes[j].owner)
		}
		switch {
		case c < 0:
			d.Removed = appendNode(d.Removed, from.Node(i))
			i++
		case c > 0:
			d.Added = appendNode(d.Added, to.Node(j))
			j++
		default:
			d.node(from.Node(i), to.Node(j))
			i++
			j++
		}
	}
	return d
}

// Equal says whether both zones have the same records.
func (z *Zone) Equal(o *Zone) bool {
	return z.origin == o.origin && Diff(z, o).IsEmpty()
}

func appendNode(dst []rr.Set, n Node) []rr.Set {
	for k := range n.Len() {
		dst = appendWhole(dst, n, k)
	}
	return dst
}

// appendWhole appends the k-th set of a node, RRSIG records by TTL.
func appendWhole(dst []rr.Set, n Node, k int) []rr.Set {
	if n.Type(k) != rr.TypeRRSIG {
		return append(dst, n.Set(k))
	}
	for s := range n.SignatureCount() {
		rdata, ttl := n.Signature(s)
		dst = appendData(dst, n.Owner(), rr.TypeRRSIG, ttl, rdata)
	}
	return dst
}

// appendData appends one record, to the last set if it fits there.
func appendData(dst []rr.Set, owner rr.Name, t rr.Type, ttl uint32, rdata []byte) []rr.Set {
	if n := len(dst); n > 0 && dst[n-1].Owner == owner && dst[n-1].Type == t && dst[n-1].TTL == ttl {
		// The set may be a zone's own: its capacity is its length, so this copies.
		dst[n-1].Data = append(dst[n-1].Data, rdata)
		return dst
	}
	return append(dst, rr.Set{Owner: owner, Type: t, TTL: ttl, Data: [][]byte{rdata}})
}

func (d *Delta) node(from, to Node) {
	i, j := 0, 0
	for i < from.Len() || j < to.Len() {
		switch {
		case j == to.Len() || i < from.Len() && from.Type(i) < to.Type(j):
			d.Removed = appendWhole(d.Removed, from, i)
			i++
		case i == from.Len() || from.Type(i) > to.Type(j):
			d.Added = appendWhole(d.Added, to, j)
			j++
		default:
			d.set(from, to, i, j)
			i++
			j++
		}
	}
}

// set compares two sets of one owner and type, record by record.
func (d *Delta) set(from, to Node, i, j int) {
	a, b := from.Set(i), to.Set(j)
	signatures := a.Type == rr.TypeRRSIG
	if !signatures && a.TTL != b.TTL {
		d.Removed, d.Added = append(d.Removed, a), append(d.Added, b)
		return
	}
	x, y := 0, 0
	for x < len(a.Data) || y < len(b.Data) {
		ta, tb := a.TTL, b.TTL
		if signatures && x < len(a.Data) {
			_, ta = from.Signature(x)
		}
		if signatures && y < len(b.Data) {
			_, tb = to.Signature(y)
		}
		c := 0
		switch {
		case x == len(a.Data):
			c = 1
		case y == len(b.Data):
			c = -1
		default:
			c = bytes.Compare(a.Data[x], b.Data[y])
		}
		if c < 0 || c == 0 && ta != tb {
			d.Removed = appendData(d.Removed, a.Owner, a.Type, ta, a.Data[x])
		}
		if c > 0 || c == 0 && ta != tb {
			d.Added = appendData(d.Added, b.Owner, b.Type, tb, b.Data[y])
		}
		if c <= 0 {
			x++
		}
		if c >= 0 {
			y++
		}
	}
}
