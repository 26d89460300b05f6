package policy

import "countersign/pkg/dnssec"

var skrKSKSigner = check{
	Check: Check{
		Name:     "SKR-KSK-SIGNER",
		Verifies: "a KSK that is not revoked signs each bundle, a KSK of each algorithm that the bundle's keys have, and no ZSK does; each algorithm has a ZSK too, or the zone could not be signed",
		Source:   "RFC 4035, Section 2.2; RFC 5011, Section 2.1; RFC 6781, Section 4.1.4.2",
	},
	run: func(j *judgement) {
		h, ok := j.readyKSKs()
		if !ok {
			return
		}
		for i := range h.slots {
			if h.slots[i].new {
				j.signers(&h.slots[i])
			}
		}
	},
}

func (j *judgement) signers(s *kskSlot) {
	trusted := false
	signing := map[uint8]bool{} // algorithms; a revoked key's signature is one of them
	for _, id := range s.ids {
		if use := s.uses[id]; use.signs {
			signing[use.key.Algorithm] = true
			trusted = trusted || !use.revoked
		}
	}
	if !trusted {
		j.violateAt(s.slot, 0, "no KSK signs that is not revoked")
		return
	}
	ofZSKs := map[uint8]bool{}
	for _, zsk := range s.zsks() {
		ofZSKs[zsk.Algorithm] = true
	}
	told := map[uint8]bool{}
	for i, key := range s.keys {
		if !key.IsSEP() && s.signs[i] {
			j.violateAt(s.slot, key.Line, "ZSK %d signs the DNSKEY RRset", key.KeyTag())
		}
		if told[key.Algorithm] || !j.mayBeSigned(key.Algorithm) {
			continue
		}
		name := dnssec.AlgorithmName(key.Algorithm)
		switch {
		case !signing[key.Algorithm] && !key.IsRevoked(): // REVOKE is about those that are
			j.violateAt(s.slot, key.Line, "key %d is %s, and no KSK of that algorithm signs", key.KeyTag(), name)
		case len(ofZSKs) > 0 && !ofZSKs[key.Algorithm]: // MATCH is about ours that are missing
			j.violateAt(s.slot, key.Line, "key %d is %s, and there is no ZSK of that algorithm to sign the zone", key.KeyTag(), name)
			j.hint("an algorithm comes and goes with its ZSK: RFC 6781, Section 4.1.4")
		default:
			continue
		}
		told[key.Algorithm] = true
	}
}

// mayBeSigned leaves out algorithms that no limit has: KSR-POLICY-ALG and
// SKR-KEY-ALG report them.
func (j *judgement) mayBeSigned(algorithm uint8) bool {
	_, zsk := allowing(j.limits.ZSK.Algorithms, algorithm)
	_, ksk := allowing(j.limits.KSK.Algorithms, algorithm)
	return zsk || ksk
}
