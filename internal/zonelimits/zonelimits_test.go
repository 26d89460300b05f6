package zonelimits

import (
	"slices"
	"testing"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
	"countersign/pkg/zoneverify"
)

const day = 24 * time.Hour

func TestFromKeepsTheLimitsOfTheRoot(t *testing.T) {
	got := From(policy.RootLimits())
	for _, row := range []struct {
		name      string
		got, want time.Duration
	}{
		{"validity of NSEC", got.MaxValidity.For(rr.TypeNSEC), 14 * day},
		{"validity of DNSKEY", got.MaxValidity.For(rr.TypeDNSKEY), 21 * day},
		{"validity of CDS", got.MaxValidity.For(rr.TypeCDS), 21 * day},
		{"validity of CDNSKEY", got.MaxValidity.For(rr.TypeCDNSKEY), 21 * day},
		{"remaining of NSEC", got.MinRemaining.For(rr.TypeNSEC), 7 * day},
		{"remaining of DNSKEY", got.MinRemaining.For(rr.TypeDNSKEY), 9 * day},
	} {
		if row.got != row.want {
			t.Errorf("%s: %v, want %v", row.name, row.got, row.want)
		}
	}
	if got.MaxSerialStep != 10_000_000 {
		t.Errorf("serial step %d", got.MaxSerialStep)
	}
	if got.NSEC3 == nil || *got.NSEC3 != (zoneverify.NSEC3Limits{}) {
		t.Errorf("NSEC3 %+v", got.NSEC3)
	}
	if got.MaxTTL != 518400 || got.MaxDNSKEYResponse != 2048 {
		t.Errorf("TTL %d and answer %d", got.MaxTTL, got.MaxDNSKEYResponse)
	}
	if got.Change.DSLoss == nil || got.Change.DSLoss.Count != 50 || got.Change.Names.Count != 100 || got.Change.Delegations.Percent != 5 {
		t.Errorf("change %+v", got.Change)
	}
}

func TestFromKeepsTheLimitsOfNSEC3(t *testing.T) {
	l := policy.RootLimits()
	l.Published.NSEC3 = policy.NSEC3Limits{Iterations: 10, Salt: 8, OptOut: true}
	if got := From(l).NSEC3; *got != (zoneverify.NSEC3Limits{MaxIterations: 10, MaxSalt: 8, OptOut: true}) {
		t.Errorf("%+v", got)
	}
}

func TestFromAllowsWhatEitherKindOfKeyMayBe(t *testing.T) {
	l := policy.RootLimits()
	l.ZSK.Algorithms = []policy.AlgorithmLimit{
		{Algorithm: dnssec.RSASHA256, Bits: []int{2048, 1024}, Exponents: []int{65537}},
		{Algorithm: dnssec.ED25519},
	}
	l.KSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: dnssec.RSASHA256, Bits: []int{4096}, Exponents: []int{65537, 3}}}
	got := From(l).Algorithms
	for _, row := range []struct {
		algorithm      uint8
		bits, exponent int
		want           bool
	}{
		{dnssec.RSASHA256, 2048, 65537, true}, {dnssec.RSASHA256, 1024, 65537, true}, {dnssec.RSASHA256, 4096, 3, true},
		{dnssec.RSASHA256, 2048, 3, false}, {dnssec.RSASHA256, 1536, 65537, false}, {dnssec.RSASHA256, 3072, 65537, false},
		{dnssec.ED25519, 0, 0, true}, {dnssec.ECDSAP256SHA256, 0, 0, false},
	} {
		allowed := slices.ContainsFunc(got, func(l zoneverify.KeyLimit) bool {
			return l.Algorithm == row.algorithm && row.bits >= l.MinBits && row.bits <= l.MaxBits &&
				(len(l.Exponents) == 0 || slices.Contains(l.Exponents, row.exponent))
		})
		if allowed != row.want {
			t.Errorf("%s of %d bits, exponent %d: allowed %v", dnssec.AlgorithmName(row.algorithm), row.bits, row.exponent, allowed)
		}
	}
}
