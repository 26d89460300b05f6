package policy

var ksrCycleDuration = check{
	Check: Check{
		Name:     "KSR-BUNDLE-CYCLE-DURATION",
		Verifies: "from the first inception to the last it is one cycle; at a genesis no more than that",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"bundles.cycle"},
	},
	run: func(j *judgement) { j.oneCycle(j.asked, ksrBundleOrder.Name) },
}

var skrCycleDuration = check{
	Check: Check{
		Name:     "SKR-BUNDLE-CYCLE-DURATION",
		Verifies: "from the first inception to the last it is one cycle; at a genesis no more than that",
		Source:   "root KSK operator's KSR validation, mirrored",
		Limits:   []string{"bundles.cycle"},
	},
	run: func(j *judgement) { j.oneCycle(j.answered, skrBundleOrder.Name) },
}

func (j *judgement) oneCycle(slots []slot, order string) {
	if j.isBare() {
		j.inapplicable("such text documents cut bundles where keys change")
		return
	}
	if len(slots) == 0 || !j.after(order) {
		return
	}
	want := j.limits.Bundles.Cycle
	length := slots[len(slots)-1].from.Sub(slots[0].from)
	if length > want.Max || length < want.Min && !j.genesis {
		j.violate("first and last inception are %s apart, want %s to %s", days(length), days(want.Min), days(want.Max))
	}
}
