// Package zonelimits makes the limits that a signed zone is judged by out of the
// reviewed limits file, for all programs in the same way.
package zonelimits

import (
	"time"

	"slices"

	"countersign/pkg/policy"
	"countersign/pkg/rr"
	"countersign/pkg/zoneverify"
)

// From is the limits of the file as package zoneverify takes them.
func From(l policy.Limits) *zoneverify.Limits {
	return &zoneverify.Limits{
		MaxValidity:       maxValidity(l),
		MinRemaining:      zoneverify.PerType{Default: l.Published.MinRemaining, Types: l.Published.RemainingOf},
		Algorithms:        slices.Concat(keyLimits(l.ZSK.Algorithms), keyLimits(l.KSK.Algorithms)),
		MaxDNSKEYResponse: l.Bundles.AnswerSize,
		MaxTTL:            l.Published.MaxTTL,
		MaxSerialStep:     l.Published.SerialStep,
		NSEC3:             nsec3(l.Published.NSEC3),
		Change: zoneverify.ChangeLimits{
			Names:       change(l.Published.Names),
			Delegations: change(l.Published.Delegations),
			DS:          change(l.Published.DS),
			DSLoss:      change(l.Published.DS),
		},
	}
}

func keyLimits(algorithms []policy.AlgorithmLimit) []zoneverify.KeyLimit {
	var limits []zoneverify.KeyLimit
	for _, a := range algorithms {
		limit := zoneverify.KeyLimit{Algorithm: a.Algorithm, Exponents: a.Exponents}
		if len(a.Bits) == 0 {
			limits = append(limits, limit)
			continue
		}
		for _, bits := range a.Bits {
			limit.MinBits, limit.MaxBits = bits, bits
			limits = append(limits, limit)
		}
	}
	return limits
}

func nsec3(n policy.NSEC3Limits) *zoneverify.NSEC3Limits {
	return &zoneverify.NSEC3Limits{MaxIterations: uint16(n.Iterations), MaxSalt: n.Salt, OptOut: n.OptOut}
}

func change(c policy.Change) *zoneverify.ChangeLimit {
	return &zoneverify.ChangeLimit{Percent: c.Percent, Count: c.Absolute}
}

// maxValidity is that of the zone's own signatures, and for the sets that the
// KSK operator signs that of the bundles.
func maxValidity(l policy.Limits) zoneverify.PerType {
	bundle := l.Bundles.Validity.Max
	return zoneverify.PerType{
		Default: l.Published.MaxValidity,
		Types:   map[rr.Type]time.Duration{rr.TypeDNSKEY: bundle, rr.TypeCDS: bundle, rr.TypeCDNSKEY: bundle},
	}
}
