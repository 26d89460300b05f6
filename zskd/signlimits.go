package main

import (
	"errors"
	"fmt"

	"countersign/internal/cli"
	"countersign/pkg/iso8601"
	"countersign/pkg/policy"
	"countersign/pkg/zonesign"
	"countersign/zskd/internal/config"
)

// checkSigning refuses a configuration whose zones the gate could not pass, before
// anything is signed by it. It lists all faults, by the checks of the gate.
func checkSigning(s config.Signing, p policy.PublishedLimits) error {
	var faults []error
	want := func(ok bool, format string, a ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, a...))
		}
	}
	duration := iso8601.FormatDuration
	want(s.InceptionOffset+s.Validity <= p.MaxValidity, "ZONE-RRSIG-VALIDITY: signing.inception_offset %s and signing.validity %s are more than published.max_validity %s",
		duration(s.InceptionOffset), duration(s.Validity), duration(p.MaxValidity))
	want(s.Refresh >= p.MostRemaining(), "ZONE-RRSIG-REMAINING: signing.refresh %s would keep signatures that last for less than the %s of published.min_remaining and remaining_of",
		duration(s.Refresh), duration(p.MostRemaining()))
	if s.Denial == zonesign.NSEC3 {
		want(int(s.NSEC3.Iterations) <= p.NSEC3.Iterations, "ZONE-NSEC3-PARAM: signing.nsec3.iterations %d, at most %d are allowed", s.NSEC3.Iterations, p.NSEC3.Iterations)
		want(len(s.NSEC3.Salt) <= p.NSEC3.Salt, "ZONE-NSEC3-PARAM: signing.nsec3.salt has %d octets, at most %d are allowed", len(s.NSEC3.Salt), p.NSEC3.Salt)
		want(!s.NSEC3.OptOut || p.NSEC3.OptOut, "ZONE-NSEC3-PARAM: signing.nsec3.opt_out is true, which is not allowed")
	}
	if len(faults) == 0 {
		return nil
	}
	return cli.Refuse(cli.Hint(errors.Join(faults...), "nothing was signed: correct zskd.yaml, or have a change of limits.yaml reviewed"))
}
