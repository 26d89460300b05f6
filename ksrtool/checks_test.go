package main

import (
	"encoding/json"
	"strings"
	"testing"

	"countersign/internal/cli"
	"countersign/pkg/policy"
	"countersign/pkg/zoneverify"
)

func TestChecksListsEveryCheckOnce(t *testing.T) {
	got := ksrtool(t, "checks")
	got.want(t, cli.Good, "Checks on KSRs and SKRs\n\nKSR-SYNTAX (KSR)\n  verifies  ", "")
	names := map[string]bool{}
	for _, c := range documentChecks() {
		names[c.Name] = true
		if strings.Count(got.out, "\n"+c.Name+" (") != 1 || !strings.Contains(got.out, "  verifies  "+c.Verifies+"\n") || !strings.Contains(got.out, "  source    "+c.Source+"\n") {
			t.Errorf("%s is not listed once with what it verifies", c.Name)
		}
	}
	for _, c := range zoneChecks() {
		names[c.Name] = true
		if strings.Count(got.out, "\n"+c.Name+" ("+c.Number+")\n") != 1 || !strings.Contains(got.out, "  verifies  "+c.Title+"\n") || !strings.Contains(got.out, "  source    "+c.Citation+"\n") {
			t.Errorf("%s is not listed once with what it verifies", c.Name)
		}
	}
	if want := len(policy.Checks()) + len(zoneverify.Checks()) + 3; len(names) != want {
		t.Errorf("%d names, want %d", len(names), want)
	}
}

func TestChecksJSON(t *testing.T) {
	var all struct {
		Documents []policy.Check
		Zones     []zoneverify.Check
	}
	got := ksrtool(t, "checks", "--json")
	if err := json.Unmarshal([]byte(got.out), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Documents) != len(documentChecks()) || len(all.Zones) != len(zoneChecks()) || all.Zones[0].Name != "ZONE-SYNTAX" {
		t.Errorf("%d checks of documents, %d of zones", len(all.Documents), len(all.Zones))
	}
}

// What a verdict lists is what "checks" lists.
func TestVerdictsListOnlyKnownChecks(t *testing.T) {
	e := newExchange(t)
	known := map[string]bool{}
	for _, c := range documentChecks() {
		known[c.Name] = true
	}
	for kind, path := range map[string]string{"ksr": e.ksr, "skr": e.skr} {
		var v verdict
		if err := json.Unmarshal([]byte(ksrtool(t, "check", kind, "--json", "--limits", e.limits, path).out), &v); err != nil {
			t.Fatal(err)
		}
		if len(v.Checks) < 20 {
			t.Errorf("%d checks on the %s", len(v.Checks), kind)
		}
		for _, c := range v.Checks {
			if !known[c.Name] {
				t.Errorf("%s is not listed", c.Name)
			}
		}
	}
}
