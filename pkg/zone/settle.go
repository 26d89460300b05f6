package zone

import (
	"cmp"
	"slices"
	"sort"

	"countersign/pkg/rr"
)

// Most large files are in canonical order. The worker that reads a block of one
// makes pages of it right away, while it is in the cache, and forgets what it
// read: so no zone is in memory twice. Only the names at both ends, up to where
// pages begin, wait for what is in the blocks beside it. Where other records turn
// out to belong among those of a block, it is read again.

// settled is the names of a block that are pages.
type settled struct {
	pages []*page
	first rr.Name  // the first name
	last  rr.Name  // the last one
	lines []uint32 // of the first record of each name
	shift uint32   // to add to lines: those before the block
	file  uint16
	found findings

	batch  int                    // where in gathering.batches its ends are
	reread func() (*batch, error) // the whole block
}

// settle makes pages of the names of a batch from the first that begins a page
// up to the last that does, and gives those before and behind as a batch. It
// gives nil if the batch is not in order, or has too few names.
func (g *gathering) settle(b *batch, keys []sortKey) (*settled, *batch, []sortKey) {
	only := &gathering{origin: g.origin, batches: []*batch{b}, files: g.files}
	keys = slices.Grow(keys[:0], len(b.runs))[:len(b.runs)]
	if !only.keys(0, keys) {
		return nil, nil, keys
	}
	from, to := 0, len(keys)-1
	for from < to && !beginsPage(b.owner(from)) {
		from++
	}
	for from < to && !beginsPage(b.owner(to)) {
		to--
	}
	if from >= to {
		return nil, nil, keys
	}
	s := stretch{all: only, keys: keys[from:to], part: NewPart(g.origin)}
	s.make()
	if s.part.err != nil {
		return nil, nil, keys
	}
	done := &settled{pages: s.part.pages, file: b.runs[from].file, found: s.found, lines: make([]uint32, to-from)}
	done.first = done.pages[0].owner(0)
	done.last = done.pages[len(done.pages)-1].lastOwner()
	for i := range done.lines {
		done.lines[i] = b.lines[b.runs[from+i].record]
	}
	return done, b.ends(from, to), keys
}

// keys fills in the keys of the i-th batch, and says whether its names ascend.
func (g *gathering) keys(i int, keys []sortKey) (sorted bool) {
	b := g.batches[i]
	sorted = true
	for k := range keys {
		keys[k] = sortKey{canonicalPrefix(b.owner(k), g.origin), uint32(i), uint32(k)}
		sorted = sorted && (k == 0 || g.compare(keys[k-1], keys[k]) < 0)
	}
	return sorted
}

// clone is the batch in memory of its own, no more than it needs.
func (b *batch) clone() *batch {
	return &batch{wire: slices.Clone(b.wire), runs: slices.Clone(b.runs), lines: slices.Clone(b.lines)}
}

// ends is the runs before from and those from to on.
func (b *batch) ends(from, to int) *batch {
	a, z := b.runs[from], b.runs[to]
	ends := &batch{
		wire:  slices.Concat(b.wire[:a.at], b.wire[z.at:]),
		runs:  slices.Concat(b.runs[:from], b.runs[to:]),
		lines: slices.Concat(b.lines[:a.record], b.lines[z.record:]),
	}
	for i := from; i < len(ends.runs); i++ {
		ends.runs[i].at -= z.at - a.at
		ends.runs[i].record -= z.record - a.record
	}
	return ends
}

// part is the pages as a part for Join.
func (s *settled) part(origin rr.Name) *Part { return &Part{origin: origin, pages: s.pages} }

// line is the line of the first record of a name, which is one of these.
func (s *settled) line(owner rr.Name) int {
	at := sort.Search(len(s.pages), func(i int) bool { return rr.Compare(s.pages[i].owner(0), owner) > 0 }) - 1
	n := 0
	for _, p := range s.pages[:at] {
		n += len(p.nodes)
	}
	p := s.pages[at]
	n += sort.Search(len(p.nodes), func(i int) bool { return rr.Compare(p.owner(i), owner) >= 0 })
	return int(s.lines[n] + s.shift)
}

// unsettle reads again what is not apart from all else, and gives the keys of
// all that is not settled, in order.
func (g *gathering) unsettle(workers int) ([]sortKey, error) {
	slices.SortStableFunc(g.settled, func(x, y *settled) int {
		return cmp.Or(rr.Compare(x.first, y.first), cmp.Compare(x.batch, y.batch))
	})
	for {
		keys := g.order(workers)
		wrong := g.unsettled(keys)
		if len(wrong) == 0 {
			return keys, nil
		}
		errs := make([]error, len(wrong))
		spread(workers, len(wrong), func(i int) {
			g.batches[wrong[i].batch], errs[i] = wrong[i].reread()
		})
		for _, err := range errs {
			if err != nil {
				return nil, err
			}
		}
		g.settled = slices.DeleteFunc(g.settled, func(s *settled) bool { return slices.Contains(wrong, s) })
	}
}

// unsettled is the settled names that others belong among, or between them and
// the next that begins a page.
func (g *gathering) unsettled(keys []sortKey) []*settled {
	wrong := make([]bool, len(g.settled))
	farthest := 0
	for i, s := range g.settled {
		if i > 0 && rr.Compare(g.settled[farthest].last, s.first) >= 0 {
			wrong[i], wrong[farthest] = true, true
		}
		if rr.Compare(s.last, g.settled[farthest].last) > 0 {
			farthest = i
		}
		from := g.search(keys, s.first)
		if from < len(keys) && (rr.Compare(g.owner(keys[from]), s.last) <= 0 || g.continues(keys[from], i)) {
			wrong[i] = true
		}
	}
	var list []*settled
	for i, s := range g.settled {
		if wrong[i] {
			list = append(list, s)
		}
	}
	return list
}

// continues says whether the name, which is behind the i-th settled ones, would
// be on their last page.
func (g *gathering) continues(k sortKey, i int) bool {
	owner := g.owner(k)
	return !beginsPage(owner) && (i+1 == len(g.settled) || rr.Compare(owner, g.settled[i+1].first) < 0)
}

// search is the first of the keys whose owner is not before name.
func (g *gathering) search(keys []sortKey, name rr.Name) int {
	return sort.Search(len(keys), func(i int) bool { return rr.Compare(g.owner(keys[i]), name) >= 0 })
}
