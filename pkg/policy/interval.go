package policy

var ksrBundleIntervals = check{
	Check: Check{
		Name:     "KSR-POLICY-BUNDLE-INTERVALS",
		Verifies: "bundles begin at regular intervals",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"bundles.interval"},
	},
	run: func(j *judgement) { j.regular(j.asked, ksrBundleOrder.Name) },
}

var skrBundleIntervals = check{
	Check: Check{
		Name:     "SKR-BUNDLE-INTERVALS",
		Verifies: "bundles begin at regular intervals",
		Source:   "root KSK operator's KSR validation, mirrored",
		Limits:   []string{"bundles.interval"},
	},
	run: func(j *judgement) { j.regular(j.answered, skrBundleOrder.Name) },
}

func (j *judgement) regular(slots []slot, order string) {
	if j.isBare() {
		j.inapplicable("such text documents cut bundles where keys change")
		return
	}
	if !j.after(order) {
		return
	}
	want := j.limits.Bundles.Interval
	for i := 1; i < len(slots); i++ {
		if interval := slots[i].from.Sub(slots[i-1].from); !want.Contains(interval) {
			j.violateAt(&slots[i], 0, "begins %s after %s, want %s to %s", days(interval), slots[i-1].place, days(want.Min), days(want.Max))
		}
	}
}
