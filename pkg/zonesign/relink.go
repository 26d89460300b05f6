package zonesign

import (
	"slices"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// relinking is the change of an NSEC3 chain: that of the version before, with
// some hashes that come, stay or go.
type relinking struct {
	job  *job
	mine map[nameHash]*relinked
	come []nameHash // those of mine that will be there, ascending
}

// relinked is a hash whose record is made anew or goes.
type relinked struct {
	there  bool
	bitmap []byte
}

// links is the RDATA of all NSEC3 records that have to be made, by owner. It
// adds their owners, and those whose record goes, to the names.
func (t *touched) links() map[rr.Name][]byte {
	if t.job.config.Denial != NSEC3 {
		return nil
	}
	r := &relinking{job: t.job, mine: map[nameHash]*relinked{}}
	for name := range t.hashed {
		r.mine[t.job.config.NSEC3.hash(name)] = r.relink(name)
	}
	for h, m := range r.mine {
		if m.there {
			r.come = append(r.come, h)
		}
	}
	slices.SortFunc(r.come, func(a, b nameHash) int { return a.compare(&b) })
	// Whose next hash differs: those before what comes or goes.
	made := map[nameHash][]byte{}
	for h, m := range r.mine {
		t.names[h.owner(t.origin)] = true
		if m.there {
			made[h] = m.bitmap
		}
		if before, bitmap, ok := r.before(h); ok {
			made[before] = bitmap
		}
	}
	// A name that is made anew may be the owner of another name's record.
	for name := range t.names {
		if h, ok := ownerHash(name, t.origin); ok && t.job.old(name).IsThere() && t.job.old(name).Has(rr.TypeNSEC3) {
			t.due = append(t.due, h)
		}
	}
	for _, h := range t.due {
		if _, mine := r.mine[h]; !mine {
			made[h] = r.oldBitmap(h)
		}
	}
	links := make(map[rr.Name][]byte, len(made))
	for h, bitmap := range made {
		next := r.next(h)
		owner := h.owner(t.origin)
		links[owner] = t.job.config.NSEC3.appendNSEC3(nil, &next, bitmap)
		t.names[owner] = true
	}
	return links
}

// relink decides on the NSEC3 record of a name in the new version.
func (r *relinking) relink(name rr.Name) *relinked {
	z := r.job.zone
	n, ok := z.From(name)
	switch {
	case !ok || !n.Owner().IsBelow(name):
		return &relinked{}
	case n.Owner() != name: // an empty non-terminal
		return &relinked{there: !n.IsBelowCut()}
	case !r.job.config.NSEC3.hasLink(n):
		return &relinked{}
	}
	w := &worker{job: r.job}
	return &relinked{there: true, bitmap: w.appendBitmap(nil, n)}
}

// before is the record before a hash in the new chain, with its bitmap. It may
// be the one with the hash itself, where there is no other.
func (r *relinking) before(h nameHash) (nameHash, []byte, bool) {
	old, oldOK := r.oldBefore(h)
	i, _ := slices.BinarySearchFunc(r.come, h, func(a, b nameHash) int { return a.compare(&b) })
	switch {
	case len(r.come) == 0 && !oldOK:
		return nameHash{}, nil, false
	case len(r.come) == 0:
		return old, r.oldBitmap(old), true
	}
	own := r.come[(i+len(r.come)-1)%len(r.come)]
	if !oldOK || nearer(own, old, h) {
		return own, r.mine[own].bitmap, true
	}
	return old, r.oldBitmap(old), true
}

// nearer says whether a comes after b on the way round to h.
func nearer(a, b, h nameHash) bool {
	aWraps, bWraps := a.compare(&h) >= 0, b.compare(&h) >= 0
	if aWraps != bWraps {
		return bWraps
	}
	return a.compare(&b) >= 0
}

// next is the hash behind h in the new chain.
func (r *relinking) next(h nameHash) nameHash {
	old, oldOK := r.oldNext(h)
	if len(r.come) == 0 {
		return old
	}
	i, found := slices.BinarySearchFunc(r.come, h, func(a, b nameHash) int { return a.compare(&b) })
	if found {
		i++
	}
	own := r.come[i%len(r.come)]
	if !oldOK {
		return own
	}
	ownWraps, oldWraps := own.compare(&h) <= 0, old.compare(&h) <= 0
	if ownWraps != oldWraps {
		if ownWraps {
			return old
		}
		return own
	}
	if own.compare(&old) <= 0 {
		return own
	}
	return old
}

// oldBefore is the last record of the version before whose hash is before h, on
// the way round, and that stays without being made anew for itself.
func (r *relinking) oldBefore(h nameHash) (nameHash, bool) {
	z := r.job.before
	n, ok := z.Before(h.owner(z.Origin()))
	for range 2 {
		for ; ok; n, ok = previousNSEC3(n) {
			if hash, is := r.oldLink(n); is {
				return hash, true
			}
		}
		n, ok = z.Node(z.Len()-1), true
	}
	return nameHash{}, false
}

// oldNext is the first behind h, on the way round.
func (r *relinking) oldNext(h nameHash) (nameHash, bool) {
	z := r.job.before
	n, ok := z.From(h.owner(z.Origin()))
	for range 2 {
		for ; ok; n, ok = nextNSEC3(n) {
			if hash, is := r.oldLink(n); is && hash != h {
				return hash, true
			}
		}
		n, ok = z.Node(0), true
	}
	return nameHash{}, false
}

// oldLink is the hash of an NSEC3 record of the version before that is not among
// those looked at for themselves.
func (r *relinking) oldLink(n zone.Node) (nameHash, bool) {
	if !n.Has(rr.TypeNSEC3) {
		return nameHash{}, false
	}
	h, ok := ownerHash(n.Owner(), r.job.zone.Origin())
	if _, mine := r.mine[h]; mine {
		return nameHash{}, false
	}
	return h, ok
}

// oldBitmap is the bitmap in an NSEC3 record of the version before.
func (r *relinking) oldBitmap(h nameHash) []byte {
	s, ok := r.job.old(h.owner(r.job.zone.Origin())).RRset(rr.TypeNSEC3)
	if !ok {
		return nil
	}
	for rdata := range s.Records() {
		at := 5 + int(rdata[4])
		return rdata[at+1+int(rdata[at]):]
	}
	return nil
}

// previousNSEC3 and nextNSEC3 go from node to node, and pass over pages without
// NSEC3 records.
func previousNSEC3(n zone.Node) (zone.Node, bool) {
	n, ok := n.Previous()
	for ok && !n.Page().HasNSEC3() {
		n, ok = n.Page().Node(0).Previous()
	}
	return n, ok
}

func nextNSEC3(n zone.Node) (zone.Node, bool) {
	n, ok := n.Next()
	for ok && !n.Page().HasNSEC3() {
		p := n.Page()
		n, ok = p.Node(p.Len() - 1).Next()
	}
	return n, ok
}
