package policy

var ksrSigFields = check{
	Check: Check{
		Name:     "KSR-SIG-FIELDS",
		Verifies: "type covered, algorithm, labels, key tag and signer of each proof of possession are right",
		Source:   "RFC 4034, Section 3.1; faults that the root's tools let through",
	},
	run: func(j *judgement) {
		if j.isText() {
			j.inapplicable("text KSRs have no signatures")
			return
		}
		j.rightFields(j.asked)
	},
}

var skrSigFields = check{
	Check: Check{
		Name:     "SKR-SIG-FIELDS",
		Verifies: "type covered, algorithm, labels, key tag and signer of each signature are right, and its inception and expiration are the bundle's",
		Source:   "RFC 4034, Section 3.1; faults that the root's tools let through",
	},
	run: func(j *judgement) {
		j.rightFields(j.answered)
		for i := range j.answered {
			s := &j.answered[i]
			for _, v := range s.verdicts {
				j.rightTimes(s, v)
			}
		}
	},
}

func (j *judgement) rightFields(slots []slot) {
	for i := range slots {
		s := &slots[i]
		for _, v := range s.verdicts {
			for _, fault := range v.fields {
				j.violateAt(s, v.sig.Line, "%s", fault)
			}
		}
	}
}

// rightTimes holds the unsigned times of a bundle to those of its signatures. A
// bundle in text comes into force after the inception of its signatures.
func (j *judgement) rightTimes(s *slot, v sigVerdict) {
	sig := v.sig
	if j.isText() {
		if sig.Inception.After(s.from) || sig.Expiration.Before(s.expiration) {
			j.violateAt(s, sig.Line, "signature by key %d is valid from %s to %s, which does not cover the bundle", sig.KeyTag, stamp(sig.Inception), stamp(sig.Expiration))
		}
		return
	}
	if !sig.Inception.Equal(s.inception) {
		j.violateAt(s, sig.Line, "signature by key %d has inception %s, want that of the bundle, %s", sig.KeyTag, stamp(sig.Inception), stamp(s.inception))
	}
	if !sig.Expiration.Equal(s.expiration) {
		j.violateAt(s, sig.Line, "signature by key %d has expiration %s, want that of the bundle, %s", sig.KeyTag, stamp(sig.Expiration), stamp(s.expiration))
	}
}
