package policy

var skrKSKRetireSafety = check{
	Check: Check{
		Name:     "SKR-KSK-RETIRE-SAFETY",
		Verifies: "a KSK that signed stays, not revoked, for the retire safety after the last bundle it signed",
		Source:   "root KSK operator's practice statement; RFC 7583, Section 3.3",
		Limits:   []string{"ksk.retire_safety"},
	},
	run: func(j *judgement) {
		h, ok := j.readyKSKs()
		if !ok {
			return
		}
		for _, early := range h.retiredEarly(j.limits.KSK) {
			what := "is gone"
			if early.revoked {
				what = "is revoked"
			}
			j.violateAt(early.slot, 0, "key %d %s %s after it signed last, want %s", early.tag, what, days(early.slot.from.Sub(early.signed)), days(j.limits.KSK.RetireSafety))
		}
	},
}
