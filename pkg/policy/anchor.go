package policy

import "countersign/pkg/ksr"

var skrSigAnchor = check{
	Check: Check{
		Name:     "SKR-SIG-ANCHOR",
		Verifies: "each bundle is signed by a KSK that is a pinned trust anchor, or that has been published for the publish safety in bundles that are",
		Source:   "RFC 5011, Section 2.2; peers that took SKRs of unknown KSKs",
		Limits:   []string{"ksk.publish_safety"},
	},
	run: func(j *judgement) {
		if j.anchor == nil {
			j.missing("trust anchor")
			return
		}
		if !j.after(skrBundleOrder.Name, skrSigFields.Name, skrSigValid.Name, skrKeyFlags.Name) {
			return
		}
		h := j.kskRolls()
		if h == nil {
			return
		}
		j.anchored(h)
	},
}

// anchored walks the history as a validator would that follows RFC 5011 with the
// publish safety as its hold-down time: what trusted keys sign for that long is
// trusted. In the first slot nothing is trusted but the pinned keys.
func (j *judgement) anchored(h *kskHistory) {
	var trustedBefore bool
	since := map[string]int{} // slot from which on the key is in trusted RRsets
	for n := range h.slots {
		s := &h.slots[n]
		trusted := false
		for _, id := range s.ids {
			use := s.uses[id]
			if !use.signs || use.revoked {
				continue
			}
			first, seen := since[id]
			held := seen && trustedBefore && !h.slots[first].from.Add(j.limits.KSK.PublishSafety).After(s.from)
			trusted = trusted || held || j.anchor(j.limits.Zone, use.key.DNSKEY) == nil
		}
		for id := range since {
			if !trusted || !s.plain(id) {
				delete(since, id)
			}
		}
		for _, id := range s.ids {
			if _, seen := since[id]; trusted && !seen && s.plain(id) {
				since[id] = n
			}
		}
		trustedBefore = trusted
		if s.new && !trusted {
			j.violateAt(s.slot, 0, "signed by %s, which no pinned trust anchor vouches for", signerTags(s))
			j.hint("a KSK is trusted if it is pinned, or once trusted bundles have published it for the publish safety")
		}
	}
}

func signerTags(s *kskSlot) string {
	var signers []ksr.Key
	for _, id := range s.ids {
		if use := s.uses[id]; use.signs && !use.revoked {
			signers = append(signers, use.key)
		}
	}
	return tags(signers)
}
