package policy

import (
	"fmt"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// Plan is the SKR that is about to be signed: its bundles in order. For a KSR in
// XML they are the bundles of the KSR. For one in text, which only says from
// when which ZSKs are published, the planner cuts bundles so that each instant
// is covered.
type Plan []PlannedBundle

// PlannedBundle is one DNSKEY RRset to sign: the ZSKs that the KSR has in force
// at From, and the KSKs.
type PlannedBundle struct {
	ID         string    // of the KSR's bundle; "" in the text formats
	From       time.Time // when it comes into force; in XML the inception
	Inception  time.Time
	Expiration time.Time
	KSKs       []PlannedKSK
}

// PlannedKSK is what a bundle does with one KSK.
type PlannedKSK struct {
	Label string    // its identifier in XML
	Key   rr.DNSKEY // as published: flags 257, revoked 385
	Signs bool      // a revoked key signs too (RFC 5011, Section 2.1)
}

// slots is the plan as the checks see it, with the ZSKs of what was asked.
func (p Plan) slots(asked []slot, ttl uint32) []slot {
	slots := make([]slot, 0, len(p))
	for i, b := range p {
		s := slot{
			place: fmt.Sprintf("planned bundle %d", i+1), id: b.ID,
			from: b.From, inception: b.Inception, expiration: b.Expiration,
		}
		if b.ID != "" {
			s.place = "planned bundle " + printable(b.ID)
		}
		if at := inForce(asked, b.From); at != nil {
			s.line = at.line
			for _, key := range at.keys {
				if key.Flags != rr.FlagZone {
					continue // KSR-BUNDLE-KEYS says so
				}
				s.keys = append(s.keys, key)
				s.signs = append(s.signs, false)
			}
		}
		for _, ksk := range b.KSKs {
			s.keys = append(s.keys, ksr.Key{Identifier: ksk.Label, Tag: ksk.Key.KeyTag(), TTL: ttl, DNSKEY: ksk.Key})
			s.signs = append(s.signs, ksk.Signs)
		}
		slots = append(slots, s)
	}
	return inOrder(slots)
}

// inForce is the slot in force at a moment: the last that began. The zero value
// of its end does not matter.
func inForce(slots []slot, at time.Time) *slot {
	var found *slot
	for i := range slots {
		if slots[i].from.After(at) {
			break
		}
		found = &slots[i]
	}
	return found
}
