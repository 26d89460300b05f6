package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// column is a figure of the slopes case, by size.
type column struct {
	name   string
	unit   string
	factor float64 // from the figure to the unit, for one delegation
	values []float64
}

// runSlopes measures how our work grows with the zone, and fits lines. No peer
// takes part.
func runSlopes(b *bench, _ testCase) error {
	columns := []*column{
		{name: "read s", unit: "us", factor: 1e6}, {name: "sign no-op s", unit: "us", factor: 1e6},
		{name: "sign s", unit: "us", factor: 1e6}, {name: "write s", unit: "us", factor: 1e6},
		{name: "verify s", unit: "us", factor: 1e6}, {name: "peak MiB sign", unit: "bytes", factor: 1 << 20},
		{name: "peak MiB verify", unit: "bytes", factor: 1 << 20}, {name: "signed zone MiB", unit: "bytes", factor: 1 << 20},
	}
	t := table{title: "Case slopes: our phases by size", head: []string{"delegations"}}
	t.note = fmt.Sprintf("Top-level domain, ECDSA P-256, NSEC; medians of %d rounds. The slope is for each further delegation, from a line fitted to relative errors.", b.rounds)
	for _, c := range columns {
		t.head = append(t.head, c.name)
	}
	var sizes []float64
	for _, size := range b.slopes {
		if len(sizes) > 0 && !hasRoom(columns[5].values[len(sizes)-1]*float64(size)/sizes[len(sizes)-1]) {
			t.note += fmt.Sprintf(" %s left out: not enough memory.", sizeName(size))
			continue
		}
		figures, err := b.slopeFigures(size)
		if err != nil {
			return err
		}
		sizes = append(sizes, float64(size))
		row := []string{strconv.Itoa(size)}
		for i, c := range columns {
			c.values = append(c.values, figures[i])
			row = append(row, seconds(figures[i]))
		}
		t.rows = append(t.rows, row)
	}
	if len(sizes) > 1 {
		slope, base, worst := []string{"slope"}, []string{"at 0"}, []string{"worst fit"}
		for _, c := range columns {
			l := fit(sizes, c.values)
			slope = append(slope, fmt.Sprintf("%.3g %s", l.slope*c.factor, c.unit))
			base = append(base, fmt.Sprintf("%.2g", l.base))
			worst = append(worst, fmt.Sprintf("%.0f %%", 100*l.worst(sizes, c.values)))
		}
		t.rows = append(t.rows, slope, base, worst)
	}
	return b.print(t)
}

// slopeFigures are the medians of one size, in the order of the columns.
func (b *bench) slopeFigures(size int) ([]float64, error) {
	c := testCase{name: "slopes", size: size}
	file, err := b.zoneFile(c)
	if err != nil {
		return nil, err
	}
	k, err := b.keys(c)
	if err != nil {
		return nil, err
	}
	out, err := b.folder("out")
	if err != nil {
		return nil, err
	}
	signed := filepath.Join(out, "slope")
	values := make([][]float64, 8)
	note := func(i int, v float64) { values[i] = append(values[i], v) }
	for round := range b.rounds {
		_, none, err := b.ours(true, append(b.signCommand(c, file, k, "noop"), "-o", signed)[1:]...)
		if err != nil {
			return nil, err
		}
		u, real, err := b.ours(true, append(b.signCommand(c, file, k, "keys"), "-o", signed)[1:]...)
		if err != nil {
			return nil, err
		}
		v, verified, err := b.ours(true, "verify", "-zone", signed, "-origin", c.origin())
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(signed)
		if err != nil {
			return nil, err
		}
		for i, value := range []float64{
			real.Seconds["read"], none.Seconds["sign"], real.Seconds["sign"], real.Seconds["write"],
			verified.Seconds["verify"], u.peak, v.peak, float64(info.Size()) / (1 << 20),
		} {
			note(i, value)
		}
		if round == 0 && size == b.slopes[0] { // larger ones are judged in their own cases
			if err := b.check(c, signed); err != nil {
				return nil, err
			}
		}
	}
	medians := make([]float64, len(values))
	for i := range values {
		medians[i] = median(values[i])
	}
	return medians, os.Remove(signed)
}

var availablePattern = regexp.MustCompile(`MemAvailable: +(\d+) kB`)

// hasRoom says whether there is memory for a process of so many MiB, with some to
// spare for the file that it writes. Where the system does not say, there is.
func hasRoom(mebi float64) bool {
	text, err := os.ReadFile("/proc/meminfo")
	if errors.Is(err, os.ErrNotExist) {
		return true
	}
	found := availablePattern.FindSubmatch(text)
	if found == nil {
		return true
	}
	kibi, err := strconv.ParseFloat(string(found[1]), 64)
	return err != nil || mebi*1.5 < kibi/1024
}
