package zoneverify

import (
	"bytes"
	"slices"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// bundleAt is the bundle in force at a moment: of those that have begun the one
// that began last, unless it has expired. Bundles overlap, and the newer one
// counts. Package ksr has the rule too, for those who sign; a mistake in one of
// them shows here.
func bundleAt(skr *ksr.Response, at time.Time) *ksr.Bundle {
	var current *ksr.Bundle
	for i := range skr.Bundles {
		b := &skr.Bundles[i]
		if !b.Inception.After(at) && (current == nil || !b.Inception.Before(current.Inception)) {
			current = b
		}
	}
	if current != nil && !current.Expiration.IsZero() && !at.Before(current.Expiration) {
		return nil
	}
	return current
}

// checkBundle compares the apex with the bundle in force, record by record.
func (v *verifier) checkBundle() {
	if v.config.SKR == nil {
		return
	}
	if v.config.SKR.Zone != v.origin {
		v.apex.add(dnskeyBundle, v.origin, rr.TypeDNSKEY, "the SKR is for %s", v.config.SKR.Zone)
		return
	}
	b := bundleAt(v.config.SKR, v.config.At)
	if b == nil {
		v.apex.add(dnskeyBundle, v.origin, rr.TypeDNSKEY, "no bundle of the SKR is in force at %s", v.config.At.UTC().Format(time.RFC3339))
		return
	}
	v.compareWithBundle(rr.TypeDNSKEY, b.DNSKEYSet(v.origin), b.Signatures)
	if b.CDS != nil {
		v.compareWithBundle(rr.TypeCDS, b.CDS, b.CDSSignatures)
	}
	if b.CDNSKEY != nil {
		v.compareWithBundle(rr.TypeCDNSKEY, b.CDNSKEY, b.CDSSignatures)
	}
}

// compareWithBundle wants the same records, the same TTL, and every signature
// of the bundle over them. Signatures that the bundle does not have are wrong
// too: nobody but the KSK operator makes them.
func (v *verifier) compareWithBundle(t rr.Type, want *rr.Set, signatures []ksr.Signature) {
	set, ok := v.apexSet(t)
	if !ok {
		v.apex.add(dnskeyBundle, v.origin, t, "missing, the bundle in force has %d records", len(want.Data))
		return
	}
	for _, rdata := range set.Data {
		if !containsOctets(want.Data, rdata) {
			v.apex.add(dnskeyBundle, v.origin, t, "%s, which the bundle in force has not", describeRecord(t, rdata))
		}
	}
	for _, rdata := range want.Data {
		if !containsOctets(set.Data, rdata) {
			v.apex.add(dnskeyBundle, v.origin, t, "%s is missing, the bundle in force has it", describeRecord(t, rdata))
		}
	}
	if set.TTL != want.TTL {
		v.apex.add(dnskeyBundle, v.origin, t, "the TTL is %d, that of the bundle in force is %d", set.TTL, want.TTL)
	}
	v.compareSignatures(t, signatures)
}

func (v *verifier) compareSignatures(t rr.Type, signatures []ksr.Signature) {
	var want, found [][]byte
	for i := range signatures {
		if signatures[i].TypeCovered == t {
			want = append(want, signatures[i].Append(nil))
		}
	}
	apex := v.zone.Node(0)
	for i := range apex.SignatureCount() {
		rdata, ttl := apex.Signature(i)
		if s, ok := readSignature(&record{rdata: rdata, ttl: ttl}); ok && s.covered == t {
			found = append(found, rdata)
		}
	}
	for _, rdata := range found {
		if !containsOctets(want, rdata) {
			v.apex.add(dnskeyBundle, v.origin, t, "%s, which the bundle in force has not", describeRecord(rr.TypeRRSIG, rdata))
		}
	}
	for _, rdata := range want {
		if !containsOctets(found, rdata) {
			v.apex.add(dnskeyBundle, v.origin, t, "%s is missing, the bundle in force has it", describeRecord(rr.TypeRRSIG, rdata))
		}
	}
}

func containsOctets(list [][]byte, octets []byte) bool {
	return slices.ContainsFunc(list, func(o []byte) bool { return bytes.Equal(o, octets) })
}

// describeRecord names a record by its key.
func describeRecord(t rr.Type, rdata []byte) string {
	switch t {
	case rr.TypeDNSKEY, rr.TypeCDNSKEY:
		if k, err := rr.ParseDNSKEY(rdata); err == nil {
			return sprintKey("key", k.KeyTag(), k.Algorithm)
		}
	case rr.TypeCDS:
		if len(rdata) > 3 {
			return sprintKey("CDS of key", uint16(rdata[0])<<8|uint16(rdata[1]), rdata[2])
		}
	case rr.TypeRRSIG:
		if s, ok := readSignature(&record{rdata: rdata}); ok {
			return sprintKey("signature by key", s.tag, s.algorithm)
		}
	}
	return "a malformed record"
}
