package policy

var ksrBundleCount = check{
	Check: Check{
		Name:     "KSR-BUNDLE-COUNT",
		Verifies: "the KSR has the bundles of one cycle; at a genesis what is left of it, from the present bundle on",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"bundles.count"},
	},
	run: func(j *judgement) { j.counted(j.asked) },
}

var skrBundleCount = check{
	Check: Check{
		Name:     "SKR-BUNDLE-COUNT",
		Verifies: "the SKR has the bundles of one cycle; at a genesis what is left of it, from the present bundle on",
		Source:   "root KSK operator's SKR validation",
		Limits:   []string{"bundles.count"},
	},
	run: func(j *judgement) { j.counted(j.answered) },
}

func (j *judgement) counted(slots []slot) {
	n, want := len(slots), j.limits.Bundles.Count
	switch {
	case j.isBare():
		j.inapplicable("such text documents cut bundles where keys change")
	case want.Contains(n):
	case j.genesis && n >= 1 && n < want.Min:
		// What is missing has ended: so the first that is there has begun.
		if slots[0].from.After(j.now) {
			j.violate("%d bundles, want %s: a genesis has fewer only if the others have ended, and its first begins at %s, after now, %s",
				n, numbers(want), stamp(slots[0].from), stamp(j.now))
		}
	case want.Min == want.Max:
		j.violate("%d bundles, want %d", n, want.Min)
	default:
		j.violate("%d bundles, want %d to %d", n, want.Min, want.Max)
	}
}
