package policy

import (
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var ksrChainSKR = check{
	Check: Check{
		Name:     "KSR-CHAIN-SKR",
		Verifies: "the previous SKR is ours: every bundle is signed by a KSK of the operator, every signature verifies, and the unsigned fields agree with the signed ones",
		Source:   "root KSK operator's chain check, in full",
		Limits:   []string{"zone", "bundles.dnskey_ttl"},
	},
	run: func(j *judgement) {
		if !j.chained() {
			return
		}
		if len(j.held) == 0 {
			j.missing("KSKs to verify the previous SKR with")
		}
		j.soundPrevious()
		for i := range j.before {
			s := &j.before[i]
			if len(j.held) > 0 && !signedByOneOf(s, j.held) {
				j.violateAt(s, 0, "previous SKR: not signed by any KSK of ours")
			}
		}
	},
}

var skrChainSKR = check{
	Check: Check{
		Name:     "SKR-CHAIN-SKR",
		Verifies: "the previous SKR is sound: every signature verifies, and the unsigned fields agree with the signed ones",
		Source:   "root KSK operator's chain check, mirrored",
		Limits:   []string{"zone", "bundles.dnskey_ttl"},
	},
	run: func(j *judgement) {
		if j.chained() {
			j.soundPrevious()
		}
	},
}

// soundPrevious verifies the previous SKR again: the chain checks build on it.
func (j *judgement) soundPrevious() {
	if j.previous.Zone != j.limits.Zone {
		j.violate("previous SKR: zone is %s, want %s", j.previous.Zone, j.limits.Zone)
		return
	}
	if len(j.before) == 0 {
		j.violate("previous SKR: no bundles")
	}
	text := j.previous.Format != ksr.ICANN
	for i := range j.before {
		s := &j.before[i]
		if len(s.verdicts) == 0 {
			j.violateAt(s, 0, "previous SKR: no signature")
		}
		for _, v := range s.verdicts {
			j.soundSignature(s, v, text)
		}
		for _, key := range s.keys {
			if key.TTL != j.limits.Bundles.TTL {
				j.violateAt(s, key.Line, "previous SKR: key %d has TTL %d, want %d", key.KeyTag(), key.TTL, j.limits.Bundles.TTL)
			}
		}
		if i > 0 && !s.from.After(j.before[i-1].from) {
			j.violateAt(s, 0, "previous SKR: begins as another bundle does")
		}
	}
}

func (j *judgement) soundSignature(s *slot, v sigVerdict, text bool) {
	line := v.sig.Line
	switch {
	case v.key < 0:
		j.violateAt(s, line, "previous SKR: %s", v.foreign)
	case len(v.fields) > 0:
		j.violateAt(s, line, "previous SKR: %s", v.fields[0])
	case v.err != nil:
		j.violateAt(s, line, "previous SKR: signature by key %d: %v", v.sig.KeyTag, v.err)
	case !text && (!v.sig.Inception.Equal(s.inception) || !v.sig.Expiration.Equal(s.expiration)):
		j.violateAt(s, line, "previous SKR: signature by key %d has other times than the bundle", v.sig.KeyTag)
	case text && (v.sig.Inception.After(s.from) || v.sig.Expiration.Before(s.expiration)):
		j.violateAt(s, line, "previous SKR: signature by key %d does not cover the bundle", v.sig.KeyTag)
	}
}

// signedByOneOf says whether one of keys, which have flags 257, made a valid
// signature over the bundle while it was not revoked.
func signedByOneOf(s *slot, keys []rr.DNSKEY) bool {
	for i, key := range s.keys {
		if !s.signs[i] || key.IsRevoked() || !key.IsSEP() {
			continue
		}
		for _, held := range keys {
			if dnssec.SameKey(held, key.DNSKEY) {
				return true
			}
		}
	}
	return false
}
