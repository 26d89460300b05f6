package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
)

// contest is programs that do the same work in turn, and what they took.
type contest struct {
	programs []program
	rounds   map[string][]usage // by program; all have as many
	failed   map[string]string  // by program: why it is out
	floors   []float64          // seconds for one signature on one core, by round; may be none
	made     map[string]int     // by program: signatures in its output
}

// compete runs the programs in turn, round by round. A program of others that
// fails or takes too long is out; one of ours ends all, unless it cannot do that
// yet.
func (b *bench) compete(programs []program, floor func() (float64, error), after func(program, usage) error) (*contest, error) {
	c := &contest{programs: programs, rounds: map[string][]usage{}, failed: map[string]string{}, made: map[string]int{}}
	for range b.rounds {
		seconds, err := floor()
		if err != nil {
			return nil, err
		}
		if seconds > 0 {
			c.floors = append(c.floors, seconds)
		}
		for _, p := range programs {
			if c.failed[p.name] != "" {
				continue
			}
			u, err := b.measure(p.command...)
			if err == nil {
				c.rounds[p.name] = append(c.rounds[p.name], u)
				err = after(p, u)
			}
			if _, counted := c.made[p.name]; err == nil && p.output != "" && !counted {
				c.made[p.name], err = countSignatures(p.output)
			}
			// It must not be written to the disk while the next is measured.
			if p.output != "" {
				if gone := os.Remove(p.output); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
					return nil, gone
				}
			}
			switch {
			case err == nil:
			case p.ours || b.ctx.Err() != nil:
				return nil, err
			case errors.Is(err, errSlow):
				c.failed[p.name] = "over " + b.limit.String()
			default:
				c.failed[p.name] = "failed"
				if err := b.say(fmt.Sprintf("%s is out: %v", p.name, err)); err != nil {
					return nil, err
				}
			}
		}
	}
	return c, nil
}

// of is one figure of a program in all rounds; none if it is out.
func (c *contest) of(name string, figure func(usage) float64) []float64 {
	if c.failed[name] != "" {
		return nil
	}
	var values []float64
	for _, u := range c.rounds[name] {
		values = append(values, figure(u))
	}
	return values
}

func wall(u usage) float64 { return u.wall }
func cpu(u usage) float64  { return u.cpu }
func peak(u usage) float64 { return u.peak }

// limits is what the signatures take with bare crypto on all cores, by round.
func (c *contest) limits(signatures, cores int) []float64 {
	var limits []float64
	if signatures == 0 {
		return nil // ours is out, and nobody counted
	}
	for _, seconds := range c.floors {
		limits = append(limits, seconds*float64(signatures)/float64(cores))
	}
	return limits
}

// fastest is the least time in all rounds of programs of others, by round.
func (c *contest) fastest() []float64 {
	var least []float64
	for _, p := range c.programs {
		times := c.of(p.name, wall)
		if p.ours || times == nil {
			continue
		}
		if least == nil {
			least = slices.Clone(times)
		}
		for i := range times {
			least[i] = min(least[i], times[i])
		}
	}
	return least
}

// rows are the lines of the table. Without limits the last column is left out.
func (c *contest) rows(limits []float64) (head []string, rows [][]string) {
	head = []string{"program", "wall s", "min-max", "CPU s", "peak MiB", "ours/theirs"}
	if len(c.made) > 0 {
		head = append(head, "RRSIGs")
	}
	if limits != nil {
		head = append(head, "wall/limit")
	}
	for _, p := range c.programs {
		if why := c.failed[p.name]; why != "" {
			row := slices.Repeat([]string{"-"}, len(head))
			row[0], row[1] = p.name, why
			rows = append(rows, row)
			continue
		}
		times := c.of(p.name, wall)
		versus := math.NaN()
		if !p.ours {
			versus = paired(c.of(ourName, wall), times)
		}
		row := []string{
			p.name, seconds(median(times)), seconds(slices.Min(times)) + "-" + seconds(slices.Max(times)),
			seconds(median(c.of(p.name, cpu))), mebibytes(median(c.of(p.name, peak))), ratio(versus),
		}
		if len(c.made) > 0 {
			row = append(row, strconv.Itoa(c.made[p.name]))
		}
		if limits != nil {
			row = append(row, ratio(paired(times, limits)))
		}
		rows = append(rows, row)
	}
	return head, rows
}
