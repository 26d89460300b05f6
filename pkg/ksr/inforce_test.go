package ksr

import (
	"testing"
	"time"
)

func day(n int) time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// slots is an SKR with bundles of 21 days from these days on.
func slots(name string, days ...int) *Response {
	r := &Response{}
	for _, d := range days {
		r.Bundles = append(r.Bundles, Bundle{ID: name, Inception: day(d), Expiration: day(d + 21)})
	}
	return r
}

func TestInForceIsTheLatestOfTheNewest(t *testing.T) {
	chain := []*Response{slots("old", 0, 10, 20, 30), slots("new", 30, 40)}
	for _, row := range []struct {
		day, from int
		of        string
	}{{0, 0, "old"}, {9, 0, "old"}, {10, 10, "old"}, {29, 20, "old"}, {30, 30, "new"}, {39, 30, "new"}, {60, 40, "new"}} {
		got := InForce(chain, day(row.day))
		if got == nil || !got.Inception.Equal(day(row.from)) || got.ID != row.of {
			t.Errorf("on day %d: %+v, want the bundle of day %d of the %s SKR", row.day, got, row.from, row.of)
		}
	}
	for _, none := range []int{-1, 61, 100} {
		if got := InForce(chain, day(none)); got != nil {
			t.Errorf("on day %d: %+v, want none", none, got)
		}
	}
}

// An old bundle that is still valid must not come back after a newer one ended.
func TestOlderBundleDoesNotComeBack(t *testing.T) {
	short := slots("x", 0, 10)
	short.Bundles[1].Expiration = day(12)
	if got := InForce([]*Response{short}, day(13)); got != nil {
		t.Errorf("got %+v", got)
	}
}

func TestSignedUntilStopsAtTheFirstHole(t *testing.T) {
	for _, row := range []struct {
		name  string
		chain []*Response
		from  int
		want  int
	}{
		{"nothing", nil, 5, 5},
		{"one SKR", []*Response{slots("a", 0, 10)}, 5, 31},
		{"two SKRs", []*Response{slots("a", 0, 10), slots("b", 20, 30)}, 5, 51},
		{"hole", []*Response{slots("a", 0, 10), slots("b", 40)}, 5, 31},
		{"before the first", []*Response{slots("a", 10)}, 5, 5},
	} {
		if got := SignedUntil(row.chain, day(row.from)); !got.Equal(day(row.want)) {
			t.Errorf("%s: until %s, want %s", row.name, got, day(row.want))
		}
	}
}
