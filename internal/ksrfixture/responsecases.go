package ksrfixture

import (
	"slices"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// ResponseCase is an SKR, or what it is judged by, with one fault.
type ResponseCase struct {
	Name string
	Want []string // the checks that fail, and no others
	In   policy.ResponseInput
}

type responseList struct {
	w     *World
	cases []ResponseCase
}

func (l *responseList) chained(name string, want []string, change func(*policy.ResponseInput)) {
	in := l.w.ChainedAnswer()
	change(&in)
	l.cases = append(l.cases, ResponseCase{name, want, in})
}

func (l *responseList) genesis(name string, want []string, change func(*policy.ResponseInput)) {
	in := l.w.GenesisAnswer()
	change(&in)
	l.cases = append(l.cases, ResponseCase{name, want, in})
}

// slots adds a case whose KSR and SKR have other slots.
func (l *responseList) slots(name string, want []string, change func([]Slot) []Slot) {
	l.chained(name, want, func(in *policy.ResponseInput) { l.w.reanswer(in, change(l.w.SecondDraft())) })
}

func (w *World) reanswer(in *policy.ResponseInput, slots []Slot) {
	in.Request = w.Request(in.Request.ID, slots)
	in.Response = w.Answer(in.Request, w.Plan(in.Request))
}

// plan adds a case whose SKR does something else with the KSKs.
func (l *responseList) plan(name string, want []string, change func(policy.Plan) policy.Plan) {
	l.chained(name, want, func(in *policy.ResponseInput) {
		in.Response = l.w.Answer(in.Request, change(ClonePlan(l.w.SecondPlan)))
	})
}

// bundle adds a case with one bundle changed and signed anew by the first KSK.
func (l *responseList) bundle(name string, want []string, number int, change func(*ksr.Bundle)) {
	l.chained(name, want, func(in *policy.ResponseInput) {
		b := &in.Response.Bundles[number-1]
		change(b)
		l.w.Sign(in.Response.Zone, b, l.w.SecondPlan[number-1])
	})
}

// signature adds a case with the signature of the fifth bundle changed and made
// anew.
func (l *responseList) signature(name string, want []string, change func(*rr.RRSIG)) {
	l.chained(name, want, func(in *policy.ResponseInput) {
		b := &in.Response.Bundles[4]
		l.w.resign(b.DNSKEYSet(in.Response.Zone), b.Keys[len(b.Keys)-1], &b.Signatures[0].RRSIG, change)
	})
}

// ResponseCases is every fault of an SKR and of what it is judged by, in the
// root's world.
func ResponseCases() []ResponseCase {
	l := &responseList{w: Root()}
	l.documents()
	l.bundles()
	l.keys()
	l.signatures()
	l.times()
	l.chains()
	l.rolls()
	return l.cases
}

func (l *responseList) documents() {
	w := l.w
	l.chained("limits without sense", want("LIMITS"), func(in *policy.ResponseInput) { in.Limits.WeakKeys.FermatSteps = 0 })
	l.chained("format", want("SKR-FORMAT"), func(in *policy.ResponseInput) { in.Limits.Documents.Formats = []ksr.Format{ksr.BIND} })
	l.genesis("another zone", want("SKR-DOMAIN"), func(in *policy.ResponseInput) {
		in.Response.Zone = "\x04arpa\x00"
		for i := range in.Response.Bundles {
			w.Sign(in.Response.Zone, &in.Response.Bundles[i], w.FirstPlan[i])
		}
	})
	l.chained("another id", want("SKR-ID"), func(in *policy.ResponseInput) { in.Response.ID = "x" })
	l.chained("another serial", want("SKR-ID"), func(in *policy.ResponseInput) { in.Response.Serial++ })
	l.chained("installed before", want("SKR-ID"), func(in *policy.ResponseInput) {
		in.Known = append(in.Known, policy.KnownResponse{ID: "x", Digest: in.Response.Digest})
	})
	l.chained("no previous SKR", want("SKR-GENESIS"), func(in *policy.ResponseInput) { in.Previous = nil })
	l.genesis("genesis again", want("SKR-GENESIS"), func(in *policy.ResponseInput) { in.Known = []policy.KnownResponse{{ID: "x"}} })
	l.chained("no KSR", want("SKR-MATCH"), func(in *policy.ResponseInput) { in.Request = nil })
	l.chained("no anchors", want("SKR-SIG-ANCHOR"), func(in *policy.ResponseInput) { in.Anchors = nil })
	l.chained("states P60D of validity", want("SKR-POLICY-STATED"), func(in *policy.ResponseInput) { in.Response.KSKPolicy.MaxSignatureValidity = 60 * Day })
	l.chained("states P1D of overlap", want("SKR-POLICY-STATED"), func(in *policy.ResponseInput) {
		in.Response.KSKPolicy.MaxValidityOverlap = Day
		in.Response.KSKPolicy.MinValidityOverlap = 0
	})
	l.chained("states another algorithm", want("SKR-POLICY-STATED"), func(in *policy.ResponseInput) { in.Response.KSKPolicy.Algorithms[0].Bits = 1024 })
	l.chained("ZSK policy is not ours", want("SKR-MATCH"), func(in *policy.ResponseInput) { in.Response.ZSKPolicy.PublishSafety = 0 })
}

func (l *responseList) bundles() {
	w := l.w
	l.chained("a bundle id of the previous SKR", want("SKR-BUNDLE-UNIQUE"), func(in *policy.ResponseInput) { in.Response.Bundles[4].ID = "first-4" })
	l.bundle("two bundles begin at one time", want("SKR-BUNDLE-ORDER", "SKR-MATCH", "SKR-SIG-FIELDS"), 5, func(b *ksr.Bundle) { b.Inception = b.Inception.Add(-10 * Day) })
	l.slots("ten bundles", want("SKR-BUNDLE-COUNT"), func(slots []Slot) []Slot {
		slots[1].ZSKs = slots[0].ZSKs
		last := slots[8]
		last.ID = "second-10"
		return every(append(slots, last), 9, 9, 9, 9, 9, 9, 9, 9, 9)
	})
	l.chained("truncated", want("SKR-BUNDLE-COUNT", "SKR-BUNDLE-CYCLE-DURATION", "SKR-MATCH"), func(in *policy.ResponseInput) { in.Response.Bundles = in.Response.Bundles[:8] })
	l.chained("none of our ZSKs", want("SKR-MATCH"), func(in *policy.ResponseInput) {
		for i := range in.Response.Bundles {
			b := &in.Response.Bundles[i]
			b.Keys = []ksr.Key{w.keyOf("x", w.ZSKs[4].key), w.keyOf(w.KSKs[0].Name, w.KSKs[0].key)}
			w.Sign(in.Response.Zone, b, w.SecondPlan[i])
		}
	})
	l.bundle("one of our ZSKs is missing", want("SKR-MATCH"), 9, func(b *ksr.Bundle) { b.Keys = slices.Delete(b.Keys, 1, 2) })
	l.bundle("a ZSK that is not ours", want("SKR-MATCH"), 5, func(b *ksr.Bundle) { b.Keys = append(b.Keys, w.keyOf("x", w.ZSKs[4].key)) })
	l.bundle("our ZSK under another identifier", want("SKR-BUNDLE-KEYS", "SKR-MATCH"), 5, func(b *ksr.Bundle) { b.Keys[0].Identifier = "x" })
	l.chained("a bundle we did not ask for", want("SKR-MATCH"), func(in *policy.ResponseInput) { in.Request.Bundles[4].ID = "x" })
	l.chained("bundles we asked other times for", want("SKR-MATCH"), func(in *policy.ResponseInput) {
		in.Request.Bundles[4].Expiration = in.Request.Bundles[4].Expiration.Add(time.Second)
	})
}

func (l *responseList) keys() {
	w := l.w
	l.chained("wrong key tag stated", want("SKR-BUNDLE-KEYS"), func(in *policy.ResponseInput) { in.Response.Bundles[4].Keys[0].Tag++ })
	l.bundle("a key with flags 259", want("SKR-KEY-FLAGS"), 9, func(b *ksr.Bundle) {
		key := w.keyOf("x", w.ZSKs[4].key)
		flag(&key, 259)
		b.Keys = append(b.Keys, key)
	})
	l.plan("a KSK of 1024 bits", want("SKR-KEY-ALG"), func(plan policy.Plan) policy.Plan {
		plan[8].KSKs = append(plan[8].KSKs, Publishing(NewKey("short", dnssec.RSASHA256, 1024, 257)))
		return plan
	})
	l.plan("a ROCA KSK", want("SKR-KEY-WEAK"), func(plan policy.Plan) policy.Plan {
		plan[8].KSKs = append(plan[8].KSKs, Publishing(ROCA("roca", 257)))
		return plan
	})
	l.bundle("TTL of 60 seconds", want("SKR-TTL"), 5, func(b *ksr.Bundle) {
		for i := range b.Keys {
			b.Keys[i].TTL = 60
		}
	})
	l.chained("answer too large", want("SKR-SIZE"), func(in *policy.ResponseInput) { in.Limits.Bundles.AnswerSize = 800 })
}

func (l *responseList) signatures() {
	w := l.w
	l.chained("corrupted signature", want("SKR-SIG-VALID"), func(in *policy.ResponseInput) { in.Response.Bundles[4].Signatures[0].Signature[7] ^= 1 })
	l.chained("no signature", want("SKR-SIG-VALID"), func(in *policy.ResponseInput) { in.Response.Bundles[4].Signatures = nil })
	l.chained("two signatures by one key", want("SKR-SIG-VALID"), func(in *policy.ResponseInput) {
		b := &in.Response.Bundles[4]
		b.Signatures = append(b.Signatures, b.Signatures[0])
	})
	l.chained("signature by a key outside the bundle", want("SKR-SIG-VALID"), func(in *policy.ResponseInput) { in.Response.Bundles[4].Signatures[0].KeyIdentifier = "x" })
	l.signature("key tag 1", want("SKR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.KeyTag = 1 })
	l.signature("labels 1", want("SKR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.Labels = 1 })
	l.signature("signer com.", want("SKR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.SignerName = "\x03com\x00" })
	l.signature("expires an hour early", want("SKR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.Expiration = sig.Expiration.Add(-time.Hour) })
	l.signature("begins an hour late", want("SKR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.Inception = sig.Inception.Add(time.Hour) })
	l.signature("original TTL of 60 seconds", want("SKR-TTL"), func(sig *rr.RRSIG) { sig.OriginalTTL = 60 })
	l.plan("rogue KSK", want("SKR-SIG-ANCHOR"), func(plan policy.Plan) policy.Plan {
		rogue := NewKey("rogue", dnssec.RSASHA256, 2048, 257)
		w.Know(rogue)
		return w.planWith(plan, rogue)
	})
	l.chained("KSK that is not pinned", want("SKR-SIG-ANCHOR"), func(in *policy.ResponseInput) { in.Anchors = Pinned(w.KSKs[1]) })
	l.plan("signed by a ZSK besides", want("SKR-KSK-SIGNER"), func(plan policy.Plan) policy.Plan {
		return plan
	})
	last := &l.cases[len(l.cases)-1]
	b := &last.In.Response.Bundles[4]
	b.Signatures = append(b.Signatures, sign(b.DNSKEYSet(rr.Root), rr.Root, w.ZSKs[2], b.Keys[0], b.Inception, b.Expiration))
}

func (l *responseList) times() {
	l.slots("cycle of 88 days", want("SKR-BUNDLE-CYCLE-DURATION"), func(slots []Slot) []Slot { return every(slots, 11, 11, 11, 11, 11, 11, 11, 11) })
	l.slots("interval of 12 days", want("SKR-BUNDLE-INTERVALS"), func(slots []Slot) []Slot { return every(slots, 10, 10, 10, 12, 10, 9, 9, 10) })
	l.slots("validity of 60 days", want("SKR-SIG-VALIDITY"), func(slots []Slot) []Slot {
		for i := range slots {
			slots[i].Expiration = slots[i].Inception.Add(60 * Day)
		}
		return slots
	})
	l.chained("overlap of 10 days where 11 are asked", want("SKR-SIG-OVERLAP"), func(in *policy.ResponseInput) {
		in.Limits.Bundles.Overlap.Min = 11 * Day
		l.w.reanswer(in, every(l.w.SecondDraft(), 10, 10, 11, 9, 10, 10, 10, 10))
	})
	l.genesis("bundles in 2037", want("SKR-SIG-HORIZON"), func(in *policy.ResponseInput) {
		slots := l.w.Draft("first", l.w.Start.AddDate(10, 0, 0))
		for i := range slots {
			slots[i].ZSKs = l.w.ZSKs[1:2]
		}
		l.w.reanswer(in, slots)
	})
	l.chained("expired", want("SKR-NOW"), func(in *policy.ResponseInput) { in.Now = in.Response.Bundles[8].Expiration })
}

func (l *responseList) chains() {
	w := l.w
	l.chained("previous SKR with a forged signature", want("SKR-CHAIN-SKR"), func(in *policy.ResponseInput) { in.Previous.Bundles[2].Signatures[0].Signature[9] ^= 1 })
	l.chained("previous SKR is not the last on record", want("SKR-CHAIN-HASH"), func(in *policy.ResponseInput) { in.OnRecord = &ksr.Digest{1} })
	l.slots("begins after the previous SKR ended", want("SKR-CHAIN-OVERLAP"), func(slots []Slot) []Slot { return shift(slots, 13*Day) })
	l.slots("old key dropped at once", want("SKR-CHAIN-KEYS"), func(slots []Slot) []Slot {
		slots[0].ZSKs = slots[1].ZSKs
		return slots
	})
	l.slots("a key that was never published stands alone", want("SKR-ZSK-PUBLISH-SAFETY"), func(slots []Slot) []Slot {
		for i := 4; i < 9; i++ {
			slots[i].ZSKs = w.ZSKs[3:4]
		}
		return slots
	})
	l.slots("a key stands alone one slot after it came", want("SKR-ZSK-RETIRE-SAFETY"), func(slots []Slot) []Slot {
		slots[7].ZSKs, slots[8].ZSKs = w.ZSKs[2:4], w.ZSKs[3:4]
		return slots
	})
}

func (l *responseList) rolls() {
	a, b := l.w.KSKs[0], l.w.KSKs[1]
	l.plan("new KSK signs without publication", want("SKR-KSK-PUBLISH-SAFETY"), func(plan policy.Plan) policy.Plan {
		for i := range plan {
			plan[i].KSKs = append(plan[i].KSKs, Publishing(b))
		}
		plan[1].KSKs = []policy.PlannedKSK{Publishing(a), Signing(b)}
		return plan
	})
	l.plan("revoked one slot after it signed", want("SKR-KSK-RETIRE-SAFETY"), func(plan policy.Plan) policy.Plan {
		for i := range plan {
			plan[i].KSKs = []policy.PlannedKSK{Revoked(a), Signing(b)}
			if i < 4 {
				plan[i].KSKs = []policy.PlannedKSK{Signing(a), Publishing(b)}
			}
		}
		return plan
	})
	l.plan("gone without revocation", want("SKR-KSK-WITHDRAW"), func(plan policy.Plan) policy.Plan {
		for i := range 5 {
			plan[i].KSKs = append(plan[i].KSKs, Publishing(b))
		}
		return plan
	})
	l.plan("revoked for ten days only", want("SKR-KSK-REVOKE"), func(plan policy.Plan) policy.Plan {
		plan[4].KSKs = append(plan[4].KSKs, Revoked(b))
		return plan
	})
	l.plan("revoked and silent", want("SKR-KSK-REVOKE"), func(plan policy.Plan) policy.Plan {
		silent := Revoked(b)
		silent.Signs = false
		plan[8].KSKs = append(plan[8].KSKs, silent)
		return plan
	})
}
