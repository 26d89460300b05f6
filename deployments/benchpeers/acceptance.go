package main

import (
	"fmt"
	"math"
	"strconv"
)

// acceptance is a figure that the project promised, and what came out. Less is
// better in all of them.
type acceptance struct {
	point    int // of the list in docs/benchmarks.md
	what     string
	wanted   float64
	measured float64
	unit     string
}

func (a acceptance) verdict() string {
	switch {
	case math.IsNaN(a.measured):
		return "not measured"
	case a.measured <= a.wanted:
		return "yes"
	}
	return "NO"
}

func acceptanceTable(list []acceptance) table {
	t := table{title: "Promised and measured", head: []string{"point: what", "wanted, at most", "measured", "kept"}}
	for _, a := range list {
		t.rows = append(t.rows, []string{
			strconv.Itoa(a.point) + ": " + a.what,
			fmt.Sprintf("%.4g%s", a.wanted, a.unit), fmt.Sprintf("%.3g%s", a.measured, a.unit), a.verdict(),
		})
	}
	return t
}

// signPromises are the figures for signing a zone as a whole process, by case.
var signPromises = map[string]struct {
	point int
	peer  string
	wall  float64 // of the peer's
	limit float64 // of the bare crypto; 0 is none
	peak  float64 // of the peer's; 0 is none
	noop  float64 // without crypto, of the time with it; 0 is none
}{
	"root":       {point: 1, peer: bindSigner, wall: 0.60, limit: 1.15},
	"100k":       {point: 2, peer: knotSigner, wall: 0.42},
	"100k-nsec3": {point: 2, peer: knotSigner, wall: 0.35},
	"1m":         {point: 2, peer: knotSigner, wall: 0.42, peak: 1, noop: 0.12},
	"1m-nsec3":   {point: 2, peer: knotSigner, wall: 0.45, peak: 1},
}
