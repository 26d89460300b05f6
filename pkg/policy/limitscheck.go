package policy

var limitsValid = check{
	Check: Check{
		Name:     "LIMITS",
		Verifies: "the limits make sense: no judgement is worth more than they are",
		Source:   "RFC 6841",
	},
	run: func(j *judgement) {
		if err := j.limits.Validate(); err != nil {
			j.violate("%v", err)
			j.hint("correct the limits file")
		}
	},
}
