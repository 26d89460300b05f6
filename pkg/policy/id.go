package policy

import (
	"countersign/pkg/ksr"
)

var ksrID = check{
	Check: Check{
		Name:     "KSR-ID",
		Verifies: "the KSR is new: its id is not that of the previous SKR, of a KSR that was signed, or of other bytes seen before",
		Source:   "root KSK operator's KSR validation; replay",
	},
	run: func(j *judgement) {
		if j.signedBefore() {
			j.violate("a KSR with this id or these bytes was signed before")
			return
		}
		if j.isBare() {
			j.partly("such text documents have no id: only the digest was looked at")
			return
		}
		id := j.request.ID
		if id == "" {
			j.violate("no id")
			return
		}
		if j.previous != nil && j.previous.ID == id {
			j.violate("id %s is that of the previous SKR", printable(id))
			return
		}
		for _, known := range j.requests {
			if known.ID == id && known.Digest != j.request.Digest {
				j.violate("id %s was seen before with other bytes (SHA-256 %s)", printable(id), known.Digest)
				return
			}
		}
	},
}

func (j *judgement) signedBefore() bool {
	for _, known := range j.requests {
		same := known.Digest == j.request.Digest && known.Digest != ksr.Digest{}
		if known.Signed && (same || known.ID == j.request.ID && known.ID != "") {
			return true
		}
	}
	return false
}

var skrID = check{
	Check: Check{
		Name:     "SKR-ID",
		Verifies: "the SKR has the id and serial of our KSR, and was not installed before",
		Source:   "SKR-MATCH of the root KSK operator's specification",
	},
	run: func(j *judgement) {
		for _, known := range j.answers {
			same := known.Digest == j.response.Digest && known.Digest != ksr.Digest{}
			if same || known.ID == j.response.ID && known.ID != "" {
				j.violate("an SKR with this id or these bytes was installed before (SHA-256 %s)", known.Digest)
				return
			}
		}
		if j.isBare() {
			j.partly("such text documents have no id: only the digest was looked at")
			return
		}
		switch {
		case j.response.ID == "":
			j.violate("no id")
		case j.previous != nil && j.previous.ID == j.response.ID:
			j.violate("id %s is that of the previous SKR", printable(j.response.ID))
		case j.request == nil:
			j.partly("not compared with the KSR: none given")
		case j.request.ID != j.response.ID:
			j.violate("id is %s, want that of our KSR, %s", printable(j.response.ID), printable(j.request.ID))
		case j.request.Serial != j.response.Serial:
			j.violate("serial is %d, want that of our KSR, %d", j.response.Serial, j.request.Serial)
		}
	},
}
