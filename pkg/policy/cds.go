package policy

import (
	"fmt"
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var skrCDS = check{
	Check: Check{
		Name:     "SKR-CDS",
		Verifies: "CDS and CDNSKEY are there if the parent is told by them, agree with each other and with KSKs of the bundle, of which one of each algorithm signs the keys, are signed by KSKs of the bundle of every algorithm, for no longer than the limits say, and never ask to delete the DS records",
		Source:   "RFC 7344, Section 4.1; RFC 8078, Section 4; RFC 4035, Section 2.2",
		Limits:   []string{"parent", "bundles.validity", "published.max_ttl"},
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
	j.continued(s, meant)
	j.signedForParent(s, b.CDS)
	j.signedForParent(s, b.CDNSKEY)
}

// continued: with DS records for these KSKs the bundle has to verify, whichever
// of the algorithms a validator knows. See RFC 7344, Section 4.1, "Continuity".
func (j *judgement) continued(s *slot, meant map[string]bool) {
	var listed []uint8
	signing := map[uint8]bool{}
	for i, key := range s.keys {
		if !key.IsSEP() || !meant[keyID(key.DNSKEY)] {
			continue
		}
		if !slices.Contains(listed, key.Algorithm) {
			listed = append(listed, key.Algorithm)
		}
		signing[key.Algorithm] = signing[key.Algorithm] || s.signs[i] && !key.IsRevoked()
	}
	for _, algorithm := range listed {
		if !signing[algorithm] {
			j.violateAt(s, 0, "no KSK of %s that CDS is for signs the bundle: with such DS records it would be bogus", dnssec.AlgorithmName(algorithm))
		}
	}
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
// bundle that is not revoked (RFC 7344, Section 4.1: the parent trusts those and
// no others), covers the bundle, and is the only one of its key. There is one of
// each algorithm that signs the bundle's keys.
func (j *judgement) signedForParent(s *slot, set *rr.Set) {
	if set.TTL > j.limits.Published.MaxTTL {
		j.violateAt(s, 0, "%s has TTL %d, want %d at most", set.Type, set.TTL, j.limits.Published.MaxTTL)
	}
	signed := map[uint8]bool{}
	by := map[string]int{}
	for i := range s.bundle.CDSSignatures {
		sig := &s.bundle.CDSSignatures[i]
		if sig.TypeCovered != set.Type {
			continue
		}
		signed[sig.Algorithm] = true
		signer, err := j.signatureForParent(s, set, sig)
		if err != nil {
			j.violateAt(s, sig.Line, "signature over %s by key %d: %v", set.Type, sig.KeyTag, err)
			continue
		}
		if by[signer]++; by[signer] == 2 {
			j.violateAt(s, sig.Line, "more than one signature over %s by key %d", set.Type, sig.KeyTag)
		}
	}
	if len(signed) == 0 {
		j.violateAt(s, 0, "no signature over %s", set.Type)
		return
	}
	for _, key := range s.keys {
		if !key.IsRevoked() && !signed[key.Algorithm] {
			signed[key.Algorithm] = true
			j.violateAt(s, 0, "no signature over %s of %s, of which the bundle has keys", set.Type, dnssec.AlgorithmName(key.Algorithm))
		}
	}
}

// signatureForParent says which key made the signature, by its keyID.
func (j *judgement) signatureForParent(s *slot, set *rr.Set, sig *ksr.Signature) (string, error) {
	if set.Owner != j.limits.Zone || sig.SignerName != j.limits.Zone {
		return "", fmt.Errorf("owner or signer is not %s", j.limits.Zone)
	}
	if sig.Inception.After(s.from) || sig.Expiration.Before(s.expiration) {
		return "", fmt.Errorf("valid from %s to %s, which does not cover the bundle", stamp(sig.Inception), stamp(sig.Expiration))
	}
	// A longer one could be played back to the parent after the KSK is gone.
	if validity, most := sig.Expiration.Sub(sig.Inception), j.limits.Bundles.Validity.Max; validity > most {
		return "", fmt.Errorf("validity of %s, want %s at most", days(validity), days(most))
	}
	for _, key := range s.keys {
		if key.IsSEP() && !key.IsRevoked() && key.KeyTag() == sig.KeyTag && key.Algorithm == sig.Algorithm {
			return keyID(key.DNSKEY), dnssec.Verify(set, &sig.RRSIG, key.DNSKEY)
		}
	}
	return "", fmt.Errorf("the bundle has no such KSK")
}
