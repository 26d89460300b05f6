package policy_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/ksrfixture"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
)

// schemas are the nine slots of IANA's seven, with keys A and B: S signs, P is
// published only, R is revoked and signs.
var schemas = map[string][9]string{
	"normal":      repeat("AS", "AS", "AS"),
	"pre-publish": repeat("AS", "AS BP", "AS BP"),
	"publish+":    repeat("AS BP", "AS BP", "AS BP"),
	"rollover":    repeat("AS BP", "AP BS", "AP BS"),
	"rollover+":   repeat("AP BS", "AP BS", "AP BS"),
	"revoke":      repeat("AP BS", "AR BS", "BS"),
	"revoke+":     repeat("BS", "AR BS", "BS"),
}

var schemaNames = []string{"normal", "pre-publish", "publish+", "rollover", "rollover+", "revoke", "revoke+"}

// repeat is a schema: its first slot, its second to eighth, its ninth.
func repeat(first, middle, last string) [9]string {
	return [9]string{first, middle, middle, middle, middle, middle, middle, middle, last}
}

// kskWorld has the KSK limits of the root and keys that are fast.
func kskWorld() (*ksrfixture.World, policy.Limits) {
	w := ksrfixture.TLD()
	l := w.Limits
	l.KSK = policy.RootLimits().KSK
	l.KSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: dnssec.ECDSAP256SHA256}}
	return w, l
}

func withSchema(w *ksrfixture.World, plan policy.Plan, schema [9]string) policy.Plan {
	plan = ksrfixture.ClonePlan(plan)
	for i := range plan {
		plan[i].KSKs = nil
		for _, word := range strings.Fields(schema[i]) {
			key := w.KSKs[word[0]-'A']
			switch word[1] {
			case 'S':
				plan[i].KSKs = append(plan[i].KSKs, ksrfixture.Signing(key))
			case 'P':
				plan[i].KSKs = append(plan[i].KSKs, ksrfixture.Publishing(key))
			case 'R':
				plan[i].KSKs = append(plan[i].KSKs, ksrfixture.Revoked(key))
			}
		}
	}
	return plan
}

const (
	publish  = "SKR-KSK-PUBLISH-SAFETY"
	retire   = "SKR-KSK-RETIRE-SAFETY"
	revoke   = "SKR-KSK-REVOKE"
	withdraw = "SKR-KSK-WITHDRAW"
)

// transitions say from which schema to which the KSKs may go, and which checks
// refuse the others. IANA's tool accepts normal to rollover, pre-publish and
// publish+ to revoke and to normal, rollover and rollover+ to revoke+, revoke
// and revoke+ to rollover+ and to revoke; all else it refuses is refused here.
var transitions = map[string][7][]string{
	//             normal     pre-publish publish+    rollover   rollover+  revoke             revoke+
	"normal":      {nil, nil, nil, {publish}, {publish}, {publish, retire}, {publish, retire}},
	"pre-publish": {{withdraw}, nil, nil, nil, nil, {retire}, {retire}},
	"publish+":    {{withdraw}, nil, nil, nil, nil, {retire}, {retire}},
	"rollover":    {{retire}, {retire}, nil, nil, nil, nil, {withdraw}},
	"rollover+":   {{retire}, {retire}, nil, nil, nil, nil, {withdraw}},
	"revoke":      {{publish, retire, revoke}, {publish, retire, revoke}, {publish, revoke}, {publish, revoke}, {revoke}, {revoke}, nil},
	"revoke+":     {{publish, retire, revoke}, {publish, retire, revoke}, {publish, revoke}, {publish, revoke}, {revoke}, {revoke}, nil},
}

func TestKSKTransitions(t *testing.T) {
	w, limits := kskWorld()
	for _, from := range schemaNames {
		previous := w.Answer(w.First, withSchema(w, w.FirstPlan, schemas[from]))
		for i, to := range schemaNames {
			want := transitions[from][i]
			in := w.Chained()
			in.Limits = limits
			in.Previous = previous
			in.Plan = withSchema(w, w.SecondPlan, schemas[to])
			approved, report := policy.CheckRequest(in)
			if (approved != nil) != (len(want) == 0) {
				t.Errorf("%s to %s: approved: %v", from, to, approved != nil)
			}
			same(t, "planned "+from+" to "+to, report, want)

			// The ZSK operator comes to the same verdict on the SKR.
			answer := w.ChainedAnswer()
			answer.Limits, answer.Previous = limits, previous
			answer.Response = w.Answer(answer.Request, in.Plan)
			_, report = policy.CheckResponse(answer)
			same(t, "signed "+from+" to "+to, report, want)
		}
	}
}

// A revocation is for ever, not for the two cycles that a document shows.
func TestRevokedKSKNeverComesBack(t *testing.T) {
	w, limits := kskWorld()
	long := w.Answer(w.First, withSchema(w, w.FirstPlan, [9]string{"AS BR", "AS BR", "AS BR", "AS BR", "AS", "AS", "AS", "AS", "AS"}))
	revoked := policy.RevokedKeys([]*ksr.Response{w.FirstAnswer, long, long})
	if len(revoked) != 1 || !dnssec.SameKey(revoked[0], w.KSKs[1].Key()) {
		t.Fatalf("revoked are %v", revoked)
	}
	in, answer := w.Chained(), w.ChainedAnswer()
	in.Limits, in.Revoked, in.Plan = limits, revoked, withSchema(w, w.SecondPlan, schemas["pre-publish"])
	_, report := policy.CheckRequest(in)
	same(t, "planned", report, []string{revoke})
	answer.Limits, answer.Revoked, answer.Response = limits, revoked, w.Answer(answer.Request, in.Plan)
	_, report = policy.CheckResponse(answer)
	same(t, "signed", report, []string{revoke})
}

// The roll that IANA's first signer had built in: pre-published for fifty days,
// then the old key revoked the moment it no longer signs.
func TestBuiltInRollOf2010IsRefused(t *testing.T) {
	w, limits := kskWorld()
	in := w.Chained()
	in.Limits = limits
	in.Plan = withSchema(w, w.SecondPlan, [9]string{"AS", "AS BP", "AS BP", "AS BP", "AS BP", "AS BP", "AR BS", "AR BS", "BS"})
	_, report := policy.CheckRequest(in)
	same(t, "2010", report, []string{retire, revoke})
}

// A roll as the limits want it: thirty days of publication, thirty more until
// the old key is revoked, and that for thirty days.
func TestRollWithinOneCycleIsAccepted(t *testing.T) {
	w, limits := kskWorld()
	in := w.Chained()
	in.Limits = limits
	in.Plan = withSchema(w, w.SecondPlan, [9]string{"AS BP", "AS BP", "AS BP", "AP BS", "AP BS", "AP BS", "AR BS", "AR BS", "AR BS"})
	if approved, report := policy.CheckRequest(in); approved == nil {
		t.Error(report)
	}
	in.Plan = withSchema(w, w.SecondPlan, [9]string{"AS BP", "AS BP", "AP BS", "AP BS", "AP BS", "AP BS", "AR BS", "AR BS", "AR BS"})
	_, report := policy.CheckRequest(in)
	same(t, "ten days less of publication", report, []string{publish})
}

// Where validators follow the parent's DS records a KSK need not be revoked.
func TestPlainWithdrawal(t *testing.T) {
	w, limits := kskWorld()
	in := w.Chained()
	in.Limits = limits
	in.Plan = withSchema(w, w.SecondPlan, [9]string{"AS BP", "AS BP", "AS BP", "AP BS", "AP BS", "AP BS", "BS", "BS", "BS"})
	_, report := policy.CheckRequest(in)
	same(t, "revoke-first", report, []string{withdraw})
	in.Limits.KSK.Withdrawal = policy.Plain
	if approved, report := policy.CheckRequest(in); approved == nil {
		t.Error(report)
	}
}

// A roll needs both anchors pinned while both KSKs sign: that a trusted bundle
// published the new one is not enough.
func TestEveryBundleNeedsAPinnedKey(t *testing.T) {
	w, limits := kskWorld()
	old, successor := w.KSKs[0], w.KSKs[1]
	for _, row := range []struct {
		previous, next string
		pinned         []*ksrfixture.Key
		want           []string
	}{
		{"pre-publish", "rollover", []*ksrfixture.Key{old, successor}, nil},
		{"pre-publish", "rollover", []*ksrfixture.Key{old}, []string{"SKR-SIG-ANCHOR"}},
		{"pre-publish", "rollover", []*ksrfixture.Key{successor}, []string{"SKR-SIG-ANCHOR"}},
		{"rollover+", "rollover+", []*ksrfixture.Key{old}, []string{"SKR-SIG-ANCHOR"}},
		{"rollover+", "revoke", []*ksrfixture.Key{successor}, nil},
	} {
		in := w.ChainedAnswer()
		in.Limits = limits
		in.Previous = w.Answer(w.First, withSchema(w, w.FirstPlan, schemas[row.previous]))
		in.Response = w.Answer(in.Request, withSchema(w, w.SecondPlan, schemas[row.next]))
		in.Anchors = ksrfixture.Pinned(row.pinned...)
		_, report := policy.CheckResponse(in)
		same(t, row.previous+" to "+row.next, report, row.want)
	}
}

// A second algorithm comes in beside the first, with a KSK and a ZSK in the same
// slot: its KSK signs as soon as it is published, and the zone has to be signed
// with it too. See RFC 6781, Section 4.1.4.
func TestAlgorithmRoll(t *testing.T) {
	w, limits := kskWorld()
	limits.KSK.Algorithms = append(limits.KSK.Algorithms, policy.AlgorithmLimit{Algorithm: dnssec.ED25519})
	limits.ZSK.Algorithms = limits.KSK.Algorithms
	ksk, zsk := ksrfixture.NewKey("ed", dnssec.ED25519, 0, 257), ksrfixture.NewKey("ed-zsk", dnssec.ED25519, 0, 256)
	w.Know(zsk)
	slots := w.SecondDraft()
	for i := 3; i < len(slots); i++ {
		slots[i].ZSKs = append(slices.Clone(slots[i].ZSKs), zsk)
	}
	with := func() policy.RequestInput {
		in := w.Chained()
		in.Limits = limits
		in.KSKs = append(in.KSKs, ksk.Key())
		in.Request = w.Request("second", slots)
		in.Request.Policy.Algorithms = append(in.Request.Policy.Algorithms, ksr.StatedAlgorithm{Algorithm: dnssec.ED25519, Bits: 256})
		for i := 3; i < len(in.Plan); i++ {
			in.Plan[i].KSKs = append(in.Plan[i].KSKs, ksrfixture.Signing(ksk))
		}
		return in
	}
	if approved, report := policy.CheckRequest(with()); approved == nil {
		t.Errorf("an algorithm comes in:\n%s", report)
	}
	for name, change := range map[string]func(*policy.RequestInput){
		"its KSK does not sign": func(in *policy.RequestInput) { in.Plan[5].KSKs[1].Signs = false },
		"it has no ZSK":         func(in *policy.RequestInput) { in.Request = w.Second },
		"it has no KSK": func(in *policy.RequestInput) {
			for i := range in.Plan {
				in.Plan[i].KSKs = in.Plan[i].KSKs[:1]
			}
		},
	} {
		in := with()
		change(&in)
		_, report := policy.CheckRequest(in)
		same(t, name, report, []string{"SKR-KSK-SIGNER"})
	}
}

// The last KSK of an algorithm is revoked while its ZSK is still there: its own
// signature is the one that the algorithm needs (RFC 6781, Section 4.1.4.2). It
// does not make the RRset trusted.
func TestRevokedKSKSignsForItsAlgorithm(t *testing.T) {
	w, limits := kskWorld()
	limits.KSK.Algorithms = append(limits.KSK.Algorithms, policy.AlgorithmLimit{Algorithm: dnssec.ED25519})
	limits.ZSK.Algorithms = limits.KSK.Algorithms
	ksk, zsk := ksrfixture.NewKey("ed", dnssec.ED25519, 0, 257), ksrfixture.NewKey("ed-zsk", dnssec.ED25519, 0, 256)
	w.Know(ksk, zsk)
	slots := w.SecondDraft()
	for i := range slots {
		slots[i].ZSKs = append(slices.Clone(slots[i].ZSKs), zsk)
	}
	in := w.ChainedAnswer()
	in.Genesis, in.Previous, in.OnRecord, in.Known, in.Limits = true, nil, nil, nil, limits
	in.Request = w.Request("second", slots)
	plan := w.Plan(in.Request)
	for i := range plan {
		plan[i].KSKs = []policy.PlannedKSK{ksrfixture.Signing(w.KSKs[0]), ksrfixture.Revoked(ksk)}
	}
	in.Response = w.Answer(in.Request, plan)
	in.Response.KSKPolicy.Algorithms = nil
	if verified, report := policy.CheckResponse(in); verified == nil {
		t.Error(report)
	}
	for i := range plan {
		plan[i].KSKs = []policy.PlannedKSK{ksrfixture.Revoked(w.KSKs[0]), ksrfixture.Revoked(ksk)}
	}
	in.Response = w.Answer(in.Request, plan)
	_, report := policy.CheckResponse(in)
	same(t, "nobody but revoked keys", report, []string{"SKR-SIG-ANCHOR"})
}
