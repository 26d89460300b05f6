package zone

import (
	"cmp"
	"slices"
	"sync"

	"countersign/pkg/rr"
)

// sortKey is a run and where it belongs: prefix settles most.
type sortKey struct {
	prefix uint64
	batch  uint32
	run    uint32
}

func (g *gathering) owner(k sortKey) rr.Name { return g.batches[k.batch].owner(int(k.run)) }

// compare is canonical order of the owners; runs of one owner stay in the order
// they came in.
func (g *gathering) compare(x, y sortKey) int {
	if x.prefix != y.prefix {
		return cmp.Compare(x.prefix, y.prefix)
	}
	if c := rr.Compare(g.owner(x), g.owner(y)); c != 0 {
		return c
	}
	if x.batch != y.batch {
		return cmp.Compare(x.batch, y.batch)
	}
	return cmp.Compare(x.run, y.run)
}

// order is all runs in canonical order. Batches are sorted side by side, and
// merged two by two. Most zones come sorted, and then neither has to be done.
func (g *gathering) order(workers int) []sortKey {
	total := 0
	starts := make([]int, len(g.batches)+1)
	for i, b := range g.batches {
		total += len(b.runs)
		starts[i+1] = total
	}
	keys := make([]sortKey, total)
	spread(workers, len(g.batches), func(i int) {
		part := keys[starts[i]:starts[i+1]]
		if !g.keys(i, part) {
			slices.SortFunc(part, g.compare)
		}
	})
	return g.mergeAll(keys, starts, workers)
}

// mergeAll merges the sorted stretches of keys that begin at starts.
func (g *gathering) mergeAll(keys []sortKey, starts []int, workers int) []sortKey {
	starts = slices.Compact(starts)
	var other []sortKey
	for len(starts) > 2 {
		sorted := true
		for _, s := range starts[1 : len(starts)-1] {
			sorted = sorted && g.compare(keys[s-1], keys[s]) < 0
		}
		if sorted {
			break
		}
		if other == nil {
			other = make([]sortKey, len(keys))
		}
		pairs := len(starts) / 2 // the last may be a stretch alone
		spread(workers, pairs, func(i int) {
			a, b := starts[2*i], starts[2*i+1]
			end := b
			if 2*i+2 < len(starts) {
				end = starts[2*i+2]
			}
			g.merge(other[a:end], keys[a:b], keys[b:end])
		})
		var merged []int
		for i := 0; i < len(starts); i += 2 {
			merged = append(merged, starts[i])
		}
		if last := starts[len(starts)-1]; merged[len(merged)-1] != last {
			merged = append(merged, last)
		}
		starts = merged
		keys, other = other, keys
	}
	return keys
}

// merge merges two sorted stretches into dst.
func (g *gathering) merge(dst, a, b []sortKey) {
	if len(a) == 0 || len(b) == 0 || g.compare(a[len(a)-1], b[0]) < 0 {
		copy(dst[copy(dst, a):], b)
		return
	}
	for i := range dst {
		if len(b) == 0 || len(a) > 0 && g.compare(a[0], b[0]) < 0 {
			dst[i], a = a[0], a[1:]
		} else {
			dst[i], b = b[0], b[1:]
		}
	}
}

// spread calls do for 0 to n-1 from as many goroutines as there are workers.
func spread(workers, n int, do func(int)) {
	if min(workers, n) <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	jobs := make(chan int, n)
	for i := range n {
		jobs <- i
	}
	close(jobs)
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for i := range jobs {
				do(i)
			}
		})
	}
	group.Wait()
}

// canonicalPrefix is a number that orders names of a zone as far as it goes:
// when it is less, the name comes first; when it is equal, the names must be
// compared. It holds the labels below origin from the right, a zero octet after
// each. Since a label may have octets 0 and 1 itself, the first of these ends
// it, as 1.
func canonicalPrefix(name, origin rr.Name) uint64 {
	var offsets [128]uint8
	count := 0
	for i := 0; i < len(name)-len(origin); i += 1 + int(name[i]) {
		offsets[count] = uint8(i)
		count++
	}
	var key uint64
	shift := 64
	for count > 0 && shift > 0 {
		count--
		at := int(offsets[count])
		for _, c := range []byte(name[at+1 : at+1+int(name[at])]) {
			shift -= 8
			if c <= 1 {
				return key | 1<<shift
			}
			key |= uint64(c) << shift
			if shift == 0 {
				return key
			}
		}
		shift -= 8
	}
	return key
}
