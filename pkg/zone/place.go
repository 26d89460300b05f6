package zone

import "countersign/pkg/rr"

// place is where a node lies in respect of zone cuts and DNAME records.
type place uint8

const (
	placeInside place = iota // authoritative
	placeCut                 // a delegation point
	placeBelow               // below a cut
	placeHidden              // below a DNAME, and not below a cut
)

// Standing is what the zone's word about an RRset is worth. See RFC 4035,
// Section 2.2: only authoritative RRsets are signed.
type Standing uint8

// The standings of an RRset.
const (
	Authoritative Standing = iota
	Delegation             // NS at a cut
	Glue                   // addresses at or below a cut
	Occluded               // all else at or below a cut, and all below a DNAME
)

// mark finds the place of each node in one pass.
func (z *Zone) mark() {
	var cover rr.Name // the cut or DNAME owner that the following names may be below
	under := placeBelow
	for i := range z.Len() {
		n := &z.nodes[i]
		n.place = placeInside
		if cover != "" && n.owner.IsBelow(cover) {
			n.place = under
			continue
		}
		cover = ""
		here := z.Node(i)
		if i > 0 && here.Has(rr.TypeNS) {
			n.place, cover, under = placeCut, n.owner, placeBelow
		} else if here.Has(rr.TypeDNAME) {
			cover, under = n.owner, placeHidden
		}
	}
}

// IsDelegation says whether the node is a delegation point: it has NS records,
// is not the apex, and is not below another cut or a DNAME.
func (n Node) IsDelegation() bool { return n.zone.nodes[n.index].place == placeCut }

// IsBelowCut says whether the node is below a delegation point or a DNAME.
// Nothing there is authoritative.
func (n Node) IsBelowCut() bool { return n.zone.nodes[n.index].place >= placeBelow }

// Standing of the node's RRset of type t. At a cut only DS and NSEC are
// authoritative, and the RRSIG records over them. Address records below a DNAME
// are no glue: nobody is referred to them.
func (n Node) Standing(t rr.Type) Standing {
	switch n.zone.nodes[n.index].place {
	case placeInside:
		return Authoritative
	case placeCut:
		switch t {
		case rr.TypeDS, rr.TypeNSEC, rr.TypeRRSIG:
			return Authoritative
		case rr.TypeNS:
			return Delegation
		case rr.TypeA, rr.TypeAAAA:
			return Glue
		}
		return Occluded
	case placeBelow:
		if t == rr.TypeA || t == rr.TypeAAAA {
			return Glue
		}
	}
	return Occluded
}

// Cut is the delegation point at or above name, below the apex. Of several, one
// above the other, it is the highest: only that one is a cut of this zone.
func (z *Zone) Cut(name rr.Name) (cut rr.Name, ok bool) {
	for ; len(name) > len(z.origin); name = name.Parent() {
		if n, found := z.Find(name); found && n.IsDelegation() {
			return name, true
		}
	}
	return "", false
}

// IsEmptyNonTerminal says whether name has no records but a name below it has,
// whatever their standing.
func (z *Zone) IsEmptyNonTerminal(name rr.Name) bool {
	i := z.search(name)
	return i < z.Len() && z.nodes[i].owner != name && z.nodes[i].owner.IsBelow(name)
}
