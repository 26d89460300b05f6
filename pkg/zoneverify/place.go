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

// covering is a cut or DNAME, and what it makes of the names below it. The zero
// value is none.
type covering struct {
	owner rr.Name
	below place
}

func (c covering) covers(name rr.Name) bool { return c.owner != "" && name.IsBelow(c.owner) }

// findPlaces finds the place of every node. What is below a name follows it in
// canonical order, so one pass does it; pages are looked at side by side, and
// those again whose first names are below something of a page before.
func findPlaces(z *zone.Zone, workers int) []place {
	places := make([]place, z.Len())
	after := make([]covering, z.Pages())
	of := func(i int) []place {
		p := z.Page(i)
		return places[p.First() : p.First()+p.Len()]
	}
	spread(workers, z.Pages(), func(i int) { after[i] = placesOf(z, i, covering{}, of(i)) })
	before := covering{}
	for i := range after {
		if before.covers(z.Page(i).Node(0).Owner()) {
			after[i] = placesOf(z, i, before, of(i))
		}
		before = after[i]
	}
	return places
}

// placesOf finds those of a page, given what its first names may be below, and
// what those of the next page may be.
func placesOf(z *zone.Zone, page int, cover covering, places []place) covering {
	for i := range places {
		n := z.Page(page).Node(i)
		owner := n.Owner()
		traits := traitsOf(n)
		covered := cover.covers(owner)
		switch {
		case traits.isHash() && (cover.below != placeBelow || !covered):
			// A DNAME at the apex does not hide the hashes.
			places[i] = placeHash
			continue
		case covered:
			places[i] = cover.below
			continue
		}
		places[i], cover = placeInside, covering{}
		switch {
		case n.Index() > 0 && traits.ns:
			places[i], cover = placeCut, covering{owner, placeBelow}
		case traits.dname:
			cover = covering{owner, placeAlias}
		}
	}
	return cover
}

// placeOf is the place of one node, found by looking at the names above it. The
// highest of those that cover counts.
func placeOf(n zone.Node, z *zone.Zone) place {
	traits := traitsOf(n)
	cover := coverOf(n.Owner(), z)
	switch {
	case traits.isHash() && cover.below != placeBelow:
		return placeHash
	case cover.owner != "":
		return cover.below
	case n.Index() > 0 && traits.ns:
		return placeCut
	}
	return placeInside
}

// coverOf is the highest cut or DNAME above a name.
func coverOf(name rr.Name, z *zone.Zone) covering {
	var cover covering
	for len(name) > len(z.Origin()) {
		name = name.Parent()
		n, ok := z.Find(name)
		if !ok {
			continue
		}
		switch traits := traitsOf(n); {
		case n.Index() > 0 && traits.ns:
			cover = covering{name, placeBelow}
		case traits.dname:
			cover = covering{name, placeAlias}
		}
	}
	return cover
}

// traits is what a place depends on.
type traits struct{ ns, dname, nsec3, other bool }

func traitsOf(n zone.Node) traits {
	var t traits
	for s := range n.RRsets() {
		switch s.Type {
		case rr.TypeNS:
			t.ns = true
		case rr.TypeDNAME:
			t.dname = true
		case rr.TypeNSEC3:
			t.nsec3 = true
		case rr.TypeRRSIG:
		default:
			t.other = true
		}
	}
	return t
}

// isHash says whether a node has an NSEC3 record and nothing else but
// signatures.
func (t traits) isHash() bool { return t.nsec3 && !t.ns && !t.dname && !t.other }

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

// nameBefore is the owner of the last name before a node; "" for the apex.
func (v *verifier) nameBefore(n zone.Node) rr.Name {
	for before, ok := n.Previous(); ok; before, ok = before.Previous() {
		if v.place(before).isName() {
			return before.Owner()
		}
	}
	return ""
}

// nameAfter is the owner of the next name after a node; the apex follows the
// last.
func (v *verifier) nameAfter(n zone.Node) rr.Name {
	for after, ok := n.Next(); ok; after, ok = after.Next() {
		if v.place(after).isName() {
			return after.Owner()
		}
	}
	return v.origin
}

// place is the place of a node: from the list of all, or found for itself where
// only a change is judged.
func (v *verifier) place(n zone.Node) place {
	if v.places != nil {
		return v.places[n.Index()]
	}
	return placeOf(n, v.zone)
}
