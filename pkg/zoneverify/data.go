package zoneverify

import (
	"bytes"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// checkData judges what stands at a node, signatures apart.
func (w *worker) checkData(n zone.Node, p place) {
	if !n.Owner().IsBelow(w.origin) {
		w.found.add(zoneData, n.Owner(), 0, "the name is outside of the zone")
	}
	w.checkTTLs(n)
	switch p {
	case placeInside:
		w.checkInside(n)
	case placeCut:
		w.checkGlue(n)
	case placeAlias:
		w.found.add(zoneData, n.Owner(), 0, "data below a DNAME")
	}
}

func (w *worker) checkTTLs(n zone.Node) {
	if w.limits.MaxTTL == 0 {
		return
	}
	for i := range n.Len() {
		if n.Type(i) == rr.TypeRRSIG {
			continue // ZONE-RRSIG-TTL ties it to that of its RRset
		}
		if set := n.Set(i); set.TTL > w.limits.MaxTTL {
			w.found.add(maxTTL, n.Owner(), set.Type, "the TTL is %d, at most %d is allowed", set.TTL, w.limits.MaxTTL)
		}
	}
}

// checkInside: an alias stands alone, but for what DNSSEC adds (RFC 2181,
// Section 10.1; RFC 4035, Section 2.5).
func (w *worker) checkInside(n zone.Node) {
	if n.Has(rr.TypeDS) {
		w.found.add(zoneData, n.Owner(), rr.TypeDS, "DS at a name that is no delegation")
	}
	if n.Index() > 0 && n.Has(rr.TypeSOA) {
		w.found.add(zoneData, n.Owner(), rr.TypeSOA, "SOA below the apex")
	}
	if set, ok := n.Lookup(rr.TypeDNAME); ok && len(set.Data) > 1 {
		w.found.add(zoneData, n.Owner(), rr.TypeDNAME, "%d DNAME records, want one", len(set.Data))
	}
	set, ok := n.Lookup(rr.TypeCNAME)
	if !ok {
		return
	}
	if len(set.Data) > 1 {
		w.found.add(zoneData, n.Owner(), rr.TypeCNAME, "%d CNAME records, want one", len(set.Data))
	}
	for i := range n.Len() {
		switch t := n.Type(i); t {
		case rr.TypeCNAME, rr.TypeRRSIG, rr.TypeNSEC, rr.TypeNSEC3:
		default:
			w.found.add(zoneData, n.Owner(), rr.TypeCNAME, "CNAME beside %s", t)
		}
	}
}

// checkGlue: a name server at or below its own delegation cannot be found
// without an address here.
func (w *worker) checkGlue(n zone.Node) {
	cut := n.Owner()
	set, _ := n.Lookup(rr.TypeNS)
	for _, target := range set.Data {
		// Most end in another name; only the others cost a copy.
		if !bytes.HasSuffix(target, []byte(cut)) {
			continue
		}
		server, _, err := rr.UnpackName(target)
		switch {
		case err != nil:
			w.found.add(zoneData, cut, rr.TypeNS, "%v", err)
		case server.IsBelow(cut) && !w.hasAddress(server):
			w.found.add(glueData, cut, rr.TypeNS, "no glue for %s", server)
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
