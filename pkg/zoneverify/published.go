package zoneverify

import (
	"bytes"
	"fmt"
	"iter"
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

func sprintKey(what string, tag uint16, algorithm uint8) string {
	return fmt.Sprintf("%s %d of algorithm %s", what, tag, dnssec.AlgorithmName(algorithm))
}

// checkPublished compares the zone with the version in service.
func (v *verifier) checkPublished() {
	p := v.config.Published
	if p == nil {
		return
	}
	if p.Origin() != v.origin || p.Len() == 0 {
		v.apex.add(serialOrder, v.origin, rr.TypeSOA, "the published version is of zone %s", p.Origin())
		for _, id := range []checkID{keyChange, serialStep, changeSize, apexNS, dsLoss} {
			v.notes[id] = "the published version is of another zone"
		}
		return
	}
	v.checkSerial(p)
	v.checkKeyChange(p)
	if v.config.ApexOnly {
		return
	}
	v.checkApexNS(p)
	v.checkChange(p)
}

// checkSerial compares in the arithmetic of RFC 1982, Section 3.2.
func (v *verifier) checkSerial(p *zone.Zone) {
	old, err := p.SOA()
	if err != nil || v.soaError != nil {
		v.apex.add(serialOrder, v.origin, rr.TypeSOA, "no serials to compare: %v", firstError(err, v.soaError))
		return
	}
	step := v.soa.Serial - old.Serial
	switch {
	case step == 0:
		v.apex.add(serialOrder, v.origin, rr.TypeSOA, "the serial is %d, that of the published version", v.soa.Serial)
	case step >= 1<<31:
		v.apex.add(serialOrder, v.origin, rr.TypeSOA, "the serial went from %d back to %d", old.Serial, v.soa.Serial)
	case v.limits.MaxSerialStep > 0 && step > v.limits.MaxSerialStep:
		v.apex.add(serialStep, v.origin, rr.TypeSOA, "the serial grew by %d from %d to %d, at most %d is allowed", step, old.Serial, v.soa.Serial, v.limits.MaxSerialStep)
	}
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// checkKeyChange: a DNSKEY RRset that is not the published one must be that of
// the bundle in force.
func (v *verifier) checkKeyChange(p *zone.Zone) {
	old, _ := p.Node(0).Lookup(rr.TypeDNSKEY)
	set, _ := v.apexSet(rr.TypeDNSKEY)
	if v.config.SKR == nil || slices.EqualFunc(old.Data, set.Data, bytes.Equal) {
		return
	}
	b := bundleAt(v.config.SKR, v.config.At)
	for _, rdata := range set.Data {
		if !containsOctets(old.Data, rdata) && (b == nil || !containsOctets(b.DNSKEYSet(v.origin).Data, rdata)) {
			v.apex.add(keyChange, v.origin, rr.TypeDNSKEY, "%s was added, which the SKR does not foresee", describeRecord(rr.TypeDNSKEY, rdata))
		}
	}
	for _, rdata := range old.Data {
		if !containsOctets(set.Data, rdata) && (b == nil || containsOctets(b.DNSKEYSet(v.origin).Data, rdata)) {
			v.apex.add(keyChange, v.origin, rr.TypeDNSKEY, "%s was removed, which the SKR does not foresee", describeRecord(rr.TypeDNSKEY, rdata))
		}
	}
}

func (v *verifier) checkApexNS(p *zone.Zone) {
	old, _ := p.Node(0).Lookup(rr.TypeNS)
	set, _ := v.apexSet(rr.TypeNS)
	if !v.limits.AllowApexNSChange && !slices.EqualFunc(old.Data, set.Data, bytes.Equal) {
		v.apex.add(apexNS, v.origin, rr.TypeNS, "the RRset has %d records and differs from the %d published, which the limits do not allow", len(set.Data), len(old.Data))
	}
}

// tally counts what two versions of a zone have of one thing.
type tally struct{ published, added, removed, altered int }

// difference is all that is counted.
type difference struct{ names, delegations, glue, ds tally }

// checkChange holds the difference from the published version against the
// limits.
func (v *verifier) checkChange(p *zone.Zone) {
	limits := &v.limits.Change
	if limits.isZero() && limits.DSLoss == nil {
		return
	}
	d := v.compare(p)
	v.limitChange(changeSize, limits.Names, d.names.published, d.names.added, "names were added")
	v.limitChange(changeSize, limits.Names, d.names.published, d.names.removed, "names were removed")
	v.limitChange(changeSize, limits.Delegations, d.delegations.published, d.delegations.added, "delegations were added")
	v.limitChange(changeSize, limits.Delegations, d.delegations.published, d.delegations.removed, "delegations were removed")
	v.limitChange(changeSize, limits.Glue, d.glue.published, d.glue.added, "names with glue were added")
	v.limitChange(changeSize, limits.Glue, d.glue.published, d.glue.removed, "names with glue were removed")
	v.limitChange(changeSize, limits.DS, d.ds.published, d.ds.added+d.ds.altered, "DS RRsets were added or altered")
	v.limitChange(dsLoss, limits.DSLoss, d.ds.published, d.ds.removed, "delegations are no longer secure")
}

func (v *verifier) limitChange(id checkID, limit *ChangeLimit, published, changed int, what string) {
	if limit == nil {
		return
	}
	if most := limit.allows(published); changed > most {
		v.apex.add(id, "", 0, "%d %s of %d published, at most %d are allowed", changed, what, published, most)
	}
}

// compare counts in what both versions differ, and from that and what the zone
// has what is published. Pages that both versions share are passed over.
func (v *verifier) compare(p *zone.Zone) difference {
	var d difference
	all := v.held
	for old, current := range v.altered(p) {
		all.add(old, 1)
		all.add(current, -1)
		d.names.count(old.name, current.name)
		d.delegations.count(old.delegation, current.delegation)
		d.glue.count(old.glue, current.glue)
		d.ds.count(old.ds != nil, current.ds != nil)
		if old.ds != nil && current.ds != nil && !bytes.Equal(old.ds, current.ds) {
			d.ds.altered++
		}
	}
	d.names.published, d.delegations.published, d.glue.published, d.ds.published = all.names, all.delegations, all.glue, all.ds
	return d
}

// altered is what the names that differ hold in another version and in this one.
func (v *verifier) altered(p *zone.Zone) iter.Seq2[holding, holding] {
	return func(yield func(old, current holding) bool) {
		for a, b := range zone.Changed(p, v.zone) {
			var old, current holding
			if a.IsThere() {
				old = holds(a, placeOf(a, p))
			}
			if b.IsThere() {
				current = holds(b, v.place(b))
			}
			if !yield(old, current) {
				return
			}
		}
	}
}

// held is how much a zone has of what is counted.
type held struct{ names, delegations, glue, ds int }

// add counts a name in, or with -1 out.
func (h *held) add(o holding, n int) {
	for _, c := range [...]struct {
		count *int
		has   bool
	}{{&h.names, o.name}, {&h.delegations, o.delegation}, {&h.glue, o.glue}, {&h.ds, o.ds != nil}} {
		if c.has {
			*c.count += n
		}
	}
}

func (h *held) join(o held) {
	h.names += o.names
	h.delegations += o.delegations
	h.glue += o.glue
	h.ds += o.ds
}

// holding is what an owner name has that is counted.
type holding struct {
	name, delegation, glue bool
	ds                     []byte // the records, nil if there are none
}

// holdsView is holds for a node that was read.
func holdsView(n *view) holding {
	h := holding{name: n.place == placeInside, delegation: n.place == placeCut}
	h.glue = (n.place == placeCut || n.place == placeBelow) && (n.has(rr.TypeA) || n.has(rr.TypeAAAA))
	if set := n.lookup(rr.TypeDS); set != nil && n.place == placeCut {
		h.ds = set.Wire()
	}
	return h
}

func holds(n zone.Node, p place) holding {
	h := holding{name: p == placeInside, delegation: p == placeCut}
	h.glue = (p == placeCut || p == placeBelow) && (n.Has(rr.TypeA) || n.Has(rr.TypeAAAA))
	if p == placeCut {
		set, _ := n.RRset(rr.TypeDS)
		h.ds = set.Wire()
	}
	return h
}

// count counts a name that differs; how many are published is known already.
func (t *tally) count(old, current bool) {
	switch {
	case old && !current:
		t.removed++
	case current && !old:
		t.added++
	}
}
