package policy

import (
	"time"

	"countersign/pkg/ksr"
)

var ksrPolicyStated = check{
	Check: Check{
		Name:     "KSR-POLICY-STATED",
		Verifies: "what the KSR states of itself lies within the operator's limits",
		Source:   "root KSK operator's KSR validation before 2018",
		Limits:   []string{"zsk.publish_safety", "zsk.retire_safety", "bundles.validity", "bundles.overlap"},
	},
	run: func(j *judgement) {
		if j.isBare() {
			j.inapplicable("such text KSRs state nothing")
			return
		}
		j.statedZSK("the KSR states", j.request.Policy)
	},
}

var skrPolicyStated = check{
	Check: Check{
		Name:     "SKR-POLICY-STATED",
		Verifies: "what the SKR states of its two policies agrees with the limits",
		Source:   "draft-icann-dnssec-keymgmt-01",
		Limits: []string{"ksk.publish_safety", "ksk.retire_safety", "ksk.algorithms", "zsk.publish_safety", "zsk.retire_safety",
			"zsk.algorithms", "bundles.validity", "bundles.overlap", "documents.stated_exponent"},
	},
	run: func(j *judgement) {
		if j.isBare() {
			j.inapplicable("such text SKRs state nothing")
			return
		}
		j.statedKSK(j.response.KSKPolicy)
		if j.request != nil {
			return // SKR-MATCH compares the ZSK policy with ours
		}
		j.statedZSK("the SKR states of the ZSK", j.response.ZSKPolicy)
		for _, stated := range j.response.ZSKPolicy.Algorithms {
			if err := j.statedAllowed(stated, j.limits.ZSK.Algorithms); err != nil {
				j.violate("the SKR states of the ZSK %v", err)
			}
		}
	},
}

// statedZSK: safety intervals no longer than those that are enforced, since a
// longer one is a promise that nobody keeps; ranges within those of the limits.
func (j *judgement) statedZSK(who string, p ksr.StatedPolicy) {
	j.statedSafety(who, p, j.limits.ZSK.PublishSafety, j.limits.ZSK.RetireSafety)
	validity, overlap := statedRanges(p)
	j.statedWithin(who+" a validity", validity, j.limits.Bundles.Validity)
	j.statedWithin(who+" an overlap", overlap, j.limits.Bundles.Overlap)
}

// statedKSK is milder on the overlap: SKRs of the root state P9D to P16D, and
// what counts is how they overlap. Their algorithms may include those of the
// ZSKs, as older signers wrote it.
func (j *judgement) statedKSK(p ksr.StatedPolicy) {
	const who = "the SKR states of the KSK"
	j.statedSafety(who, p, j.limits.KSK.PublishSafety, j.limits.KSK.RetireSafety)
	validity, overlap := statedRanges(p)
	j.statedWithin(who+" a validity", validity, j.limits.Bundles.Validity)
	want := j.limits.Bundles.Overlap
	if overlap.Min > overlap.Max || overlap.Min > want.Max || overlap.Max < want.Min {
		j.violate("%s an overlap of %s, want %s", who, between(overlap), between(want))
	}
	for _, stated := range p.Algorithms {
		err := j.statedAllowed(stated, j.limits.KSK.Algorithms)
		if err != nil && j.statedAllowed(stated, j.limits.ZSK.Algorithms) != nil {
			j.violate("%s %v", who, err)
		}
	}
}

func (j *judgement) statedSafety(who string, p ksr.StatedPolicy, publish, retire time.Duration) {
	if p.PublishSafety > publish {
		j.violate("%s a publish safety of %s, want %s at most", who, days(p.PublishSafety), days(publish))
	}
	if p.RetireSafety > retire {
		j.violate("%s a retire safety of %s, want %s at most", who, days(p.RetireSafety), days(retire))
	}
}

func statedRanges(p ksr.StatedPolicy) (validity, overlap Range[time.Duration]) {
	return Range[time.Duration]{p.MinSignatureValidity, p.MaxSignatureValidity}, Range[time.Duration]{p.MinValidityOverlap, p.MaxValidityOverlap}
}

func (j *judgement) statedWithin(who string, stated, want Range[time.Duration]) {
	if stated.Min > stated.Max || !stated.within(want) {
		j.violate("%s of %s, want %s", who, between(stated), between(want))
	}
}
