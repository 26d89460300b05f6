package zonelimits

import (
	"slices"
	"testing"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
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
	if got.MaxTTL != 518400 || got.MaxDNSKEYResponse != 2048 {
		t.Errorf("TTL %d and answer %d", got.MaxTTL, got.MaxDNSKEYResponse)
	}
	if got.Change.DSLoss == nil || got.Change.DSLoss.Count != 50 || got.Change.Names.Count != 100 || got.Change.Delegations.Percent != 5 {
		t.Errorf("change %+v", got.Change)
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
	if len(got) != 2 || got[0].Algorithm != dnssec.RSASHA256 || got[1].Algorithm != dnssec.ED25519 {
		t.Fatalf("algorithms %+v", got)
	}
	if got[0].MinBits != 1024 || got[0].MaxBits != 4096 || !slices.Equal(got[0].Exponents, []int{65537, 3}) {
		t.Errorf("RSA %+v", got[0])
	}
	if got[1].MinBits != 0 || got[1].MaxBits != 0 || got[1].Exponents != nil {
		t.Errorf("Ed25519 %+v", got[1])
	}
}
