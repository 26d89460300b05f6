package policy

var ksrBundleTTL = check{
	Check: Check{
		Name:     "KSR-BUNDLE-TTL",
		Verifies: "every key and signature has the TTL of the DNSKEY RRset",
		Source:   "RFC 4034, Section 3.1.4; root KSK operator's practice statement",
		Limits:   []string{"bundles.dnskey_ttl"},
	},
	run: func(j *judgement) { j.oneTTL(j.asked) },
}

var skrTTL = check{
	Check: Check{
		Name:     "SKR-TTL",
		Verifies: "every key and signature has the TTL of the DNSKEY RRset",
		Source:   "RFC 4034, Section 3.1.4; root KSK operator's practice statement",
		Limits:   []string{"bundles.dnskey_ttl"},
	},
	run: func(j *judgement) { j.oneTTL(j.answered) },
}

func (j *judgement) oneTTL(slots []slot) {
	want := j.limits.Bundles.TTL
	for i := range slots {
		s := &slots[i]
		for _, key := range s.keys {
			if key.TTL != want {
				j.violateAt(s, key.Line, "key %d has TTL %d, want %d", key.KeyTag(), key.TTL, want)
			}
		}
		for _, v := range s.verdicts {
			if v.sig.TTL != want {
				j.violateAt(s, v.sig.Line, "signature by key %d has TTL %d, want %d", v.sig.KeyTag, v.sig.TTL, want)
			}
			if v.sig.OriginalTTL != want {
				j.violateAt(s, v.sig.Line, "signature by key %d has original TTL %d, want %d", v.sig.KeyTag, v.sig.OriginalTTL, want)
			}
		}
	}
}
