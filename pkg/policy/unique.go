package policy

var ksrBundleUnique = check{
	Check: Check{
		Name:     "KSR-BUNDLE-UNIQUE",
		Verifies: "bundle ids are unique in the KSR and new since the previous SKR",
		Source:   "root KSK operator's KSR validation",
	},
	run: func(j *judgement) { j.uniqueIDs(j.asked) },
}

var skrBundleUnique = check{
	Check: Check{
		Name:     "SKR-BUNDLE-UNIQUE",
		Verifies: "bundle ids are unique in the SKR and new since the previous one",
		Source:   "root KSK operator's KSR validation, mirrored",
	},
	run: func(j *judgement) { j.uniqueIDs(j.answered) },
}

func (j *judgement) uniqueIDs(slots []slot) {
	if j.isBare() {
		j.inapplicable("such text documents have no bundle ids")
		return
	}
	seen := map[string]string{}
	for _, s := range j.before {
		if s.id != "" {
			seen[s.id] = "in the previous SKR"
		}
	}
	for i := range slots {
		s := &slots[i]
		switch where, taken := seen[s.id]; {
		case s.id == "":
			j.violateAt(s, 0, "no id")
		case taken:
			j.violateAt(s, 0, "the id is %s", where)
		}
		seen[s.id] = "twice in the document"
	}
}
