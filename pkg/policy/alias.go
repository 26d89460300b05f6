package policy

var ksrBundleAlias = check{
	Check: Check{
		Name:     "KSR-BUNDLE-ALIAS",
		Verifies: "no key goes under two identifiers: it would satisfy the counts and be lost in the DNSKEY RRset",
		Source:   "a fault that the root's tools let through",
	},
	run: func(j *judgement) {
		if j.isBare() {
			j.inapplicable("such text documents have no key identifiers")
			return
		}
		j.aliases(j.asked)
	},
}

func (j *judgement) aliases(slots []slot) {
	names := map[string]string{}
	for i := range slots {
		s := &slots[i]
		for _, key := range s.keys {
			if key.Identifier == "" {
				continue // a text that others wrote
			}
			id := keyID(key.DNSKEY)
			if name, seen := names[id]; seen && name != key.Identifier {
				j.violateAt(s, key.Line, "key %d goes under two identifiers, %q and %q", key.KeyTag(), printable(name), printable(key.Identifier))
				continue
			}
			names[id] = key.Identifier
		}
	}
}
