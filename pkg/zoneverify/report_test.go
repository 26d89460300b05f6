package zoneverify_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/pkg/rr"
	"countersign/pkg/zoneverify"
)

func TestTableOfChecks(t *testing.T) {
	tried := make(map[string]bool)
	for _, f := range faults {
		for _, check := range f.want {
			tried[check] = true
		}
	}
	form := regexp.MustCompile(`^ZONE-[A-Z0-9]+(-[A-Z0-9]+)*$`)
	seen := make(map[string]bool)
	numbers := make(map[string]bool)
	for _, check := range zoneverify.Checks() {
		if !form.MatchString(check.Name) || seen[check.Name] {
			t.Errorf("name %q", check.Name)
		}
		seen[check.Name], numbers[check.Number] = true, true
		if check.Title == "" || check.Citation == "" {
			t.Errorf("%s has no title or citation", check.Name)
		}
		if !tried[check.Name] && check.Name != "ZONE-KEY-PRIVATE" {
			t.Errorf("no fault is tried on %s", check.Name)
		}
	}
	for _, number := range strings.Fields("C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14 C15 C16 C17 C20 C23 C24 C25 C26 C28") {
		if !numbers[number] {
			t.Errorf("no check is for %s", number)
		}
	}
}

func TestManyFaultsAreCountedAndCapped(t *testing.T) {
	m := newModelOf(15, delegations(1500))
	m.signed = func(m *model) {
		for _, sets := range m.sets {
			for _, s := range sets {
				s.sigs = nil
			}
		}
	}
	z := m.finish(t)
	var first *zoneverify.Report
	for _, workers := range []int{1, 3} {
		r := zoneverify.Verify(z, zoneverify.Config{At: at, Workers: workers})
		if len(r.Findings) != zoneverify.MaxFindings {
			t.Errorf("%d findings, want %d", len(r.Findings), zoneverify.MaxFindings)
		}
		i := slices.IndexFunc(r.Results, func(r zoneverify.Result) bool { return r.Name == "ZONE-RRSIG-MISSING" })
		// SOA, NS, DNSKEY, NSEC at the apex; A and NSEC; NSEC and one DS in five.
		if want := 4 + 2 + 1500 + 300; r.Results[i].Count != want {
			t.Errorf("counted %d, want %d", r.Results[i].Count, want)
		}
		if first != nil && !slices.Equal(first.Findings, r.Findings) {
			t.Error("the findings depend on the workers")
		}
		first = r
	}
}

func TestFindingAsTextAndJSON(t *testing.T) {
	f := zoneverify.Finding{Check: "ZONE-GLUE", Owner: name("a.example."), Type: rr.TypeNS, Text: "no glue"}
	if got := f.String(); got != "ZONE-GLUE: a.example. NS: no glue" {
		t.Error(got)
	}
	got, err := json.Marshal(f)
	if err != nil || string(got) != `{"check":"ZONE-GLUE","owner":"a.example.","type":"NS","text":"no glue"}` {
		t.Errorf("%s, %v", got, err)
	}
	got, err = json.Marshal(zoneverify.Result{Check: zoneverify.Checks()[0], Status: zoneverify.NotChecked, Why: "no SKR given"})
	if err != nil || !strings.Contains(string(got), `"name":"ZONE-DNSKEY-BUNDLE","number":"C1"`) || !strings.Contains(string(got), `"status":"not checked"`) {
		t.Errorf("%s, %v", got, err)
	}
}
