package policy

import "countersign/pkg/rr"

var skrKeyFlags = check{
	Check: Check{
		Name:     "SKR-KEY-FLAGS",
		Verifies: "flags are those of a ZSK (256), a KSK (257) or a revoked KSK (385)",
		Source:   "RFC 4034, Section 2.1.1; RFC 5011, Section 3",
	},
	run: func(j *judgement) {
		for i := range j.answered {
			s := &j.answered[i]
			for _, key := range s.keys {
				switch key.Flags {
				case rr.FlagZone, rr.FlagZone | rr.FlagSEP, rr.FlagZone | rr.FlagSEP | rr.FlagRevoke:
				default:
					j.violateAt(s, key.Line, "key %d has flags %d, want 256, 257 or 385", key.KeyTag(), key.Flags)
				}
				if key.Protocol != 3 && j.response == nil && key.IsSEP() {
					j.violateAt(s, 0, "key %d has protocol %d, want 3", key.KeyTag(), key.Protocol)
				}
			}
		}
	},
}
