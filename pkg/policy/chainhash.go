package policy

import "countersign/pkg/ksr"

var ksrChainHash = check{
	Check: Check{
		Name:     "KSR-CHAIN-HASH",
		Verifies: "the previous SKR is, byte for byte, the last one on record",
		Source:   "a record that cannot be swapped",
	},
	run: func(j *judgement) { j.lastOnRecord() },
}

var skrChainHash = check{
	Check: Check{
		Name:     "SKR-CHAIN-HASH",
		Verifies: "the previous SKR is, byte for byte, the last one on record",
		Source:   "a record that cannot be swapped",
	},
	run: func(j *judgement) { j.lastOnRecord() },
}

func (j *judgement) lastOnRecord() {
	if !j.chained() {
		return
	}
	switch {
	case j.onRecord == nil:
		j.inapplicable("no SKR on record")
	case j.previous.Digest == ksr.Digest{}:
		j.violate("the previous SKR has no digest")
	case j.previous.Digest != *j.onRecord:
		j.violate("the previous SKR has SHA-256 %s, want that of the last on record, %s", j.previous.Digest, j.onRecord)
	}
}
