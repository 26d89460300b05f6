package zonesign

import (
	"bytes"
	"cmp"
	"slices"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// apexSet is an RRset of the apex, and RDATA of the signatures it came with; if
// there are none, the ZSKs sign it.
type apexSet struct {
	set        rr.Set
	signatures [][]byte
}

// newApex is the RRsets of the apex, ascending by type: those of the zone with
// the new SOA, the bundle's, and ZONEMD.
func newApex(n zone.Node, soa rr.SOA, b *Bundle, zonemd []byte) []apexSet {
	var sets []apexSet
	for k := range n.Len() {
		set := n.Set(k)
		if set.Type == rr.TypeSOA {
			set.Data = [][]byte{soa.Append(nil)}
		}
		sets = append(sets, apexSet{set: set})
	}
	for _, s := range b.sets() {
		signed := apexSet{set: s.Set}
		for _, sig := range s.Signatures {
			signed.signatures = append(signed.signatures, sig.Append(nil))
		}
		slices.SortFunc(signed.signatures, bytes.Compare)
		signed.signatures = slices.CompactFunc(signed.signatures, bytes.Equal)
		sets = append(sets, signed)
	}
	if zonemd != nil {
		// It has the TTL of the SOA record, as the root's: RFC 8976 has no rule.
		sets = append(sets, apexSet{set: rr.Set{Owner: n.Owner(), Type: rr.TypeZONEMD, TTL: soa.TTL, Data: [][]byte{zonemd}}})
	}
	slices.SortFunc(sets, func(a, b apexSet) int { return cmp.Compare(a.set.Type, b.set.Type) })
	return sets
}
