package zone

import (
	"slices"

	"countersign/pkg/rr"
)

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

// cover is a cut or DNAME owner that following names may be below. The zero
// value is none.
type cover struct {
	owner rr.Name
	under place // of the names below it
}

// mark finds the place of each node of a page in one pass, given the apex and
// what the first names may be below.
func (p *page) mark(origin rr.Name, before cover) {
	p.before = before
	now := before
	for i := range p.nodes {
		n, owner := &p.nodes[i], p.owner(i)
		n.place = placeInside
		if now.owner != "" && owner.IsBelow(now.owner) {
			n.place = now.under
			continue
		}
		switch {
		case n.kinds&kindNS != 0 && owner != origin:
			n.place = placeCut
			now = cover{owner, placeBelow}
		case n.kinds&kindDNAME != 0:
			now = cover{owner, placeHidden}
		default:
			now = cover{}
		}
	}
	if now.owner != "" {
		now.owner = cloneName(now.owner)
	}
	p.after = now
}

// kinds says of which kinds a node has records.
type kinds uint8

const (
	kindNS      kinds = 1 << iota
	kindDNAME         // what covers the names below it, as NS does
	kindDS            // what belongs at a cut
	kindAddress       // what can be glue
	kindOther
)

func kindOf(t rr.Type) kinds {
	switch t {
	case rr.TypeNS:
		return kindNS
	case rr.TypeDNAME:
		return kindDNAME
	case rr.TypeDS:
		return kindDS
	case rr.TypeA, rr.TypeAAAA:
		return kindAddress
	}
	return kindOther
}

// under is the page as it is when its first names may be below another cut than
// it was marked for: itself if that makes no difference.
func (p *page) under(origin rr.Name, before cover) *page {
	if before == p.before {
		return p
	}
	first := p.owner(0)
	if !isCovered(first, before) && !isCovered(first, p.before) {
		return p
	}
	moved := &page{wire: p.wire, nodes: slices.Clone(p.nodes), summary: p.summary}
	moved.mark(origin, before)
	return moved
}

func isCovered(name rr.Name, c cover) bool { return c.owner != "" && name.IsBelow(c.owner) }

// IsDelegation says whether the node is a delegation point: it has NS records,
// is not the apex, and is not below another cut or a DNAME.
func (n Node) IsDelegation() bool { return n.page.nodes[n.at].place == placeCut }

// IsBelowCut says whether the node is below a delegation point or a DNAME.
// Nothing there is authoritative.
func (n Node) IsBelowCut() bool { return n.page.nodes[n.at].place >= placeBelow }

// Standing of the node's RRset of type t. At a cut only DS and NSEC are
// authoritative, and the RRSIG records over them. Address records below a DNAME
// are no glue: nobody is referred to them.
func (n Node) Standing(t rr.Type) Standing {
	switch n.page.nodes[n.at].place {
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
	n, ok := z.From(name)
	return ok && n.Owner() != name && n.Owner().IsBelow(name)
}
