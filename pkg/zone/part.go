package zone

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"countersign/pkg/rr"
)

// Part is a run of owner names in the making, in canonical order. Several parts
// may be made at the same time; Join puts them together. The records are
// trusted to be canonical and complete: what comes from outside goes through
// Parse or Builder.
type Part struct {
	origin rr.Name
	pages  []*page
	wire   []byte // of the page in the making
	nodes  []node
	err    error
}

// NewPart starts a part of the zone with this apex.
func NewPart(origin rr.Name) *Part {
	room := rooms.Get().(*room)
	return &Part{origin: origin, wire: room.wire[:0], nodes: room.nodes[:0]}
}

// room is where a page is made, before it is copied to memory of its size.
type room struct {
	wire  []byte
	nodes []node
}

// rooms are those of parts that have ended.
var rooms = sync.Pool{New: func() any { return new(room) }}

// Node begins an owner name, which must follow the previous one in canonical
// order. One that gets no record is left out.
func (p *Part) Node(owner rr.Name) {
	p.dropEmpty()
	if n := len(p.nodes); n > 0 {
		if last := p.owner(n - 1); rr.Compare(last, owner) >= 0 {
			p.fail(fmt.Errorf("owner names out of order: %s after %s", owner, last))
		}
	}
	p.begin(owner)
}

// begin is Node without the check of order.
func (p *Part) begin(owner rr.Name) {
	if n := len(p.nodes); n > 0 && (beginsPage(owner) || n >= mostNames || len(p.wire) >= mostWire) {
		p.cut()
	}
	p.nodes = append(p.nodes, node{at: uint32(len(p.wire)), size: uint8(len(owner))})
}

// Add adds a record to the node that was begun last. Types ascend, and within a
// type RDATA.
func (p *Part) Add(owner rr.Name, t rr.Type, ttl uint32, rdata []byte) {
	p.wire = AppendRecord(p.wire, owner, t, ttl, rdata)
}

// AddNode adds a node with all its records in wire form, as Node.Wire gives
// them. Without records it adds nothing.
func (p *Part) AddNode(wire []byte) {
	if len(wire) == 0 {
		return
	}
	p.Node(nameAt(wire, nameSize(wire)))
	p.wire = append(p.wire, wire...)
}

// addSorted is AddNode for a name that was just sorted, of this size.
func (p *Part) addSorted(wire []byte, size uint8) {
	p.dropEmpty()
	p.begin(nameAt(wire, size))
	p.wire = append(p.wire, wire...)
}

func (p *Part) owner(i int) rr.Name { return nameAt(p.wire[p.nodes[i].at:], p.nodes[i].size) }

// dropEmpty takes the last node back if it got no record.
func (p *Part) dropEmpty() {
	if n := len(p.nodes); n > 0 && int(p.nodes[n-1].at) == len(p.wire) {
		p.nodes = p.nodes[:n-1]
	}
}

func (p *Part) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// End says that no more is added. Join does it for parts that still have a page
// in the making.
func (p *Part) End() {
	p.cut()
	if p.wire != nil {
		rooms.Put(&room{p.wire, p.nodes})
		p.wire, p.nodes = nil, nil
	}
}

// cut ends the page in the making.
func (p *Part) cut() {
	p.dropEmpty()
	if len(p.nodes) == 0 {
		return
	}
	if len(p.wire) > math.MaxUint32 {
		p.fail(fmt.Errorf("%s: more than 4 GiB of records", p.owner(0)))
		return
	}
	done := &page{wire: bytes.Clone(p.wire), nodes: slices.Clone(p.nodes)}
	if err := done.summarize(); err != nil {
		p.fail(err)
		p.wire, p.nodes = p.wire[:0], p.nodes[:0]
		return
	}
	done.mark(p.origin, cover{})
	p.pages = append(p.pages, done)
	p.wire, p.nodes = p.wire[:0], p.nodes[:0]
}

// summarize reads all records once, and checks their order.
func (p *page) summarize() error {
	p.summary = summary{expires: math.MaxUint32}
	for i := range p.nodes {
		n, wire := &p.nodes[i], p.recordsOf(i)
		last := record{}
		n.kinds = 0
		for first := true; len(wire) > 0; first = false {
			if !isWhole(wire, n.size) {
				return fmt.Errorf("%s: records are cut off", p.owner(i))
			}
			r := recordAt(wire, n.size)
			switch {
			case string(wire[:n.size]) != string(p.wire[n.at:int(n.at)+int(n.size)]):
				return fmt.Errorf("%s: a record of another owner", p.owner(i))
			case first || r.typ > last.typ:
				p.sets++
				n.kinds |= kindOf(r.typ)
			case r.typ < last.typ:
				return fmt.Errorf("%s: type %s after %s", p.owner(i), r.typ, last.typ)
			case bytes.Compare(last.data, r.data) >= 0:
				return fmt.Errorf("%s %s: records not in canonical order", p.owner(i), r.typ)
			}
			p.note(r)
			last, wire = r, wire[r.size:]
		}
	}
	return nil
}

// isWhole says whether there is a whole record at the front of wire.
func isWhole(wire []byte, owner uint8) bool {
	fixed := int(owner) + fixedSize
	return len(wire) >= fixed && len(wire) >= fixed+int(binary.BigEndian.Uint16(wire[fixed-2:]))
}

func (p *page) note(r record) {
	p.records++
	p.maxTTL = max(p.maxTTL, r.ttl)
	switch r.typ {
	case rr.TypeRRSIG:
		p.signed = true
		if len(r.data) >= 12 {
			p.expires = min(p.expires, binary.BigEndian.Uint32(r.data[8:]))
		}
	case rr.TypeNSEC:
		p.signed = true
	case rr.TypeNSEC3:
		p.signed, p.nsec3 = true, true
	}
}

// Join is the zone that parts make, one after the other. Its names must be in
// order, the apex first, with an SOA record there, or it is an error. A part
// that does not begin at a page's natural beginning costs later versions some
// sharing and nothing else. The parts are used up.
func Join(origin rr.Name, parts ...*Part) (*Zone, error) {
	z, err := join(origin, parts)
	if err != nil {
		return nil, fmt.Errorf("assembling zone %s: %w", origin, err)
	}
	return z, nil
}

func join(origin rr.Name, parts []*Part) (*Zone, error) {
	var pages []*page
	for _, p := range parts {
		p.End()
		if p.err != nil {
			return nil, p.err
		}
		pages = append(pages, p.pages...)
		*p = Part{}
	}
	if err := checkPages(origin, pages); err != nil {
		return nil, err
	}
	before := cover{}
	for i, p := range pages {
		pages[i] = p.under(origin, before)
		before = pages[i].after
	}
	z := newZone(origin, pages)
	if _, err := z.SOA(); err != nil {
		return nil, err
	}
	return z, nil
}

// checkPages checks the names at the ends of the pages, and by that all.
func checkPages(origin rr.Name, pages []*page) error {
	if len(pages) == 0 {
		return nil
	}
	if first := pages[0].owner(0); first != origin {
		return fmt.Errorf("the first owner name is %s, not the apex %s", first, origin)
	}
	last := pages[0].owner(len(pages[0].nodes) - 1)
	for _, p := range pages[1:] {
		if first := p.owner(0); rr.Compare(last, first) >= 0 {
			return fmt.Errorf("owner names out of order: %s after %s", first, last)
		}
		last = p.owner(len(p.nodes) - 1)
	}
	// What is between the apex and a name of the zone in canonical order is in the zone.
	if !last.IsBelow(origin) {
		return fmt.Errorf("%s is not in zone %s", last, origin)
	}
	return nil
}
