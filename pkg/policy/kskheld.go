package policy

import "countersign/pkg/dnssec"

var skrKSKHeld = check{
	Check: Check{
		Name:     "SKR-KSK-HELD",
		Verifies: "every KSK that is planned is one of the operator's",
		Source:   "root KSK operator's chain check",
	},
	run: func(j *judgement) {
		for i := range j.answered {
			s := &j.answered[i]
			for _, key := range s.keys {
				if !key.IsSEP() {
					continue
				}
				held := false
				for _, ksk := range j.held {
					held = held || dnssec.SameKey(ksk, key.DNSKEY)
				}
				if !held {
					j.violateAt(s, 0, "key %d is no KSK of ours", key.KeyTag())
				}
			}
		}
	},
}
