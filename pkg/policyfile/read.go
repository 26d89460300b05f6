package policyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"

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
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var f file
	if err := decoder.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			return policy.Limits{}, fmt.Errorf("%s: the file is empty", name)
		}
		return policy.Limits{}, fmt.Errorf("%s: %w", name, err)
	}
	var more yaml.Node
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return policy.Limits{}, fmt.Errorf("%s: more than one document in the file", name)
	}
	limits, err := f.limits()
	if err != nil {
		return policy.Limits{}, fmt.Errorf("%s: %w", name, err)
	}
	return limits, nil
}
