package policy

var ksrGenesis = check{
	Check: Check{
		Name:     "KSR-GENESIS",
		Verifies: "an SKR is chained to the one before, and the first ever is a named act that happens once",
		Source:   "every document is chained, or nothing of it can be",
	},
	run: func(j *judgement) {
		signed := false
		for _, known := range j.requests {
			signed = signed || known.Signed
		}
		j.once(signed, "a KSR of this zone was signed before")
	},
}

var skrGenesis = check{
	Check: Check{
		Name:     "SKR-GENESIS",
		Verifies: "an SKR is chained to the one before, and the first ever is a named act that happens once",
		Source:   "every document is chained, or nothing of it can be",
	},
	run: func(j *judgement) {
		j.once(len(j.answers) > 0, "an SKR of this zone was installed before")
	},
}

func (j *judgement) once(before bool, why string) {
	const hint = "chain to the last SKR instead"
	switch {
	case j.genesis && j.previous != nil:
		j.violate("genesis is for the first SKR ever, and a previous SKR is given")
		j.hint(hint)
	case j.genesis && j.onRecord != nil:
		j.violate("genesis is for the first SKR ever, and the record has SKR %s", j.onRecord)
		j.hint(hint)
	case j.genesis && before:
		j.violate("genesis is for the first SKR ever, and %s", why)
		j.hint(hint)
	case !j.genesis && j.previous == nil:
		j.missing("previous SKR")
		if !j.tolerant {
			j.hint("give the last SKR, or name the act a genesis if there never was one")
		}
	}
}
