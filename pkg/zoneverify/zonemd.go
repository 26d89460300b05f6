package zoneverify

import (
	"bytes"
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// checkZONEMD judges the ZONEMD records at the apex. Every record of a scheme
// and hash that is known must be right, and one of them must be there. See RFC
// 8976, Section 4.
func (v *verifier) checkZONEMD(found *faults) {
	if v.config.ApexOnly || v.zone.Len() == 0 {
		return
	}
	set, ok := v.apexSet(rr.TypeZONEMD)
	if !ok {
		if v.limits.RequireZONEMD {
			found.add(zonemdDigest, v.origin, rr.TypeZONEMD, "there is no ZONEMD record, which the limits require")
			return
		}
		v.notes[zonemdDigest] = "the zone has no ZONEMD record"
		return
	}
	known := 0
	var seen [3]bool
	for _, rdata := range set.Data {
		record, err := rr.ParseZONEMD(rdata)
		if err != nil {
			found.add(zonemdDigest, v.origin, rr.TypeZONEMD, "%v", err)
			continue
		}
		if record.Scheme != rr.ZONEMDSimple || record.Hash != rr.ZONEMDSHA384 && record.Hash != rr.ZONEMDSHA512 {
			continue
		}
		known++
		if seen[record.Hash] {
			found.add(zonemdDigest, v.origin, rr.TypeZONEMD, "two records of scheme %d and hash %d", record.Scheme, record.Hash)
			continue
		}
		seen[record.Hash] = true
		v.checkDigest(found, record)
	}
	if known == 0 {
		found.add(zonemdDigest, v.origin, rr.TypeZONEMD, "no record of a scheme and hash that is known")
	}
}

func (v *verifier) checkDigest(found *faults, record rr.ZONEMD) {
	if v.soaError == nil && record.Serial != v.soa.Serial {
		found.add(zonemdDigest, v.origin, rr.TypeZONEMD, "the serial is %d, that of the zone is %d", record.Serial, v.soa.Serial)
	}
	h := sha512.New384()
	if record.Hash == rr.ZONEMDSHA512 {
		h = sha512.New()
	}
	writeZone(h, v.zone)
	if digest := h.Sum(nil); !bytes.Equal(digest, record.Digest) {
		found.add(zonemdDigest, v.origin, rr.TypeZONEMD, "the digest is %X, that of the zone is %X", record.Digest, digest)
	}
}

// writeZone gives a hash all records of the zone in canonical order but the
// ZONEMD RRset and its signatures: the simple scheme. See RFC 8976, Section
// 3.3.1. Behind the apex, which alone has those, the pages are it as they are.
func writeZone(h hash.Hash, z *zone.Zone) {
	apex := z.Node(0)
	for s := range apex.RRsets() {
		switch s.Type {
		case rr.TypeZONEMD:
		case rr.TypeRRSIG:
			for rdata, ttl := range s.Records() {
				if typeCovered(rdata) != rr.TypeZONEMD {
					h.Write(appendRecord(nil, s.Owner(), s.Type, ttl, rdata))
				}
			}
		default:
			h.Write(s.Wire())
		}
	}
	h.Write(z.Page(0).Wire()[len(apex.Wire()):])
	for i := 1; i < z.Pages(); i++ {
		h.Write(z.Page(i).Wire())
	}
}

func appendRecord(dst []byte, owner rr.Name, t rr.Type, ttl uint32, rdata []byte) []byte {
	dst = append(dst, owner...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(t))
	dst = binary.BigEndian.AppendUint16(dst, rr.ClassIN)
	dst = binary.BigEndian.AppendUint32(dst, ttl)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(rdata)))
	return append(dst, rdata...)
}
