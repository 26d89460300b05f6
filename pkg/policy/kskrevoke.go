package policy

import (
	"maps"
	"slices"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var skrKSKRevoke = check{
	Check: Check{
		Name:     "SKR-KSK-REVOKE",
		Verifies: "a revoked KSK signs, stays revoked for as long as the limits say, and never comes back as it was",
		Source:   "RFC 5011, Section 2.1",
		Limits:   []string{"ksk.revoked_for"},
	},
	run: func(j *judgement) {
		h, ok := j.readyKSKs()
		if !ok {
			return
		}
		revoked := map[string]time.Time{} // from when; zero: no longer published
		tag := map[string]uint16{}
		for _, key := range j.revoked {
			revoked[keyID(key)] = time.Time{}
		}
		for n := range h.slots {
			s := &h.slots[n]
			j.revocations(s, revoked, tag)
		}
	},
}

// RevokedKeys are the KSKs that SKRs published as revoked, each once. Validators
// that follow RFC 5011 never trust them again, however long ago that was.
func RevokedKeys(chain []*ksr.Response) []rr.DNSKEY {
	var keys []rr.DNSKEY
	seen := map[string]bool{}
	for _, response := range chain {
		for i := range response.Bundles {
			for _, key := range response.Bundles[i].Keys {
				if id := keyID(key.DNSKEY); key.IsSEP() && key.IsRevoked() && !seen[id] {
					seen[id] = true
					keys = append(keys, key.DNSKEY)
				}
			}
		}
	}
	return keys
}

func (j *judgement) revocations(s *kskSlot, revoked map[string]time.Time, tag map[string]uint16) {
	for _, id := range slices.Sorted(maps.Keys(revoked)) { // reports do not depend on chance
		from := revoked[id]
		if _, ok := s.uses[id]; ok || from.IsZero() {
			continue
		}
		if kept := s.from.Sub(from); s.new && kept < j.limits.KSK.RevokedFor {
			j.violateAt(s.slot, 0, "key %d is gone %s after it was revoked, want %s", tag[id], days(kept), days(j.limits.KSK.RevokedFor))
		}
		revoked[id] = time.Time{}
	}
	for _, id := range s.ids {
		use := s.uses[id]
		from, was := revoked[id]
		switch {
		case !use.revoked && was && s.new:
			j.violateAt(s.slot, use.key.Line, "key %d was revoked and is published as if it were not", use.key.KeyTag())
		case !use.revoked:
		default:
			if from.IsZero() {
				revoked[id] = s.from
			}
			tag[id] = use.key.KeyTag()
			if s.new && !use.signs {
				j.violateAt(s.slot, use.key.Line, "key %d is revoked and does not sign: validators ignore that", use.key.KeyTag())
			}
		}
	}
}
