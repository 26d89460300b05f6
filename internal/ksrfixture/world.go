package ksrfixture

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// Day is 24 hours.
const Day = 24 * time.Hour

// World is two operators of one zone with their keys and two cycles of good
// documents: the first a genesis, the second chained to it. The documents of a
// World are shared: Clone them before changing them.
type World struct {
	Limits policy.Limits
	ZSKs   []*Key // one per cycle, the first is that of the cycle before Start
	KSKs   []*Key // the first signs
	Start  time.Time

	First, Second             *ksr.Request
	FirstAnswer, SecondAnswer *ksr.Response
	FirstPlan, SecondPlan     policy.Plan

	signers map[string]*Key
}

// Root is a world with the limits and algorithm of the root zone.
var Root = sync.OnceValue(func() *World {
	return newWorld(policy.RootLimits(), func(name string, flags uint16) *Key {
		return NewKey(name, dnssec.RSASHA256, 2048, flags)
	})
})

// TLD is a world with ECDSA P-256 keys for example.com.
var TLD = sync.OnceValue(func() *World {
	return newWorld(policy.TLDLimits("\x07example\x03com\x00"), func(name string, flags uint16) *Key {
		return NewKey(name, dnssec.ECDSAP256SHA256, 0, flags)
	})
})

func newWorld(limits policy.Limits, key func(string, uint16) *Key) *World {
	w := &World{
		Limits:  limits,
		Start:   time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		signers: map[string]*Key{},
	}
	for i := range 5 {
		w.ZSKs = append(w.ZSKs, key(fmt.Sprintf("ZSK-%d", i), 256))
	}
	for i := range 2 {
		w.KSKs = append(w.KSKs, key(fmt.Sprintf("KSK-%d", i), 257))
	}
	w.Know(w.ZSKs...)
	w.Know(w.KSKs...)

	first := w.Draft("first", w.Start)
	first[0].ZSKs = w.ZSKs[1:2]
	for i := range first {
		if i > 0 {
			first[i].ZSKs = w.ZSKs[1:2]
		}
	}
	first[8].ZSKs = w.ZSKs[1:3]
	w.First = w.Request("first", first)
	w.FirstPlan = w.Plan(w.First)
	w.FirstAnswer = w.Answer(w.First, w.FirstPlan)

	w.Second = w.Request("second", w.SecondDraft())
	w.SecondPlan = w.Plan(w.Second)
	w.SecondAnswer = w.Answer(w.Second, w.SecondPlan)
	return w
}

// Slot is a bundle to be made.
type Slot struct {
	ID         string
	Inception  time.Time
	Expiration time.Time
	ZSKs       []*Key
}

// Draft is nine slots of ten days, 21 days valid, without keys.
func (w *World) Draft(id string, start time.Time) []Slot {
	slots := make([]Slot, 9)
	for i := range slots {
		inception := start.Add(time.Duration(i) * 10 * Day)
		slots[i] = Slot{ID: fmt.Sprintf("%s-%d", id, i+1), Inception: inception, Expiration: inception.Add(21 * Day)}
	}
	return slots
}

// SecondStart is when the second cycle begins.
func (w *World) SecondStart() time.Time { return w.Start.AddDate(0, 3, 0) }

// SecondDraft is the slots of the second cycle: old and present key, present
// key, present and next key.
func (w *World) SecondDraft() []Slot {
	slots := w.Draft("second", w.SecondStart())
	for i := range slots {
		slots[i].ZSKs = w.ZSKs[2:3]
	}
	slots[0].ZSKs = w.ZSKs[1:3]
	slots[8].ZSKs = w.ZSKs[2:4]
	return slots
}

// Know makes keys known to Prove and Sign.
func (w *World) Know(keys ...*Key) {
	for _, key := range keys {
		w.signers[identity(key.key)] = key
	}
}

func identity(key rr.DNSKEY) string { return string(rune(key.Algorithm)) + string(key.PublicKey) }

// Now is 30 days before the first inception of a document.
func Now(bundles []ksr.Bundle) time.Time { return bundles[0].Inception.Add(-30 * Day) }

// Request is the KSR of slots.
func (w *World) Request(id string, slots []Slot) *ksr.Request {
	l := w.Limits
	r := &ksr.Request{
		Format: ksr.ICANN, ID: id, Serial: 1, Zone: l.Zone,
		Digest: sha256.Sum256([]byte("ksr " + id)),
		Policy: ksr.StatedPolicy{
			PublishSafety: l.ZSK.PublishSafety, RetireSafety: l.ZSK.RetireSafety,
			MinSignatureValidity: l.Bundles.Validity.Min, MaxSignatureValidity: l.Bundles.Validity.Max,
			MinValidityOverlap: l.Bundles.Overlap.Min, MaxValidityOverlap: l.Bundles.Overlap.Max,
			Algorithms: statedOf(w.ZSKs[0]),
		},
	}
	for _, s := range slots {
		b := ksr.Bundle{ID: s.ID, Inception: s.Inception, Expiration: s.Expiration}
		for _, zsk := range s.ZSKs {
			b.Keys = append(b.Keys, w.keyOf(zsk.Name, zsk.key))
		}
		w.Prove(r.Zone, &b)
		r.Bundles = append(r.Bundles, b)
	}
	return r
}

func (w *World) keyOf(name string, key rr.DNSKEY) ksr.Key {
	return ksr.Key{Identifier: name, Tag: key.KeyTag(), TTL: w.Limits.Bundles.TTL, DNSKEY: key}
}

// statedOf is what a KSR states of a key's algorithm.
func statedOf(key *Key) []ksr.StatedAlgorithm {
	bits, exponent, err := dnssec.KeyBits(key.key)
	if err != nil {
		panic(err)
	}
	return []ksr.StatedAlgorithm{{Algorithm: key.key.Algorithm, Bits: bits, Exponent: exponent}}
}

// Prove signs a bundle of a KSR with every key in it that can sign.
func (w *World) Prove(zone rr.Name, b *ksr.Bundle) {
	b.Signatures = nil
	made := b.Inception.Add(-40 * Day)
	for _, key := range b.Keys {
		signer := w.signers[identity(key.DNSKEY)]
		if signer == nil {
			continue
		}
		b.Signatures = append(b.Signatures, sign(b.DNSKEYSet(zone), zone, signer, key, made, made.Add(60*Day)))
	}
}

// sign is the signature of one key over a set.
func sign(set *rr.Set, zone rr.Name, signer *Key, key ksr.Key, inception, expiration time.Time) ksr.Signature {
	sig, err := dnssec.Sign(set, signer, dnssec.Params{Inception: inception, Expiration: expiration, SignerName: zone, KeyTag: key.KeyTag()})
	if err != nil {
		// A key that cannot sign still has its place.
		sig, err = dnssec.NewRRSIG(set, key.Algorithm, dnssec.Params{Inception: inception, Expiration: expiration, SignerName: zone, KeyTag: key.KeyTag()})
		if err != nil {
			panic(err)
		}
		sig.Signature = make([]byte, 256)
	}
	return ksr.Signature{KeyIdentifier: key.Identifier, TTL: set.TTL, RRSIG: sig}
}

// Plan signs every bundle of a KSR with the first KSK.
func (w *World) Plan(r *ksr.Request) policy.Plan {
	var plan policy.Plan
	for _, b := range r.Bundles {
		plan = append(plan, policy.PlannedBundle{
			ID: b.ID, From: b.Inception, Inception: b.Inception, Expiration: b.Expiration,
			KSKs: []policy.PlannedKSK{Signing(w.KSKs[0])},
		})
	}
	return plan
}

// Signing, Publishing and Revoked are the three things a slot does with a KSK.
func Signing(key *Key) policy.PlannedKSK {
	return policy.PlannedKSK{Label: key.Name, Key: key.key, Signs: true}
}

// Publishing has the key published only.
func Publishing(key *Key) policy.PlannedKSK { return policy.PlannedKSK{Label: key.Name, Key: key.key} }

// Revoked has the key revoked and signing.
func Revoked(key *Key) policy.PlannedKSK {
	return policy.PlannedKSK{Label: key.Name, Key: key.key.Revoked(), Signs: true}
}

// Answer is the SKR for a KSR, bundle by bundle as planned.
func (w *World) Answer(r *ksr.Request, plan policy.Plan) *ksr.Response {
	l := w.Limits
	answer := &ksr.Response{
		Format: r.Format, ID: r.ID, Serial: r.Serial, Zone: r.Zone,
		Digest:    sha256.Sum256([]byte("skr " + r.ID)),
		ZSKPolicy: r.Policy,
		KSKPolicy: ksr.StatedPolicy{
			RetireSafety:         l.KSK.RetireSafety,
			MinSignatureValidity: l.Bundles.Validity.Min, MaxSignatureValidity: l.Bundles.Validity.Max,
			MinValidityOverlap: l.Bundles.Overlap.Min, MaxValidityOverlap: l.Bundles.Overlap.Max,
			Algorithms: statedOf(w.KSKs[0]),
		},
	}
	for i, p := range plan {
		b := ksr.Bundle{ID: p.ID, Inception: p.From, Expiration: p.Expiration, Keys: slices.Clone(r.Bundles[i].Keys)}
		for _, ksk := range p.KSKs {
			b.Keys = append(b.Keys, w.keyOf(ksk.Label, ksk.Key))
		}
		w.Sign(answer.Zone, &b, p)
		answer.Bundles = append(answer.Bundles, b)
	}
	return answer
}

// Sign signs a bundle of an SKR anew with the KSKs that sign by plan.
func (w *World) Sign(zone rr.Name, b *ksr.Bundle, p policy.PlannedBundle) {
	b.Signatures = nil
	for _, ksk := range p.KSKs {
		if signer := w.signers[identity(ksk.Key)]; ksk.Signs && signer != nil {
			b.Signatures = append(b.Signatures, sign(b.DNSKEYSet(zone), zone, signer, w.keyOf(ksk.Label, ksk.Key), p.Inception, p.Expiration))
		}
	}
}

// CloneRequest is a copy that shares nothing that the cases change.
func CloneRequest(r *ksr.Request) *ksr.Request {
	c := *r
	c.Policy.Algorithms = slices.Clone(r.Policy.Algorithms)
	c.Bundles = cloneBundles(r.Bundles)
	return &c
}

// CloneResponse is the same for an SKR.
func CloneResponse(r *ksr.Response) *ksr.Response {
	c := *r
	c.KSKPolicy.Algorithms = slices.Clone(r.KSKPolicy.Algorithms)
	c.ZSKPolicy.Algorithms = slices.Clone(r.ZSKPolicy.Algorithms)
	c.Bundles = cloneBundles(r.Bundles)
	return &c
}

func cloneBundles(bundles []ksr.Bundle) []ksr.Bundle {
	clone := slices.Clone(bundles)
	for i := range clone {
		b := &clone[i]
		b.Keys = slices.Clone(b.Keys)
		b.Signatures = cloneSignatures(b.Signatures)
		b.CDSSignatures = cloneSignatures(b.CDSSignatures)
		b.CDS, b.CDNSKEY = cloneSet(b.CDS), cloneSet(b.CDNSKEY)
	}
	return clone
}

func cloneSignatures(signatures []ksr.Signature) []ksr.Signature {
	clone := slices.Clone(signatures)
	for i := range clone {
		clone[i].Signature = slices.Clone(clone[i].Signature)
	}
	return clone
}

func cloneSet(set *rr.Set) *rr.Set {
	if set == nil {
		return nil
	}
	c := *set
	c.Data = slices.Clone(set.Data)
	return &c
}

// ClonePlan is a copy of a plan.
func ClonePlan(plan policy.Plan) policy.Plan {
	clone := slices.Clone(plan)
	for i := range clone {
		clone[i].KSKs = slices.Clone(clone[i].KSKs)
	}
	return clone
}

// Genesis is the good input for the first KSR.
func (w *World) Genesis() policy.RequestInput {
	return policy.RequestInput{
		Request: CloneRequest(w.First), Limits: w.Limits, Now: Now(w.First.Bundles), Genesis: true,
		KSKs: w.publicKSKs(), Plan: ClonePlan(w.FirstPlan),
	}
}

// Chained is the good input for the second KSR.
func (w *World) Chained() policy.RequestInput {
	digest := w.FirstAnswer.Digest
	return policy.RequestInput{
		Request: CloneRequest(w.Second), Limits: w.Limits, Now: Now(w.Second.Bundles),
		Previous: CloneResponse(w.FirstAnswer), OnRecord: &digest,
		Known: []policy.KnownRequest{{ID: w.First.ID, Digest: w.First.Digest, Signed: true}},
		KSKs:  w.publicKSKs(), Plan: ClonePlan(w.SecondPlan),
	}
}

func (w *World) publicKSKs() []rr.DNSKEY {
	var public []rr.DNSKEY
	for _, ksk := range w.KSKs {
		public = append(public, ksk.key)
	}
	return public
}

// GenesisAnswer is the good input for the first SKR.
func (w *World) GenesisAnswer() policy.ResponseInput {
	return policy.ResponseInput{
		Response: CloneResponse(w.FirstAnswer), Request: CloneRequest(w.First), Limits: w.Limits,
		Now: Now(w.First.Bundles), Genesis: true, Anchors: Pinned(w.KSKs...),
	}
}

// ChainedAnswer is the good input for the second SKR.
func (w *World) ChainedAnswer() policy.ResponseInput {
	digest := w.FirstAnswer.Digest
	return policy.ResponseInput{
		Response: CloneResponse(w.SecondAnswer), Request: CloneRequest(w.Second), Limits: w.Limits,
		Now: Now(w.Second.Bundles), Previous: CloneResponse(w.FirstAnswer), OnRecord: &digest,
		Known:   []policy.KnownResponse{{ID: w.FirstAnswer.ID, Digest: w.FirstAnswer.Digest}},
		Anchors: Pinned(w.KSKs...),
	}
}

// Pinned are trust anchors for keys.
func Pinned(keys ...*Key) policy.Anchors {
	return func(_ rr.Name, key rr.DNSKEY) error {
		for _, pinned := range keys {
			if dnssec.SameKey(pinned.key, key) && key.Flags == pinned.key.Flags {
				return nil
			}
		}
		return fmt.Errorf("key %d is not pinned", key.KeyTag())
	}
}
