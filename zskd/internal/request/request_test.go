package request

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/ksrfixture"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

const day = 24 * time.Hour

var (
	schedule = rollover.Schedule{Slots: 9, Interval: 10 * day, Validity: 21 * day}
	cycle    = rollover.Cycle{Year: 2027, Quarter: 1}
	before   = cycle.Start().Add(-30 * day)
)

func TestSlotsOfACycleThatHasNotBegunAreAll(t *testing.T) {
	for _, genesis := range []bool{false, true} {
		for _, now := range []time.Time{before, cycle.Start().Add(-time.Second), cycle.Start(), cycle.Start().Add(10*day - time.Second)} {
			slots, err := Slots(schedule, cycle, genesis, now)
			if err != nil || len(slots) != 9 || slots[0].Number != 1 {
				t.Errorf("genesis %t at %s: %d slots, %v", genesis, now, len(slots), err)
			}
		}
	}
}

func TestOnlyAGenesisLeavesOutEndedSlots(t *testing.T) {
	for at, first := range map[time.Duration]int{10 * day: 2, 20*day - time.Second: 2, 45 * day: 5, 80 * day: 9, 90*day - time.Second: 9} {
		now := cycle.Start().Add(at)
		slots, err := Slots(schedule, cycle, true, now)
		if err != nil || len(slots) != 10-first || slots[0].Number != first {
			t.Errorf("genesis after %s: %d slots, %v; want them from slot %d", at, len(slots), err, first)
		}
		if _, err := Slots(schedule, cycle, false, now); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d of its 9 slots", first-1)) {
			t.Errorf("no genesis after %s: %v", at, err)
		}
	}
}

func TestACycleThatIsOverHasNoSlots(t *testing.T) {
	for _, genesis := range []bool{false, true} {
		if _, err := Slots(schedule, cycle, genesis, cycle.Next().Start()); err == nil || !strings.Contains(err.Error(), "2027Q1 is over") {
			t.Errorf("genesis %t: %v", genesis, err)
		}
	}
}

// zsks are the keys of the cycles around one, of some algorithm each.
func zsks(of rollover.Cycle, algorithms ...uint8) ([]rollover.ZSK, func(rollover.ZSK) (dnssec.Signer, error)) {
	signers := map[string]dnssec.Signer{}
	var zsks []rollover.ZSK
	for _, c := range []rollover.Cycle{of.Previous(), of, of.Next()} {
		for _, algorithm := range algorithms {
			label := fmt.Sprintf("zsk-%s-%d", c, algorithm)
			key := ksrfixture.NewKey(label, algorithm, 2048, rr.FlagZone)
			signers[label] = key
			zsks = append(zsks, rollover.ZSK{Label: label, Key: key.Key(), ZSKDates: schedule.ZSKDatesOf(c)})
		}
	}
	return zsks, func(zsk rollover.ZSK) (dnssec.Signer, error) {
		if signer, ok := signers[zsk.Label]; ok {
			return signer, nil
		}
		return nil, errors.New("is not in the store")
	}
}

func allSlots(t *testing.T) []rollover.Slot {
	t.Helper()
	slots, err := Slots(schedule, cycle, false, before)
	if err != nil {
		t.Fatal(err)
	}
	return slots
}

func identifiers(b ksr.DraftBundle) []string {
	var all []string
	for _, key := range b.ZSKs {
		all = append(all, key.Identifier)
	}
	return all
}

func TestADraftHasThePatternOfTheRoot(t *testing.T) {
	limits := policy.RootLimits()
	keys, signer := zsks(cycle, dnssec.ED25519)
	draft, err := Draft(rr.Root, &limits, allSlots(t), keys, before.Add(5), signer)
	if err != nil {
		t.Fatal(err)
	}
	last, present, next := "zsk-2026Q4-15", "zsk-2027Q1-15", "zsk-2027Q2-15"
	for i, want := range [][]string{{last, present}, {present}, {present}, {present}, {present}, {present}, {present}, {present}, {present, next}} {
		b := draft.Bundles[i]
		if got := identifiers(b); !slices.Equal(got, want) {
			t.Errorf("bundle %d has %v, want %v", i+1, got, want)
		}
		if inception := cycle.Start().Add(time.Duration(i) * 10 * day); !b.Inception.Equal(inception) || b.Expiration.Sub(inception) != 21*day {
			t.Errorf("bundle %d is from %s to %s", i+1, b.Inception, b.Expiration)
		}
	}
	if len(draft.Bundles) != 9 {
		t.Errorf("%d bundles", len(draft.Bundles))
	}
	if draft.Zone != rr.Root || draft.TTL != 172800 || !draft.Timestamp.IsZero() || !draft.ProofInception.Equal(before) || draft.ProofExpiration.Sub(before) != 60*day {
		t.Errorf("the head is %+v", draft)
	}
}

func TestIdentifiersOfDocumentsAreUUIDsAndNeverComeAgain(t *testing.T) {
	limits := policy.RootLimits()
	keys, signer := zsks(cycle, dnssec.ED25519)
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for range 2 {
		draft, err := Draft(rr.Root, &limits, allSlots(t), keys, before, signer)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{draft.ID}
		for _, b := range draft.Bundles {
			ids = append(ids, b.ID)
		}
		for _, id := range ids {
			if !uuid.MatchString(id) || seen[id] {
				t.Errorf("id %q", id)
			}
			seen[id] = true
		}
	}
}

func TestADraftStatesThePolicyItIsMadeUnder(t *testing.T) {
	limits := policy.RootLimits()
	keys, signer := zsks(cycle, dnssec.ECDSAP256SHA256, dnssec.ED25519)
	rsa := ksrfixture.NewKey("rsa", dnssec.RSASHA256, 2048, rr.FlagZone)
	keys = append(keys, rollover.ZSK{Label: "rsa", Key: rsa.Key(), ZSKDates: schedule.ZSKDatesOf(cycle)})
	draft, err := Draft(rr.Root, &limits, allSlots(t), keys, before, func(zsk rollover.ZSK) (dnssec.Signer, error) {
		if zsk.Label == "rsa" {
			return rsa, nil
		}
		return signer(zsk)
	})
	if err != nil {
		t.Fatal(err)
	}
	p := draft.Policy
	want := ksr.StatedPolicy{
		PublishSafety: 10 * day, RetireSafety: 10 * day, MaxSignatureValidity: 21 * day, MinSignatureValidity: 21 * day,
		MaxValidityOverlap: 12 * day, MinValidityOverlap: 9 * day, Algorithms: p.Algorithms,
	}
	if fmt.Sprint(p) != fmt.Sprint(want) {
		t.Errorf("stated %+v, want %+v", p, want)
	}
	// Each algorithm once, however many keys have it.
	algorithms := []ksr.StatedAlgorithm{
		{Algorithm: dnssec.ECDSAP256SHA256, Bits: 256}, {Algorithm: dnssec.ED25519, Bits: 256}, {Algorithm: dnssec.RSASHA256, Bits: 2048, Exponent: 65537},
	}
	if !slices.Equal(p.Algorithms, algorithms) {
		t.Errorf("stated %+v, want %+v", p.Algorithms, algorithms)
	}
}

// What a draft becomes is accepted under the limits it was made under.
func TestTheKSROfADraftPassesItsLimits(t *testing.T) {
	limits := policy.RootLimits()
	limits.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: dnssec.ED25519}}
	limits.KSK.Algorithms = limits.ZSK.Algorithms
	genesis := cycle.Start().Add(33 * day)
	keys, signer := zsks(cycle, dnssec.ED25519)
	slots, err := Slots(schedule, cycle, true, genesis)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := Draft(rr.Root, &limits, slots, keys[1:], genesis, signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := ksr.NewRequest(draft)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := ksr.EncodeRequest(made, ksr.ICANN)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ksr.ParseRequest(doc)
	if err != nil {
		t.Fatal(err)
	}
	if report := policy.JudgeRequest(policy.RequestInput{Request: read, Limits: limits, Now: genesis, Genesis: true}); report.Err() != nil {
		t.Error(report.Err())
	}
	if len(read.Bundles) != 6 {
		t.Errorf("%d bundles, want the 6 that have not ended", len(read.Bundles))
	}
}

func TestADraftNamesWhatIsMissing(t *testing.T) {
	limits := policy.RootLimits()
	keys, signer := zsks(cycle, dnssec.ED25519)
	slots := allSlots(t)
	for name, row := range map[string]struct {
		slots []rollover.Slot
		keys  []rollover.ZSK
		want  string
	}{
		"no slots":           {nil, keys, "no slots"},
		"no keys":            {slots, nil, "slot 1 of 2027Q1 has no ZSK"},
		"only the last key":  {slots, keys[:1], "slot 2 of 2027Q1 has no ZSK"},
		"only the next key":  {slots, keys[2:], "slot 1 of 2027Q1 has no ZSK"},
		"not in the store":   {slots, append([]rollover.ZSK{{Label: "lost", Key: keys[0].Key, ZSKDates: keys[0].ZSKDates}}, keys...), "ZSK lost: is not in the store"},
		"key of no kind":     {slots, append([]rollover.ZSK{{Label: keys[0].Label, ZSKDates: keys[0].ZSKDates}}, keys...), "algorithm 0"},
		"slots without keys": {schedule.SlotsOf(cycle.Next().Next()), keys, "2027Q3 has no ZSK"},
	} {
		_, err := Draft(rr.Root, &limits, row.slots, row.keys, before, signer)
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, row.want)
		}
	}
}
