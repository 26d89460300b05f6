package zone

import (
	"cmp"
	"slices"

	"countersign/pkg/rr"
)

// sortKey orders runs: by key, which settles most, then by name.
type sortKey struct {
	key uint64
	run uint32
}

// order is the runs in canonical order of their owners; runs of one owner stay
// in the order they came in. Most zones come sorted, which is found first.
func (b *Builder) order(owner func(run) rr.Name) []uint32 {
	order := make([]uint32, len(b.runs))
	for i := range order {
		order[i] = uint32(i)
	}
	sorted := true
	for i := 1; i < len(b.runs) && sorted; i++ {
		sorted = rr.Compare(owner(b.runs[i-1]), owner(b.runs[i])) <= 0
	}
	if sorted {
		return order
	}
	keys := make([]sortKey, len(b.runs))
	for i, r := range b.runs {
		keys[i] = sortKey{canonicalPrefix(owner(r), b.origin), uint32(i)}
	}
	slices.SortFunc(keys, func(x, y sortKey) int {
		if x.key != y.key {
			return cmp.Compare(x.key, y.key)
		}
		if c := rr.Compare(owner(b.runs[x.run]), owner(b.runs[y.run])); c != 0 {
			return c
		}
		return cmp.Compare(x.run, y.run)
	})
	for i, k := range keys {
		order[i] = k.run
	}
	return order
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
