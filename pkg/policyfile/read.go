package policyfile

import (
	"fmt"

	"countersign/internal/strictyaml"
	"countersign/pkg/policy"
)

// MaxFile is the size in octets of the largest limits file that is read.
const MaxFile = 64 << 10

// Parse reads a limits file. name is for messages. What YAML can tell, a wrong
// type or an unknown or repeated key, is reported with its line.
func Parse(name string, text []byte) (policy.Limits, error) {
	if len(text) > MaxFile {
		return policy.Limits{}, fmt.Errorf("%s: larger than %d octets", name, MaxFile)
	}
	var f file
	if err := strictyaml.Decode(name, text, &f); err != nil {
		return policy.Limits{}, err
	}
	limits, err := f.limits()
	if err != nil {
		return policy.Limits{}, fmt.Errorf("%s: %w", name, err)
	}
	return limits, nil
}
