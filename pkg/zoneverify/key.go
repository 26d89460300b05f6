package zoneverify

import (
	"crypto"
	"slices"
	"sync/atomic"

	"countersign/pkg/dnssec"
	"countersign/pkg/p256verify"
	"countersign/pkg/rr"
)

// key is a DNSKEY of the apex.
type key struct {
	rr.DNSKEY
	tag    uint16
	public crypto.PublicKey // nil if the key is malformed or of an unsupported algorithm
	active bool             // it may sign now

	fast      verifyBatch // for many signatures; nil where there are few
	disagreed atomic.Bool // it and crypto/ecdsa came to different verdicts
}

// verifyBatch is the method of a p256verify.Verifier.
type verifyBatch func(batch []p256verify.Signed, bad []int) ([]int, error)

// roles is what there is among the keys.
type roles struct {
	algorithms []uint8 // of the keys and of the valid trust anchors, ascending
	ksk, zsk   bool    // there is a key with, without the SEP flag
}

// readKeys reads the DNSKEY RRset and judges the form of each key.
func (v *verifier) readKeys() {
	set, _ := v.apexSet(rr.TypeDNSKEY)
	for _, rdata := range set.Data {
		parsed, err := rr.ParseDNSKEY(rdata)
		if err != nil {
			v.apex.add(keyForm, v.origin, rr.TypeDNSKEY, "%v", err)
			continue
		}
		k := &key{DNSKEY: parsed, tag: parsed.KeyTag()}
		v.keys = append(v.keys, k)
		v.checkKeyForm(k)
		k.active = v.maySignNow(k)
		v.roles.algorithms = append(v.roles.algorithms, k.Algorithm)
		v.roles.ksk = v.roles.ksk || k.IsSEP()
		v.roles.zsk = v.roles.zsk || !k.IsSEP()
	}
	if len(set.Data) == 0 {
		v.apex.add(keyForm, v.origin, rr.TypeDNSKEY, "there are no DNSKEY records")
	}
	if v.config.Anchors != nil {
		for i := range v.config.Anchors.Anchors {
			if anchor := &v.config.Anchors.Anchors[i]; anchor.IsValid(v.config.At) {
				v.roles.algorithms = append(v.roles.algorithms, anchor.DS.Algorithm)
			}
		}
	}
	slices.Sort(v.roles.algorithms)
	v.roles.algorithms = slices.Compact(v.roles.algorithms)
}

func (v *verifier) checkKeyForm(k *key) {
	switch {
	case k.Protocol != 3:
		v.apex.add(keyForm, v.origin, rr.TypeDNSKEY, "key %d has protocol %d, want 3", k.tag, k.Protocol)
		return
	case k.Flags&rr.FlagZone == 0:
		v.apex.add(keyForm, v.origin, rr.TypeDNSKEY, "key %d has flags %d: it is no zone key", k.tag, k.Flags)
		return
	}
	public, err := dnssec.PublicKey(k.DNSKEY)
	if err != nil {
		v.apex.add(keyForm, v.origin, rr.TypeDNSKEY, "key %d: %v", k.tag, err)
		return
	}
	k.public = public
}

// maySignNow says whether the plan has k sign at this moment. KSKs are the
// business of the bundle.
func (v *verifier) maySignNow(k *key) bool {
	if len(v.config.Signers) == 0 || k.IsSEP() {
		return true
	}
	return slices.ContainsFunc(v.config.Signers, func(s rr.DNSKEY) bool { return dnssec.SameKey(s, k.DNSKEY) })
}

func (v *verifier) apexSet(t rr.Type) (rr.Set, bool) {
	if v.zone.Len() == 0 {
		return rr.Set{}, false
	}
	return v.zone.Node(0).Lookup(t)
}

// checkKeys judges the keys among each other, after the walk has said which of
// them sign the DNSKEY RRset. Whether those signatures are good is ZONE-RRSIG-VALID's
// to say.
func (v *verifier) checkKeys() {
	v.checkAgreement()
	v.checkKeyTags()
	v.checkKeyPolicy()
	v.checkDNSKEYSize()
	signedByKSK := false
	for _, k := range v.keys {
		signedByKSK = signedByKSK || v.signed[k] && k.IsSEP() && !k.IsRevoked()
		if k.IsRevoked() && !v.signed[k] {
			v.apex.add(revokedSigned, v.origin, rr.TypeDNSKEY, "key %d is revoked and does not sign the DNSKEY RRset", k.tag)
		}
	}
	switch {
	case len(v.keys) > 0 && !v.roles.ksk:
		v.apex.add(dnskeySigned, v.origin, rr.TypeDNSKEY, "none of the %d keys is a KSK", len(v.keys))
	case len(v.signed) > 0 && !signedByKSK:
		v.apex.add(dnskeySigned, v.origin, rr.TypeDNSKEY, "no KSK signs the DNSKEY RRset")
	}
	v.checkTrustAnchor()
}

// checkTrustAnchor: one key that an anchor is for must be there and sign.
func (v *verifier) checkTrustAnchor() {
	if v.config.Anchors == nil || len(v.keys) == 0 {
		return
	}
	var idle *key
	var mismatch error
	for _, k := range v.keys {
		err := v.config.Anchors.Match(v.origin, k.DNSKEY, v.config.At)
		switch {
		case err != nil:
			if k.IsSEP() || mismatch == nil {
				mismatch = err
			}
		case v.signed[k]:
			return
		default:
			idle = k
		}
	}
	if idle != nil {
		v.apex.add(trustAnchor, v.origin, rr.TypeDNSKEY, "key %d, which a trust anchor is for, does not sign the DNSKEY RRset", idle.tag)
		return
	}
	v.apex.add(trustAnchor, v.origin, rr.TypeDNSKEY, "no key matches a trust anchor: %v", mismatch)
}
