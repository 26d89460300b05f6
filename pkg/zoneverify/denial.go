package zoneverify

import (
	"strings"

	"countersign/pkg/rr"
)

// denial is how a zone proves that something does not exist.
type denial uint8

const (
	denialNSEC denial = iota
	denialNSEC3
	denialBroken // parameters nobody would hash with: the chain is not judged
)

// readDenial finds which it is, and reads the chain of NSEC3 records.
func (v *verifier) readDenial() {
	if v.zone.Len() > 0 && !v.config.ApexOnly && v.usesNSEC3() {
		v.readNSEC3Chain()
	}
}

// usesNSEC3 says whether the denial is NSEC3, as the apex has it.
func (v *verifier) usesNSEC3() bool {
	apex := v.zone.Node(0)
	return apex.Has(rr.TypeNSEC3PARAM) || !apex.Has(rr.TypeNSEC) && v.hasNSEC3()
}

func (v *verifier) hasNSEC3() bool {
	for i := range v.zone.Pages() {
		if v.zone.Page(i).HasNSEC3() {
			return true
		}
	}
	return false
}

// checkNSEC judges the NSEC record of a node: that it is there where it belongs
// and only there, that it names the next one, and its bitmap and TTL.
func (w *worker) checkNSEC(n *view) {
	if n.has(rr.TypeNSEC3) {
		w.found.add(denialChain, n.owner, rr.TypeNSEC3, "NSEC3 in a zone that has NSEC")
	}
	set := n.lookup(rr.TypeNSEC)
	switch {
	case set == nil && n.place.isName():
		w.found.add(denialChain, n.owner, rr.TypeNSEC, "the name has no NSEC record")
		return
	case set == nil:
		return
	case n.place == placeHash:
		return
	case !n.place.isName():
		w.found.add(denialChain, n.owner, rr.TypeNSEC, "a name below a delegation or DNAME has an NSEC record")
		return
	}
	rdata, single := set.only()
	if !single {
		w.found.add(denialChain, n.owner, rr.TypeNSEC, "the name has %d NSEC records", set.Len())
		return
	}
	w.checkNegativeTTL(set)
	want := w.nameAfter(n.node)
	end := len(want)
	if len(rdata) < end || string(rdata[:end]) != string(want) {
		// The next name keeps the case it has in the zone file (RFC 6840,
		// Section 5.1), so octets that differ may still be the same name.
		next, used, err := rr.UnpackName(rdata)
		if err != nil {
			w.found.add(denialChain, n.owner, rr.TypeNSEC, "%v", err)
			return
		}
		if next != want {
			w.found.add(denialChain, n.owner, rr.TypeNSEC, "the next name is %s, want %s", next, want)
		}
		end = used
	}
	w.compareBitmap(n.owner, rr.TypeNSEC, rdata[end:], w.typesOf(n, true))
}

// checkNegativeTTL: see RFC 9077, Section 3.
func (w *worker) checkNegativeTTL(set *rrset) {
	if want := w.soa.NegativeTTL(); w.soaError == nil && set.TTL != want {
		w.found.add(negativeTTL, set.Owner, set.Type, "the TTL is %d, want %d, the lesser of the SOA's TTL and minimum", set.TTL, want)
	}
}

// typesOf is what the bitmap for a name must have, ascending: what is
// authoritative there and, at a delegation, NS; and RRSIG if any of it is
// signed. An NSEC3 record stands elsewhere and does not count itself.
func (w *worker) typesOf(n *view, signed bool) []rr.Type {
	types := w.scratch.types[:0]
	pending := signed
	for i := range n.sets {
		t := n.sets[i].Type
		if t == rr.TypeNSEC3 || n.place == placeCut && t != rr.TypeNS && !n.place.isSigned(t) {
			continue
		}
		if pending && t > rr.TypeRRSIG {
			types, pending = append(types, rr.TypeRRSIG), false
		}
		types = append(types, t)
	}
	if pending {
		types = append(types, rr.TypeRRSIG)
	}
	w.scratch.types = types
	return types
}

// compareBitmap wants the one encoding that the types have.
func (w *worker) compareBitmap(owner rr.Name, t rr.Type, bitmap []byte, want []rr.Type) {
	w.scratch.bitmap = appendBitmap(w.scratch.bitmap[:0], want)
	if string(bitmap) == string(w.scratch.bitmap) {
		return
	}
	found, err := rr.ParseTypeBitmap(nil, bitmap)
	if err != nil {
		w.found.add(denialBitmap, owner, t, "%v", err)
		return
	}
	w.found.add(denialBitmap, owner, t, "the bitmap has %s, want %s", typeList(found), typeList(want))
}

// appendBitmap appends the windows of ascending types. See RFC 4034, Section
// 4.1.2.
func appendBitmap(dst []byte, types []rr.Type) []byte {
	window, head := -1, 0
	for _, t := range types {
		if int(t>>8) != window {
			window, head = int(t>>8), len(dst)
			dst = append(dst, byte(window), 0)
		}
		octet := int(t&0xff) / 8
		for int(dst[head+1]) <= octet {
			dst = append(dst, 0)
			dst[head+1]++
		}
		dst[head+2+octet] |= 1 << (7 - t%8)
	}
	return dst
}

func typeList(types []rr.Type) string {
	if len(types) == 0 {
		return "nothing"
	}
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.String()
	}
	return strings.Join(names, " ")
}
