package policy

import (
	"slices"

	"countersign/pkg/ksr"
)

var ksrFormat = check{
	Check: Check{
		Name:     "KSR-FORMAT",
		Verifies: "the KSR is in an acceptable format",
		Source:   "the operator's practice statement",
		Limits:   []string{"documents.formats"},
	},
	run: func(j *judgement) {
		j.acceptable(j.request.Format)
		if len(j.request.Bundles) == 0 {
			j.violate("no bundles")
		}
	},
}

var skrFormat = check{
	Check: Check{
		Name:     "SKR-FORMAT",
		Verifies: "the SKR is in an acceptable format",
		Source:   "the operator's practice statement",
		Limits:   []string{"documents.formats"},
	},
	run: func(j *judgement) {
		j.acceptable(j.response.Format)
		if len(j.response.Bundles) == 0 {
			j.violate("no bundles")
		}
	},
}

func (j *judgement) acceptable(format ksr.Format) {
	if !slices.Contains(j.limits.Documents.Formats, format) {
		j.violate("format is %q, want one of %v", format, j.limits.Documents.Formats)
	}
}
