package policy_test

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/ksrfixture"
	"countersign/internal/testenv"
	"countersign/pkg/policy"
)

// What differs from the usual and is as good: under the root's limits, but for
// the number of different keys.
func TestGoodVariantsAreApproved(t *testing.T) {
	w := ksrfixture.Root()
	old, cur, next := w.ZSKs[1], w.ZSKs[2], w.ZSKs[3]
	pattern := func(slots []ksrfixture.Slot, keys ...[]*ksrfixture.Key) []ksrfixture.Slot {
		for i := range slots {
			slots[i].ZSKs = keys[i]
		}
		return slots
	}
	both, one, two := []*ksrfixture.Key{old, cur}, []*ksrfixture.Key{cur}, []*ksrfixture.Key{cur, next}
	for name, change := range map[string]func(*policy.RequestInput){
		"reversed bundles": func(in *policy.RequestInput) { slices.Reverse(in.Request.Bundles) },
		"plan in another order": func(in *policy.RequestInput) {
			slices.Reverse(in.Plan)
		},
		"old key for three slots": func(in *policy.RequestInput) {
			in.Request = w.Request("second", pattern(w.SecondDraft(), both, both, both, one, one, one, one, one, two))
		},
		"next key for two slots": func(in *policy.RequestInput) {
			in.Request = w.Request("second", pattern(w.SecondDraft(), both, one, one, one, one, one, one, two, two))
		},
		"fallback without a next key": func(in *policy.RequestInput) {
			in.Request = w.Request("second", pattern(w.SecondDraft(), both, one, one, one, one, one, one, one, one))
			in.Limits.ZSK.DistinctKeys.Min = 2
		},
		"20 days where 15 to 21 are": func(in *policy.RequestInput) {
			in.Limits.Bundles.Validity = policy.Range[time.Duration]{Min: 15 * day, Max: 21 * day}
			slots := w.SecondDraft()
			for i := range slots {
				slots[i].Expiration = slots[i].Inception.Add(20 * day)
			}
			in.Request = w.Request("second", slots)
			in.Request.Policy.MinSignatureValidity = 15 * day
			in.Plan = w.Plan(in.Request)
		},
		"the record has the previous SKR": func(in *policy.RequestInput) { in.OnRecord = &in.Previous.Digest },
		"no record":                       func(in *policy.RequestInput) { in.OnRecord, in.Known = nil, nil },
		"seen before and not signed": func(in *policy.RequestInput) {
			in.Known = append(in.Known, policy.KnownRequest{ID: in.Request.ID, Digest: in.Request.Digest})
		},
	} {
		in := w.Chained()
		change(&in)
		if approved, report := policy.CheckRequest(in); approved == nil {
			t.Errorf("%s: refused:\n%s", name, report)
		}
	}
}

// A genesis in the middle of a cycle asks for what is left of it.
func TestGenesisOfWhatIsLeft(t *testing.T) {
	w := ksrfixture.Root()
	now := w.First.Bundles[6].Inception.Add(5 * day)
	in := w.Genesis()
	in.Now = now
	in.Request.Bundles, in.Plan = in.Request.Bundles[6:], in.Plan[6:]
	if approved, report := policy.CheckRequest(in); approved == nil {
		t.Errorf("refused:\n%s", report)
	}
	answer := w.GenesisAnswer()
	answer.Now = now
	answer.Request.Bundles, answer.Response.Bundles = answer.Request.Bundles[6:], answer.Response.Bundles[6:]
	verified, report := policy.CheckResponse(answer)
	if verified == nil {
		t.Fatalf("refused:\n%s", report)
	}
	second := w.Chained()
	second.Previous, second.OnRecord = verified.Response(), nil
	if approved, report := policy.CheckRequest(second); approved == nil {
		t.Errorf("the cycle after it is refused:\n%s", report)
	}
}

// What IANA's programs made of the real KSRs with test keys: every SKR answers
// its KSR and verifies. What is refused of them is the roll of 2010 and a zone
// whose only KSK is revoked.
func TestExpectedResponses(t *testing.T) {
	early := historic()
	early.Bundles.Validity.Max = 21 * day // they state today's
	for _, row := range []struct {
		file, request string
		limits        policy.Limits
		want          []string
	}{
		{"kskm-2010-q1-legacykey", "2010-q1-0", early, nil},
		{"kskm-2010-q2-legacykeys-roll2010", "2010-q2-0", early, []string{retire, revoke}},
		{"kskm-2010-q2-legacykey-revokeall", "2010-q2-0", early, []string{"SKR-KSK-SIGNER"}},
		{"kskm-2010-q1-historic-normal", "2010-q1-0", early, nil},
		{"kskm-2010-q2-historic-normal", "2010-q2-0", early, nil},
		{"kskm-2017-q2-normal", "2017-q2-0", policy.RootLimits(), nil},
		{"kskm-2018-q1-normal", "2018-q1-0-d_to_e", policy.RootLimits(), nil},
		{"kskm-2018-q1-pre-publish", "2018-q1-0-d_to_e", policy.RootLimits(), nil},
		{"kskm-2018-q1-publish+", "2018-q1-0-d_to_e", policy.RootLimits(), nil},
		{"kskm-2018-q1-rollover", "2018-q1-0-d_to_e", policy.RootLimits(), nil},
		{"kskm-2018-q1-rollover+", "2018-q1-0-d_to_e", policy.RootLimits(), nil},
		{"kskm-2018-q1-revoke", "2018-q1-0-d_to_e", policy.RootLimits(), nil},
		{"kskm-2018-q1-revoke+", "2018-q1-0-d_to_e", policy.RootLimits(), nil},
		{"legacyC-2017-q2-KSK1", "2017-q2-0", policy.RootLimits(), nil},
		{"legacyC-2018-q1-KSK1", "2018-q1-0-d_to_e", policy.RootLimits(), nil},
	} {
		testenv.Dir(t)
		response := readSKR(t, "icann/expected/"+row.file+".xml")
		report := policy.JudgeResponse(policy.ResponseInput{
			Response: response, Request: readKSR(t, "icann/ksr-root-"+row.request+".xml"), Limits: row.limits, Now: before(response.Bundles),
		})
		same(t, row.file, report, row.want)
	}
}
