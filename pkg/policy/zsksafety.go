package policy

var ksrPublishSafety = check{
	Check: Check{
		Name:     "KSR-ZSK-PUBLISH-SAFETY",
		Verifies: "no ZSK stands alone before it has been published for the publish safety",
		Source:   "RFC 7583, Section 3.2.1; a fault that the root's tools let through",
		Limits:   []string{"zsk.publish_safety"},
	},
	run: func(j *judgement) { j.zskSafety(j.asked, true, ksrBundleOrder.Name, ksrChainKeys.Name) },
}

var ksrRetireSafety = check{
	Check: Check{
		Name:     "KSR-ZSK-RETIRE-SAFETY",
		Verifies: "a ZSK that may have signed stays until a successor could have relieved it for the retire safety",
		Source:   "RFC 7583, Section 3.2.1",
		Limits:   []string{"zsk.publish_safety", "zsk.retire_safety"},
	},
	run: func(j *judgement) { j.zskSafety(j.asked, false, ksrBundleOrder.Name, ksrChainKeys.Name) },
}

var skrPublishSafety = check{
	Check: Check{
		Name:     "SKR-ZSK-PUBLISH-SAFETY",
		Verifies: "no ZSK stands alone before it has been published for the publish safety",
		Source:   "RFC 7583, Section 3.2.1",
		Limits:   []string{"zsk.publish_safety"},
	},
	run: func(j *judgement) { j.skrZSKSafety(true) },
}

var skrRetireSafety = check{
	Check: Check{
		Name:     "SKR-ZSK-RETIRE-SAFETY",
		Verifies: "a ZSK that may have signed stays until a successor could have relieved it for the retire safety",
		Source:   "RFC 7583, Section 3.2.1",
		Limits:   []string{"zsk.publish_safety", "zsk.retire_safety"},
	},
	run: func(j *judgement) { j.skrZSKSafety(false) },
}

func (j *judgement) skrZSKSafety(publish bool) {
	if j.after(skrMatch.Name) {
		j.zskSafety(j.answered, publish, skrBundleOrder.Name, skrChainKeys.Name)
	}
}

// zskSafety judges the changes within the document. Where the chain to the
// previous SKR is broken, that is one fault and not nine: the document is then
// judged by itself.
func (j *judgement) zskSafety(slots []slot, publish bool, order, chain string) {
	if !j.after(order) || len(slots) == 0 {
		return
	}
	var before []slot
	if !j.failed[chain] && !j.genesis {
		before = j.history(slots)
	}
	if len(before) == 0 && !j.genesis {
		j.partly("within the document: its first keys are taken to have been published long before")
	}
	for _, fault := range zskTimeline(append(before, slots...), j.limits.ZSK) {
		if fault.publish == publish && fault.slot.from.After(slots[0].from) {
			j.violateAt(fault.slot, fault.line, "%s", fault.text)
		}
	}
}
