package policy

var skrNow = check{
	Check: Check{
		Name:     "SKR-NOW",
		Verifies: "the SKR is of use: it has not expired (that it begins before the installed one ends is SKR-CHAIN-OVERLAP)",
		Source:   "peers that published expired bundles",
	},
	run: func(j *judgement) {
		if len(j.answered) == 0 || !j.after(skrBundleOrder.Name) {
			return
		}
		last := &j.answered[len(j.answered)-1]
		if !last.expiration.After(j.now) {
			j.violate("the last bundle expired at %s, before now, %s", stamp(last.expiration), stamp(j.now))
		}
	},
}
