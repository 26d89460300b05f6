package policy

var skrKSKWithdraw = check{
	Check: Check{
		Name:     "SKR-KSK-WITHDRAW",
		Verifies: "where validators follow RFC 5011, a KSK that was published is revoked before it goes; it may be left out for a while if it comes back as it was",
		Source:   "RFC 5011, Section 2.1; RFC 7583, Section 3.3.4",
		Limits:   []string{"ksk.withdrawal"},
	},
	run: func(j *judgement) {
		if j.limits.KSK.Withdrawal == Plain {
			j.inapplicable("the limits say withdrawal: plain")
			return
		}
		h, ok := j.readyKSKs()
		if !ok {
			return
		}
		told := map[string]bool{} // by retire safety, which names the same key
		for _, early := range h.retiredEarly(j.limits.KSK) {
			told[early.id] = true
		}
		revoked := map[string]bool{}
		for n := 1; n < len(h.slots); n++ {
			last, s := &h.slots[n-1], &h.slots[n]
			for _, id := range last.ids {
				revoked[id] = revoked[id] || last.uses[id].revoked
				_, stays := s.uses[id]
				if stays || revoked[id] || told[id] || !s.new || h.comesBack(id, n) {
					continue
				}
				told[id] = true
				j.violateAt(s.slot, 0, "key %d is gone and was not revoked", last.uses[id].key.KeyTag())
			}
		}
	},
}
