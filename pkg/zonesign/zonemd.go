package zonesign

import (
	"bytes"
	"cmp"
	"crypto/sha512"
	"slices"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// newZONEMD is ZONEMD RDATA. See RFC 8976, Section 2.2.
func newZONEMD(serial uint32, digest []byte) []byte {
	return rr.ZONEMD{Serial: serial, Scheme: rr.ZONEMDSimple, Hash: rr.ZONEMDSHA384, Digest: digest}.Append(nil)
}

// digest is the SHA-384 of a zone without ZONEMD record: its pages are the very
// octets that RFC 8976, Section 3.3, has digested.
func digest(z *zone.Zone) []byte {
	h := sha512.New384()
	for i := range z.Pages() {
		h.Write(z.Page(i).Wire())
	}
	return h.Sum(nil)
}

// addZONEMD is the zone with its digest, signed. The zone has none yet, but its
// apex is signed as that of a zone that has.
func (j *job) addZONEMD(z *zone.Zone) (*zone.Zone, error) {
	if !j.config.ZONEMD {
		return z, nil
	}
	w := newWorker(j)
	// It has the TTL of the SOA record, as the root's: RFC 8976 has no rule.
	w.sets = append(w.sets[:0], nodeSet{typ: rr.TypeZONEMD, ttl: j.soa.TTL, sign: true,
		wire: zone.AppendRecord(nil, j.zone.Origin(), rr.TypeZONEMD, j.soa.TTL, newZONEMD(j.soa.Serial, digest(z)))})
	w.lay(j.zone.Origin(), j.old(j.zone.Origin()))
	if err := w.sign(); err != nil {
		return nil, err
	}
	j.count(&w.stats)
	apex := z.Node(0)
	return z.With([]zone.Change{{Owner: apex.Owner(), Wire: mergeRecords(apex.Wire(), w.out)}})
}

// mergeRecords is the records of one owner name from two lists, in canonical
// order.
func mergeRecords(a, b []byte) []byte {
	type one struct {
		set   zone.RRset
		rdata []byte
		ttl   uint32
	}
	var all []one
	for _, wire := range [][]byte{a, b} {
		for s := range zone.RRsetsOf(wire) {
			for rdata, ttl := range s.Records() {
				all = append(all, one{s, rdata, ttl})
			}
		}
	}
	slices.SortFunc(all, func(x, y one) int {
		if x.set.Type != y.set.Type {
			return cmp.Compare(x.set.Type, y.set.Type)
		}
		return bytes.Compare(x.rdata, y.rdata)
	})
	merged := make([]byte, 0, len(a)+len(b))
	for _, r := range all {
		merged = zone.AppendRecord(merged, r.set.Owner(), r.set.Type, r.ttl, r.rdata)
	}
	return merged
}
