package request

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/ksrfixture"
	"countersign/pkg/ceremony"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

// office is both operators with keys in memory.
type office struct {
	limits   policy.Limits
	schedule rollover.Schedule
	zsks     []rollover.ZSK
	keys     map[string]*ksrfixture.Key
	ksk      rollover.KSK
}

// newOffice has ZSKs for the cycles around a day, and a KSK from the start of its
// cycle, as "kskd key generate" makes the first one.
func newOffice(day time.Time) *office {
	o := &office{
		limits:   policy.RootLimits(),
		schedule: rollover.Schedule{Slots: 9, Interval: 10 * 24 * time.Hour, Validity: 21 * 24 * time.Hour},
		keys:     map[string]*ksrfixture.Key{},
	}
	ed25519 := []policy.AlgorithmLimit{{Algorithm: dnssec.ED25519}}
	o.limits.ZSK.Algorithms, o.limits.KSK.Algorithms = ed25519, ed25519
	present := rollover.CycleAt(day)
	for _, cycle := range []rollover.Cycle{present, present.Next(), present.Next().Next()} {
		label := "zsk-" + cycle.String()
		o.keys[label] = ksrfixture.NewKey(label, dnssec.ED25519, 0, 256)
		o.zsks = append(o.zsks, rollover.ZSK{Label: label, Key: o.keys[label].Key(), ZSKDates: o.schedule.ZSKDatesOf(cycle)})
	}
	o.keys["ksk"] = ksrfixture.NewKey("ksk", dnssec.ED25519, 0, 257)
	from := present.Start()
	o.ksk = rollover.KSK{Label: "ksk", Key: o.keys["ksk"].Key(), KSKDates: rollover.KSKDates{AnchorFrom: from, PublishFrom: from, SignFrom: from}}
	return o
}

// turn is KSR, approval, SKR and verification of one cycle.
func (o *office) turn(cycle rollover.Cycle, now time.Time, previous *ksr.Response) (*ksr.Response, error) {
	slots, err := Slots(o.schedule, cycle, previous == nil, now)
	if err != nil {
		return nil, err
	}
	draft, err := Draft(rr.Root, &o.limits, slots, o.zsks, now, func(z rollover.ZSK) (dnssec.Signer, error) { return o.keys[z.Label], nil })
	if err != nil {
		return nil, err
	}
	made, err := ksr.NewRequest(draft)
	if err != nil {
		return nil, err
	}
	doc, err := ksr.EncodeRequest(made, ksr.ICANN)
	if err != nil {
		return nil, err
	}
	request, err := ksr.ParseRequest(doc)
	if err != nil {
		return nil, err
	}
	ksks := []rollover.KSK{o.ksk}
	plan, err := ceremony.NewPlan(request, ksks, o.limits, time.Time{})
	if err != nil {
		return nil, err
	}
	approved, report := policy.CheckRequest(policy.RequestInput{
		Request: request, Limits: o.limits, Now: now, Genesis: previous == nil, Previous: previous,
		KSKs: []rr.DNSKEY{o.ksk.Key}, Plan: plan,
	})
	if approved == nil {
		return nil, fmt.Errorf("KSR of %s at %s: %w", cycle, now, report.Err())
	}
	signed, err := ceremony.Sign(approved, ksks, func(label string) (dnssec.Signer, error) { return o.keys[label], nil }, ksr.ICANN)
	if err != nil {
		return nil, fmt.Errorf("SKR of %s at %s: %w", cycle, now, err)
	}
	return signed.Verified.Response(), nil
}

// On whichever day a zone begins, its first cycle and the next one are approved,
// signed and verified, and leave no gap.
func TestZoneCanBeginOnAnyDay(t *testing.T) {
	for day := time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() < 2029; day = day.AddDate(0, 0, 3) {
		o := newOffice(day)
		present := rollover.CycleAt(day)
		first, err := o.turn(present, day, nil)
		if err != nil {
			t.Fatal(err)
		}
		later := present.Next().Start().AddDate(0, 0, -45)
		if later.Before(day) {
			later = day.Add(time.Hour)
		}
		second, err := o.turn(present.Next(), later, first)
		if err != nil {
			t.Fatal(err)
		}
		want := second.Bundles[len(second.Bundles)-1].Expiration
		if got := ksr.SignedUntil([]*ksr.Response{first, second}, day); !got.Equal(want) {
			t.Errorf("a zone that begins on %s is signed until %s, want %s", day, got, want)
		}
	}
}
