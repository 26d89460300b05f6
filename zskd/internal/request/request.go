// Package request drafts the KSR of a cycle: which slots, which ZSKs in each,
// and what it states of itself.
package request

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

// proofValidity is how long the proof of possession states to be valid. Nobody
// relies on it; the root's KSRs have 60 days.
const proofValidity = 60 * 24 * time.Hour

// Slots are the slots that the KSR of a cycle asks for: all of them, or in a
// genesis those that have not ended.
func Slots(s rollover.Schedule, c rollover.Cycle, genesis bool, now time.Time) ([]rollover.Slot, error) {
	slots := s.SlotsOf(c)
	left := rollover.Remaining(slots, now)
	switch {
	case len(left) == 0:
		return nil, fmt.Errorf("cycle %s is over", c)
	case genesis:
		return left, nil
	case len(left) < len(slots):
		return nil, fmt.Errorf("cycle %s has begun: %d of its %d slots have ended", c, len(slots)-len(left), len(slots))
	}
	return slots, nil
}

// Draft is the KSR of the slots. signer opens a ZSK by its label. It has no
// timestamp: IANA's reader stops at a KSR that has one.
func Draft(zone rr.Name, limits *policy.Limits, slots []rollover.Slot, zsks []rollover.ZSK,
	now time.Time, signer func(rollover.ZSK) (dnssec.Signer, error)) (ksr.Draft, error) {
	now = now.UTC().Truncate(time.Second)
	draft := ksr.Draft{
		ID:              newID(),
		Zone:            zone,
		TTL:             limits.Bundles.TTL,
		ProofInception:  now,
		ProofExpiration: now.Add(proofValidity),
	}
	var used []rr.DNSKEY
	for _, slot := range slots {
		bundle := ksr.DraftBundle{ID: newID(), Inception: slot.Inception, Expiration: slot.Expiration}
		for _, zsk := range rollover.PublishedZSKs(zsks, slot) {
			s, err := signer(zsk)
			if err != nil {
				return ksr.Draft{}, fmt.Errorf("ZSK %s: %w", zsk.Label, err)
			}
			bundle.ZSKs = append(bundle.ZSKs, ksr.DraftKey{Identifier: zsk.Label, Signer: s})
			used = append(used, zsk.Key)
		}
		if len(bundle.ZSKs) == 0 {
			return ksr.Draft{}, fmt.Errorf("slot %d of %s has no ZSK", slot.Number, slot.Cycle)
		}
		draft.Bundles = append(draft.Bundles, bundle)
	}
	if len(draft.Bundles) == 0 {
		return ksr.Draft{}, errors.New("no slots")
	}
	var err error
	draft.Policy, err = stated(limits, slots[0].Expiration.Sub(slots[0].Inception), used)
	return draft, err
}

// stated is what the KSR says of the limits it was made under.
func stated(limits *policy.Limits, validity time.Duration, keys []rr.DNSKEY) (ksr.StatedPolicy, error) {
	p := ksr.StatedPolicy{
		PublishSafety:        limits.ZSK.PublishSafety,
		RetireSafety:         limits.ZSK.RetireSafety,
		MaxSignatureValidity: validity,
		MinSignatureValidity: validity,
		MaxValidityOverlap:   limits.Bundles.Overlap.Max,
		MinValidityOverlap:   limits.Bundles.Overlap.Min,
	}
	var err error
	p.Algorithms, err = ksr.StatedAlgorithms(keys)
	return p, err
}

// newID is a random UUID (RFC 9562, Section 5.4), the form of the root's ids.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}
