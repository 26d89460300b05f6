package policy

import (
	"fmt"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var skrCDS = check{
	Check: Check{
		Name:     "SKR-CDS",
		Verifies: "CDS and CDNSKEY are there if the parent is told by them, agree with each other and with KSKs of the bundle, are signed by a KSK of the bundle, and never ask to delete the DS records",
		Source:   "RFC 7344, Section 4.1; RFC 8078, Section 4",
		Limits:   []string{"parent"},
	},
	run: func(j *judgement) {
		if !j.isText() {
			j.inapplicable("the XML of SKRs has no room for CDS and CDNSKEY")
			return
		}
		for i := range j.answered {
			j.parental(&j.answered[i])
		}
	},
}

func (j *judgement) parental(s *slot) {
	b := s.bundle
	has := b.CDS != nil || b.CDNSKEY != nil
	switch {
	case j.limits.Parent != ParentCDS && has:
		j.violateAt(s, 0, "CDS or CDNSKEY, and the limits say parent: %s", j.limits.Parent)
		return
	case j.limits.Parent == ParentCDS && (b.CDS == nil || b.CDNSKEY == nil):
		j.violateAt(s, 0, "no CDS or no CDNSKEY, and the limits say parent: %s", j.limits.Parent)
		return
	case !has:
		return
	}
	meant := map[string]bool{}
	for _, rdata := range b.CDS.Data {
		key, err := j.keyOfCDS(s, rdata)
		if err != nil {
			j.violateAt(s, 0, "CDS: %v", err)
			continue
		}
		meant[keyID(key)] = true
	}
	given := map[string]bool{}
	for _, rdata := range b.CDNSKEY.Data {
		key, err := keyOfCDNSKEY(s, rdata)
		if err != nil {
			j.violateAt(s, 0, "CDNSKEY: %v", err)
			continue
		}
		given[keyID(key)] = true
		if !meant[keyID(key)] {
			j.violateAt(s, 0, "CDNSKEY %d has no CDS", key.KeyTag())
		}
	}
	for _, key := range s.keys {
		if id := keyID(key.DNSKEY); meant[id] && !given[id] {
			j.violateAt(s, 0, "CDS %d has no CDNSKEY", key.KeyTag())
		}
	}
	j.signedForParent(s, b.CDS)
	j.signedForParent(s, b.CDNSKEY)
}

// keyOfCDS is the KSK of the bundle that a CDS record is for.
func (j *judgement) keyOfCDS(s *slot, rdata []byte) (rr.DNSKEY, error) {
	ds, err := dnssec.ParseDS(rdata)
	if err != nil {
		return rr.DNSKEY{}, err
	}
	if ds.Algorithm == 0 {
		return rr.DNSKEY{}, fmt.Errorf("asks the parent to delete the DS records")
	}
	for _, key := range s.keys {
		if key.IsSEP() && !key.IsRevoked() && ds.Match(j.limits.Zone, key.DNSKEY) == nil {
			return key.DNSKEY, nil
		}
	}
	return rr.DNSKEY{}, fmt.Errorf("record for key %d matches no KSK of the bundle", ds.KeyTag)
}

func keyOfCDNSKEY(s *slot, rdata []byte) (rr.DNSKEY, error) {
	cdnskey, err := rr.ParseDNSKEY(rdata)
	if err != nil {
		return rr.DNSKEY{}, err
	}
	if cdnskey.Algorithm == 0 {
		return rr.DNSKEY{}, fmt.Errorf("asks the parent to delete the DS records")
	}
	for _, key := range s.keys {
		if key.IsSEP() && !key.IsRevoked() && sameRecord(key.DNSKEY, cdnskey) {
			return key.DNSKEY, nil
		}
	}
	return rr.DNSKEY{}, fmt.Errorf("record for key %d is no KSK of the bundle", cdnskey.KeyTag())
}

// signedForParent: every signature over the set verifies and is by a KSK of the
// bundle that is not revoked, covers the bundle, and there is one. See RFC 7344,
// Section 4.1: the parent trusts those keys and no others.
func (j *judgement) signedForParent(s *slot, set *rr.Set) {
	n := 0
	for i := range s.bundle.CDSSignatures {
		sig := &s.bundle.CDSSignatures[i]
		if sig.TypeCovered != set.Type {
			continue
		}
		n++
		if err := j.signatureForParent(s, set, sig); err != nil {
			j.violateAt(s, sig.Line, "signature over %s by key %d: %v", set.Type, sig.KeyTag, err)
		}
	}
	if n == 0 {
		j.violateAt(s, 0, "no signature over %s", set.Type)
	}
}

func (j *judgement) signatureForParent(s *slot, set *rr.Set, sig *ksr.Signature) error {
	if set.Owner != j.limits.Zone || sig.SignerName != j.limits.Zone {
		return fmt.Errorf("owner or signer is not %s", j.limits.Zone)
	}
	if sig.Inception.After(s.from) || sig.Expiration.Before(s.expiration) {
		return fmt.Errorf("valid from %s to %s, which does not cover the bundle", stamp(sig.Inception), stamp(sig.Expiration))
	}
	for _, key := range s.keys {
		if key.IsSEP() && !key.IsRevoked() && key.KeyTag() == sig.KeyTag && key.Algorithm == sig.Algorithm {
			return dnssec.Verify(set, &sig.RRSIG, key.DNSKEY)
		}
	}
	return fmt.Errorf("the bundle has no such KSK")
}
