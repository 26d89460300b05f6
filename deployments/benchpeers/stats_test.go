package main

import (
	"math"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) }

func TestRatiosArePairedByRound(t *testing.T) {
	// The machine halves its speed after the first round: each round says 0.5.
	if got := paired([]float64{1, 2, 2}, []float64{2, 4, 4}); got != 0.5 {
		t.Errorf("%v, want 0.5", got)
	}
	if got := paired(nil, []float64{1}); !math.IsNaN(got) {
		t.Errorf("%v for no rounds of ours", got)
	}
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{3, 1, 2}, 2}, {[]float64{4, 1, 2, 3}, 2.5}, {[]float64{7}, 7}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.values, got, c.want)
		}
	}
}

func TestFitFindsTheLine(t *testing.T) {
	x := []float64{1e4, 1e5, 1e6, 4e6}
	var y []float64
	for _, v := range x {
		y = append(y, 0.02+3e-6*v)
	}
	l := fit(x, y)
	if !near(l.slope, 3e-6) || math.Abs(l.base-0.02) > 1e-9 || l.worst(x, y) > 1e-6 {
		t.Errorf("%+v, worst %v", l, l.worst(x, y))
	}
}
