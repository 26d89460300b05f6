package policyfile

import (
	"fmt"
	"os"

	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// FileName is the name that the programs give the file they begin with.
const FileName = "limits.yaml"

// Load reads the limits file at path, which must be for zone.
func Load(path string, zone rr.Name) (policy.Limits, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return policy.Limits{}, err
	}
	limits, err := Parse(path, text)
	if err != nil {
		return policy.Limits{}, err
	}
	if limits.Zone != zone {
		return policy.Limits{}, fmt.Errorf("%s: is for zone %s, not %s", path, limits.Zone, zone)
	}
	return limits, nil
}
