package main

import (
	"fmt"
	"slices"
)

// runSign compares whole processes that read, sign and write a zone. Nobody
// verifies, and nothing is published.
func runSign(b *bench, c testCase) error {
	file, err := b.zoneFile(c)
	if err != nil {
		return err
	}
	k, err := b.keys(c)
	if err != nil {
		return err
	}
	programs, err := b.signers(c, file, k)
	if err != nil {
		return err
	}
	var said result
	checked := false
	contest, err := b.compete(programs, func() (float64, error) { return b.floor(c.algorithm()) }, func(p program, u usage) (err error) {
		if !p.ours || p.noop {
			return nil
		}
		if said, err = parseResult(u.out); err != nil || checked {
			return err
		}
		checked = true
		return b.check(c, p.output)
	})
	if err != nil {
		return err
	}
	limits := contest.limits(said.Signatures, b.cores)
	t := table{title: "Case " + c.name + ": sign"}
	t.note = fmt.Sprintf("%s; %d records when signed, %d signatures; %d rounds.", b.describe(c), said.Records, said.Signatures, b.rounds)
	if limits != nil {
		t.note += fmt.Sprintf(" The limit, bare crypto on %d cores, is %s s (openssl: %.1f us for a signature).",
			b.cores, seconds(median(limits)), 1e6*median(contest.floors))
	}
	t.head, t.rows = contest.rows(limits)
	if limits != nil {
		at := slices.Index(t.head, "wall/limit")
		row := slices.Repeat([]string{"-"}, len(t.head))
		row[0], row[1], row[at] = "bare crypto", seconds(median(limits)), ratio(1)
		t.rows = append(t.rows, row)
	}
	b.acceptSign(c, contest, limits)
	return b.print(t)
}

// acceptSign compares with what was promised.
func (b *bench) acceptSign(c testCase, contest *contest, limits []float64) {
	p, ok := signPromises[c.name]
	if !ok {
		return
	}
	times := contest.of(ourName, wall)
	b.accept(p.point, fmt.Sprintf("%s, wall against %s", c.name, p.peer), p.wall, paired(times, contest.of(p.peer, wall)), "")
	if p.limit > 0 {
		b.accept(p.point, c.name+", wall against the bare crypto", p.limit, paired(times, limits), "")
	}
	if p.peak > 0 {
		b.accept(p.point, fmt.Sprintf("%s, peak memory against %s", c.name, p.peer), p.peak, paired(contest.of(ourName, peak), contest.of(p.peer, peak)), "")
	}
	if p.noop > 0 {
		b.accept(3, c.name+", without crypto against with it", p.noop, paired(contest.of(noopName, wall), times), "")
	}
}
