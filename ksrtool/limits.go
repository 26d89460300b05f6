package main

import (
	"fmt"

	"countersign/internal/cli"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rr"
)

// rootLimits names the limits that are known without a file.
const rootLimits = "root"

// limitsFor is the limits to judge a document of a zone by, and where they are
// from: the file, else those of the root zone, which everybody knows. Other
// zones have limits of their own.
func (t *tool) limitsFor(file string, zone rr.Name) (policy.Limits, string, error) {
	switch {
	case file != "":
		limits, err := t.readLimits(file)
		return limits, file, err
	case zone == rr.Root:
		return policy.RootLimits(), rootLimits, nil
	}
	return policy.Limits{}, "", cli.Hint(fmt.Errorf("the document is of zone %s, whose limits are not known", zone),
		"name its limits file with --limits; \"zskd init\" and \"kskd init\" write one to begin with")
}

func (t *tool) readLimits(name string) (policy.Limits, error) {
	text, err := t.read(name, policyfile.MaxFile)
	if err != nil {
		return policy.Limits{}, err
	}
	return policyfile.Parse(name, text)
}
