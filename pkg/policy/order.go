package policy

var ksrBundleOrder = check{
	Check: Check{
		Name:     "KSR-BUNDLE-ORDER",
		Verifies: "taken by inception, bundles begin and end one after the other, and each begins before it ends",
		Source:   "draft-icann-dnssec-keymgmt-01; RFC 4034, Section 3.1.5",
	},
	run: func(j *judgement) { j.ordered(j.asked) },
}

var skrBundleOrder = check{
	Check: Check{
		Name:     "SKR-BUNDLE-ORDER",
		Verifies: "taken by inception, bundles begin and end one after the other, and each begins before it ends",
		Source:   "draft-icann-dnssec-keymgmt-01; RFC 4034, Section 3.1.5",
	},
	run: func(j *judgement) {
		if j.after(ksrBundleOrder.Name) {
			j.ordered(j.answered)
		}
	},
}

// ordered does not look at what a text KSR of others has not: expirations. Those
// of a text SKR of others may go back where a bundle is cut anew, which
// SIG-OVERLAP judges.
func (j *judgement) ordered(slots []slot) {
	for i := range slots {
		s := &slots[i]
		if s.from.Unix() < 0 || s.expiration.Unix() > 1<<32-1 || s.from.Unix() > 1<<32-1 {
			j.violateAt(s, 0, "times outside 1970 to 2106")
			continue
		}
		bareKSR := j.response == nil && j.isBare()
		if !(bareKSR && s.expiration.IsZero()) && !s.inception.Before(s.expiration) {
			j.violateAt(s, 0, "inception %s is not before expiration %s", stamp(s.inception), stamp(s.expiration))
		}
		if i == 0 {
			continue
		}
		last := &slots[i-1]
		switch {
		case !s.from.After(last.from):
			j.violateAt(s, 0, "begins at %s, as does %s", stamp(s.from), last.place)
		case !j.isBare() && !s.expiration.After(last.expiration):
			j.violateAt(s, 0, "expires at %s, not after %s", stamp(s.expiration), last.place)
		}
	}
}
