package policy

import "time"

var ksrSigValidity = check{
	Check: Check{
		Name:     "KSR-POLICY-SIG-VALIDITY",
		Verifies: "the validity period that is asked for is the operator's, whatever the KSR states",
		Source:   "root KSK operator's practice statement",
		Limits:   []string{"bundles.validity"},
	},
	run: func(j *judgement) {
		if j.isBare() {
			j.inapplicable("such text KSRs ask for no validity: the planned SKR is judged")
			return
		}
		j.validFor(j.asked, ksrBundleOrder.Name)
	},
}

var skrSigValidity = check{
	Check: Check{
		Name:     "SKR-SIG-VALIDITY",
		Verifies: "signatures are valid as long as the limits say",
		Source:   "root KSK operator's practice statement",
		Limits:   []string{"bundles.validity"},
	},
	run: func(j *judgement) {
		if j.isText() || !j.timedByKSR() {
			j.validFor(j.answered, skrBundleOrder.Name)
		}
	},
}

// validFor looks at the signatures where they begin before the bundle does: in a
// text SKR.
func (j *judgement) validFor(slots []slot, order string) {
	if !j.after(order) {
		return
	}
	for i := range slots {
		s := &slots[i]
		if !j.isText() || j.response == nil {
			j.validity(s, 0, s.expiration.Sub(s.inception))
			continue
		}
		for _, v := range s.verdicts {
			j.validity(s, v.sig.Line, v.sig.Expiration.Sub(v.sig.Inception))
		}
	}
}

func (j *judgement) validity(s *slot, line int, found time.Duration) {
	if want := j.limits.Bundles.Validity; !want.Contains(found) {
		j.violateAt(s, line, "validity of %s, want %s", days(found), between(want))
	}
}

// between is a range of durations in words.
func between(r Range[time.Duration]) string {
	if r.Min == r.Max {
		return days(r.Min)
	}
	return days(r.Min) + " to " + days(r.Max)
}
