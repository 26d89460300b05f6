package policy

var ksrSigHorizon = check{
	Check: Check{
		Name:     "KSR-POLICY-SIG-HORIZON",
		Verifies: "no signature would be valid beyond the horizon, and none is asked for a time that has passed",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"bundles.horizon"},
	},
	run: func(j *judgement) {
		if j.isBare() {
			j.inapplicable("such text KSRs ask for no validity: the planned SKR is judged")
			return
		}
		if !j.after(ksrBundleOrder.Name) {
			return
		}
		for i := range j.asked {
			j.notOver(&j.asked[i])
		}
		j.notBeyond(j.asked)
	},
}

var skrSigHorizon = check{
	Check: Check{
		Name:     "SKR-SIG-HORIZON",
		Verifies: "no signature is valid beyond the horizon",
		Source:   "root KSK operator's KSR validation, mirrored",
		Limits:   []string{"bundles.horizon"},
	},
	run: func(j *judgement) {
		if j.timedByKSR() || !j.after(skrBundleOrder.Name) {
			return
		}
		if j.response == nil { // it is planned
			for i := range j.answered {
				j.notOver(&j.answered[i])
			}
		}
		j.notBeyond(j.answered)
	},
}

// notOver: nothing is signed for a time that has passed.
func (j *judgement) notOver(s *slot) {
	switch {
	case !s.expiration.After(j.now):
		j.violateAt(s, 0, "expired at %s, before now, %s", stamp(s.expiration), stamp(j.now))
	case j.genesis && !s.end().After(j.now):
		j.violateAt(s, 0, "ended at %s: a genesis asks only for bundles that have not", stamp(s.end()))
	}
}

// notBeyond looks at the signatures too: those of an SKR in text may outlast what
// it states of its bundle.
func (j *judgement) notBeyond(slots []slot) {
	last := j.now.Add(j.limits.Bundles.Horizon)
	for i := range slots {
		s := &slots[i]
		if s.expiration.After(last) {
			j.violateAt(s, 0, "expires at %s, more than %s after now, %s", stamp(s.expiration), days(j.limits.Bundles.Horizon), stamp(j.now))
			continue
		}
		if j.response == nil || !j.isText() {
			continue // SIG-FIELDS holds them to the bundle; proofs of possession have times of their own
		}
		for _, v := range s.verdicts {
			if v.sig.Expiration.After(last) {
				j.violateAt(s, v.sig.Line, "signature by key %d expires at %s, more than %s after now, %s", v.sig.KeyTag, stamp(v.sig.Expiration), days(j.limits.Bundles.Horizon), stamp(j.now))
			}
		}
	}
}
