package zoneverify

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

const (
	hashSize  = sha1.Size
	hashLabel = hashSize * 8 / 5 // characters of base32hex
	sha1Hash  = 1                // the only hash algorithm: RFC 5155, Section 11
	optOut    = 1                // flag: RFC 5155, Section 3.1.2.1
)

// maxIterations is the most that anybody allowed (RFC 5155, Section 10.3). What
// may be used is for the limits to say; beyond this nothing is hashed at all.
const maxIterations = 2500

// nsec3Chain is the NSEC3 records of a zone in the order of their hashes, which
// is the canonical order of their owners.
type nsec3Chain struct {
	zone       *zone.Zone
	iterations uint16
	salt       []byte

	// Of all records. Where only a change is judged they are nil, and the zone
	// itself is searched.
	entries []nsec3Entry
	starts  []uint32 // index of the first entry by the first two octets of the hash; one more at the end

	// matched says which entries are those of a name. Each is written by the
	// worker that has the name: names have their own hashes.
	matched []bool
}

// nsec3Entry has the bitmap where it is short, as it mostly is: to look for it in
// the zone would be to look all over it.
type nsec3Entry struct {
	hash   [hashSize]byte
	node   uint32
	optOut bool
	octets uint8 // of the bitmap; more than there is room for: it is in the zone
	bitmap [shortBitmap]byte
}

// shortBitmap is enough for every type below 64.
const shortBitmap = 10

// nsec3Record is RDATA read in place. See RFC 5155, Section 3.2.
type nsec3Record struct {
	algorithm, flags uint8
	iterations       uint16
	salt, next       []byte
	bitmap           []byte
}

func readNSEC3(rdata []byte) (nsec3Record, bool) {
	r, rest, ok := readNSEC3Param(rdata)
	if !ok || len(rest) < 1 || len(rest) < 1+int(rest[0]) {
		return nsec3Record{}, false
	}
	end := 1 + int(rest[0])
	r.next, r.bitmap = rest[1:end], rest[end:]
	return r, true
}

// readNSEC3Param reads what NSEC3 and NSEC3PARAM begin with.
func readNSEC3Param(rdata []byte) (nsec3Record, []byte, bool) {
	if len(rdata) < 5 || len(rdata) < 5+int(rdata[4]) {
		return nsec3Record{}, nil, false
	}
	end := 5 + int(rdata[4])
	return nsec3Record{algorithm: rdata[0], flags: rdata[1], iterations: binary.BigEndian.Uint16(rdata[2:]), salt: rdata[5:end]}, rdata[end:], true
}

// readNSEC3Chain takes the parameters from NSEC3PARAM and lists the records.
func (v *verifier) readNSEC3Chain() {
	v.denial = denialNSEC3
	chain := &nsec3Chain{zone: v.zone}
	v.nsec3 = chain
	pages := v.zone.Pages()
	entries, found := make([][]nsec3Entry, pages), make([]faults, pages)
	spread(v.config.workers(), pages, func(i int) { entries[i] = v.readEntries(v.zone.Page(i), &found[i]) })
	chain.entries = slices.Concat(entries...)
	for i := range found {
		v.apex.join(&found[i])
	}
	chain.index()
	chain.matched = make([]bool, len(chain.entries))
	if err := v.readParameters(chain); err != nil {
		v.apex.add(nsec3Param, v.origin, rr.TypeNSEC3PARAM, "%v", err)
		v.denial = denialBroken
	}
}

// readEntries lists the records of a page.
func (v *verifier) readEntries(p zone.Page, found *faults) []nsec3Entry {
	if !p.HasNSEC3() {
		return nil
	}
	var entries []nsec3Entry
	for n := range p.Nodes() {
		if !n.Has(rr.TypeNSEC3) {
			continue
		}
		set, _ := n.RRset(rr.TypeNSEC3)
		hash, ok := ownerHash(n.Owner(), v.origin)
		if !ok {
			found.add(denialChain, n.Owner(), rr.TypeNSEC3, "the owner is not a hash below the apex")
			continue
		}
		record, ok := onlyNSEC3(&rrset{set, n.Owner()})
		if !ok {
			found.add(denialChain, n.Owner(), rr.TypeNSEC3, "the owner has not one well-formed NSEC3 record")
			continue
		}
		entry := nsec3Entry{hash: hash, node: uint32(n.Index()), optOut: record.flags&optOut != 0}
		entry.octets = uint8(min(len(record.bitmap), shortBitmap+1))
		copy(entry.bitmap[:], record.bitmap)
		entries = append(entries, entry)
	}
	return entries
}

// onlyNSEC3 reads the one NSEC3 record of a set.
func onlyNSEC3(set *rrset) (nsec3Record, bool) {
	rdata, single := set.only()
	if !single {
		return nsec3Record{}, false
	}
	return readNSEC3(rdata)
}

// index makes searching short: hashes are spread evenly.
func (c *nsec3Chain) index() {
	c.starts = make([]uint32, 1<<16+1)
	for _, e := range c.entries {
		c.starts[int(e.hash[0])<<8+int(e.hash[1])+1]++
	}
	for i := 1; i < len(c.starts); i++ {
		c.starts[i] += c.starts[i-1]
	}
}

// readParameters reads NSEC3PARAM, or takes those of the first NSEC3 record when
// there is none. An error means that no hash can be made.
func (v *verifier) readParameters(chain *nsec3Chain) error {
	set, ok := v.apexSet(rr.TypeNSEC3PARAM)
	switch {
	case !ok:
		v.apex.add(nsec3Param, v.origin, rr.TypeNSEC3PARAM, "there are NSEC3 records but no NSEC3PARAM record")
		if len(chain.entries) == 0 {
			return nil
		}
		set, _ = v.zone.Node(int(chain.entries[0].node)).Lookup(rr.TypeNSEC3)
	case len(set.Data) > 1:
		v.apex.add(nsec3Param, v.origin, rr.TypeNSEC3PARAM, "there are %d sets of parameters, want one", len(set.Data))
	}
	param, rest, wellFormed := readNSEC3Param(set.Data[0])
	switch {
	case !wellFormed || ok && len(rest) > 0:
		return fmt.Errorf("malformed record")
	case param.algorithm != sha1Hash:
		return fmt.Errorf("hash algorithm %d is not known", param.algorithm)
	case param.iterations > maxIterations:
		return fmt.Errorf("%d additional iterations", param.iterations)
	}
	if ok && param.flags != 0 {
		v.apex.add(nsec3Param, v.origin, rr.TypeNSEC3PARAM, "the flags are %d, want 0", param.flags)
	}
	chain.iterations, chain.salt = param.iterations, param.salt
	v.checkNSEC3Limits(chain)
	return nil
}

// checkNSEC3Limits: without limits RFC 9276, Section 3.1, says it: no additional
// iterations. Of the salt it only advises against it.
func (v *verifier) checkNSEC3Limits(chain *nsec3Chain) {
	limits := v.limits.NSEC3
	if limits == nil {
		limits = &NSEC3Limits{MaxSalt: 255, OptOut: true}
	}
	if chain.iterations > limits.MaxIterations {
		v.apex.add(nsec3Param, v.origin, rr.TypeNSEC3PARAM, "%d additional iterations, at most %d are allowed", chain.iterations, limits.MaxIterations)
	}
	if len(chain.salt) > limits.MaxSalt {
		v.apex.add(nsec3Param, v.origin, rr.TypeNSEC3PARAM, "a salt of %d octets, at most %d are allowed", len(chain.salt), limits.MaxSalt)
	}
	if limits.OptOut {
		return
	}
	for _, entry := range chain.entries {
		if entry.optOut {
			v.apex.add(nsec3Param, v.zone.Node(int(entry.node)).Owner(), rr.TypeNSEC3, "opt-out is not allowed")
		}
	}
}

// ownerHash decodes the owner of an NSEC3 record: one label below the apex.
func ownerHash(owner, origin rr.Name) (hash [hashSize]byte, ok bool) {
	if len(owner) != 1+hashLabel+len(origin) || owner[0] != hashLabel || owner[1+hashLabel:] != origin {
		return hash, false
	}
	var bits uint64
	at, held := 0, 0
	for i := range hashLabel {
		value := base32hex[owner[1+i]]
		if value < 0 {
			return hash, false
		}
		bits, held = bits<<5|uint64(value), held+5
		if held >= 8 {
			held -= 8
			hash[at] = byte(bits >> held)
			at++
		}
	}
	return hash, true
}

// base32hex is the value of each character; -1 for those that are none. See RFC
// 4648, Section 7.
var base32hex = func() (values [256]int8) {
	for i := range values {
		values[i] = -1
	}
	for i, c := range []byte("0123456789abcdefghijklmnopqrstuv") {
		values[c] = int8(i)
	}
	return values
}()

// hash is the NSEC3 hash of a name. See RFC 5155, Section 5.
func (c *nsec3Chain) hash(name rr.Name, s *scratch) [hashSize]byte {
	s.wire = append(append(s.wire[:0], name...), c.salt...)
	sum := sha1.Sum(s.wire)
	for range c.iterations {
		s.wire = append(append(s.wire[:0], sum[:]...), c.salt...)
		sum = sha1.Sum(s.wire)
	}
	return sum
}

// search is the index of the first entry that is not before hash.
func (c *nsec3Chain) search(hash [hashSize]byte) int {
	prefix := int(hash[0])<<8 + int(hash[1])
	from, to := int(c.starts[prefix]), int(c.starts[prefix+1])
	return from + sort.Search(to-from, func(i int) bool { return bytes.Compare(c.entries[from+i].hash[:], hash[:]) >= 0 })
}

// find is the bitmap of the record of a hash, and notes that it is that of a name.
func (c *nsec3Chain) find(hash [hashSize]byte) (bitmap []byte, ok bool) {
	if c.entries == nil {
		record, ok := c.findInZone(hash)
		return record.bitmap, ok
	}
	at := c.search(hash)
	if at == len(c.entries) || c.entries[at].hash != hash {
		return nil, false
	}
	c.matched[at] = true
	entry := &c.entries[at]
	if entry.octets <= shortBitmap {
		return entry.bitmap[:entry.octets], true
	}
	n := c.zone.Node(int(entry.node))
	set, _ := n.RRset(rr.TypeNSEC3)
	record, _ := onlyNSEC3(&rrset{set, n.Owner()}) // the list has well-formed records only
	return record.bitmap, true
}

// optsOut says whether the record that covers a hash has opt-out: the one before
// it, or the last if there is none.
func (c *nsec3Chain) optsOut(hash [hashSize]byte) bool {
	if c.entries == nil {
		n, ok := c.nodeBefore(hash)
		return ok && presentNSEC3(n).flags&optOut != 0
	}
	if len(c.entries) == 0 {
		return false
	}
	return c.entries[(c.search(hash)+len(c.entries)-1)%len(c.entries)].optOut
}

// next is the hash behind one that has a record.
func (c *nsec3Chain) next(hash [hashSize]byte) [hashSize]byte {
	if c.entries == nil {
		n, _ := c.nodeBehind(hash) // there is the record itself at least
		next, _ := ownerHash(n.Owner(), c.zone.Origin())
		return next
	}
	return c.entries[(c.search(hash)+1)%len(c.entries)].hash
}

// checkNSEC3 judges a node: its own NSEC3 record if it has one, and if it is a
// name that there is a record for its hash and for those of the empty
// non-terminals above it. before is the name before it.
func (w *worker) checkNSEC3(n *view, before rr.Name) {
	if n.has(rr.TypeNSEC) {
		w.found.add(denialChain, n.owner, rr.TypeNSEC, "NSEC in a zone that has NSEC3")
	}
	if set := n.lookup(rr.TypeNSEC3); set != nil {
		w.checkNSEC3Record(set)
	}
	if !n.place.isName() {
		return
	}
	insecure := n.place == placeCut && !n.has(rr.TypeDS)
	w.checkHashed(n.owner, w.typesOf(n, !insecure), func() bool { return insecure })
	if before == "" {
		return
	}
	for above := n.owner.Parent(); len(above) > len(w.origin) && !before.IsBelow(above); above = above.Parent() {
		w.checkHashed(above, nil, func() bool { return insecure && w.onlyInsecure(n.node, above) })
	}
}

// onlyInsecure says whether all names below an empty non-terminal, the first of
// which is n, are insecure delegations: such a name may be left out with them
// (RFC 5155, Section 7.1).
func (v *verifier) onlyInsecure(n zone.Node, above rr.Name) bool {
	for ok := true; ok && n.Owner().IsBelow(above); n, ok = n.Next() {
		if p := v.place(n); p == placeInside || p == placeCut && n.Has(rr.TypeDS) {
			return false
		}
	}
	return true
}

// checkHashed finds the record for a name and compares its bitmap. Whether the
// name may be left out is asked only if there is none.
func (w *worker) checkHashed(name rr.Name, types []rr.Type, mayBeLeftOut func() bool) {
	hash := w.nsec3.hash(name, &w.scratch)
	bitmap, ok := w.nsec3.find(hash)
	if !ok {
		if !w.nsec3.optsOut(hash) || !mayBeLeftOut() {
			w.found.add(denialChain, name, 0, "no NSEC3 record is for this name")
		}
		return
	}
	w.compareBitmap(name, rr.TypeNSEC3, bitmap, types)
}

// checkNSEC3Record judges a record itself: parameters, next hash, TTL.
func (w *worker) checkNSEC3Record(set *rrset) {
	hash, ok := ownerHash(set.Owner, w.origin)
	record, wellFormed := onlyNSEC3(set)
	if !ok || !wellFormed {
		return // reported when the chain was read
	}
	if record.algorithm != sha1Hash || record.iterations != w.nsec3.iterations || !bytes.Equal(record.salt, w.nsec3.salt) || record.flags&^optOut != 0 {
		w.found.add(nsec3Param, set.Owner, rr.TypeNSEC3, "algorithm %d, flags %d, %d iterations and salt %X are not the zone's parameters", record.algorithm, record.flags, record.iterations, record.salt)
	}
	w.checkNegativeTTL(set)
	if next := w.nsec3.next(hash); !bytes.Equal(record.next, next[:]) {
		w.found.add(denialChain, set.Owner, rr.TypeNSEC3, "the next hash is %x, want %x", record.next, next)
	}
}

// checkUnmatched reports the records that are for no name.
func (v *verifier) checkUnmatched() {
	if v.denial != denialNSEC3 {
		return
	}
	for i, matched := range v.nsec3.matched {
		if !matched {
			v.apex.add(denialChain, v.zone.Node(int(v.nsec3.entries[i].node)).Owner(), rr.TypeNSEC3, "the record is for no name of the zone")
		}
	}
}
