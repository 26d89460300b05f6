package ksrfixture

import (
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// RequestCase is a KSR, or what it is judged by, with one fault.
type RequestCase struct {
	Name string
	Want []string // the checks that fail, and no others
	In   policy.RequestInput
}

// requestList collects cases of one world.
type requestList struct {
	w     *World
	cases []RequestCase
}

// chained adds a case made from the good second KSR, genesis one from the first.
func (l *requestList) chained(name string, want []string, change func(*policy.RequestInput)) {
	in := l.w.Chained()
	change(&in)
	l.cases = append(l.cases, RequestCase{name, want, in})
}

func (l *requestList) genesis(name string, want []string, change func(*policy.RequestInput)) {
	in := l.w.Genesis()
	change(&in)
	l.cases = append(l.cases, RequestCase{name, want, in})
}

// slots adds a case with other slots.
func (l *requestList) slots(name string, want []string, change func([]Slot) []Slot) {
	l.chained(name, want, func(in *policy.RequestInput) { l.w.remake(in, change(l.w.SecondDraft())) })
}

// remake puts other slots into the input.
func (w *World) remake(in *policy.RequestInput, slots []Slot) {
	in.Request = w.Request(in.Request.ID, slots)
	in.Plan = w.Plan(in.Request)
}

// newKey adds a case whose next ZSK is another one, which the KSR states.
func (l *requestList) newKey(name string, want []string, key *Key) {
	l.chained(name, want, func(in *policy.RequestInput) { l.useKey(in, key) })
}

func (l *requestList) useKey(in *policy.RequestInput, key *Key) {
	l.w.Know(key)
	slots := l.w.SecondDraft()
	slots[8].ZSKs = []*Key{l.w.ZSKs[2], key}
	l.w.remake(in, slots)
	if _, _, err := dnssec.KeyBits(key.key); err == nil {
		in.Request.Policy.Algorithms = append(in.Request.Policy.Algorithms, statedOf(key)...)
	}
}

// bundle adds a case with one bundle changed and proved anew.
func (l *requestList) bundle(name string, want []string, number int, change func(*ksr.Bundle)) {
	l.chained(name, want, func(in *policy.RequestInput) {
		b := &in.Request.Bundles[number-1]
		change(b)
		l.w.Prove(in.Request.Zone, b)
	})
}

// signature adds a case with one signature of the fifth bundle changed and made
// anew.
func (l *requestList) signature(name string, want []string, change func(*rr.RRSIG)) {
	l.chained(name, want, func(in *policy.RequestInput) {
		b := &in.Request.Bundles[4]
		l.w.resign(b.DNSKEYSet(in.Request.Zone), b.Keys[0], &b.Signatures[0].RRSIG, change)
	})
}

// resign changes the fields of a signature and signs what they then say.
func (w *World) resign(set *rr.Set, key ksr.Key, sig *rr.RRSIG, change func(*rr.RRSIG)) {
	change(sig)
	input, err := dnssec.SignInput(sig.Algorithm, dnssec.AppendSignedData(nil, *sig, set))
	if err != nil {
		panic(err)
	}
	signatures := make([][]byte, 1)
	if err := w.signers[identity(key.DNSKEY)].SignBatch([][]byte{input}, signatures); err != nil {
		panic(err)
	}
	sig.Signature = signatures[0]
}

// shift moves slots by a time.
func shift(slots []Slot, by time.Duration) []Slot {
	for i := range slots {
		slots[i].Inception = slots[i].Inception.Add(by)
		slots[i].Expiration = slots[i].Expiration.Add(by)
	}
	return slots
}

// every sets the intervals between slots, in days.
func every(slots []Slot, days ...int) []Slot {
	for i, n := range days {
		slots[i+1].Inception = slots[i].Inception.Add(time.Duration(n) * Day)
		slots[i+1].Expiration = slots[i+1].Inception.Add(21 * Day)
	}
	return slots
}

// RequestCases is every fault of a KSR, of what it is judged by, and of the plan
// for it, in the root's world.
func RequestCases() []RequestCase {
	l := &requestList{w: Root()}
	l.documents()
	l.bundles()
	l.keys()
	l.proofs()
	l.times()
	l.chains()
	l.zskRolls()
	l.plans()
	return l.cases
}

func want(checks ...string) []string { return checks }

func (l *requestList) documents() {
	w := l.w
	l.chained("limits without sense", want("LIMITS"), func(in *policy.RequestInput) { in.Limits.KSK.RetireSafety = -time.Second })
	l.chained("format", want("KSR-FORMAT"), func(in *policy.RequestInput) { in.Limits.Documents.Formats = []ksr.Format{ksr.Knot} })
	l.genesis("another zone", want("KSR-DOMAIN"), func(in *policy.RequestInput) {
		in.Request.Zone = "\x04arpa\x00"
		for i := range in.Request.Bundles {
			w.Prove(in.Request.Zone, &in.Request.Bundles[i])
		}
	})
	l.chained("id of the previous SKR", want("KSR-ID"), func(in *policy.RequestInput) { in.Request.ID = in.Previous.ID; in.Known = nil })
	l.chained("id of a KSR that was signed", want("KSR-ID"), func(in *policy.RequestInput) {
		in.Known = append(in.Known, policy.KnownRequest{ID: in.Request.ID, Signed: true})
	})
	l.chained("bytes of a KSR that was signed", want("KSR-ID"), func(in *policy.RequestInput) {
		in.Known = append(in.Known, policy.KnownRequest{ID: "x", Digest: in.Request.Digest, Signed: true})
	})
	l.chained("id seen with other bytes", want("KSR-ID"), func(in *policy.RequestInput) {
		in.Known = append(in.Known, policy.KnownRequest{ID: in.Request.ID, Digest: ksr.Digest{1}})
	})
	l.chained("no id", want("KSR-ID"), func(in *policy.RequestInput) { in.Request.ID = "" })
	l.chained("no previous SKR", want("KSR-GENESIS"), func(in *policy.RequestInput) { in.Previous = nil })
	l.genesis("genesis again", want("KSR-GENESIS"), func(in *policy.RequestInput) {
		in.Known = []policy.KnownRequest{{ID: "x", Signed: true}}
	})
	l.genesis("genesis with an SKR on record", want("KSR-GENESIS"), func(in *policy.RequestInput) { in.OnRecord = &ksr.Digest{1} })
	l.chained("genesis with a previous SKR", want("KSR-GENESIS"), func(in *policy.RequestInput) { in.Genesis = true; in.OnRecord = nil; in.Known = nil })
	l.chained("states P90D of publish safety", want("KSR-POLICY-STATED"), func(in *policy.RequestInput) { in.Request.Policy.PublishSafety = 90 * Day })
	l.chained("states P90D of retire safety", want("KSR-POLICY-STATED"), func(in *policy.RequestInput) { in.Request.Policy.RetireSafety = 90 * Day })
	l.chained("states P60D of validity", want("KSR-POLICY-STATED"), func(in *policy.RequestInput) { in.Request.Policy.MaxSignatureValidity = 60 * Day })
	l.chained("states P1D of overlap", want("KSR-POLICY-STATED"), func(in *policy.RequestInput) { in.Request.Policy.MinValidityOverlap = Day })
}

func (l *requestList) bundles() {
	l.chained("a bundle id twice", want("KSR-BUNDLE-UNIQUE"), func(in *policy.RequestInput) { in.Request.Bundles[4].ID = in.Request.Bundles[3].ID })
	l.chained("a bundle id of the previous SKR", want("KSR-BUNDLE-UNIQUE"), func(in *policy.RequestInput) { in.Request.Bundles[4].ID = "first-4" })
	l.chained("no bundle id", want("KSR-BUNDLE-UNIQUE"), func(in *policy.RequestInput) { in.Request.Bundles[4].ID = "" })
	l.chained("two bundles begin at one time", want("KSR-BUNDLE-ORDER"), func(in *policy.RequestInput) {
		in.Request.Bundles[4].Inception = in.Request.Bundles[3].Inception
	})
	l.chained("inception after expiration", want("KSR-BUNDLE-ORDER"), func(in *policy.RequestInput) {
		b := &in.Request.Bundles[4]
		b.Expiration = b.Inception
	})
	l.slots("ten bundles", want("KSR-BUNDLE-COUNT"), func(slots []Slot) []Slot {
		slots[1].ZSKs = slots[0].ZSKs
		last := slots[8]
		last.ID = "second-10"
		return every(append(slots, last), 9, 9, 9, 9, 9, 9, 9, 9, 9)
	})
	l.slots("eight bundles", want("KSR-BUNDLE-COUNT", "KSR-BUNDLE-CYCLE-DURATION", "KSR-POLICY-KEYS"), func(slots []Slot) []Slot { return slots[:8] })
	l.bundle("two keys under one identifier", want("KSR-BUNDLE-KEYS"), 9, func(b *ksr.Bundle) { b.Keys[1].Identifier = l.w.ZSKs[1].Name })
	l.bundle("SEP flag", want("KSR-BUNDLE-KEYS"), 9, func(b *ksr.Bundle) { flag(&b.Keys[1], 257) })
	l.bundle("REVOKE flag", want("KSR-BUNDLE-KEYS"), 9, func(b *ksr.Bundle) { flag(&b.Keys[1], 384) })
	l.bundle("no zone key flag", want("KSR-BUNDLE-KEYS", "KSR-BUNDLE-POP"), 9, func(b *ksr.Bundle) { flag(&b.Keys[1], 0) })
	l.chained("wrong key tag stated", want("KSR-BUNDLE-KEYS"), func(in *policy.RequestInput) { in.Request.Bundles[4].Keys[0].Tag++ })
	l.bundle("protocol 2", want("KSR-BUNDLE-KEYS"), 9, func(b *ksr.Bundle) {
		b.Keys[1].Protocol = 2
		b.Keys[1].Tag = b.Keys[1].KeyTag()
	})
	l.bundle("one key under two identifiers", want("KSR-BUNDLE-ALIAS"), 5, func(b *ksr.Bundle) {
		alias := b.Keys[0]
		alias.Identifier = "alias"
		b.Keys = append(b.Keys, alias)
	})
	l.bundle("TTL of 60 seconds", want("KSR-BUNDLE-TTL"), 5, func(b *ksr.Bundle) { b.Keys[0].TTL = 60 })
	l.signature("original TTL of 60 seconds", want("KSR-BUNDLE-TTL"), func(sig *rr.RRSIG) { sig.OriginalTTL = 60 })
	l.bundle("three keys", want("KSR-POLICY-KEYS"), 9, func(b *ksr.Bundle) {
		b.Keys = append(b.Keys, l.w.keyOf(l.w.ZSKs[1].Name, l.w.ZSKs[1].key))
	})
	l.slots("no next key", want("KSR-POLICY-KEYS"), func(slots []Slot) []Slot {
		slots[8].ZSKs = slots[7].ZSKs
		return slots
	})
}

func flag(key *ksr.Key, flags uint16) {
	key.Flags = flags
	key.Tag = key.KeyTag()
}

func (l *requestList) keys() {
	l.newKey("512 bits", want("KSR-POLICY-ALG"), NewKey("short", dnssec.RSASHA256, 512, 256))
	l.newKey("1024 bits", want("KSR-POLICY-ALG"), NewKey("short", dnssec.RSASHA256, 1024, 256))
	l.newKey("ECDSA", want("KSR-POLICY-ALG"), NewKey("curve", dnssec.ECDSAP256SHA256, 0, 256))
	l.newKey("exponent 3", want("KSR-POLICY-ALG"), ExponentThree("three"))
	l.chained("states an algorithm of no key", want("KSR-POLICY-ALG"), func(in *policy.RequestInput) {
		in.Request.Policy.Algorithms = append(in.Request.Policy.Algorithms, ksr.StatedAlgorithm{Algorithm: 8, Bits: 1024, Exponent: 65537})
	})
	l.chained("states exponent 3, uses 65537", want("KSR-KEY-STATED"), func(in *policy.RequestInput) {
		in.Limits.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: 8, Bits: []int{2048}, Exponents: []int{3, 65537}}}
		in.Request.Policy.Algorithms[0].Exponent = 3
	})
	l.newKey("even modulus", want("KSR-KEY-WEAK"), Even("even"))
	l.newKey("small factor", want("KSR-KEY-WEAK"), SmallFactor("small"))
	l.newKey("close factors", want("KSR-KEY-WEAK"), CloseFactors("close"))
	l.newKey("shared factor", want("KSR-KEY-WEAK"), SharedFactor("shared", l.w.ZSKs[2]))
	same, exponent := SameModulus("same", l.w.ZSKs[2])
	l.chained("another key's modulus with another exponent", want("KSR-KEY-WEAK"), func(in *policy.RequestInput) {
		in.Limits.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: dnssec.RSASHA256, Bits: []int{2048}, Exponents: []int{exponent, 65537}}}
		l.useKey(in, same)
	})
	l.newKey("ROCA", want("KSR-KEY-WEAK"), ROCA("roca", 256))
	l.chained("not a key of its algorithm", want("KSR-BUNDLE-KEYS"), func(in *policy.RequestInput) {
		wire := append([]byte{0, 0, 3, 1, 0, 1}, l.w.ZSKs[3].key.PublicKey[4:]...)
		l.useKey(in, &Key{Name: "long", key: rr.DNSKEY{Flags: 256, Protocol: 3, Algorithm: 8, PublicKey: wire}})
	})
}

func (l *requestList) proofs() {
	l.signature("key tag 1", want("KSR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.KeyTag = 1 })
	l.signature("labels 1", want("KSR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.Labels = 1 })
	l.signature("signer com.", want("KSR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.SignerName = "\x03com\x00" })
	l.signature("type covered NS", want("KSR-SIG-FIELDS"), func(sig *rr.RRSIG) { sig.TypeCovered = rr.TypeNS })
	l.chained("corrupted proof", want("KSR-BUNDLE-POP"), func(in *policy.RequestInput) { in.Request.Bundles[4].Signatures[0].Signature[7] ^= 1 })
	l.chained("two proofs swapped", want("KSR-BUNDLE-POP"), func(in *policy.RequestInput) {
		b := in.Request.Bundles
		b[3].Signatures[0].Signature, b[4].Signatures[0].Signature = b[4].Signatures[0].Signature, b[3].Signatures[0].Signature
	})
	l.chained("no proof by one key", want("KSR-BUNDLE-POP"), func(in *policy.RequestInput) {
		in.Request.Bundles[0].Signatures = in.Request.Bundles[0].Signatures[:1]
	})
	l.chained("two proofs by one key", want("KSR-BUNDLE-POP"), func(in *policy.RequestInput) {
		b := &in.Request.Bundles[4]
		b.Signatures = append(b.Signatures, b.Signatures[0])
	})
	l.chained("proof by a key outside the bundle", want("KSR-BUNDLE-POP"), func(in *policy.RequestInput) {
		b := in.Request.Bundles
		b[4].Signatures = append(b[4].Signatures, b[0].Signatures[0])
	})
}

func (l *requestList) times() {
	l.slots("cycle of 88 days", want("KSR-BUNDLE-CYCLE-DURATION"), func(slots []Slot) []Slot { return every(slots, 11, 11, 11, 11, 11, 11, 11, 11) })
	l.slots("interval of 12 days", want("KSR-POLICY-BUNDLE-INTERVALS"), func(slots []Slot) []Slot { return every(slots, 10, 10, 10, 12, 10, 9, 9, 10) })
	l.slots("validity of 60 days", want("KSR-POLICY-SIG-VALIDITY"), func(slots []Slot) []Slot {
		for i := range slots {
			slots[i].Expiration = slots[i].Inception.Add(60 * Day)
		}
		return slots
	})
	l.slots("validity of 20 days", want("KSR-POLICY-SIG-VALIDITY"), func(slots []Slot) []Slot {
		for i := range slots {
			slots[i].Expiration = slots[i].Inception.Add(20 * Day)
		}
		return slots
	})
	l.chained("overlap of 10 days where 11 are asked", want("KSR-POLICY-SIG-OVERLAP"), func(in *policy.RequestInput) {
		in.Limits.Bundles.Overlap.Min = 11 * Day
		l.w.remake(in, every(l.w.SecondDraft(), 10, 10, 11, 9, 10, 10, 10, 10))
		in.Request.Policy.MinValidityOverlap = 11 * Day
	})
	l.genesis("bundles in 2037", want("KSR-POLICY-SIG-HORIZON"), func(in *policy.RequestInput) {
		slots := l.w.Draft("first", l.w.Start.AddDate(10, 0, 0))
		for i := range slots {
			slots[i].ZSKs = l.w.ZSKs[1:2]
		}
		l.w.remake(in, slots)
	})
	l.genesis("genesis asks for the last slot of a cycle to come", want("KSR-BUNDLE-COUNT"), func(in *policy.RequestInput) {
		in.Request.Bundles, in.Plan = in.Request.Bundles[8:], in.Plan[8:]
	})
	l.chained("a bundle that has expired", want("KSR-POLICY-SIG-HORIZON"), func(in *policy.RequestInput) { in.Now = in.Request.Bundles[0].Expiration })
	l.genesis("genesis asks for a slot that has ended", want("KSR-POLICY-SIG-HORIZON"), func(in *policy.RequestInput) { in.Now = in.Request.Bundles[1].Inception })
}

func (l *requestList) chains() {
	w := l.w
	l.chained("previous SKR with a forged signature", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) { in.Previous.Bundles[2].Signatures[0].Signature[9] ^= 1 })
	l.chained("previous SKR by another KSK", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) {
		in.KSKs = []rr.DNSKEY{w.KSKs[1].key}
		in.Plan = w.planWith(in.Plan, w.KSKs[1])
	})
	l.chained("previous SKR with an edited time", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) {
		b := &in.Previous.Bundles[8]
		b.Expiration = b.Expiration.Add(time.Hour)
	})
	l.chained("previous SKR with a TTL edited", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) { in.Previous.Bundles[3].Keys[0].TTL = 60 })
	l.chained("previous SKR of another zone", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) { in.Previous.Zone = "\x04arpa\x00" })
	l.chained("previous SKR with a bundle not signed", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) { in.Previous.Bundles[2].Signatures = nil })
	l.chained("previous SKR with a signature by nobody", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) {
		in.Previous.Bundles[2].Signatures[0].KeyIdentifier = "x"
	})
	l.chained("previous SKR with a wrong key tag", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) { in.Previous.Bundles[2].Signatures[0].KeyTag++ })
	l.chained("previous SKR with two bundles at one time", want("KSR-CHAIN-SKR"), func(in *policy.RequestInput) {
		in.Previous.Bundles[2].Inception = in.Previous.Bundles[1].Inception
	})
	l.chained("previous SKR without bundles", want("KSR-CHAIN-SKR", "KSR-CHAIN-KEYS"), func(in *policy.RequestInput) { in.Previous.Bundles = nil })
	l.chained("no KSKs", want("KSR-CHAIN-SKR", "SKR-KSK-HELD"), func(in *policy.RequestInput) { in.KSKs = nil })
	l.chained("previous SKR is not the last on record", want("KSR-CHAIN-HASH"), func(in *policy.RequestInput) { in.OnRecord = &ksr.Digest{1} })
	l.slots("begins after the previous SKR ended", want("KSR-CHAIN-OVERLAP"), func(slots []Slot) []Slot { return shift(slots, 13*Day) })
	l.slots("keys of another history", want("KSR-CHAIN-KEYS"), func(slots []Slot) []Slot {
		other := []*Key{w.ZSKs[4], w.ZSKs[0], w.ZSKs[3]}
		for i := range slots {
			slots[i].ZSKs = other[1:2]
		}
		slots[0].ZSKs, slots[8].ZSKs = other[0:2], other[1:3]
		return slots
	})
	l.chained("old key dropped at once", want("KSR-CHAIN-KEYS"), func(in *policy.RequestInput) {
		in.Limits.ZSK.DistinctKeys.Min = 2
		slots := w.SecondDraft()
		slots[0].ZSKs = slots[1].ZSKs
		w.remake(in, slots)
	})
	l.chained("next key withdrawn", want("KSR-CHAIN-KEYS"), func(in *policy.RequestInput) {
		slots := w.SecondDraft()
		for i := range slots {
			slots[i].ZSKs = []*Key{w.ZSKs[1]}
		}
		slots[7].ZSKs = []*Key{w.ZSKs[1], w.ZSKs[3]}
		slots[8].ZSKs = slots[7].ZSKs
		in.Limits.ZSK.DistinctKeys.Min = 2
		w.remake(in, slots)
	})
}

func (l *requestList) zskRolls() {
	w := l.w
	l.slots("a key that was never published stands alone", want("KSR-ZSK-PUBLISH-SAFETY"), func(slots []Slot) []Slot {
		for i := 4; i < 9; i++ {
			slots[i].ZSKs = w.ZSKs[3:4]
		}
		return slots
	})
	l.slots("a key stands alone one slot after it came", want("KSR-ZSK-RETIRE-SAFETY"), func(slots []Slot) []Slot {
		slots[7].ZSKs, slots[8].ZSKs = w.ZSKs[2:4], w.ZSKs[3:4]
		return slots
	})
}

func (w *World) planWith(plan policy.Plan, key *Key) policy.Plan {
	for i := range plan {
		plan[i].KSKs = []policy.PlannedKSK{Signing(key)}
	}
	return plan
}

// plan adds a case with another plan.
func (l *requestList) plan(name string, want []string, change func(policy.Plan) policy.Plan) {
	l.chained(name, want, func(in *policy.RequestInput) { in.Plan = change(in.Plan) })
}

func (l *requestList) plans() {
	w := l.w
	a, b := w.KSKs[0], w.KSKs[1]
	l.plan("no plan", want("SKR-MATCH"), func(policy.Plan) policy.Plan { return nil })
	l.plan("plan without bundles", want("SKR-MATCH"), func(policy.Plan) policy.Plan { return policy.Plan{} })
	l.plan("plan misses a bundle", want("SKR-MATCH"), func(plan policy.Plan) policy.Plan { return plan[:8] })
	l.plan("plan has another id", want("SKR-MATCH"), func(plan policy.Plan) policy.Plan { plan[3].ID = "x"; return plan })
	l.plan("plan has other times", want("SKR-MATCH"), func(plan policy.Plan) policy.Plan {
		plan[3].Expiration = plan[3].Expiration.Add(time.Second)
		return plan
	})
	l.plan("planned KSK has flags 259", want("SKR-KEY-FLAGS"), func(plan policy.Plan) policy.Plan {
		plan[8].KSKs[0].Key.Flags = 259
		return plan
	})
	l.plan("planned KSK is not ours", want("SKR-KSK-HELD"), func(plan policy.Plan) policy.Plan {
		other := *w.ZSKs[0]
		other.key.Flags = 257
		plan[8].KSKs = append(plan[8].KSKs, Publishing(&other))
		return plan
	})
	l.chained("planned KSK of 1024 bits", want("SKR-KEY-ALG"), func(in *policy.RequestInput) {
		short := NewKey("short", dnssec.RSASHA256, 1024, 257)
		in.KSKs = append(in.KSKs, short.key)
		in.Plan[8].KSKs = append(in.Plan[8].KSKs, Publishing(short))
	})
	l.chained("answer too large", want("SKR-SIZE"), func(in *policy.RequestInput) { in.Limits.Bundles.AnswerSize = 800 })
	l.plan("nobody signs", want("SKR-KSK-SIGNER"), func(plan policy.Plan) policy.Plan {
		plan[8].KSKs[0].Signs = false
		return plan
	})
	l.plan("new KSK signs without publication", want("SKR-KSK-PUBLISH-SAFETY"), func(plan policy.Plan) policy.Plan {
		for i := range plan {
			plan[i].KSKs = append(plan[i].KSKs, Publishing(b))
		}
		plan[1].KSKs = []policy.PlannedKSK{Publishing(a), Signing(b)}
		return plan
	})
	l.plan("revoked one slot after it signed", want("SKR-KSK-RETIRE-SAFETY"), func(plan policy.Plan) policy.Plan {
		for i := range plan {
			switch {
			case i < 4:
				plan[i].KSKs = []policy.PlannedKSK{Signing(a), Publishing(b)}
			default:
				plan[i].KSKs = []policy.PlannedKSK{Revoked(a), Signing(b)}
			}
		}
		return plan
	})
	l.plan("gone without revocation", want("SKR-KSK-WITHDRAW"), func(plan policy.Plan) policy.Plan {
		for i := range plan {
			if i < 5 {
				plan[i].KSKs = append(plan[i].KSKs, Publishing(b))
			}
		}
		return plan
	})
	l.plan("revoked and silent", want("SKR-KSK-REVOKE"), func(plan policy.Plan) policy.Plan {
		for i := range plan {
			silent := Revoked(b)
			silent.Signs = i != 8
			plan[i].KSKs = append(plan[i].KSKs, silent)
		}
		return plan
	})
	l.plan("revoked for ten days only", want("SKR-KSK-REVOKE"), func(plan policy.Plan) policy.Plan {
		plan[4].KSKs = append(plan[4].KSKs, Revoked(b))
		return plan
	})
	l.plan("revoked and back", want("SKR-KSK-REVOKE"), func(plan policy.Plan) policy.Plan {
		for i := range plan {
			if i < 8 {
				plan[i].KSKs = append(plan[i].KSKs, Revoked(b))
			} else {
				plan[i].KSKs = append(plan[i].KSKs, Publishing(b))
			}
		}
		return plan
	})
}
