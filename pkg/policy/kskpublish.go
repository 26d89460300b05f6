package policy

import (
	"time"
)

var skrKSKPublishSafety = check{
	Check: Check{
		Name:     "SKR-KSK-PUBLISH-SAFETY",
		Verifies: "a KSK signs only after it has been published, not revoked and without a break, for the publish safety",
		Source:   "RFC 5011, Section 2.4.1 (add hold-down time); RFC 7583, Section 3.3",
		Limits:   []string{"ksk.publish_safety"},
	},
	run: func(j *judgement) {
		h, ok := j.readyKSKs()
		if !ok {
			return
		}
		for n := 1; n < len(h.slots); n++ {
			if h.slots[n].new {
				j.prepublished(h, n)
			}
		}
	},
}

func (j *judgement) prepublished(h *kskHistory, n int) {
	s := &h.slots[n]
	safety := j.limits.KSK.PublishSafety
	ready := map[uint8]bool{} // algorithms of which a KSK was published long enough
	readySigners := 0
	for _, id := range s.ids {
		use := s.uses[id]
		if !use.revoked && !h.publishedSince(id, n).Add(safety).After(s.from) {
			ready[use.key.Algorithm] = true
			if use.signs {
				readySigners++
			}
		}
	}
	for _, id := range s.ids {
		use := s.uses[id]
		if !use.signs || use.revoked {
			continue
		}
		since := h.publishedSince(id, n)
		if !since.Add(safety).After(s.from) {
			continue
		}
		// The first KSK of a new algorithm has to sign as soon as it is
		// published, beside one that is known (RFC 6781, Section 4.1.4).
		if readySigners > 0 && !ready[use.key.Algorithm] {
			continue
		}
		j.violateAt(s.slot, use.key.Line, "key %d signs %s after it was first published, want %s", use.key.KeyTag(), days(s.from.Sub(since).Truncate(time.Second)), days(safety))
	}
}
