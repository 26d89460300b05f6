package zone

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sort"

	"countersign/pkg/rr"
)

// Change is what the records of one owner name become.
type Change struct {
	Owner rr.Name
	Wire  []byte // all its records, as Node.Wire gives them; empty if the name goes
}

// With is the zone after changes, which are in canonical order of owner, one for
// each. It shares with z all pages that have no changed name: the work grows
// with the changes, and with the number of pages only as far as copying a list
// of them goes. The records are trusted to be canonical, as by Part.
func (z *Zone) With(changes []Change) (*Zone, error) {
	if len(changes) == 0 {
		return z, nil
	}
	for i := 1; i < len(changes); i++ {
		if rr.Compare(changes[i-1].Owner, changes[i].Owner) >= 0 {
			return nil, fmt.Errorf("changing zone %s: changes out of order: %s after %s", z.origin, changes[i].Owner, changes[i-1].Owner)
		}
	}
	for _, c := range changes {
		if len(c.Wire) > 0 && !bytes.HasPrefix(c.Wire, []byte(c.Owner)) {
			return nil, fmt.Errorf("changing zone %s: %s: records of another owner", z.origin, c.Owner)
		}
	}
	pages := make([]*page, 0, len(z.pages)+4)
	next := 0 // page of z
	for len(changes) > 0 {
		from := max(z.runStart(changes[0].Owner), next)
		pages = append(pages, z.pages[next:from]...)
		var made []*page
		var err error
		if made, next, changes, err = z.rewrite(from, changes); err != nil {
			return nil, fmt.Errorf("changing zone %s: %w", z.origin, err)
		}
		pages = append(pages, made...)
	}
	pages = append(pages, z.pages[next:]...)
	return z.settle(pages)
}

// settle makes the zone of pages of which only some are new: their neighbours
// and marks are looked at where they meet.
func (z *Zone) settle(pages []*page) (*Zone, error) {
	if len(pages) == 0 {
		return nil, fmt.Errorf("changing zone %s: no records would be left", z.origin)
	}
	before := cover{}
	for i, p := range pages {
		pages[i] = p.under(z.origin, before)
		before = pages[i].after
	}
	changed := newZone(z.origin, pages)
	if changed.Node(0).Owner() != z.origin {
		return nil, fmt.Errorf("changing zone %s: the first owner name is %s", z.origin, changed.Node(0).Owner())
	}
	if _, err := changed.SOA(); err != nil {
		return nil, err
	}
	return changed, nil
}

// runStart is the page from which on a name's page is made anew: the one that
// has the name or would have it, or one before where that did not begin by
// itself.
func (z *Zone) runStart(name rr.Name) int {
	i := sort.Search(len(z.pages), func(i int) bool { return rr.Compare(z.pages[i].owner(0), name) > 0 }) - 1
	// If the page begins with the name it may be going, and its neighbours with
	// the page before then.
	if i > 0 && z.pages[i].owner(0) == name {
		i--
	}
	for i > 0 && !beginsPage(z.pages[i].owner(0)) {
		i--
	}
	return max(i, 0)
}

// rewrite makes pages anew from the page at index from until where old and new
// begin a page at the same name again. It gives the first page that stays and
// the changes behind it.
func (z *Zone) rewrite(from int, changes []Change) (made []*page, next int, rest []Change, err error) {
	part := NewPart(z.origin)
	next = from
	for next < len(z.pages) && (next == from || !z.restsAt(next, changes)) {
		p := z.pages[next]
		for i := range p.nodes {
			owner := p.owner(i)
			for len(changes) > 0 && rr.Compare(changes[0].Owner, owner) < 0 {
				part.AddNode(changes[0].Wire)
				changes = changes[1:]
			}
			if len(changes) > 0 && changes[0].Owner == owner {
				part.AddNode(changes[0].Wire)
				changes = changes[1:]
				continue
			}
			part.addSorted(p.recordsOf(i), p.nodes[i].size)
		}
		next++
	}
	if next == len(z.pages) {
		for _, c := range changes {
			if !c.Owner.IsBelow(z.origin) {
				return nil, 0, nil, fmt.Errorf("%s is not in the zone", c.Owner)
			}
			part.AddNode(c.Wire)
		}
		changes = nil
	}
	part.cut()
	return part.pages, next, changes, part.err
}

// restsAt says whether the page can stay as it is, and so what is behind it: it
// begins by itself, and no change comes before its second name.
func (z *Zone) restsAt(i int, changes []Change) bool {
	first := z.pages[i].owner(0)
	return beginsPage(first) && (len(changes) == 0 || rr.Compare(changes[0].Owner, first) > 0)
}

// Share is z with the pages of an older version in the place of its own where
// they are equal, so that memory has them once and comparing them is quick.
func (z *Zone) Share(old *Zone) *Zone {
	pages := slices.Clone(z.pages)
	i, k := 0, 0
	for i < len(pages) && k < len(old.pages) {
		if pages[i].equal(old.pages[k]) {
			pages[i] = old.pages[k]
			i++
			k++
			continue
		}
		c := rr.Compare(pages[i].owner(0), old.pages[k].owner(0))
		if c <= 0 {
			i++
		}
		if c >= 0 {
			k++
		}
	}
	return newZone(z.origin, pages)
}

// Apply is the zone after a delta: what Diff gives turns the one version into
// the other. A record to remove that is not there, or to add that is there
// already, is an error.
func (z *Zone) Apply(d *Delta) (*Zone, error) {
	changes, err := z.Changes(d)
	if err != nil {
		return nil, err
	}
	return z.With(changes)
}

// Changes is a delta by owner names, for With.
func (z *Zone) Changes(d *Delta) ([]Change, error) {
	var changes []Change
	removed, added := d.Removed, d.Added
	for len(removed) > 0 || len(added) > 0 {
		var owner rr.Name
		if len(added) == 0 || len(removed) > 0 && rr.Compare(removed[0].Owner, added[0].Owner) <= 0 {
			owner = removed[0].Owner
		} else {
			owner = added[0].Owner
		}
		if n := len(changes); n > 0 && rr.Compare(changes[n-1].Owner, owner) >= 0 {
			return nil, errors.New("delta not in canonical order")
		}
		a, b := leading(removed, owner), leading(added, owner)
		wire, err := z.edit(owner, removed[:a], added[:b])
		if err != nil {
			return nil, err
		}
		changes = append(changes, Change{owner, wire})
		removed, added = removed[a:], added[b:]
	}
	return changes, nil
}

// leading is how many sets at the front are of an owner.
func leading(sets []rr.Set, owner rr.Name) int {
	n := 0
	for n < len(sets) && sets[n].Owner == owner {
		n++
	}
	return n
}

// edit is the records of an owner name without some and with others.
func (z *Zone) edit(owner rr.Name, removed, added []rr.Set) ([]byte, error) {
	records := map[string]uint32{} // type and RDATA to TTL
	key := func(t rr.Type, rdata []byte) string { return string([]byte{byte(t >> 8), byte(t)}) + string(rdata) }
	if n, ok := z.Find(owner); ok {
		for s := range n.RRsets() {
			for rdata, ttl := range s.Records() {
				records[key(s.Type, rdata)] = ttl
			}
		}
	}
	for _, s := range removed {
		for _, rdata := range s.Data {
			k := key(s.Type, rdata)
			if ttl, ok := records[k]; !ok || ttl != s.TTL {
				return nil, fmt.Errorf("%s %s: a record to remove is not there", owner, s.Type)
			}
			delete(records, k)
		}
	}
	for _, s := range added {
		for _, rdata := range s.Data {
			k := key(s.Type, rdata)
			if _, ok := records[k]; ok {
				return nil, fmt.Errorf("%s %s: a record to add is there already", owner, s.Type)
			}
			records[k] = s.TTL
		}
	}
	keys := make([]string, 0, len(records))
	for k := range records {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var wire []byte
	for _, k := range keys {
		wire = AppendRecord(wire, owner, rr.Type(k[0])<<8|rr.Type(k[1]), records[k], []byte(k[2:]))
	}
	return wire, nil
}
