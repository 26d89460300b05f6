package main

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
	"countersign/pkg/zonesign"
	"countersign/zskd/internal/config"
)

func TestWhatInitWritesIsWithinItsLimits(t *testing.T) {
	for _, limits := range []policy.Limits{policy.RootLimits(), policy.TLDLimits("\x03com\x00")} {
		s := config.Signing{InceptionOffset: time.Hour, Validity: rootValidity, Refresh: refreshUnder(limits)}
		if err := checkSigning(s, limits.Published); err != nil {
			t.Errorf("%s: %v", limits.Zone, err)
		}
	}
}

func TestEveryFaultOfAConfigurationIsNamed(t *testing.T) {
	const day = 24 * time.Hour
	p := policy.RootLimits().Published
	p.RemainingOf[rr.TypeSOA] = 8 * day
	err := checkSigning(config.Signing{
		InceptionOffset: 2 * day, Validity: 13 * day, Refresh: 7 * day,
		Denial: zonesign.NSEC3, NSEC3: zonesign.NSEC3Params{Iterations: 1, Salt: []byte{1}, OptOut: true},
	}, p)
	if cli.Status(err) != cli.Refused {
		t.Fatal(err)
	}
	for _, want := range []string{
		"ZONE-RRSIG-VALIDITY: signing.inception_offset P2D and signing.validity P13D", "published.max_validity P14D",
		"ZONE-RRSIG-REMAINING: signing.refresh P7D", "P8D",
		"ZONE-NSEC3-PARAM: signing.nsec3.iterations 1, at most 0", "signing.nsec3.salt has 1 octets", "signing.nsec3.opt_out",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwithout %q", err, want)
		}
	}
}

func TestAConfigurationBeyondTheLimitsSignsNothing(t *testing.T) {
	nsec3 := func(params string) func(t *testing.T) {
		return func(t *testing.T) {
			edit(t, "zsk/zskd.yaml", "denial: nsec\n", "denial: nsec3\n  nsec3: {"+params+"}\n")
		}
	}
	for name, row := range map[string]struct {
		spoil func(t *testing.T)
		want  string
	}{
		"iterations": {nsec3(`iterations: 1, salt: "", opt_out: false`), "ZONE-NSEC3-PARAM: signing.nsec3"},
		"salt":       {nsec3(`iterations: 0, salt: "00", opt_out: false`), "ZONE-NSEC3-PARAM: signing.nsec3"},
		"opt-out":    {nsec3(`iterations: 0, salt: "", opt_out: true`), "ZONE-NSEC3-PARAM: signing.nsec3"},
		"refresh":    {func(t *testing.T) { edit(t, "zsk/zskd.yaml", "refresh: P7D", "refresh: P6DT23H59M59S") }, "signing.refresh P6DT23H59M59S"},
		"no refresh": {func(t *testing.T) { edit(t, "zsk/zskd.yaml", "  refresh: P7D\n", "") }, "signing.refresh P6DT12H"},
		"validity":   {func(t *testing.T) { edit(t, "zsk/zskd.yaml", "validity: P13D", "validity: P14D") }, "published.max_validity"},
	} {
		t.Run(name, func(t *testing.T) {
			inCopy(t, bases.installed)
			row.spoil(t)
			before := files(t)
			// The zone file is not even read.
			ends(t, cli.Refused, "", signRoot, row.want, "nothing was signed")
			unchanged(t, before)
		})
	}
}
