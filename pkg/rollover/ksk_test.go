package rollover

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/pkg/rr"
)

func ksk(label string, fill byte, dates KSKDates) KSK {
	key := rr.DNSKEY{Flags: 257, Protocol: 3, Algorithm: 13, PublicKey: make([]byte, 64)}
	key.PublicKey[0] = fill
	return KSK{Label: label, Key: key, KSKDates: dates}
}

// The roll of the root KSK in 2017 to 2019, with the dates it was planned to
// have.
func TestRolesFollowTheDates(t *testing.T) {
	old := ksk("old", 1, KSKDates{
		PublishFrom: date(t, "2010-07-15"), SignFrom: date(t, "2010-07-15"),
		RevokeFrom: date(t, "2019-01-11"), RemoveFrom: date(t, "2019-03-22"),
	})
	successor := ksk("new", 2, KSKDates{PublishFrom: date(t, "2017-07-11"), SignFrom: date(t, "2018-10-11")})
	for _, row := range []struct{ at, want string }{
		{"2010-07-14", ""}, {"2017-07-01", "old/S"}, {"2017-07-11", "old/S new/P"}, {"2018-10-01", "old/S new/P"},
		{"2018-10-11", "old/P new/S"}, {"2019-01-01", "old/P new/S"}, {"2019-01-11", "old/RS new/S"}, {"2019-03-22", "new/S"},
	} {
		var got []string
		for _, role := range RolesAt([]KSK{old, successor}, date(t, row.at)) {
			got = append(got, fmt.Sprintf("%s/%s", role.KSK.Label, role.Action()))
			if role.Revoked != role.Key.IsRevoked() {
				t.Errorf("at %s key %s has flags %d", row.at, role.KSK.Label, role.Key.Flags)
			}
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("at %s the roles are %v, want %s", row.at, got, row.want)
		}
	}
}

func TestTwoAlgorithmsBothSign(t *testing.T) {
	day := date(t, "2026-01-01")
	a := ksk("a", 1, KSKDates{PublishFrom: day, SignFrom: day})
	b := ksk("b", 2, KSKDates{PublishFrom: day, SignFrom: day.Add(time.Hour)})
	b.Key.Algorithm = 15
	for _, role := range RolesAt([]KSK{a, b}, day.Add(2*time.Hour)) {
		if !role.Signs {
			t.Errorf("%s does not sign", role.KSK.Label)
		}
	}
}

func TestAnchorsLeaveOutRevokedKeys(t *testing.T) {
	a := ksk("a", 1, KSKDates{AnchorFrom: date(t, "2020-01-01"), PublishFrom: date(t, "2020-01-01"), RevokeFrom: date(t, "2026-01-01")})
	b := ksk("b", 2, KSKDates{AnchorFrom: date(t, "2024-01-01"), PublishFrom: date(t, "2025-01-01")})
	for _, row := range []struct {
		at   string
		want int
	}{{"2019-01-01", 0}, {"2020-01-01", 1}, {"2024-06-01", 2}, {"2026-01-01", 1}} {
		if got := len(AnchorsAt([]KSK{b, a}, date(t, row.at))); got != row.want {
			t.Errorf("at %s %d anchors, want %d", row.at, got, row.want)
		}
	}
}

func TestPlanWithFaultIsInvalid(t *testing.T) {
	day := date(t, "2026-01-01")
	good := ksk("a", 1, KSKDates{PublishFrom: day, SignFrom: day})
	if err := ValidKSKs([]KSK{good}); err != nil {
		t.Fatal(err)
	}
	twin := good
	twin.Label = "b"
	for name, plan := range map[string][]KSK{
		"label twice":        {good, good},
		"same key tag":       {good, twin},
		"sign first":         {ksk("a", 1, KSKDates{PublishFrom: day, SignFrom: day.Add(-time.Hour)})},
		"never published":    {ksk("a", 1, KSKDates{SignFrom: day})},
		"removed first":      {ksk("a", 1, KSKDates{PublishFrom: day, RemoveFrom: day.Add(-time.Hour)})},
		"revoked after gone": {ksk("a", 1, KSKDates{PublishFrom: day, RevokeFrom: day.Add(2 * time.Hour), RemoveFrom: day.Add(time.Hour)})},
		"revoked, unknown":   {ksk("a", 1, KSKDates{RevokeFrom: day})},
	} {
		if ValidKSKs(plan) == nil {
			t.Errorf("%s: taken as valid", name)
		}
	}
}

func TestDatesAreSortedAndInside(t *testing.T) {
	a := ksk("a", 1, KSKDates{PublishFrom: date(t, "2026-01-01"), SignFrom: date(t, "2026-03-01"), RemoveFrom: date(t, "2027-01-01")})
	b := ksk("b", 2, KSKDates{PublishFrom: date(t, "2026-02-01"), SignFrom: date(t, "2026-03-01")})
	got := Dates([]KSK{a, b}, date(t, "2026-01-01"), date(t, "2027-01-01"))
	if len(got) != 2 || !got[0].Equal(date(t, "2026-02-01")) || !got[1].Equal(date(t, "2026-03-01")) {
		t.Errorf("dates %v", got)
	}
}

// A new key goes to the parent before it signs; the old one leaves when it does.
func TestParentHasTheNewKeyBeforeItSigns(t *testing.T) {
	old := ksk("old", 1, KSKDates{AnchorFrom: date(t, "2020-01-01"), PublishFrom: date(t, "2020-01-01"), SignFrom: date(t, "2020-01-01"), RemoveFrom: date(t, "2026-05-01")})
	successor := ksk("new", 2, KSKDates{AnchorFrom: date(t, "2026-02-01"), PublishFrom: date(t, "2026-01-01"), SignFrom: date(t, "2026-04-01")})
	for _, row := range []struct{ at, want string }{
		{"2026-01-01", "old"}, {"2026-02-01", "old new"}, {"2026-04-01", "new"}, {"2026-05-01", "new"},
	} {
		var got []string
		for _, k := range ParentKSKs([]KSK{old, successor}, date(t, row.at)) {
			got = append(got, k.Label)
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("at %s the parent has %v, want %s", row.at, got, row.want)
		}
	}
}

func TestSuccessorIsAtTheParentBeforeItSigns(t *testing.T) {
	week := 7 * 24 * time.Hour
	day := date(t, "2026-01-01")
	old := ksk("old", 1, KSKDates{AnchorFrom: day, PublishFrom: day, SignFrom: day})
	roll := day.AddDate(0, 3, 0)
	successor := func(anchor time.Time) KSK {
		return ksk("new", 2, KSKDates{AnchorFrom: anchor, PublishFrom: day, SignFrom: roll})
	}
	if err := CheckParent([]KSK{old}, week); err != nil {
		t.Errorf("the first key: %v", err)
	}
	if err := CheckParent([]KSK{old, successor(roll.Add(-week))}, week); err != nil {
		t.Errorf("a week before: %v", err)
	}
	for _, late := range []time.Time{{}, roll, roll.Add(-week + time.Second)} {
		if CheckParent([]KSK{successor(late), old}, week) == nil {
			t.Errorf("an anchor from %s is taken, for a key that signs from %s", late, roll)
		}
	}
	other := successor(roll)
	other.Key.Algorithm = 15
	if err := CheckParent([]KSK{old, other}, week); err != nil {
		t.Errorf("a key of another algorithm: %v", err)
	}
}
