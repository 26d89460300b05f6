package policy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/internal/ksrfixture"
	"countersign/pkg/dnssec"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

func TestReportIsTextAndJSON(t *testing.T) {
	in := ksrfixture.TLD().Chained()
	in.Request.Bundles[2].Signatures = nil
	in.Request.Bundles[2].Line = 40
	in.Request.ID = "first"
	_, report := policy.CheckRequest(in)
	lines := strings.Split(strings.TrimSpace(report.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "KSR-ID: ") || !strings.HasPrefix(lines[1], "KSR-BUNDLE-POP: bundle second-3: no signature by key ") {
		t.Errorf("report:\n%s", report)
	}
	var violation policy.Violation
	if err := report.Err(); !errors.As(err, &violation) || violation.Check != "KSR-ID" {
		t.Errorf("error %v", err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"check":"KSR-BUNDLE-POP"`, `"place":"bundle second-3"`, `{"name":"KSR-BUNDLE-COUNT","result":"passed"}`, `{"name":"KSR-BUNDLE-POP","result":"violated"}`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("JSON has no %s:\n%s", part, text)
		}
	}
	if report.Violations[1].Line == 0 {
		t.Error("the violation has no line")
	}
}

func TestGoodReportIsEmptyNotNull(t *testing.T) {
	_, report := policy.CheckRequest(ksrfixture.TLD().Chained())
	text, err := json.Marshal(report)
	if err != nil || report.Err() != nil {
		t.Fatal(err, report.Err())
	}
	if !strings.HasPrefix(string(text), `{"violations":[],"checks":[{`) {
		t.Errorf("JSON %s", text)
	}
}

func TestZeroValuesProveNothing(t *testing.T) {
	var approved *policy.Approved
	var verified *policy.Verified
	for name, err := range map[string]error{
		"nil approved": approved.Valid(), "zero approved": (&policy.Approved{}).Valid(),
		"nil verified": verified.Valid(), "zero verified": (&policy.Verified{}).Valid(),
	} {
		if err == nil {
			t.Errorf("%s is valid", name)
		}
	}
	if approved, report := policy.CheckRequest(policy.RequestInput{}); approved != nil || report.Err() == nil {
		t.Error("no KSR is approved")
	}
	if verified, report := policy.CheckResponse(policy.ResponseInput{}); verified != nil || report.Err() == nil {
		t.Error("no SKR is verified")
	}
}

func TestApprovedCarriesWhatWasJudged(t *testing.T) {
	in := ksrfixture.TLD().Chained()
	a, report := policy.CheckRequest(in)
	if a.Valid() != nil {
		t.Fatal(report)
	}
	if a.Request() != in.Request || a.Previous() != in.Previous || len(a.Plan()) != 9 || !a.Now().Equal(in.Now) || a.Genesis() || a.Limits().Zone != in.Limits.Zone {
		t.Error("approved carries something else")
	}
	answer := ksrfixture.TLD().GenesisAnswer()
	v, report := policy.CheckResponse(answer)
	if v.Valid() != nil {
		t.Fatal(report)
	}
	if v.Response() != answer.Response || v.Request() != answer.Request || v.Previous() != nil || !v.Now().Equal(answer.Now) || !v.Genesis() || v.Limits().Zone != answer.Limits.Zone {
		t.Error("verified carries something else")
	}
}

// What lacks an input is not checked, and says why; only where a verdict is to
// carry weight is that a violation.
func TestJudgingToleratesWhatIsNotGiven(t *testing.T) {
	w := ksrfixture.TLD()
	in := w.Chained()
	in.Previous, in.OnRecord, in.KSKs, in.Plan = nil, nil, nil, nil
	report := policy.JudgeRequest(in)
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	notChecked(t, report, "KSR-GENESIS", "KSR-CHAIN-SKR", "KSR-CHAIN-HASH", "KSR-CHAIN-OVERLAP", "KSR-CHAIN-KEYS")
	if approved, report := policy.CheckRequest(in); approved != nil || report.Err() == nil {
		t.Error("approved without the previous SKR")
	}

	answer := w.ChainedAnswer()
	answer.Previous, answer.OnRecord, answer.Request, answer.Anchors = nil, nil, nil, nil
	report = policy.JudgeResponse(answer)
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	notChecked(t, report, "SKR-GENESIS", "SKR-MATCH", "SKR-CHAIN-SKR", "SKR-CHAIN-HASH", "SKR-CHAIN-OVERLAP", "SKR-CHAIN-KEYS", "SKR-SIG-ANCHOR", "SKR-CDS", "SKR-KSK-WITHDRAW")
	if verified, report := policy.CheckResponse(answer); verified != nil || report.Err() == nil {
		t.Error("verified without anchors")
	}
}

func notChecked(t *testing.T, report *policy.Report, names ...string) {
	t.Helper()
	outcomes := map[string]policy.Outcome{}
	for _, o := range report.Checks {
		outcomes[o.Name] = o
		if (o.Result == policy.NotChecked) != contains(names, o.Name) {
			t.Errorf("%s: %s (%s)", o.Name, o.Result, o.Why)
		}
	}
	for _, name := range names {
		if outcomes[name].Why == "" {
			t.Errorf("%s does not say why it was not checked", name)
		}
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

func TestChecksAreListedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, check := range policy.Checks() {
		if seen[check.Name] {
			t.Errorf("%s is listed twice", check.Name)
		}
		seen[check.Name] = true
	}
	for _, name := range []string{"KSR-BUNDLE-POP", "KSR-CHAIN-KEYS", "SKR-MATCH", "SKR-KSK-RETIRE-SAFETY"} {
		if !seen[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}

// Reports are compared and read aloud, so chance has no place in them.
func TestReportsDoNotDependOnChance(t *testing.T) {
	w, limits := kskWorld()
	var left []*ksrfixture.Key
	for _, name := range []string{"C", "D", "E", "F"} {
		left = append(left, ksrfixture.NewKey(name, dnssec.ECDSAP256SHA256, 0, 257))
	}
	in := w.Chained()
	in.Limits = limits
	in.Limits.Published.RemainingOf = map[rr.Type]time.Duration{rr.TypeSOA: 0, rr.TypeNS: 0, rr.TypeNSEC: 0, rr.TypeDS: 0}
	for _, key := range left {
		in.KSKs = append(in.KSKs, key.Key())
		in.Plan[4].KSKs = append(in.Plan[4].KSKs, ksrfixture.Revoked(key))
	}
	_, first := policy.CheckRequest(in)
	if n := strings.Count(first.String(), "after it was revoked"); n != len(left) {
		t.Fatalf("%d KSKs are gone too early, want %d:\n%s", n, len(left), first)
	}
	for range 20 {
		if _, again := policy.CheckRequest(in); again.String() != first.String() {
			t.Fatalf("first:\n%s\nthen:\n%s", first, again)
		}
	}
}
