package policy

import "countersign/pkg/rr"

var ksrDomain = check{
	Check: Check{
		Name:     "KSR-DOMAIN",
		Verifies: "the KSR is for the zone of the limits",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"zone"},
	},
	run: func(j *judgement) { j.sameZone(j.request.Zone) },
}

var skrDomain = check{
	Check: Check{
		Name:     "SKR-DOMAIN",
		Verifies: "the SKR is for the zone of the limits",
		Source:   "root KSK operator's KSR validation, mirrored",
		Limits:   []string{"zone"},
	},
	run: func(j *judgement) { j.sameZone(j.response.Zone) },
}

func (j *judgement) sameZone(zone rr.Name) {
	if zone != j.limits.Zone {
		j.violate("zone is %s, want %s", zone, j.limits.Zone)
	}
}
