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
