package policy

import "countersign/pkg/ksr"

var skrSigAnchor = check{
	Check: Check{
		Name:     "SKR-SIG-ANCHOR",
		Verifies: "each bundle is signed by a KSK that is a pinned trust anchor",
		Source:   "root ZSK operator's import; peers that took SKRs of unknown KSKs",
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

// anchored wants a pinned key behind every new bundle. A KSK that is only known
// from bundles before, as RFC 5011 would trust it, does not do: the zone would be
// installed now and refused by the same anchors when the bundle comes into force.
func (j *judgement) anchored(h *kskHistory) {
	for n := range h.slots {
		s := &h.slots[n]
		if !s.new {
			continue
		}
		trusted := false
		for _, id := range s.ids {
			use := s.uses[id]
			trusted = trusted || use.signs && !use.revoked && j.anchor(j.limits.Zone, use.key.DNSKEY) == nil
		}
		if !trusted {
			j.violateAt(s.slot, 0, "signed by %s, which is no pinned trust anchor", signerTags(s))
			j.hint("after a roll of the KSK, pin the new one first: get the KSK operator's trust anchor by a way you trust")
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
