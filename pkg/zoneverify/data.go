package zoneverify

import (
	"bytes"

	"countersign/pkg/rr"
)

// checkData judges what stands at a node, signatures apart.
func (w *worker) checkData(n *view) {
	if !n.owner.IsBelow(w.origin) {
		w.found.add(zoneData, n.owner, 0, "the name is outside of the zone")
	}
	w.checkTTLs(n)
	switch n.place {
	case placeInside:
		w.checkInside(n)
	case placeCut:
		w.checkGlue(n)
	case placeAlias:
		w.found.add(zoneData, n.owner, 0, "data below a DNAME")
	}
}

// checkTTLs leaves RRSIG records out: ZONE-RRSIG-TTL ties them to their RRsets.
// The TTL of an RRset is the lowest of its records, which must have the same (RFC
// 2181, Section 5.2): where there is a signature it would not verify if they had
// not, elsewhere it shows here.
func (w *worker) checkTTLs(n *view) {
	for i := range n.sets {
		set := &n.sets[i]
		most := set.TTL
		for _, ttl := range set.Records() {
			most = max(most, ttl)
		}
		if most != set.TTL {
			w.found.add(zoneData, n.owner, set.Type, "its records have TTLs from %d to %d, want one", set.TTL, most)
		}
		if w.limits.MaxTTL > 0 && most > w.limits.MaxTTL {
			w.found.add(maxTTL, n.owner, set.Type, "the TTL is %d, at most %d is allowed", most, w.limits.MaxTTL)
		}
	}
}

// checkInside: an alias stands alone, but for what DNSSEC adds (RFC 2181,
// Section 10.1; RFC 4035, Section 2.5).
func (w *worker) checkInside(n *view) {
	if n.has(rr.TypeDS) {
		w.found.add(zoneData, n.owner, rr.TypeDS, "DS at a name that is no delegation")
	}
	if n.node.Index() > 0 && n.has(rr.TypeSOA) {
		w.found.add(zoneData, n.owner, rr.TypeSOA, "SOA below the apex")
	}
	if set := n.lookup(rr.TypeDNAME); set != nil && set.Len() > 1 {
		w.found.add(zoneData, n.owner, rr.TypeDNAME, "%d DNAME records, want one", set.Len())
	}
	set := n.lookup(rr.TypeCNAME)
	if set == nil {
		return
	}
	if set.Len() > 1 {
		w.found.add(zoneData, n.owner, rr.TypeCNAME, "%d CNAME records, want one", set.Len())
	}
	for i := range n.sets {
		switch t := n.sets[i].Type; t {
		case rr.TypeCNAME, rr.TypeNSEC, rr.TypeNSEC3:
		default:
			w.found.add(zoneData, n.owner, rr.TypeCNAME, "CNAME beside %s", t)
		}
	}
}

// checkGlue: a name server at or below its own delegation cannot be found
// without an address here.
func (w *worker) checkGlue(n *view) {
	set := n.lookup(rr.TypeNS)
	if set == nil {
		return
	}
	for target := range set.Records() {
		// Most end in another name; only the others cost a copy.
		if !bytes.HasSuffix(target, []byte(n.owner)) {
			continue
		}
		server, _, err := rr.UnpackName(target)
		switch {
		case err != nil:
			w.found.add(zoneData, n.owner, rr.TypeNS, "%v", err)
		case server.IsBelow(n.owner) && !w.hasAddress(server):
			w.found.add(glueData, n.owner, rr.TypeNS, "no glue for %s", server)
		}
	}
}

func (v *verifier) hasAddress(name rr.Name) bool {
	n, ok := v.zone.Find(name)
	return ok && (n.Has(rr.TypeA) || n.Has(rr.TypeAAAA))
}

// checkApex judges the SOA and NS of the apex.
func (v *verifier) checkApex() {
	if v.soaError != nil {
		v.apex.add(apexData, v.origin, rr.TypeSOA, "%v", v.soaError)
	}
	set, _ := v.apexSet(rr.TypeNS)
	if len(set.Data) == 0 {
		v.apex.add(apexData, v.origin, rr.TypeNS, "the apex has no name servers")
	}
	for _, target := range set.Data {
		server, _, err := rr.UnpackName(target)
		switch {
		case err != nil:
			v.apex.add(apexData, v.origin, rr.TypeNS, "%v", err)
		case server.IsBelow(v.origin) && !v.resolves(server):
			v.apex.add(apexData, v.origin, rr.TypeNS, "no address for %s", server)
		}
	}
}

// resolves says whether a name of the zone has an address here, be it by a
// wildcard or as glue.
func (v *verifier) resolves(name rr.Name) bool {
	if v.hasAddress(name) {
		return true
	}
	wildcard, ok := v.zone.Find("\x01*" + name.Parent())
	return ok && (wildcard.Has(rr.TypeA) || wildcard.Has(rr.TypeAAAA))
}
