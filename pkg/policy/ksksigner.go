package policy

import "countersign/pkg/dnssec"

var skrKSKSigner = check{
	Check: Check{
		Name:     "SKR-KSK-SIGNER",
		Verifies: "a KSK that is not revoked signs each bundle, one of each algorithm that the bundle's keys have, and no ZSK does",
		Source:   "RFC 4035, Section 2.2; RFC 5011, Section 2.1",
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
	signing := map[uint8]bool{}
	for _, id := range s.ids {
		if use := s.uses[id]; use.signs && !use.revoked {
			signing[use.key.Algorithm] = true
		}
	}
	if len(signing) == 0 {
		j.violateAt(s.slot, 0, "no KSK signs that is not revoked")
		return
	}
	told := map[uint8]bool{}
	for i, key := range s.keys {
		if !key.IsSEP() && s.signs[i] {
			j.violateAt(s.slot, key.Line, "ZSK %d signs the DNSKEY RRset", key.KeyTag())
		}
		if key.IsRevoked() || signing[key.Algorithm] || told[key.Algorithm] || !j.mayBeSigned(key.Algorithm) {
			continue
		}
		told[key.Algorithm] = true
		j.violateAt(s.slot, key.Line, "key %d is %s, and no KSK of that algorithm signs", key.KeyTag(), dnssec.AlgorithmName(key.Algorithm))
	}
}

// mayBeSigned leaves out algorithms that no limit has: KSR-POLICY-ALG and
// SKR-KEY-ALG report them.
func (j *judgement) mayBeSigned(algorithm uint8) bool {
	_, zsk := allowing(j.limits.ZSK.Algorithms, algorithm)
	_, ksk := allowing(j.limits.KSK.Algorithms, algorithm)
	return zsk || ksk
}
