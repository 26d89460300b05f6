package zonesign

import (
	"bytes"
	"cmp"
	"slices"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// newApex is the RRsets of the apex, ascending by type: those of the unsigned
// zone with the new SOA, the bundle's with the signatures they came with, and
// NSEC3PARAM. ZONEMD comes last of all, when the rest of the zone is made.
func newApex(n zone.Node, soa rr.SOA, c *Config) []nodeSet {
	var sets []nodeSet
	owner := n.Owner()
	for s := range n.RRsets() {
		wire := s.Wire()
		if s.Type == rr.TypeSOA {
			wire = zone.AppendRecord(nil, owner, rr.TypeSOA, soa.TTL, soa.Append(nil))
		}
		sets = append(sets, nodeSet{typ: s.Type, ttl: s.TTL, wire: wire, sign: true})
	}
	for _, s := range c.Bundle.sets() {
		sets = append(sets, bundleSet(&s))
	}
	if c.Denial == NSEC3 {
		// RFC 5155, Section 4.1.2: the flags are zero. The TTL is not used by
		// resolvers; zero keeps caches free of it.
		wire := zone.AppendRecord(nil, owner, rr.TypeNSEC3PARAM, 0, c.NSEC3.appendParam(nil, 0))
		sets = append(sets, nodeSet{typ: rr.TypeNSEC3PARAM, wire: wire, sign: true})
	}
	slices.SortFunc(sets, func(a, b nodeSet) int { return cmp.Compare(a.typ, b.typ) })
	return sets
}

func bundleSet(s *SignedSet) nodeSet {
	set := nodeSet{typ: s.Set.Type, ttl: s.Set.TTL}
	for _, rdata := range s.Set.Data {
		set.wire = zone.AppendRecord(set.wire, s.Set.Owner, s.Set.Type, s.Set.TTL, rdata)
	}
	for _, sig := range s.Signatures {
		set.given = append(set.given, sig.Append(nil))
	}
	slices.SortFunc(set.given, bytes.Compare)
	set.given = slices.CompactFunc(set.given, bytes.Equal)
	return set
}

// apexTypes are the types at the apex of the signed zone, but RRSIG and NSEC.
func (j *job) apexTypes() []rr.Type {
	types := make([]rr.Type, 0, len(j.apex)+3)
	for _, s := range j.apex {
		types = append(types, s.typ)
	}
	if j.config.ZONEMD {
		types = append(types, rr.TypeZONEMD)
	}
	slices.Sort(types)
	return types
}
