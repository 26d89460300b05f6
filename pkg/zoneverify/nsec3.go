package zoneverify

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
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
	iterations uint16
	salt       []byte
	entries    []nsec3Entry

	// matched says which entries are those of a name. Each is written by the
	// worker that has the name: names have their own hashes.
	matched []bool
}

type nsec3Entry struct {
	hash   [hashSize]byte
	node   int
	optOut bool
}

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
	chain := &nsec3Chain{}
	v.nsec3 = chain
	for i := range v.zone.Len() {
		n := v.zone.Node(i)
		set, ok := n.Lookup(rr.TypeNSEC3)
		if !ok {
			continue
		}
		hash, ok := v.ownerHash(n.Owner())
		if !ok {
			v.apex.add(denialChain, n.Owner(), rr.TypeNSEC3, "the owner is not a hash below the apex")
			continue
		}
		record, ok := readNSEC3(set.Data[0])
		if !ok || len(set.Data) != 1 {
			v.apex.add(denialChain, n.Owner(), rr.TypeNSEC3, "the owner has not one well-formed NSEC3 record")
			continue
		}
		chain.entries = append(chain.entries, nsec3Entry{hash: hash, node: i, optOut: record.flags&optOut != 0})
	}
	chain.matched = make([]bool, len(chain.entries))
	if err := v.readParameters(chain); err != nil {
		v.apex.add(nsec3Param, v.origin, rr.TypeNSEC3PARAM, "%v", err)
		v.denial = denialBroken
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
		set, _ = v.zone.Node(chain.entries[0].node).Lookup(rr.TypeNSEC3)
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
			v.apex.add(nsec3Param, v.zone.Node(entry.node).Owner(), rr.TypeNSEC3, "opt-out is not allowed")
		}
	}
}

// ownerHash decodes the owner of an NSEC3 record: one label below the apex.
func (v *verifier) ownerHash(owner rr.Name) (hash [hashSize]byte, ok bool) {
	if len(owner) != 1+hashLabel+len(v.origin) || owner[0] != hashLabel || owner[1+hashLabel:] != v.origin {
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
	return sort.Search(len(c.entries), func(i int) bool { return bytes.Compare(c.entries[i].hash[:], hash[:]) >= 0 })
}

// optsOut says whether the entry that covers a hash has opt-out: the one before
// it, or the last if there is none.
func (c *nsec3Chain) optsOut(at int) bool {
	if len(c.entries) == 0 {
		return false
	}
	return c.entries[(at+len(c.entries)-1)%len(c.entries)].optOut
}

// checkNSEC3 judges a node: its own NSEC3 record if it has one, and if it is a
// name that there is a record for its hash and for those of the empty
// non-terminals above it. before is the name before it.
func (w *worker) checkNSEC3(n zone.Node, before rr.Name) {
	p := w.places[n.Index()]
	if n.Has(rr.TypeNSEC) {
		w.found.add(denialChain, n.Owner(), rr.TypeNSEC, "NSEC in a zone that has NSEC3")
	}
	if n.Has(rr.TypeNSEC3) {
		w.checkNSEC3Record(n)
	}
	if !p.isName() {
		return
	}
	insecure := p == placeCut && !n.Has(rr.TypeDS)
	w.checkHashed(n.Owner(), w.typesOf(n, p, !insecure), insecure)
	if before == "" {
		return
	}
	for above := n.Owner().Parent(); len(above) > len(w.origin) && !before.IsBelow(above); above = above.Parent() {
		w.checkHashed(above, nil, insecure && w.onlyInsecure(n.Index(), above))
	}
}

// onlyInsecure says whether all names below an empty non-terminal, the first of
// which is node i, are insecure delegations: such a name may be left out with
// them (RFC 5155, Section 7.1).
func (v *verifier) onlyInsecure(i int, above rr.Name) bool {
	for ; i < len(v.places) && v.zone.Node(i).Owner().IsBelow(above); i++ {
		n := v.zone.Node(i)
		if v.places[i] == placeInside || v.places[i] == placeCut && n.Has(rr.TypeDS) {
			return false
		}
	}
	return true
}

// checkHashed finds the record for a name and compares its bitmap.
func (w *worker) checkHashed(name rr.Name, types []rr.Type, mayBeLeftOut bool) {
	hash := w.nsec3.hash(name, &w.scratch)
	at := w.nsec3.search(hash)
	if at == len(w.nsec3.entries) || w.nsec3.entries[at].hash != hash {
		if !mayBeLeftOut || !w.nsec3.optsOut(at) {
			w.found.add(denialChain, name, 0, "no NSEC3 record is for this name")
		}
		return
	}
	w.nsec3.matched[at] = true
	set, _ := w.zone.Node(w.nsec3.entries[at].node).Lookup(rr.TypeNSEC3)
	// The chain has well-formed records only.
	record, _ := readNSEC3(set.Data[0])
	w.compareBitmap(name, rr.TypeNSEC3, record.bitmap, types)
}

// checkNSEC3Record judges a record itself: parameters, next hash, TTL.
func (w *worker) checkNSEC3Record(n zone.Node) {
	hash, ok := w.ownerHash(n.Owner())
	set, _ := n.Lookup(rr.TypeNSEC3)
	record, wellFormed := readNSEC3(set.Data[0])
	if !ok || !wellFormed || len(set.Data) != 1 {
		return // reported when the chain was read
	}
	if record.algorithm != sha1Hash || record.iterations != w.nsec3.iterations || !bytes.Equal(record.salt, w.nsec3.salt) || record.flags&^optOut != 0 {
		w.found.add(nsec3Param, n.Owner(), rr.TypeNSEC3, "algorithm %d, flags %d, %d iterations and salt %X are not the zone's parameters", record.algorithm, record.flags, record.iterations, record.salt)
	}
	w.checkNegativeTTL(&set)
	next := w.nsec3.entries[(w.nsec3.search(hash)+1)%len(w.nsec3.entries)]
	if !bytes.Equal(record.next, next.hash[:]) {
		w.found.add(denialChain, n.Owner(), rr.TypeNSEC3, "the next hash is %x, want %x", record.next, next.hash)
	}
}

// checkUnmatched reports the records that are for no name.
func (v *verifier) checkUnmatched() {
	if v.denial != denialNSEC3 {
		return
	}
	for i, matched := range v.nsec3.matched {
		if !matched {
			v.apex.add(denialChain, v.zone.Node(v.nsec3.entries[i].node).Owner(), rr.TypeNSEC3, "the record is for no name of the zone")
		}
	}
}
