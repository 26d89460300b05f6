package zonesign_test

import (
	"testing"
	"time"

	"countersign/pkg/zonesign"
)

func TestNextSerial(t *testing.T) {
	at := time.Date(2026, 8, 22, 23, 59, 59, 0, time.UTC)
	unix := uint32(at.Unix())
	for _, c := range []struct {
		name   string
		policy zonesign.SerialPolicy
		input  uint32
		last   int64 // -1 is none
		want   int64 // -1 is an error
	}{
		{"keep first", zonesign.Keep, 7, -1, 7},
		{"keep greater", zonesign.Keep, 7, 6, 7},
		{"keep equal", zonesign.Keep, 7, 7, -1},
		{"keep less", zonesign.Keep, 7, 8, -1},
		{"keep around the end", zonesign.Keep, 5, 0xfffffff0, 5},
		{"keep at the greatest step", zonesign.Keep, 1 << 31, 1, 1 << 31},
		{"keep beyond the greatest step", zonesign.Keep, 1<<31 + 1, 1, -1},
		{"increment first", zonesign.Increment, 7, -1, 7},
		{"increment greater", zonesign.Increment, 9, 7, 9},
		{"increment equal", zonesign.Increment, 7, 7, 8},
		{"increment less", zonesign.Increment, 3, 7, 8},
		{"increment around the end", zonesign.Increment, 3, 0xffffffff, 3},
		{"increment at the end", zonesign.Increment, 0xffffffff, 0xffffffff, 0},
		{"unixtime first", zonesign.UnixTime, 7, -1, int64(unix)},
		{"unixtime greater", zonesign.UnixTime, 7, int64(unix) - 1, int64(unix)},
		{"unixtime twice in a second", zonesign.UnixTime, 7, int64(unix), int64(unix) + 1},
		{"unixtime a little ahead", zonesign.UnixTime, 7, int64(unix) + 59, int64(unix) + 60},
		{"unixtime far ahead", zonesign.UnixTime, 7, int64(unix) + 60, -1},
		{"unixtime after a date", zonesign.UnixTime, 7, 2026082200, -1},
		{"date first", zonesign.DateCounter, 7, -1, 2026082200},
		{"date of another day", zonesign.DateCounter, 7, 2026082199, 2026082200},
		{"date again", zonesign.DateCounter, 7, 2026082200, 2026082201},
		{"date at its last", zonesign.DateCounter, 7, 2026082298, 2026082299},
		{"date used up", zonesign.DateCounter, 7, 2026082299, -1},
		{"date of tomorrow", zonesign.DateCounter, 7, 2026082300, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var last *uint32
			if c.last >= 0 {
				l := uint32(c.last)
				last = &l
			}
			got, err := zonesign.NextSerial(c.policy, c.input, last, at)
			switch {
			case c.want < 0 && err == nil:
				t.Errorf("serial %d, want an error", got)
			case c.want >= 0 && (err != nil || int64(got) != c.want):
				t.Errorf("serial %d, %v; want %d", got, err, c.want)
			}
		})
	}
}

func TestSerialPolicyNames(t *testing.T) {
	for _, p := range []zonesign.SerialPolicy{zonesign.Keep, zonesign.Increment, zonesign.UnixTime, zonesign.DateCounter} {
		if got, err := zonesign.ParseSerialPolicy(p.String()); err != nil || got != p {
			t.Errorf("%s reads as %s, %v", p, got, err)
		}
	}
	for _, text := range []string{"", "Keep", "date-counter"} {
		if p, err := zonesign.ParseSerialPolicy(text); err == nil {
			t.Errorf("%q reads as %s", text, p)
		}
	}
}
