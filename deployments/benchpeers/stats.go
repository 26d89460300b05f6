package main

import (
	"math"
	"slices"
)

// median is NaN for nothing.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// paired is the median of the ratios of what was measured in the same round: the
// clock of a machine drifts more over the rounds than within one.
func paired(ours, theirs []float64) float64 {
	var ratios []float64
	for i := range min(len(ours), len(theirs)) {
		ratios = append(ratios, ours[i]/theirs[i])
	}
	return median(ratios)
}

// line is y = base + slope x.
type line struct{ base, slope float64 }

// fit is the line with the least squares of relative errors: a size of 4 million
// must not outweigh one of ten thousand.
func fit(x, y []float64) line {
	var w, wx, wy, wxx, wxy float64
	for i := range x {
		if y[i] <= 0 {
			continue
		}
		weight := 1 / (y[i] * y[i])
		w += weight
		wx += weight * x[i]
		wy += weight * y[i]
		wxx += weight * x[i] * x[i]
		wxy += weight * x[i] * y[i]
	}
	slope := (w*wxy - wx*wy) / (w*wxx - wx*wx)
	return line{(wy - slope*wx) / w, slope}
}

// worst is the greatest relative distance of a point from the line.
func (l line) worst(x, y []float64) float64 {
	var worst float64
	for i := range x {
		worst = max(worst, math.Abs(l.base+l.slope*x[i]-y[i])/y[i])
	}
	return worst
}
