package policy_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

const day = 24 * time.Hour

func readKSR(t *testing.T, name string) *ksr.Request {
	t.Helper()
	request, err := ksr.ParseRequest(readFile(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return request
}

func readSKR(t *testing.T, name string) *ksr.Response {
	t.Helper()
	response, err := ksr.ParseResponse(readFile(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return response
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testenv.Dir(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// before is 30 days before the first inception: the moment real documents are
// judged at.
func before(bundles []ksr.Bundle) time.Time {
	first := bundles[0].Inception
	for _, b := range bundles {
		if b.Inception.Before(first) {
			first = b.Inception
		}
	}
	return first.Add(-30 * day)
}

// historic are the limits of 2009 and 2010: what the KSRs of that time keep.
func historic() policy.Limits {
	l := policy.RootLimits()
	l.Documents.StatedExponent = policy.StatedExponentAny
	l.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: dnssec.RSASHA256, Bits: []int{1024, 2048}, Exponents: []int{65537}}}
	l.Bundles.Validity = policy.Range[time.Duration]{Min: 15*day - time.Second, Max: 20 * day}
	l.Bundles.Overlap = policy.Range[time.Duration]{Min: 5*day - time.Second, Max: 10 * day}
	return l
}

// historic2009 are the limits of the half cycle of 2009.
func historic2009() policy.Limits {
	l := historic()
	l.Bundles.Count = policy.Range[int]{Min: 6, Max: 6}
	l.Bundles.Interval.Min = 8 * day
	l.Bundles.Cycle = policy.Range[time.Duration]{Min: 48 * day, Max: 48 * day}
	l.ZSK.DistinctKeys.Min = 2
	return l
}

// The verdicts on real KSRs. Where IANA's tool measures against the KSR's own
// statement (KEYS, OVERLAP, VALIDITY), the statement is judged too:
// KSR-KEY-STATED and KSR-POLICY-STATED.
func TestRealRequests(t *testing.T) {
	old := []string{"KSR-POLICY-SIG-VALIDITY", "KSR-POLICY-SIG-OVERLAP", "KSR-POLICY-ALG", "KSR-KEY-STATED", "KSR-POLICY-STATED"}
	for _, row := range []struct {
		file   string
		limits policy.Limits
		want   []string
	}{
		{"ksr-root-2017-q2-0", policy.RootLimits(), nil},
		{"ksr-root-2018-q1-0-d_to_e", policy.RootLimits(), nil},
		{"ksr-root-2018-q1-0-d_to_e.bad", policy.RootLimits(), []string{"KSR-BUNDLE-POP"}},
		{"ksr-root-2010-q1-0", policy.RootLimits(), old},
		{"ksr-root-2010-q2-0", policy.RootLimits(), old},
		{"ksr-root-2009-q4-2", policy.RootLimits(), append([]string{"KSR-BUNDLE-COUNT", "KSR-BUNDLE-CYCLE-DURATION", "KSR-POLICY-BUNDLE-INTERVALS",
			"KSR-POLICY-KEYS"}, old...)},
		{"ksr-root-2010-q1-0", historic(), nil},
		{"ksr-root-2010-q2-0", historic(), nil},
		{"ksr-root-2009-q4-2", historic(), []string{"KSR-BUNDLE-COUNT", "KSR-BUNDLE-CYCLE-DURATION", "KSR-POLICY-BUNDLE-INTERVALS", "KSR-POLICY-KEYS"}},
		{"ksr-root-2009-q4-2", historic2009(), nil},
	} {
		request := readKSR(t, "icann/"+row.file+".xml")
		report := policy.JudgeRequest(policy.RequestInput{Request: request, Limits: row.limits, Now: before(request.Bundles)})
		same(t, row.file, report, row.want)
	}
}

// same compares the failed checks with the wanted ones, in any order.
func same(t *testing.T, name string, report *policy.Report, want []string) {
	t.Helper()
	got := report.Failed()
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: failed %v, want %v\n%s", name, got, want, report)
	}
	for _, v := range report.Violations {
		if !slices.Contains(got, v.Check) {
			t.Errorf("%s: a violation of %s, which did not fail", name, v.Check)
		}
	}
}

func TestRealRequestPastTheHorizonIsRefused(t *testing.T) {
	request := readKSR(t, "icann/ksr-root-2017-q2-0.xml")
	for _, now := range []string{"2017-01-01", "2026-11-22"} {
		at, err := time.Parse(time.DateOnly, now)
		if err != nil {
			t.Fatal(err)
		}
		same(t, now, policy.JudgeRequest(policy.RequestInput{Request: request, Limits: policy.RootLimits(), Now: at}), []string{"KSR-POLICY-SIG-HORIZON"})
	}
}

// pins are anchors for the keys with these tags in a document.
func pins(tags ...uint16) policy.Anchors {
	return func(_ rr.Name, key rr.DNSKEY) error {
		if slices.Contains(tags, key.KeyTag()) {
			return nil
		}
		return fmt.Errorf("key %d is not pinned", key.KeyTag())
	}
}

// kskPins is the DS of the real KSK-2010 and KSK-2017.
func rootPins(t *testing.T) policy.Anchors {
	t.Helper()
	anchors := []dnssec.DS{
		{KeyTag: 19036, Algorithm: 8, DigestType: 2, Digest: unhex(t, "49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5")},
		{KeyTag: 20326, Algorithm: 8, DigestType: 2, Digest: unhex(t, "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D")},
	}
	return func(owner rr.Name, key rr.DNSKEY) error {
		for _, ds := range anchors {
			if ds.Match(owner, key) == nil {
				return nil
			}
		}
		return fmt.Errorf("key %d is not pinned", key.KeyTag())
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	var out []byte
	if _, err := fmt.Sscanf(text, "%X", &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRealResponses(t *testing.T) {
	for _, row := range []struct {
		file    string
		limits  policy.Limits
		anchors policy.Anchors
		want    []string
	}{
		{"skr-root-2017-q1-0", policy.RootLimits(), rootPins(t), nil},
		{"skr-root-2017-q2-0", policy.RootLimits(), rootPins(t), nil},
		{"legacy-skr-root-2010-q1-0", historic(), pins(5017), nil},
		{"legacy-skr-root-2010-q2-0", historic(), pins(5017, 55186), []string{"SKR-KSK-RETIRE-SAFETY", "SKR-KSK-REVOKE"}},
		{"legacy-skr-root-2009-q4-2", historic2009(), pins(5017), nil},
		{"legacy-skr-root-2009-q4-2", historic(), pins(5017), []string{"SKR-BUNDLE-COUNT", "SKR-BUNDLE-CYCLE-DURATION", "SKR-BUNDLE-INTERVALS"}},
	} {
		response := readSKR(t, "icann/"+row.file+".xml")
		report := policy.JudgeResponse(policy.ResponseInput{Response: response, Limits: row.limits, Now: before(response.Bundles), Anchors: row.anchors})
		same(t, row.file, report, row.want)
	}
}

// Each real SKR answers the KSR of the same id, and follows the SKR before it.
func TestRealCycle2017(t *testing.T) {
	request, previous, response := readKSR(t, "icann/ksr-root-2017-q2-0.xml"), readSKR(t, "icann/skr-root-2017-q1-0.xml"), readSKR(t, "icann/skr-root-2017-q2-0.xml")
	now := before(request.Bundles)
	verified, report := policy.CheckResponse(policy.ResponseInput{
		Response: response, Request: request, Previous: previous, Limits: policy.RootLimits(), Now: now, Anchors: rootPins(t),
	})
	if verified == nil {
		t.Errorf("the real SKR is refused:\n%s", report)
	}
	ksks := kskOf(previous)
	approved, report := policy.CheckRequest(policy.RequestInput{
		Request: request, Previous: previous, Limits: policy.RootLimits(), Now: now, KSKs: ksks, Plan: planOf(request, ksks[0]),
	})
	if approved == nil {
		t.Errorf("the real KSR is refused:\n%s", report)
	}
}

func kskOf(response *ksr.Response) []rr.DNSKEY {
	var ksks []rr.DNSKEY
	for _, b := range response.Bundles {
		for _, key := range b.Keys {
			if key.Flags == 257 && !slices.ContainsFunc(ksks, func(k rr.DNSKEY) bool { return bytes.Equal(k.PublicKey, key.PublicKey) }) {
				ksks = append(ksks, key.DNSKEY)
			}
		}
	}
	return ksks
}

// planOf signs every bundle with one KSK.
func planOf(request *ksr.Request, ksk rr.DNSKEY) policy.Plan {
	var plan policy.Plan
	for _, b := range request.Bundles {
		plan = append(plan, policy.PlannedBundle{ID: b.ID, From: b.Inception, Inception: b.Inception, Expiration: b.Expiration,
			KSKs: []policy.PlannedKSK{{Label: "K", Key: ksk, Signs: true}}})
	}
	return plan
}

// Every pair of a real KSR and an SKR: which chain checks fail. Only real
// successors pass the keys, and of those only 2017 the overlap, which was below
// what is stated in 2010.
func TestRealChains(t *testing.T) {
	ksrs := []string{"2009-q4-2", "2010-q1-0", "2010-q2-0", "2017-q2-0", "2018-q1-0-d_to_e"}
	skrs := []string{"legacy-skr-root-2009-q4-2", "legacy-skr-root-2010-q1-0", "legacy-skr-root-2010-q2-0", "skr-root-2017-q1-0", "skr-root-2017-q2-0"}
	successor := map[string]string{"2010-q1-0": "legacy-skr-root-2009-q4-2", "2010-q2-0": "legacy-skr-root-2010-q1-0", "2017-q2-0": "skr-root-2017-q1-0"}
	for _, k := range ksrs {
		for _, s := range skrs {
			request, previous := readKSR(t, "icann/ksr-root-"+k+".xml"), readSKR(t, "icann/"+s+".xml")
			report := policy.JudgeRequest(policy.RequestInput{Request: request, Previous: previous, Limits: policy.RootLimits(), Now: before(request.Bundles), KSKs: kskOf(previous)})
			failed := report.Failed()
			own := strings.HasSuffix(s, k)
			if got := slices.Contains(failed, "KSR-ID"); got != own {
				t.Errorf("%s after %s: KSR-ID failed: %v", k, s, got)
			}
			follows := successor[k] == s
			if got := slices.Contains(failed, "KSR-CHAIN-KEYS"); got == follows {
				t.Errorf("%s after %s: KSR-CHAIN-KEYS failed: %v\n%s", k, s, got, report)
			}
			if got := slices.Contains(failed, "KSR-CHAIN-OVERLAP"); got == (follows && k == "2017-q2-0") {
				t.Errorf("%s after %s: KSR-CHAIN-OVERLAP failed: %v", k, s, got)
			}
			if slices.Contains(failed, "KSR-CHAIN-SKR") {
				t.Errorf("%s after %s: the previous SKR does not verify:\n%s", k, s, report)
			}
		}
	}
}

// SKR after SKR, under the limits of their time.
func TestRealSuccession(t *testing.T) {
	for _, row := range []struct {
		previous, next string
		limits         policy.Limits
		anchors        policy.Anchors
		want           []string
	}{
		{"skr-root-2017-q1-0", "skr-root-2017-q2-0", policy.RootLimits(), rootPins(t), nil},
		{"legacy-skr-root-2009-q4-2", "legacy-skr-root-2010-q1-0", historic(), pins(5017), nil},
		{"legacy-skr-root-2010-q1-0", "legacy-skr-root-2010-q2-0", historic(), pins(5017, 55186), []string{"SKR-KSK-RETIRE-SAFETY", "SKR-KSK-REVOKE"}},
		{"legacy-skr-root-2009-q4-2", "legacy-skr-root-2010-q2-0", historic(), pins(5017, 55186), []string{"SKR-CHAIN-KEYS", "SKR-CHAIN-OVERLAP", "SKR-KSK-RETIRE-SAFETY", "SKR-KSK-REVOKE"}},
	} {
		previous, next := readSKR(t, "icann/"+row.previous+".xml"), readSKR(t, "icann/"+row.next+".xml")
		report := policy.JudgeResponse(policy.ResponseInput{Response: next, Previous: previous, Limits: row.limits, Now: before(next.Bundles), Anchors: row.anchors})
		same(t, row.next+" after "+row.previous, report, row.want)
	}
}
