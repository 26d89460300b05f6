package policy

var skrSigValid = check{
	Check: Check{
		Name:     "SKR-SIG-VALID",
		Verifies: "each bundle is signed, each signature verifies and is by a key of the bundle, and no key signs twice",
		Source:   "RFC 4035, Section 5.3",
	},
	run: func(j *judgement) {
		for i := range j.answered {
			j.signed(&j.answered[i])
		}
	},
}

func (j *judgement) signed(s *slot) {
	if len(s.verdicts) == 0 {
		j.violateAt(s, 0, "no signature")
	}
	signatures := map[int]int{}
	for _, v := range s.verdicts {
		if v.key < 0 {
			j.violateAt(s, v.sig.Line, "%s", v.foreign)
			continue
		}
		tag := s.keys[v.key].KeyTag()
		if v.err != nil {
			j.violateAt(s, v.sig.Line, "signature by key %d: %v", tag, v.err)
		}
		signatures[v.key]++
		if signatures[v.key] == 2 {
			j.violateAt(s, v.sig.Line, "more than one signature by key %d", tag)
		}
	}
}
