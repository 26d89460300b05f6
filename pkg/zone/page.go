package zone

import (
	"encoding/binary"
	"slices"
	"strings"
	"unsafe"

	"countersign/pkg/rr"
)

// page is some consecutive owner names of a zone with all their records, and
// never changes. Versions of a zone share the pages that they have in common.
//
// The records are in the form and order in which ZONEMD digests them (RFC 8976,
// Section 3.3) and signatures cover them (RFC 4034, Section 3.1.8.1): one
// after the other owner, type, class, TTL, length and RDATA, nothing compressed,
// names in lower case. So the records of an RRset are hashed where they are.
type page struct {
	wire  []byte
	nodes []node

	// The cut or DNAME owner that the first names may be below, and the one
	// that those of the next page may be below.
	before, after cover

	summary
}

// node is an owner name in a page.
type node struct {
	at    uint32 // offset of its first record
	size  uint8  // of the name
	place place
	kinds kinds
}

// summary is what there is to know of a page without looking into it.
type summary struct {
	records int
	sets    int
	maxTTL  uint32
	expires uint32 // the earliest expiration of a signature, in seconds since 1970; all ones without any
	signed  bool   // has RRSIG, NSEC or NSEC3 records
	nsec3   bool
}

// Pages begin at names that a hash of the name picks, one in about pageNames,
// so that versions of a zone with the same names have the same pages whatever
// comes before. Where chance or malice has too few such names, a page ends at
// mostNames or mostWire all the same.
const (
	pageNames = 64
	mostNames = 16 * pageNames
	mostWire  = 4 << 20
)

// beginsPage says whether a name begins a page, by a hash of its first octets:
// a multiplication for eight of them, and a finish that spreads it over the low
// bits.
func beginsPage(owner rr.Name) bool {
	const factor = 0x9e3779b97f4a7c15
	h := uint64(len(owner))
	rest := owner[:min(len(owner), 40)]
	for ; len(rest) >= 8; rest = rest[8:] {
		h = (h ^ eight(rest)) * factor
		h ^= h >> 32
	}
	for i := range len(rest) {
		h ^= uint64(rest[i]) << (8 * i)
	}
	h *= factor
	return (h^h>>29)%pageNames == 0
}

// eight is the first eight octets as a number.
func eight(n rr.Name) uint64 {
	_ = n[7]
	return uint64(n[0]) | uint64(n[1])<<8 | uint64(n[2])<<16 | uint64(n[3])<<24 |
		uint64(n[4])<<32 | uint64(n[5])<<40 | uint64(n[6])<<48 | uint64(n[7])<<56
}

// nameAt is the name in wire form at the front of b, in place: pages do not
// change.
func nameAt(b []byte, size uint8) rr.Name {
	return rr.Name(unsafe.String(unsafe.SliceData(b), int(size)))
}

func (p *page) owner(i int) rr.Name {
	n := p.nodes[i]
	return nameAt(p.wire[n.at:], n.size)
}

func (p *page) lastOwner() rr.Name { return p.owner(len(p.nodes) - 1) }

// records is the records of a node.
func (p *page) recordsOf(i int) []byte {
	end := len(p.wire)
	if i+1 < len(p.nodes) {
		end = int(p.nodes[i+1].at)
	}
	return p.wire[p.nodes[i].at:end:end]
}

// equal says whether pages have the same records with the same standing.
func (p *page) equal(o *page) bool {
	return p == o || len(p.wire) == len(o.wire) && slices.Equal(p.nodes, o.nodes) && string(p.wire) == string(o.wire)
}

// fixedSize is the length of a record without owner name and RDATA.
const fixedSize = 10

// record is one record within wire form.
type record struct {
	typ  rr.Type
	ttl  uint32
	data []byte // RDATA
	size int    // of the whole record
}

// recordAt reads the record at the front of wire.
func recordAt(wire []byte, owner uint8) record {
	fixed := wire[owner : int(owner)+fixedSize]
	end := int(owner) + fixedSize + int(binary.BigEndian.Uint16(fixed[8:]))
	return record{
		typ:  rr.Type(binary.BigEndian.Uint16(fixed)),
		ttl:  binary.BigEndian.Uint32(fixed[4:]),
		data: wire[int(owner)+fixedSize : end : end],
		size: end,
	}
}

// AppendRecord appends a record in the wire form that zones keep.
func AppendRecord(dst []byte, owner rr.Name, t rr.Type, ttl uint32, rdata []byte) []byte {
	dst = append(dst, owner...)
	dst = append(dst, byte(t>>8), byte(t), 0, byte(rr.ClassIN), byte(ttl>>24), byte(ttl>>16), byte(ttl>>8), byte(ttl),
		byte(len(rdata)>>8), byte(len(rdata)))
	return append(dst, rdata...)
}

// cloneName is a name in memory of its own.
func cloneName(n rr.Name) rr.Name { return rr.Name(strings.Clone(string(n))) }
