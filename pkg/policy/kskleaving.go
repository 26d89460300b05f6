package policy

import (
	"slices"
	"time"
)

// earlyKSK is a KSK that leaves too early.
type earlyKSK struct {
	*slot
	id      string
	tag     uint16 // not revoked
	signed  time.Time
	revoked bool
}

// retiredEarly finds, once for each key, the first new slot that misses or
// revokes a key which signed less than the retire safety before it.
func (h *kskHistory) retiredEarly(limits KSKLimits) []earlyKSK {
	var early []earlyKSK
	type last struct {
		end time.Time
		tag uint16
	}
	signed := map[string]last{} // when the last slot that the key signed ended
	var ids []string
	for n := range h.slots {
		s := &h.slots[n]
		for _, id := range ids {
			l := signed[id]
			if s.plain(id) || !s.from.Before(l.end.Add(limits.RetireSafety)) || l.end.IsZero() {
				continue
			}
			if s.new {
				early = append(early, earlyKSK{slot: s.slot, id: id, tag: l.tag, signed: l.end, revoked: s.uses[id].revoked})
			}
			signed[id] = last{}
		}
		for _, id := range s.ids {
			if use := s.uses[id]; use.signs && !use.revoked {
				if !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
				signed[id] = last{s.end(), use.key.KeyTag()}
			}
		}
	}
	return early
}

// comesBack says whether a key that slot n does not publish is published again
// later, and then not revoked.
func (h *kskHistory) comesBack(id string, n int) bool {
	for _, s := range h.slots[n+1:] {
		if use, ok := s.uses[id]; ok {
			return !use.revoked
		}
	}
	return false
}
