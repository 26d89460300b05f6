package policy

var ksrChainKeys = check{
	Check: Check{
		Name:     "KSR-CHAIN-KEYS",
		Verifies: "the first ZSKs follow from the last ones of the previous SKR: none is gone too early, and none that is new stands alone",
		Source:   "root KSK operator's KSR validation, both ways; RFC 7583, Section 3.2.1",
		Limits:   []string{"zsk.publish_safety", "zsk.retire_safety"},
	},
	run: func(j *judgement) { j.chainKeys(j.asked, ksrBundleOrder.Name) },
}

var skrChainKeys = check{
	Check: Check{
		Name:     "SKR-CHAIN-KEYS",
		Verifies: "the first ZSKs follow from the last ones of the previous SKR: none is gone too early, and none that is new stands alone",
		Source:   "root KSK operator's KSR validation, both ways; RFC 7583, Section 3.2.1",
		Limits:   []string{"zsk.publish_safety", "zsk.retire_safety"},
	},
	run: func(j *judgement) { j.chainKeys(j.answered, skrBundleOrder.Name, skrMatch.Name) },
}

func (j *judgement) chainKeys(slots []slot, after ...string) {
	if !j.chained() || !j.after(after...) || len(slots) == 0 {
		return
	}
	first := &slots[0]
	before := j.history(slots)
	if len(before) == 0 {
		j.violateAt(first, 0, "begins before the previous SKR does")
		return
	}
	last := &before[len(before)-1]
	if last.expiration.Before(first.from) {
		// Nothing was published for a while: only the same keys connect.
		if !sameKeys(last.zsks(), first.zsks()) {
			j.violateAt(first, 0, "the ZSKs are not those of the last bundle of the previous SKR, which expired before: %s there, %s here", tags(last.zsks()), tags(first.zsks()))
		}
		return
	}
	for _, fault := range zskTimeline(append(before, *first), j.limits.ZSK) {
		if fault.slot.from.Equal(first.from) {
			j.violateAt(first, fault.line, "after the previous SKR: %s", fault.text)
		}
	}
}

// history is the bundles of the previous SKR that came into force before the
// first of slots.
func (j *judgement) history(slots []slot) []slot {
	var before []slot
	for _, s := range j.before {
		if s.from.Before(slots[0].from) {
			s.until = slots[0].from
			if n := len(before); n > 0 {
				before[n-1].until = s.from
			}
			before = append(before, s)
		}
	}
	return before
}
