package zonesign

import (
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// The NSEC records of a zone: one at each name that has authoritative data or is
// a delegation point; none at empty non-terminals, and none below a cut. See RFC
// 4034, Section 4, and RFC 4035, Section 2.3.

// nsec adds the NSEC record of the node in work, whose sets are taken.
func (w *worker) nsec(n zone.Node) {
	types := append(w.typesOf(n), rr.TypeRRSIG, rr.TypeNSEC)
	next := nextName(w.job.zone, n)
	rdata := rr.AppendTypeBitmap(append(w.data[:0], next...), sorted(types))
	w.data, w.types = rdata, types
	w.add(n.Owner(), rr.TypeNSEC, rdata)
}

// typesOf are the types that a bitmap shows of a name: at a cut what is
// authoritative there and NS, elsewhere all. They ascend. RRSIG is not among
// them.
func (w *worker) typesOf(n zone.Node) []rr.Type {
	types := w.types[:0]
	if n.Index() == 0 {
		return append(types, w.job.apexTypes()...)
	}
	for s := range n.RRsets() {
		switch n.Standing(s.Type) {
		case zone.Authoritative, zone.Delegation:
			types = append(types, s.Type)
		}
	}
	return types
}

// sorted puts types in order that ascend but for one or two at the end.
func sorted(types []rr.Type) []rr.Type {
	for i := 1; i < len(types); i++ {
		for k := i; k > 0 && types[k-1] > types[k]; k-- {
			types[k-1], types[k] = types[k], types[k-1]
		}
	}
	return types
}

// nextName is the owner of the NSEC record behind that of a node.
func nextName(z *zone.Zone, n zone.Node) rr.Name {
	for next, ok := n.Next(); ok; next, ok = next.Next() {
		if !next.IsBelowCut() {
			return next.Owner()
		}
	}
	return z.Origin()
}

// previousOf is the node whose NSEC record leads to a node: the last before it
// that has one. Only the apex has none before it.
func previousOf(n zone.Node) (zone.Node, bool) { return aboveCut(n.Previous()) }

// aboveCut is the node itself or the last before it that is not below a cut.
func aboveCut(n zone.Node, ok bool) (zone.Node, bool) {
	for ok && n.IsBelowCut() {
		n, ok = n.Previous()
	}
	return n, ok
}
