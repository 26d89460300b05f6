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
	limits, _, err := LoadText(path, zone)
	return limits, err
}

// LoadText is Load that returns the text too, for those who show its digest: a
// file read a second time may be another.
func LoadText(path string, zone rr.Name) (limits policy.Limits, text []byte, err error) {
	if text, err = os.ReadFile(path); err != nil {
		return policy.Limits{}, nil, err
	}
	if limits, err = Parse(path, text); err != nil {
		return policy.Limits{}, nil, err
	}
	if limits.Zone != zone {
		return policy.Limits{}, nil, fmt.Errorf("%s: is for zone %s, not %s", path, limits.Zone, zone)
	}
	return limits, text, nil
}
