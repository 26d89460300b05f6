package ksrfixture

import (
	"slices"
	"testing"

	"countersign/pkg/policy"
)

func TestGoodDocumentsPass(t *testing.T) {
	for name, world := range map[string]func() *World{"root": Root, "tld": TLD} {
		w := world()
		for _, in := range []policy.RequestInput{w.Genesis(), w.Chained()} {
			if approved, report := policy.CheckRequest(in); approved.Valid() != nil {
				t.Errorf("%s: KSR %s is refused:\n%s", name, in.Request.ID, report)
			}
		}
		for _, in := range []policy.ResponseInput{w.GenesisAnswer(), w.ChainedAnswer()} {
			if verified, report := policy.CheckResponse(in); verified.Valid() != nil {
				t.Errorf("%s: SKR %s is refused:\n%s", name, in.Response.ID, report)
			}
		}
	}
}

func TestFaultyRequestsFailTheirChecks(t *testing.T) {
	for _, c := range RequestCases() {
		approved, report := policy.CheckRequest(c.In)
		if approved != nil {
			t.Errorf("%s: approved", c.Name)
		}
		sameChecks(t, c.Name, report, c.Want)
	}
}

func sameChecks(t *testing.T, name string, report *policy.Report, want []string) {
	t.Helper()
	got := slices.Sorted(slices.Values(report.Failed()))
	if want := slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
		t.Errorf("%s: failed %v, want %v\n%s", name, got, want, report)
	}
}

func TestFaultyResponsesFailTheirChecks(t *testing.T) {
	for _, c := range ResponseCases() {
		verified, report := policy.CheckResponse(c.In)
		if verified != nil {
			t.Errorf("%s: verified", c.Name)
		}
		sameChecks(t, c.Name, report, c.Want)
	}
}

func TestTextDocumentsPass(t *testing.T) {
	w := Text()
	if approved, report := policy.CheckRequest(w.Chained()); approved == nil {
		t.Errorf("the text KSR is refused:\n%s", report)
	}
	if verified, report := policy.CheckResponse(w.ChainedAnswer()); verified == nil {
		t.Errorf("the text SKR is refused:\n%s", report)
	}
}

func TestFaultyTextsFailTheirChecks(t *testing.T) {
	for _, c := range TextRequestCases() {
		approved, report := policy.CheckRequest(c.In)
		if approved != nil {
			t.Errorf("%s: approved", c.Name)
		}
		sameChecks(t, c.Name, report, c.Want)
	}
	for _, c := range TextResponseCases() {
		verified, report := policy.CheckResponse(c.In)
		if verified != nil {
			t.Errorf("%s: verified", c.Name)
		}
		sameChecks(t, c.Name, report, c.Want)
	}
}

// Every check is failed by some case, so none is there for show.
func TestEveryCheckHasACase(t *testing.T) {
	failed := map[string]bool{}
	for _, c := range append(RequestCases(), TextRequestCases()...) {
		for _, name := range c.Want {
			failed[name] = true
		}
	}
	for _, c := range append(ResponseCases(), TextResponseCases()...) {
		for _, name := range c.Want {
			failed[name] = true
		}
	}
	for _, check := range policy.Checks() {
		if !failed[check.Name] {
			t.Errorf("no case fails %s", check.Name)
		}
		if check.Verifies == "" || check.Source == "" || len(check.Applies) == 0 {
			t.Errorf("%s says too little of itself: %+v", check.Name, check)
		}
	}
}
