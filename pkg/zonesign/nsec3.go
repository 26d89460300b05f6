package zonesign

import (
	"bytes"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// NSEC3Params are the parameters of NSEC3 records. The zero value is what RFC
// 9276, Section 3.1, asks for: no additional iterations, no salt.
type NSEC3Params struct {
	Iterations uint16 // additional ones, at most MaxIterations
	Salt       []byte // at most 255 octets

	// OptOut leaves delegations without DS records out of the chain. See RFC
	// 5155, Section 6.
	OptOut bool
}

// MaxIterations is the most additional iterations: validators may take a zone
// with more for insecure (RFC 9276, Section 3.2).
const MaxIterations = 100

func (p *NSEC3Params) check() error {
	switch {
	case p.Iterations > MaxIterations:
		return fmt.Errorf("NSEC3 with %d additional iterations, at most %d are possible", p.Iterations, MaxIterations)
	case len(p.Salt) > 255:
		return fmt.Errorf("NSEC3 salt of %d octets, at most 255 are possible", len(p.Salt))
	}
	return nil
}

func (p *NSEC3Params) equal(o *NSEC3Params) bool {
	return p.Iterations == o.Iterations && p.OptOut == o.OptOut && bytes.Equal(p.Salt, o.Salt)
}

// appendParam appends what NSEC3PARAM consists of and NSEC3 begins with. See RFC
// 5155, Sections 3.2 and 4.2.
func (p *NSEC3Params) appendParam(dst []byte, flags uint8) []byte {
	dst = append(dst, sha1Hash, flags, byte(p.Iterations>>8), byte(p.Iterations), byte(len(p.Salt)))
	return append(dst, p.Salt...)
}

const (
	sha1Hash   = 1 // RFC 5155, Section 11: the only hash algorithm
	flagOptOut = 1 // RFC 5155, Section 3.1.2.1
)

// nameHash is the NSEC3 hash of a name.
type nameHash [sha1.Size]byte

func (h *nameHash) compare(o *nameHash) int {
	a, b := binary.BigEndian.Uint64(h[:]), binary.BigEndian.Uint64(o[:])
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return bytes.Compare(h[:], o[:])
}

// hash is IH(salt, name, iterations) of RFC 5155, Section 5.
func (p *NSEC3Params) hash(name rr.Name) nameHash {
	var room [512]byte
	sum := sha1.Sum(append(append(room[:0], name...), p.Salt...))
	for range p.Iterations {
		sum = sha1.Sum(append(append(room[:0], sum[:]...), p.Salt...))
	}
	return sum
}

// lowerHex is base32hex in the lower case that owner names have in a zone.
var lowerHex = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

const hashLabel = sha1.Size * 8 / 5 // characters

const maxName = 255 // octets: RFC 1035, Section 2.3.4

// appendOwner appends the owner name of the NSEC3 record of a hash.
func (h *nameHash) appendOwner(dst []byte, origin rr.Name) []byte {
	dst = lowerHex.AppendEncode(append(dst, hashLabel), h[:])
	return append(dst, origin...)
}

func (h *nameHash) owner(origin rr.Name) rr.Name { return rr.Name(h.appendOwner(nil, origin)) }

// ownerHash is the hash in the owner name of an NSEC3 record.
func ownerHash(owner, origin rr.Name) (h nameHash, ok bool) {
	if len(owner) != 1+hashLabel+len(origin) || owner[0] != hashLabel {
		return h, false
	}
	n, err := lowerHex.Decode(h[:], []byte(owner[1:1+hashLabel]))
	return h, err == nil && n == len(h)
}

// link is an NSEC3 record of a chain in the making: that of a node, or of an
// empty non-terminal.
type link struct {
	hash nameHash
	page uint32 // of the node in the unsigned zone
	node uint32 // in the page; noNode for an empty non-terminal
}

const noNode = 1<<32 - 1

// mostLinks is how many NSEC3 records there may be for each name.
const mostLinks = 8

// hasLink says whether a node of the unsigned zone gets an NSEC3 record. See RFC
// 5155, Section 7.1.
func (p *NSEC3Params) hasLink(n zone.Node) bool {
	switch {
	case n.IsBelowCut():
		return false
	case n.IsDelegation():
		return !p.OptOut || n.Has(rr.TypeDS)
	}
	return true
}

// newChain makes the links of all names, in the order of their hashes.
func newChain(z *zone.Zone, p *NSEC3Params, workers int) ([]link, error) {
	found := make([][]link, z.Pages())
	spread(workers, z.Pages(), func(i int) { found[i] = linksOf(z.Page(i), p) })
	// A name of many labels makes as many empty non-terminals.
	total := 0
	for _, links := range found {
		total += len(links)
	}
	if most := mostLinks*z.Len() + 10_000; total > most {
		return nil, fmt.Errorf("%d NSEC3 records for %d names, most of them for empty non-terminals: at most %d are made", total, z.Len(), most)
	}
	var buckets [256][]link
	for _, links := range found {
		for _, l := range links {
			buckets[l.hash[0]] = append(buckets[l.hash[0]], l)
		}
	}
	spread(workers, len(buckets), func(i int) {
		slices.SortFunc(buckets[i], func(a, b link) int { return a.hash.compare(&b.hash) })
	})
	chain := slices.Concat(buckets[:]...)
	for i := 1; i < len(chain); i++ {
		if chain[i-1].hash == chain[i].hash {
			return nil, fmt.Errorf("two names have the NSEC3 hash %x: choose another salt", chain[i].hash)
		}
	}
	return chain, nil
}

// linksOf are the links of the names of a page, and of the empty non-terminals
// above them that the names before have not shown already. Those above insecure
// delegations only could be left out with opt-out, and are not.
func linksOf(p zone.Page, params *NSEC3Params) []link {
	links := make([]link, 0, p.Len())
	var before rr.Name
	for k := range p.Len() {
		n := p.Node(k)
		if n.IsBelowCut() {
			continue
		}
		owner := n.Owner()
		if before == "" && n.Index() > 0 {
			// Only now: so what is below a cut is gone through once, not by each page.
			b, _ := previousOf(n)
			before = b.Owner()
		}
		if params.hasLink(n) {
			links = append(links, link{params.hash(owner), uint32(p.Index()), uint32(k)})
		}
		if before != "" {
			for above := owner.Parent(); !before.IsBelow(above); above = above.Parent() {
				links = append(links, link{params.hash(above), uint32(p.Index()), noNode})
			}
		}
		before = owner
	}
	return links
}

// appendNSEC3 appends RDATA. See RFC 5155, Section 3.2.
func (p *NSEC3Params) appendNSEC3(dst []byte, next *nameHash, bitmap []byte) []byte {
	flags := uint8(0)
	if p.OptOut {
		flags = flagOptOut
	}
	dst = append(p.appendParam(dst, flags), sha1.Size)
	dst = append(dst, next[:]...)
	return append(dst, bitmap...)
}

// appendBitmap appends the bitmap of a name that has records: RRSIG is there if
// anything of the name is signed.
func (w *worker) appendBitmap(dst []byte, n zone.Node) []byte {
	types := w.typesOf(n)
	if !n.IsDelegation() || n.Has(rr.TypeDS) {
		types = sorted(append(types, rr.TypeRRSIG))
	}
	w.types = types
	return rr.AppendTypeBitmap(dst, types)
}
