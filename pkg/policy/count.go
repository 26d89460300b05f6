package policy

var ksrBundleCount = check{
	Check: Check{
		Name:     "KSR-BUNDLE-COUNT",
		Verifies: "the KSR has the bundles of one cycle; at a genesis what is left of it",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"bundles.count"},
	},
	run: func(j *judgement) { j.counted(len(j.request.Bundles)) },
}

var skrBundleCount = check{
	Check: Check{
		Name:     "SKR-BUNDLE-COUNT",
		Verifies: "the SKR has the bundles of one cycle; at a genesis what is left of it",
		Source:   "root KSK operator's SKR validation",
		Limits:   []string{"bundles.count"},
	},
	run: func(j *judgement) { j.counted(len(j.response.Bundles)) },
}

func (j *judgement) counted(n int) {
	want := j.limits.Bundles.Count
	switch {
	case j.isBare():
		j.inapplicable("such text documents cut bundles where keys change")
	case j.genesis && n >= 1 && n <= want.Max:
	case want.Contains(n):
	case want.Min == want.Max:
		j.violate("%d bundles, want %d", n, want.Min)
	default:
		j.violate("%d bundles, want %d to %d", n, want.Min, want.Max)
	}
}
