package policy

import "time"

var ksrSigOverlap = check{
	Check: Check{
		Name:     "KSR-POLICY-SIG-OVERLAP",
		Verifies: "the signatures of a bundle outlast the next one's inception as long as the limits say",
		Source:   "root KSK operator's practice statement",
		Limits:   []string{"bundles.overlap"},
	},
	run: func(j *judgement) {
		if j.isBare() {
			j.inapplicable("such text KSRs ask for no validity: the planned SKR is judged")
			return
		}
		j.overlapping(j.asked, ksrBundleOrder.Name)
	},
}

var skrSigOverlap = check{
	Check: Check{
		Name:     "SKR-SIG-OVERLAP",
		Verifies: "the signatures of a bundle outlast the next one's beginning as long as the limits say",
		Source:   "root KSK operator's practice statement",
		Limits:   []string{"bundles.overlap"},
	},
	run: func(j *judgement) {
		if !j.timedByKSR() {
			j.overlapping(j.answered, skrBundleOrder.Name)
		}
	},
}

func (j *judgement) overlapping(slots []slot, order string) {
	if !j.after(order) {
		return
	}
	for i := 1; i < len(slots); i++ {
		last, s := &slots[i-1], &slots[i]
		overlap := last.expiration.Sub(s.from)
		tooLong := last.expiration.Sub(last.inception) > j.limits.Bundles.Validity.Max
		if !j.overlaps(overlap, tooLong) {
			j.violateAt(s, 0, "%s expires %s after it begins, want %s", last.place, days(overlap), between(j.limits.Bundles.Overlap))
		}
	}
}

// overlaps compares an overlap with the limits. One that is too long because the
// validity is has been reported. Bundles in text may overlap as long as they
// like, because they are cut where keys change.
func (j *judgement) overlaps(overlap time.Duration, tooLong bool) bool {
	want := j.limits.Bundles.Overlap
	return overlap >= want.Min && (overlap <= want.Max || tooLong || j.isBare())
}
