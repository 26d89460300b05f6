package policy

var ksrChainOverlap = check{
	Check: Check{
		Name:     "KSR-CHAIN-OVERLAP",
		Verifies: "the last signatures of the previous SKR outlast the first inception as long as the limits say",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"bundles.overlap"},
	},
	run: func(j *judgement) { j.chainOverlap(j.asked, ksrBundleOrder.Name) },
}

var skrChainOverlap = check{
	Check: Check{
		Name:     "SKR-CHAIN-OVERLAP",
		Verifies: "the last signatures of the previous SKR outlast the first inception as long as the limits say",
		Source:   "root KSK operator's KSR validation, mirrored",
		Limits:   []string{"bundles.overlap"},
	},
	run: func(j *judgement) { j.chainOverlap(j.answered, skrBundleOrder.Name) },
}

func (j *judgement) chainOverlap(slots []slot, order string) {
	if !j.chained() || !j.after(order) || len(slots) == 0 || len(j.before) == 0 {
		return
	}
	first, last := &slots[0], &j.before[len(j.before)-1]
	if first.from.Before(last.from) {
		j.violate("it begins at %s, before the last bundle of the previous SKR does, %s", stamp(first.from), stamp(last.from))
		return
	}
	overlap := last.expiration.Sub(first.from)
	if !j.overlaps(overlap, false) {
		j.violate("the previous SKR expires %s after it begins, want %s", days(overlap), between(j.limits.Bundles.Overlap))
	}
}
