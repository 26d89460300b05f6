package rollover

import (
	"fmt"
	"time"

	"countersign/pkg/rr"
)

// State is a state of RFC 7583, Section 3.1.
type State string

// The states. Ready is the published key that every cache knows, Dead the one
// that no cache needs any more.
const (
	Generated State = "generated"
	Published State = "published"
	Ready     State = "ready"
	Active    State = "active"
	Retired   State = "retired"
	Dead      State = "dead"
	Revoked   State = "revoked"
	Removed   State = "removed"
)

// Safety is how long a key is published before it signs alone, and after it
// signed last. See RFC 7583, Section 3.2.1: Ipub and Iret.
type Safety struct {
	Publish time.Duration
	Retire  time.Duration
}

// ZSKDates are the four dates of a ZSK rolled by Pre-Publication (RFC 7583,
// Section 2.1).
type ZSKDates struct {
	Publish  time.Time // in the DNSKEY RRset from
	Activate time.Time // signs from
	Retire   time.Time // signs until
	Remove   time.Time // in the DNSKEY RRset until
}

// ZSK is a zone signing key and its dates.
type ZSK struct {
	Label string
	Key   rr.DNSKEY
	ZSKDates
}

// ZSKDatesOf are the dates of the key that signs during a cycle: published in
// the last slot of the cycle before, removed at the second slot of the cycle
// after. That is the pattern of the root, [2,1,1,1,1,1,1,1,2].
func (s Schedule) ZSKDatesOf(c Cycle) ZSKDates {
	before, after := s.SlotsOf(c.Previous()), s.SlotsOf(c.Next())
	return ZSKDates{
		Publish:  before[len(before)-1].Inception,
		Activate: c.Start(),
		Retire:   c.Next().Start(),
		Remove:   after[1].Inception,
	}
}

// Valid checks that the dates are in order.
func (d ZSKDates) Valid() error {
	if d.Publish.After(d.Activate) || !d.Activate.Before(d.Retire) || d.Retire.After(d.Remove) {
		return fmt.Errorf("dates out of order: publish %s, activate %s, retire %s, remove %s",
			stamp(d.Publish), stamp(d.Activate), stamp(d.Retire), stamp(d.Remove))
	}
	return nil
}

// State is the key's state at a moment.
func (d ZSKDates) State(at time.Time, safety Safety) State {
	switch {
	case at.Before(d.Publish):
		return Generated
	case !at.Before(d.Remove):
		return Removed
	case !at.Before(d.Retire.Add(safety.Retire)):
		return Dead
	case !at.Before(d.Retire):
		return Retired
	case !at.Before(d.Activate):
		return Active
	case !at.Before(d.Publish.Add(safety.Publish)):
		return Ready
	}
	return Published
}

// PublishedAt says whether the key is in the DNSKEY RRset at a moment.
func (d ZSKDates) PublishedAt(at time.Time) bool {
	return !at.Before(d.Publish) && at.Before(d.Remove)
}

// PublishedZSKs are the keys of a slot: those published at its inception.
func PublishedZSKs(zsks []ZSK, slot Slot) []ZSK {
	var in []ZSK
	for _, zsk := range zsks {
		if zsk.PublishedAt(slot.Inception) {
			in = append(in, zsk)
		}
	}
	return in
}

// ActiveZSKs are the keys that sign at a moment: one per algorithm in a plan
// that is as it should be.
func ActiveZSKs(zsks []ZSK, at time.Time) []ZSK {
	var active []ZSK
	for _, zsk := range zsks {
		if !at.Before(zsk.Activate) && at.Before(zsk.Retire) {
			active = append(active, zsk)
		}
	}
	return active
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
