package rollover

import (
	"testing"
	"time"
)

var root = Schedule{Slots: 9, Interval: 10 * 24 * time.Hour, Validity: 21 * 24 * time.Hour}

func date(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse("2006-01-02", text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The inceptions are those of the root's first quarter of 2024.
func TestSlotsOfAreThoseOfTheRoot(t *testing.T) {
	c, err := ParseCycle("2024Q1")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2024-01-01", "2024-01-11", "2024-01-21", "2024-01-31", "2024-02-10", "2024-02-20", "2024-03-01", "2024-03-11", "2024-03-21"}
	slots := root.SlotsOf(c)
	if len(slots) != len(want) {
		t.Fatalf("%d slots, want %d", len(slots), len(want))
	}
	for i, slot := range slots {
		if !slot.Inception.Equal(date(t, want[i])) {
			t.Errorf("slot %d begins %s, want %s", i+1, slot.Inception, want[i])
		}
		if got := slot.Expiration.Sub(slot.Inception); got != root.Validity {
			t.Errorf("slot %d is valid for %v", i+1, got)
		}
	}
	if end := slots[8].End; !end.Equal(date(t, "2024-04-01")) {
		t.Errorf("the last slot ends %s, want the start of the next cycle", end)
	}
}

func TestRemainingLeavesOutEndedSlots(t *testing.T) {
	slots := root.SlotsOf(Cycle{2026, 4})
	for _, row := range []struct {
		at   string
		want int
	}{{"2026-09-01", 9}, {"2026-10-01", 9}, {"2026-10-10", 9}, {"2026-10-11", 8}, {"2026-11-22", 4}, {"2026-12-31", 1}, {"2027-01-01", 0}} {
		if got := len(Remaining(slots, date(t, row.at))); got != row.want {
			t.Errorf("at %s %d slots remain, want %d", row.at, got, row.want)
		}
	}
}

func TestCyclesFollowEachOther(t *testing.T) {
	c := Cycle{2026, 1}
	for range 12 {
		if back := c.Next().Previous(); back != c {
			t.Fatalf("%s: next and previous give %s", c, back)
		}
		if at := CycleAt(c.Next().Start().Add(-time.Second)); at != c {
			t.Fatalf("the last second of %s is in %s", c, at)
		}
		if again, err := ParseCycle(c.String()); err != nil || again != c {
			t.Fatalf("%s read back as %s, %v", c, again, err)
		}
		c = c.Next()
	}
	for _, bad := range []string{"", "2027", "2027Q0", "2027Q5", "2027q1", "27Q1", "+027Q1", "2027Q11", "9999Q1"} {
		if c, err := ParseCycle(bad); err == nil {
			t.Errorf("ParseCycle(%q) = %s, want an error", bad, c)
		}
	}
}

func TestScheduleThatLeavesAHoleIsInvalid(t *testing.T) {
	if err := root.Valid(); err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	for _, bad := range []Schedule{
		{Slots: 1, Interval: 10 * day, Validity: 21 * day},
		{Slots: 10, Interval: 10 * day, Validity: 21 * day},
		{Slots: 9, Interval: 10 * day, Validity: 10 * day},
		{Slots: 9, Interval: 10 * day, Validity: 12 * day},
		{Slots: 9, Interval: 10*day + time.Millisecond, Validity: 21 * day},
		{Slots: 9, Interval: 2305843009 * time.Second, Validity: 9000000000 * time.Second}, // eight of these are less than nothing
	} {
		if bad.Valid() == nil {
			t.Errorf("%+v is taken as valid", bad)
		}
	}
}

func TestZSKsOfACycleFollowTheRootPattern(t *testing.T) {
	c := Cycle{2027, 1}
	var zsks []ZSK
	for _, of := range []Cycle{c.Previous(), c, c.Next()} {
		dates := root.ZSKDatesOf(of)
		if err := dates.Valid(); err != nil {
			t.Fatal(err)
		}
		zsks = append(zsks, ZSK{Label: of.String(), ZSKDates: dates})
	}
	for i, slot := range root.SlotsOf(c) {
		want := []int{2, 1, 1, 1, 1, 1, 1, 1, 2}[i]
		if got := len(PublishedZSKs(zsks, slot)); got != want {
			t.Errorf("slot %d publishes %d ZSKs, want %d", slot.Number, got, want)
		}
		active := ActiveZSKs(zsks, slot.Inception)
		if len(active) != 1 || active[0].Label != c.String() {
			t.Errorf("slot %d is signed by %v", slot.Number, active)
		}
	}
}

func TestZSKStateFollowsItsDates(t *testing.T) {
	d := root.ZSKDatesOf(Cycle{2027, 1})
	safety := Safety{Publish: 10 * 24 * time.Hour, Retire: 9 * 24 * time.Hour}
	for _, row := range []struct {
		at   string
		want State
	}{
		{"2026-12-19", Generated}, {"2026-12-20", Published}, {"2026-12-30", Ready}, {"2027-01-01", Active},
		{"2027-03-31", Active}, {"2027-04-01", Retired}, {"2027-04-10", Dead}, {"2027-04-11", Removed},
	} {
		if got := d.State(date(t, row.at), safety); got != row.want {
			t.Errorf("at %s the key is %s, want %s", row.at, got, row.want)
		}
	}
}
