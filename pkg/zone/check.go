package zone

import "countersign/pkg/rr"

// Types that matter here only: KEY and NXT may stand beside a CNAME (RFC 2535,
// Section 2.3.5, still in RFC 4034, Section 4 for NSEC).
const (
	typeKEY rr.Type = 25
	typeNXT rr.Type = 30
)

// checkNode checks what must hold among the records of one owner name. The
// group is sorted by type and not empty.
func (b *Builder) checkNode(owner rr.Name, group []uint32) {
	var cname, dname, ns, other *record
	for _, k := range group {
		r := &b.records[k]
		switch r.typ {
		case rr.TypeCNAME:
			if cname != nil {
				b.fault(r, "%s has more than one CNAME record", owner)
			}
			cname = r
		case rr.TypeDNAME:
			if dname != nil {
				b.fault(r, "%s has more than one DNAME record", owner)
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
		b.fault(cname, "%s has a CNAME record and other data (%s)", owner, other.typ)
	}
	// RFC 6672, Section 2.3: NS beside DNAME at the apex only.
	if dname != nil && ns != nil && owner != b.origin {
		b.fault(dname, "%s has a DNAME record and NS records, and is not the apex", owner)
	}
	if owner.IsWildcard() {
		// RFC 4592, Sections 4.2 and 4.4: what these mean is not defined.
		if ns != nil {
			b.warn(ns, "%s: NS records at a wildcard", owner)
		}
		if dname != nil {
			b.warn(dname, "%s: a DNAME record at a wildcard", owner)
		}
	}
	b.checkApexTypes(owner, group)
}

// checkApexTypes checks the types that belong at the apex only, or anywhere but
// there.
func (b *Builder) checkApexTypes(owner rr.Name, group []uint32) {
	apex := owner == b.origin
	var soa *record
	var ns bool
	for _, k := range group {
		r := &b.records[k]
		switch r.typ {
		case rr.TypeSOA:
			if !apex {
				b.fault(r, "SOA record at %s, which is not the apex", owner)
			} else if soa != nil {
				b.fault(r, "%s has more than one SOA record", owner)
			}
			soa = r
		case rr.TypeNS:
			ns = true
		case rr.TypeDS:
			// RFC 4035, Section 2.4: it belongs to the parent.
			if apex {
				b.fault(r, "DS record at the apex %s", owner)
			}
		}
	}
	if apex && soa == nil {
		b.found.fault("", 0, "zone %s has no SOA record", b.origin)
	}
	if apex && !ns {
		b.found.fault("", 0, "zone %s has no NS records at its apex", b.origin)
	}
}

// checkZone warns of data that no resolver will be given. firsts has a record
// of each node.
func (b *Builder) checkZone(z *Zone, firsts []record) {
	for i := range z.Len() {
		n := z.Node(i)
		switch z.nodes[i].place {
		case placeInside:
			if n.Has(rr.TypeDS) {
				b.warn(&firsts[i], "%s: DS records without a delegation", n.Owner())
			}
		case placeBelow, placeHidden:
			for k := range n.Len() {
				if n.Standing(n.Type(k)) == Occluded {
					b.warn(&firsts[i], "%s: below a delegation or a DNAME, so its %s records are hidden", n.Owner(), n.Type(k))
					break
				}
			}
		}
	}
}
