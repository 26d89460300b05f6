package rollover

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Cycle is a calendar quarter in UTC: the period that one KSR covers.
type Cycle struct {
	Year    int
	Quarter int // 1 to 4
}

// ParseCycle reads the form 2027Q1.
func ParseCycle(text string) (Cycle, error) {
	if len(text) == 6 && text[4] == 'Q' && text[5] >= '1' && text[5] <= '4' {
		if year, err := strconv.ParseUint(text[:4], 10, 16); err == nil && year >= 1970 && year < 2106 {
			return Cycle{Year: int(year), Quarter: int(text[5] - '0')}, nil
		}
	}
	return Cycle{}, fmt.Errorf("cycle %q: want a year and quarter such as 2027Q1", text)
}

// CycleAt is the cycle that holds the moment.
func CycleAt(at time.Time) Cycle {
	at = at.UTC()
	return Cycle{Year: at.Year(), Quarter: (int(at.Month())-1)/3 + 1}
}

// String is the form 2027Q1.
func (c Cycle) String() string { return fmt.Sprintf("%04dQ%d", c.Year, c.Quarter) }

// Start is the first second of the cycle.
func (c Cycle) Start() time.Time {
	return time.Date(c.Year, time.Month(3*(c.Quarter-1)+1), 1, 0, 0, 0, 0, time.UTC)
}

// Next is the cycle after this one.
func (c Cycle) Next() Cycle {
	if c.Quarter == 4 {
		return Cycle{Year: c.Year + 1, Quarter: 1}
	}
	return Cycle{Year: c.Year, Quarter: c.Quarter + 1}
}

// Previous is the cycle before this one.
func (c Cycle) Previous() Cycle {
	if c.Quarter == 1 {
		return Cycle{Year: c.Year - 1, Quarter: 4}
	}
	return Cycle{Year: c.Year, Quarter: c.Quarter - 1}
}

// Schedule cuts a cycle into slots. See draft-icann-dnssec-keymgmt-01: the root
// has nine slots of ten days, each signed for 21 days.
type Schedule struct {
	Slots    int
	Interval time.Duration // from one inception to the next
	Validity time.Duration // from inception to expiration
}

// Slot is one DNSKEY RRset's turn.
type Slot struct {
	Cycle      Cycle
	Number     int       // from 1
	Inception  time.Time // of the signatures, and when it comes into force
	Expiration time.Time // of the signatures
	End        time.Time // when the next slot comes into force
}

// Valid checks that the slots fit the shortest quarter, 90 days, and that no
// signature ends before the next slot begins, whatever the quarter.
func (s Schedule) Valid() error {
	const shortest, longest = 90 * 24 * time.Hour, 92 * 24 * time.Hour
	switch {
	case s.Slots < 2 || s.Slots > 90:
		return fmt.Errorf("%d slots a cycle, want 2 to 90", s.Slots)
	case s.Interval < time.Hour || s.Interval%time.Second != 0:
		return errors.New("the interval of slots must be whole seconds, an hour at least")
	case s.Interval >= shortest || time.Duration(s.Slots-1)*s.Interval >= shortest: // the first keeps the product in range
		return fmt.Errorf("%d slots do not fit a quarter of 90 days", s.Slots)
	case s.Validity%time.Second != 0 || s.Validity <= s.Interval:
		return errors.New("the validity must be whole seconds and longer than the interval")
	case s.Validity <= longest-time.Duration(s.Slots-1)*s.Interval:
		return errors.New("the last slot's signatures end before a quarter of 92 days does")
	}
	return nil
}

// SlotsOf is the slots of a cycle, in order. The last is in force until the next
// cycle starts.
func (s Schedule) SlotsOf(c Cycle) []Slot {
	slots := make([]Slot, s.Slots)
	for i := range slots {
		inception := c.Start().Add(time.Duration(i) * s.Interval)
		slots[i] = Slot{
			Cycle:      c,
			Number:     i + 1,
			Inception:  inception,
			Expiration: inception.Add(s.Validity),
			End:        inception.Add(s.Interval),
		}
	}
	slots[s.Slots-1].End = c.Next().Start()
	return slots
}

// Remaining is the slots that have not ended at the moment: all of them before
// the cycle, none after it.
func Remaining(slots []Slot, at time.Time) []Slot {
	for i, slot := range slots {
		if at.Before(slot.End) {
			return slots[i:]
		}
	}
	return nil
}
