package zoneverify

import (
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// place is where an owner name lies. Package zone knows it too, and what signs
// goes by that; here it is found once more, so that a mistake there shows.
type place uint8

const (
	placeInside place = iota // authoritative
	placeCut                 // a delegation point
	placeBelow               // below a delegation point
	placeAlias               // below a DNAME
	placeHash                // has nothing but NSEC3: a hash and no name
)

// isName says whether the place is in the denial chain as a name of the zone.
func (p place) isName() bool { return p == placeInside || p == placeCut }

// findPlaces needs one pass, because what is below a name follows it in
// canonical order.
func findPlaces(z *zone.Zone) []place {
	places := make([]place, z.Len())
	var cover rr.Name
	var below place // what cover makes of the names below it
	for i := range places {
		n := z.Node(i)
		owner := n.Owner()
		hash := isHash(n)
		switch {
		case hash && (below != placeBelow || cover == "" || !owner.IsBelow(cover)):
			// A DNAME at the apex does not hide the hashes.
			places[i] = placeHash
			continue
		case cover != "" && owner.IsBelow(cover):
			places[i] = below
			continue
		}
		cover = ""
		switch {
		case i > 0 && n.Has(rr.TypeNS):
			places[i], cover, below = placeCut, owner, placeBelow
		case n.Has(rr.TypeDNAME):
			cover, below = owner, placeAlias
		}
	}
	return places
}

// isHash says whether a node has an NSEC3 record and nothing else but
// signatures.
func isHash(n zone.Node) bool {
	if !n.Has(rr.TypeNSEC3) {
		return false
	}
	for i := range n.Len() {
		if t := n.Type(i); t != rr.TypeNSEC3 && t != rr.TypeRRSIG {
			return false
		}
	}
	return true
}

// isSigned says whether an RRset in a place is authoritative and so signed. See
// RFC 4035, Section 2.2.
func (p place) isSigned(t rr.Type) bool {
	switch p {
	case placeInside, placeHash:
		return true
	case placeCut:
		return t == rr.TypeDS || t == rr.TypeNSEC || t == rr.TypeNSEC3
	}
	return false
}

// nameBefore is the owner of the last name before node i; "" for the apex.
func (v *verifier) nameBefore(i int) rr.Name {
	for i--; i >= 0; i-- {
		if v.places[i].isName() {
			return v.zone.Node(i).Owner()
		}
	}
	return ""
}

// nameAfter is the owner of the next name after node i; the apex follows the
// last.
func (v *verifier) nameAfter(i int) rr.Name {
	for i++; i < len(v.places); i++ {
		if v.places[i].isName() {
			return v.zone.Node(i).Owner()
		}
	}
	return v.origin
}
