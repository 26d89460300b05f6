package zone

import (
	"sort"

	"countersign/pkg/rr"
)

// Types that matter here only: KEY and NXT may stand beside a CNAME (RFC 2535,
// Section 2.3.5, still in RFC 4034, Section 4 for NSEC).
const (
	typeKEY rr.Type = 25
	typeNXT rr.Type = 30
)

// checkNode checks what must hold among the records of one owner name, which
// are sorted by type.
func (s *stretch) checkNode(owner rr.Name) {
	var cname, dname, ns, other *ref
	for k := range s.group {
		r := &s.group[k]
		switch r.typ {
		case rr.TypeCNAME:
			if cname != nil {
				s.fault(r, "%s has more than one CNAME record", owner)
			}
			cname = r
		case rr.TypeDNAME:
			if dname != nil {
				s.fault(r, "%s has more than one DNAME record", owner)
			}
			dname, other = r, r
		case rr.TypeRRSIG, rr.TypeNSEC, typeKEY, typeNXT:
		case rr.TypeNS:
			ns, other = r, r
		default:
			other = r
		}
	}
	// RFC 1034, Section 3.6.2: "If a CNAME RR is present at a node, no other data should be present".
	if cname != nil && other != nil {
		s.fault(cname, "%s has a CNAME record and other data (%s)", owner, other.typ)
	}
	// RFC 6672, Section 2.3: NS beside DNAME at the apex only.
	if dname != nil && ns != nil && owner != s.all.origin {
		s.fault(dname, "%s has a DNAME record and NS records, and is not the apex", owner)
	}
	if owner.IsWildcard() {
		// RFC 4592, Sections 4.2 and 4.4: what these mean is not defined.
		if ns != nil {
			s.warn(ns, "%s: NS records at a wildcard", owner)
		}
		if dname != nil {
			s.warn(dname, "%s: a DNAME record at a wildcard", owner)
		}
	}
	s.checkApexTypes(owner)
}

// checkApexTypes checks the types that belong at the apex only, or anywhere but
// there.
func (s *stretch) checkApexTypes(owner rr.Name) {
	apex := owner == s.all.origin
	var soa *ref
	var ns bool
	for k := range s.group {
		r := &s.group[k]
		switch r.typ {
		case rr.TypeSOA:
			if !apex {
				s.fault(r, "SOA record at %s, which is not the apex", owner)
			} else if soa != nil {
				s.fault(r, "%s has more than one SOA record", owner)
			}
			soa = r
		case rr.TypeNS:
			ns = true
		case rr.TypeDS:
			// RFC 4035, Section 2.4: it belongs to the parent.
			if apex {
				s.fault(r, "DS record at the apex %s", owner)
			}
		}
	}
	if apex && soa == nil {
		s.found.fault("", 0, "zone %s has no SOA record", s.all.origin)
	}
	if apex && !ns {
		s.found.fault("", 0, "zone %s has no NS records at its apex", s.all.origin)
	}
}

// checkZone warns of data that no resolver will be given. The keys are all runs
// in order.
func (g *gathering) checkZone(z *Zone, keys []sortKey, workers int) {
	// Few pieces: each keeps as many warnings as are kept of the whole.
	const pieces = 32
	found := make([]findings, pieces)
	spread(workers, pieces, func(i int) {
		for k := i * len(z.pages) / pieces; k < (i+1)*len(z.pages)/pieces; k++ {
			for n := range z.Page(k).Nodes() {
				g.checkPlace(n, keys, &found[i])
			}
		}
	})
	for i := range found {
		g.found.join(&found[i])
	}
}

func (g *gathering) checkPlace(n Node, keys []sortKey, found *findings) {
	at := n.page.nodes[n.at]
	warned := at.place == placeInside && at.kinds&kindDS != 0 || at.place == placeHidden || at.place == placeBelow && at.kinds&^kindAddress != 0
	switch {
	case warned && len(found.warnings) == maxWarnings:
		found.unkept++ // where it is need not be looked up
	case at.place == placeInside && at.kinds&kindDS != 0:
		file, line := g.placeOf(n.Owner(), keys)
		found.warn(file, line, "%s: DS records without a delegation", n.Owner())
	case at.place == placeHidden, at.place == placeBelow && at.kinds&^kindAddress != 0:
		file, line := g.placeOf(n.Owner(), keys)
		found.warn(file, line, "%s: below a delegation or a DNAME, so its %s records are hidden", n.Owner(), n.firstOccluded())
	}
}

// firstOccluded is the type of the first RRset that is occluded.
func (n Node) firstOccluded() rr.Type {
	for s := range n.RRsets() {
		if n.Standing(s.Type) == Occluded {
			return s.Type
		}
	}
	return 0
}

// placeOf is where the first record of an owner came from.
func (g *gathering) placeOf(owner rr.Name, keys []sortKey) (file string, line int) {
	i := sort.Search(len(g.settled), func(i int) bool { return rr.Compare(g.settled[i].last, owner) >= 0 })
	if i < len(g.settled) && rr.Compare(g.settled[i].first, owner) <= 0 {
		s := g.settled[i]
		return g.files[s.file], s.line(owner)
	}
	i = g.search(keys, owner)
	b := g.batches[keys[i].batch]
	r := b.runs[keys[i].run]
	return g.files[r.file], int(b.lines[r.record])
}
