package policy

import (
	"time"

	"countersign/pkg/ksr"
)

// kskUse is what one slot does with one KSK.
type kskUse struct {
	key     ksr.Key
	signs   bool
	revoked bool
}

// kskSlot is a slot as far as KSKs go.
type kskSlot struct {
	*slot
	uses map[string]kskUse // by keyID
	ids  []string          // of uses, in order
	new  bool              // of the document that is judged
}

// kskHistory is the KSKs of the previous SKR and of the document.
type kskHistory struct {
	slots []kskSlot
	known bool // what was before the first slot is known: nothing, or the previous SKR
}

// kskRolls makes the history once for all checks that need it.
func (j *judgement) kskRolls() *kskHistory {
	if j.rolls != nil || len(j.answered) == 0 {
		return j.rolls
	}
	j.rolls = &kskHistory{known: j.genesis}
	if !j.genesis {
		before := j.history(j.answered)
		j.rolls.known = len(before) > 0
		for i := range before {
			j.rolls.slots = append(j.rolls.slots, kskSlotOf(&before[i], false))
		}
	}
	for i := range j.answered {
		j.rolls.slots = append(j.rolls.slots, kskSlotOf(&j.answered[i], true))
	}
	return j.rolls
}

func kskSlotOf(s *slot, isNew bool) kskSlot {
	k := kskSlot{slot: s, uses: map[string]kskUse{}, new: isNew}
	for i, key := range s.keys {
		if !key.IsSEP() {
			continue
		}
		id := keyID(key.DNSKEY)
		if _, twice := k.uses[id]; !twice {
			k.ids = append(k.ids, id)
		}
		k.uses[id] = kskUse{key: key, signs: s.signs[i], revoked: key.IsRevoked()}
	}
	return k
}

// plain says whether the slot publishes the key, not revoked.
func (k *kskSlot) plain(id string) bool {
	use, ok := k.uses[id]
	return ok && !use.revoked
}

// publishedSince is from when on the key has been published, not revoked,
// without a break up to slot n, which publishes it. The zero time stands for
// longer than the history knows: that is taken of a key that signs in the first
// slot, and of any key there if nothing is known of the time before.
func (h *kskHistory) publishedSince(id string, n int) time.Time {
	for n > 0 && h.slots[n-1].plain(id) {
		n--
	}
	if n == 0 && (!h.known || h.slots[0].uses[id].signs) {
		return time.Time{}
	}
	return h.slots[n].from
}

// readyKSKs makes the checks on KSK timing wait for those that prove who signs.
func (j *judgement) readyKSKs() (*kskHistory, bool) {
	if j.response != nil && !j.after(skrBundleOrder.Name, skrChainSKR.Name, skrSigFields.Name, skrSigValid.Name, skrBundleKeys.Name, skrKeyFlags.Name, skrSigAnchor.Name) {
		return nil, false
	}
	if j.response == nil && !j.after(ksrBundleOrder.Name, ksrChainSKR.Name, skrBundleOrder.Name, skrKeyFlags.Name, skrKSKHeld.Name) {
		return nil, false
	}
	h := j.kskRolls()
	if h == nil {
		return nil, false
	}
	if !h.known {
		j.partly("within the document: its first KSKs are taken to have been published long before")
	}
	return h, true
}
