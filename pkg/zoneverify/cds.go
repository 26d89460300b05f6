package zoneverify

import (
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// checkCDS: what the parent is asked to trust must be a KSK of this zone, and
// both ways of asking must ask the same. See RFC 7344, Section 4, and RFC 8078,
// Section 4.
func (v *verifier) checkCDS() {
	cds, hasCDS := v.apexSet(rr.TypeCDS)
	cdnskey, hasCDNSKEY := v.apexSet(rr.TypeCDNSKEY)
	wanted := make(map[*key]int) // bit 0: a CDS asks for it, bit 1: a CDNSKEY
	deletes := 0
	for _, rdata := range cds.Data {
		record, err := dnssec.ParseDS(rdata)
		switch {
		case err != nil:
			v.apex.add(cdsData, v.origin, rr.TypeCDS, "%v", err)
		case record.Algorithm == 0:
			deletes++
			v.checkDelete(rr.TypeCDS, len(cds.Data))
		default:
			if k := v.keyOfCDS(record); k != nil {
				wanted[k] |= 1
			}
		}
	}
	for _, rdata := range cdnskey.Data {
		record, err := rr.ParseDNSKEY(rdata)
		switch {
		case len(rdata) >= 4 && rdata[3] == 0:
			deletes++
			v.checkDelete(rr.TypeCDNSKEY, len(cdnskey.Data))
		case err != nil:
			v.apex.add(cdsData, v.origin, rr.TypeCDNSKEY, "%v", err)
		default:
			if k := v.keyOfCDNSKEY(record); k != nil {
				wanted[k] |= 2
			}
		}
	}
	v.checkContinuity(wanted)
	if !hasCDS || !hasCDNSKEY {
		return
	}
	if deletes == 1 {
		v.apex.add(cdsData, v.origin, rr.TypeCDS, "one of CDS and CDNSKEY asks for removal, the other does not")
	}
	for _, k := range v.keys {
		switch wanted[k] {
		case 1:
			v.apex.add(cdsData, v.origin, rr.TypeCDNSKEY, "key %d has a CDS record but no CDNSKEY record", k.tag)
		case 2:
			v.apex.add(cdsData, v.origin, rr.TypeCDS, "key %d has a CDNSKEY record but no CDS record", k.tag)
		}
	}
}

// checkContinuity: with DS records for the keys that are asked for the zone has
// to verify, whichever of their algorithms a validator knows. See RFC 7344,
// Section 4.1. Whether the signatures are good is ZONE-RRSIG-VALID's to say.
func (v *verifier) checkContinuity(wanted map[*key]int) {
	signing := make(map[uint8]bool)
	for _, k := range v.keys {
		if wanted[k] != 0 && v.signed[k] {
			signing[k.Algorithm] = true
		}
	}
	for _, k := range v.keys {
		if wanted[k] != 0 && k.IsSEP() && !k.IsRevoked() && !signing[k.Algorithm] {
			signing[k.Algorithm] = true
			v.apex.add(cdsData, v.origin, rr.TypeCDS, "no key of algorithm %s that is asked for signs the DNSKEY RRset: with such DS records the zone would be bogus", dnssec.AlgorithmName(k.Algorithm))
		}
	}
}

// checkForParent: the parent takes CDS and CDNSKEY from KSKs only, good being the
// keys that signed the set. See RFC 7344, Section 4.1.
func (w *worker) checkForParent(good []*key, set *rrset) {
	if set.Owner != w.origin || set.Type != rr.TypeCDS && set.Type != rr.TypeCDNSKEY || !w.roles.ksk || len(good) == 0 {
		return
	}
	for _, k := range good {
		if k.IsSEP() {
			return
		}
	}
	w.found.add(cdsData, set.Owner, set.Type, "signed by ZSKs only")
}

func (v *verifier) checkDelete(t rr.Type, records int) {
	if !v.limits.AllowDeleteCDS {
		v.apex.add(cdsData, v.origin, t, "the parent is asked to remove all DS records, which the limits do not allow")
	}
	if records > 1 {
		v.apex.add(cdsData, v.origin, t, "a request for removal beside other records")
	}
}

func (v *verifier) keyOfCDS(ds dnssec.DS) *key {
	var err error
	for _, k := range v.keys {
		if k.tag != ds.KeyTag || k.Algorithm != ds.Algorithm {
			continue
		}
		if err = ds.Match(v.origin, k.DNSKEY); err == nil {
			return v.wantKSK(rr.TypeCDS, k)
		}
	}
	if err != nil {
		v.apex.add(cdsData, v.origin, rr.TypeCDS, "%v", err)
	} else {
		v.apex.add(cdsData, v.origin, rr.TypeCDS, "key %d of algorithm %s is not in the DNSKEY RRset", ds.KeyTag, dnssec.AlgorithmName(ds.Algorithm))
	}
	return nil
}

func (v *verifier) keyOfCDNSKEY(want rr.DNSKEY) *key {
	for _, k := range v.keys {
		if k.Flags == want.Flags && dnssec.SameKey(k.DNSKEY, want) {
			return v.wantKSK(rr.TypeCDNSKEY, k)
		}
	}
	v.apex.add(cdsData, v.origin, rr.TypeCDNSKEY, "key %d of algorithm %s is not in the DNSKEY RRset", want.KeyTag(), dnssec.AlgorithmName(want.Algorithm))
	return nil
}

func (v *verifier) wantKSK(t rr.Type, k *key) *key {
	switch {
	case k.IsRevoked():
		v.apex.add(cdsData, v.origin, t, "key %d is revoked", k.tag)
	case !k.IsSEP():
		v.apex.add(cdsData, v.origin, t, "key %d is no KSK", k.tag)
	}
	return k
}
