package zoneverify

import (
	"math"
	"reflect"
	"slices"
	"time"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// Judged is a version of a zone that passed all checks that were made, with what
// judging the next version by its change needs. Only a report makes one; nil and
// the zero value are none. It does not change.
type Judged struct {
	zone    *zone.Zone
	at      int64       // seconds since 1970
	limits  *Limits     // a copy: the caller may change his
	signers []rr.DNSKEY // likewise
	keys    []*key
	roles   roles
	denial  denial
	optOut  *bool // of all NSEC3 records; nil if they differ, or there are none
	held    held
}

// Judged is the proof that the zone passed, for VerifyChange; nil if it did not
// or its apex alone was judged.
func (r *Report) Judged() *Judged { return r.judged }

// VerifyChange judges z like Verify, given that the version before passed: only
// the names that differ from it, what depends on them and the apex are looked
// at, and when signatures elsewhere expire. The digest of the zone is made in
// full. Its report counts what was looked at.
//
// All is judged where more may have changed than the records, so that what passed
// before could fail now - keys, signers, limits, denial, or a clock that went
// back -, without a version before, and when a fault is found: so a zone that is
// refused is refused for the same faults whichever way it was judged.
func VerifyChange(before *Judged, z *zone.Zone, c Config) *Report {
	if before == nil || before.zone == nil || z.Len() == 0 {
		return Verify(z, c)
	}
	v := newVerifier(z, c)
	v.keepTables(before.keys)
	if v.follows(before) {
		v.before = before
		if r := v.byChange(); r != nil && r.Err() == nil {
			return r
		}
	}
	return verify(z, c, v.keys)
}

// byChange judges the change; nil if there is too much of it.
func (v *verifier) byChange() *Report {
	d := v.findChange()
	if d.mixed || len(d.touched) > v.zone.Len()/4+1000 {
		return nil
	}
	total := v.judgeChange(d)
	v.held = v.before.held
	for old, now := range v.altered(v.before.zone) {
		v.held.add(old, -1)
		v.held.add(now, 1)
	}
	v.judgeApex()
	return v.report(total)
}

// follows says whether what passed in the version before passes now if it did not
// change.
func (v *verifier) follows(before *Judged) bool {
	c := &v.config
	oldSOA, err := before.zone.SOA()
	v.denial = denialNSEC
	if v.usesNSEC3() {
		v.denial = denialNSEC3
	}
	return !c.ApexOnly && v.origin == before.zone.Origin() && v.at >= before.at &&
		err == nil && v.soaError == nil && oldSOA.NegativeTTL() == v.soa.NegativeTTL() &&
		v.denial == before.denial && sameApexSet(v.zone, before.zone, rr.TypeDNSKEY) && sameApexSet(v.zone, before.zone, rr.TypeNSEC3PARAM) &&
		reflect.DeepEqual(v.roles, before.roles) && reflect.DeepEqual(c.Limits, before.limits) &&
		slices.EqualFunc(c.Signers, before.signers, sameKey)
}

func sameKey(a, b rr.DNSKEY) bool { return string(a.Append(nil)) == string(b.Append(nil)) }

func sameApexSet(a, b *zone.Zone, t rr.Type) bool {
	x, inA := a.Node(0).RRset(t)
	y, inB := b.Node(0).RRset(t)
	return inA == inB && string(x.Wire()) == string(y.Wire())
}

// change is what differs from the version before, and what depends on it.
type change struct {
	touched map[rr.Name]bool // names to judge
	hashed  map[rr.Name]bool // names whose NSEC3 record, or lack of one, is to be looked at
	records []recordChange   // owners of NSEC3 records that differ
	mixed   bool             // NSEC3 records differ in opt-out: what they cover is not looked for here
}

// recordChange is an NSEC3 record before and now; either may be missing.
type recordChange struct {
	hash     [hashSize]byte
	old, now *nsec3Record
	owner    rr.Name
}

func (v *verifier) findChange() *change {
	d := &change{touched: map[rr.Name]bool{v.origin: true}, hashed: map[rr.Name]bool{v.origin: true}}
	if v.denial == denialNSEC3 {
		v.nsec3 = &nsec3Chain{zone: v.zone}
		if err := v.readParameters(v.nsec3); err != nil || v.before.optOut == nil {
			d.mixed = true
			return d
		}
	}
	for a, b := range zone.Changed(v.before.zone, v.zone) {
		v.touch(d, a, b)
	}
	return d
}

// touch takes in a name that differs.
func (v *verifier) touch(d *change, a, b zone.Node) {
	n := b
	if !b.IsThere() {
		n = a
	}
	owner := n.Owner()
	d.touched[owner] = true
	if cover := coverOf(owner, v.zone); cover.below == placeBelow {
		d.touched[cover.owner] = true // its name servers may need this glue
	}
	if old, now := presentTraits(a), presentTraits(b); old.ns != now.ns || old.dname != now.dname {
		// Names below may stand elsewhere now.
		for below, ok := v.zone.From(owner); ok && below.Owner().IsBelow(owner); below, ok = below.Next() {
			d.touched[below.Owner()] = true
			v.touchHashes(d, below.Owner())
		}
	}
	if v.denial == denialNSEC {
		v.touchBefore(d, owner)
		return
	}
	v.touchHashes(d, owner)
	v.touchRecord(d, a, b, owner)
}

// touchHashes takes in a name's place in the NSEC3 chain, and those of what may be
// empty non-terminals above it.
func (v *verifier) touchHashes(d *change, name rr.Name) {
	for ; len(name) > len(v.origin) && !d.hashed[name]; name = name.Parent() {
		d.hashed[name] = true
	}
}

// touchBefore takes in the name whose NSEC record leads to owner or beyond.
func (v *verifier) touchBefore(d *change, owner rr.Name) {
	for n, ok := v.zone.Before(owner); ok; n, ok = n.Previous() {
		if v.place(n).isName() {
			d.touched[n.Owner()] = true
			return
		}
	}
}

// touchRecord takes in an NSEC3 record that differs.
func (v *verifier) touchRecord(d *change, a, b zone.Node, owner rr.Name) {
	hash, ok := ownerHash(owner, v.origin)
	old, now := presentNSEC3(a), presentNSEC3(b)
	switch {
	case old == nil && now == nil:
		return
	case !ok:
		v.apex.add(denialChain, owner, rr.TypeNSEC3, "the owner is not a hash below the apex")
		return
	case now != nil && len(now.next) == 0:
		v.apex.add(denialChain, owner, rr.TypeNSEC3, "the owner has not one well-formed NSEC3 record")
		return
	}
	d.records = append(d.records, recordChange{hash, old, now, owner})
	if now != nil && (now.flags&optOut != 0) != *v.before.optOut {
		d.mixed = true
	}
	if (old == nil) != (now == nil) {
		if n, ok := v.nsec3.nodeBefore(hash); ok {
			d.touched[n.Owner()] = true
		}
	}
}

func presentTraits(n zone.Node) traits {
	if !n.IsThere() {
		return traits{}
	}
	return traitsOf(n)
}

func presentNSEC3(n zone.Node) *nsec3Record {
	if !n.IsThere() {
		return nil
	}
	set, ok := n.RRset(rr.TypeNSEC3)
	if !ok {
		return nil
	}
	record, ok := onlyNSEC3(&rrset{set, n.Owner()})
	if !ok {
		return &nsec3Record{} // it is refused for its form
	}
	return &record
}

// judgeChange judges the names, the records and what runs down.
func (v *verifier) judgeChange(d *change) *chunk {
	names := make([]rr.Name, 0, len(d.touched))
	for name := range d.touched {
		names = append(names, name)
	}
	slices.SortFunc(names, rr.Compare)
	const size = 256
	count := (len(names) + size - 1) / size
	chunks := make([]chunk, count+2)
	var digest faults
	spread(v.config.workers(), count+3, func(i int) {
		w := &worker{verifier: v}
		switch {
		case i == 0:
			v.checkZONEMD(&digest)
			return
		case i <= count:
			w.found = &chunks[i-1]
			w.judgeNames(names[(i-1)*size : min(i*size, len(names))])
		case i == count+1:
			w.found = &chunks[count]
			w.judgeHashed(d)
		default:
			w.found = &chunks[count+1]
			w.judgeTimes(d)
		}
	})
	return v.total(chunks, &digest)
}

// judgeNames judges names that are there; of those that went only the chain knows.
func (w *worker) judgeNames(names []rr.Name) {
	w.found.expires = math.MaxInt64
	w.views.reset()
	for _, name := range names {
		if n, ok := w.zone.Find(name); ok {
			w.views.read(n, w.place(n))
		}
	}
	w.views.settle()
	w.verifyBatches()
	for i := range w.views.list {
		w.judgeNode(&w.views.list[i], "")
	}
}

// judgeHashed judges the NSEC3 records of names that differ and of the empty
// non-terminals above them, and wants all others to be what they were.
func (w *worker) judgeHashed(d *change) {
	w.found.expires = math.MaxInt64
	if w.denial != denialNSEC3 {
		return
	}
	known := map[[hashSize]byte]bool{}
	names := make([]rr.Name, 0, len(d.hashed))
	for name := range d.hashed {
		names = append(names, name)
	}
	slices.SortFunc(names, rr.Compare)
	for _, name := range names {
		known[w.nsec3.hash(name, &w.scratch)] = true
		w.judgeHash(name, d.touched[name])
	}
	for _, r := range d.records {
		switch {
		case known[r.hash]:
		case r.old == nil:
			w.found.add(denialChain, r.owner, rr.TypeNSEC3, "the record is for no name of the zone")
		case r.now == nil:
			w.found.add(denialChain, r.owner, rr.TypeNSEC3, "the record is gone, and its name did not change")
		case string(r.old.bitmap) != string(r.now.bitmap):
			w.found.add(denialBitmap, r.owner, rr.TypeNSEC3, "the bitmap differs from the published one, and the name did not change")
		}
	}
}

// judgeHash judges whether there is a record for a name; if the name itself was
// judged, only where it has none of its own.
func (w *worker) judgeHash(name rr.Name, judged bool) {
	n, ok := w.zone.From(name)
	if ok && n.Owner() == name && w.place(n).isName() {
		if !judged {
			of := w.viewOf(n)
			insecure := of.place == placeCut && !of.has(rr.TypeDS)
			w.checkHashed(name, w.typesOf(of, !insecure), func() bool { return insecure })
		}
		return
	}
	if coverOf(name, w.zone).owner == "" {
		for ; ok && n.Owner().IsBelow(name); n, ok = n.Next() {
			if n.Owner() != name && w.place(n).isName() {
				w.checkHashed(name, nil, func() bool { return w.onlyInsecure(n, name) })
				return
			}
		}
	}
	if _, found := w.nsec3.find(w.nsec3.hash(name, &w.scratch)); found {
		w.found.add(denialChain, name, rr.TypeNSEC3, "there is a record for this name, which is not in the zone")
	}
}

// judgeTimes looks at when signatures expire that did not change. Pages know
// their first.
func (w *worker) judgeTimes(d *change) {
	w.found.expires = math.MaxInt64
	least := w.limits.MinRemaining.Default
	for _, of := range w.limits.MinRemaining.Types {
		least = max(least, of)
	}
	enough := w.at + int64(least/time.Second)
	for i := range w.zone.Pages() {
		p := w.zone.Page(i)
		if p.Expires() != math.MaxUint32 {
			w.found.expires = min(w.found.expires, int64(p.Expires()))
		}
		if int64(p.Expires()) >= enough && int64(p.Expires()) > w.at {
			continue
		}
		for n := range p.Nodes() {
			if !d.touched[n.Owner()] {
				w.judgeNodeTimes(n)
			}
		}
	}
}

func (w *worker) judgeNodeTimes(n zone.Node) {
	of := w.viewOf(n)
	for i := range of.sigs {
		s, ok := readSignature(&of.sigs[i])
		if set := of.lookup(s.covered); ok && set != nil {
			w.checkTimes(&s, set)
		}
	}
}

// findInZone is find by looking for the owner.
func (c *nsec3Chain) findInZone(hash [hashSize]byte) (nsec3Record, bool) {
	n, ok := c.zone.Find(c.owner(hash))
	if !ok {
		return nsec3Record{}, false
	}
	record := presentNSEC3(n)
	if record == nil || len(record.next) == 0 {
		return nsec3Record{}, false
	}
	return *record, true
}

// owner is the name of the record of a hash. See RFC 5155, Section 3.
func (c *nsec3Chain) owner(hash [hashSize]byte) rr.Name {
	const digits = "0123456789abcdefghijklmnopqrstuv"
	label := make([]byte, 1, 1+hashLabel+len(c.zone.Origin()))
	label[0] = hashLabel
	var bits uint64
	held := 0
	for _, octet := range hash {
		bits, held = bits<<8|uint64(octet), held+8
		for held >= 5 {
			held -= 5
			label = append(label, digits[bits>>held&31])
		}
	}
	return rr.Name(append(label, c.zone.Origin()...))
}

// nodeBefore is the owner of the record before a hash, the way round; the one of
// the hash itself if there is no other.
func (c *nsec3Chain) nodeBefore(hash [hashSize]byte) (zone.Node, bool) {
	n, ok := c.zone.Before(c.owner(hash))
	for range 2 {
		for ; ok; n, ok = n.Previous() {
			if !n.Page().HasNSEC3() {
				n = n.Page().Node(0)
				continue
			}
			if presentNSEC3(n) != nil {
				return n, true
			}
		}
		n, ok = c.zone.Node(c.zone.Len()-1), true
	}
	return zone.Node{}, false
}

// nodeBehind is the owner of the record behind a hash, the way round.
func (c *nsec3Chain) nodeBehind(hash [hashSize]byte) (zone.Node, bool) {
	owner := c.owner(hash)
	n, ok := c.zone.From(owner)
	if ok && n.Owner() == owner {
		n, ok = n.Next()
	}
	for range 2 {
		for ; ok; n, ok = n.Next() {
			if p := n.Page(); !p.HasNSEC3() {
				n = p.Node(p.Len() - 1)
				continue
			}
			if presentNSEC3(n) != nil {
				return n, true
			}
		}
		n, ok = c.zone.Node(0), true
	}
	return zone.Node{}, false
}

func cloneKeys(keys []rr.DNSKEY) []rr.DNSKEY {
	keys = slices.Clone(keys)
	for i := range keys {
		keys[i].PublicKey = slices.Clone(keys[i].PublicKey)
	}
	return keys
}
