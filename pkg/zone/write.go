package zone

import (
	"encoding/binary"
	"strconv"

	"countersign/pkg/rr"
)

// Append appends the zone as a master file: one record a line, fields separated
// by tabs, all names absolute, owner, TTL and class always there, in canonical
// order with the SOA record first and each RRset followed by its RRSIG records.
// The same zone gives the same bytes.
func (z *Zone) Append(dst []byte) []byte { return z.appendPages(dst, 0, len(z.pages)) }

// appendPages appends some of the pages.
func (z *Zone) appendPages(dst []byte, from, to int) []byte {
	var w textWriter
	for i := from; i < to; i++ {
		p := z.Page(i)
		for k := range p.Len() {
			dst = w.appendNode(dst, p.Node(k))
		}
	}
	return dst
}

// Append appends the records of the page as Zone.Append does.
func (p Page) Append(dst []byte) []byte { return p.zone.appendPages(dst, p.index, p.index+1) }

// Append appends the records of the node as Zone.Append does.
func (n Node) Append(dst []byte) []byte {
	var w textWriter
	return w.appendNode(dst, n)
}

// textWriter writes nodes one after the other.
type textWriter struct {
	size       uint8 // of the owner in wire form
	signatures []byte

	line  []byte // the last line up to its RDATA: owner, TTL, class and type
	owner int    // how much of it is the owner
	ttl   uint32
	typ   rr.Type // 0 when there was no line of this owner
}

func (w *textWriter) appendNode(dst []byte, n Node) []byte {
	w.line = append(n.Owner().Append(w.line[:0]), '\t')
	w.owner, w.typ = len(w.line), 0
	w.size, w.signatures = n.page.nodes[n.at].size, n.signatures()
	apex := n.index == 0
	if apex {
		if soa, ok := n.RRset(rr.TypeSOA); ok {
			dst = w.appendSet(dst, soa)
		}
	}
	for wire := n.Wire(); len(wire) > 0; {
		s := firstRRset(wire, w.size)
		if s.Type != rr.TypeRRSIG && !(apex && s.Type == rr.TypeSOA) {
			dst = w.appendSet(dst, s)
		}
		wire = wire[len(s.wire):]
	}
	for wire := w.signatures; len(wire) > 0; {
		r := recordAt(wire, w.size)
		if t := covered(r.data); t == rr.TypeRRSIG || !n.Has(t) {
			dst = w.appendRecord(dst, rr.TypeRRSIG, r.ttl, r.data)
		}
		wire = wire[r.size:]
	}
	return dst
}

// signatures is the RRSIG records.
func (n Node) signatures() []byte {
	if !n.page.signed {
		return nil
	}
	size := n.page.nodes[n.at].size
	for wire := n.Wire(); len(wire) > 0; {
		r := recordAt(wire, size)
		if r.typ >= rr.TypeRRSIG {
			if r.typ > rr.TypeRRSIG {
				break
			}
			return firstRRset(wire, size).wire
		}
		wire = wire[r.size:]
	}
	return nil
}

// appendSet appends an RRset and the RRSIG records over it.
func (w *textWriter) appendSet(dst []byte, s RRset) []byte {
	for wire := s.wire; len(wire) > 0; {
		r := recordAt(wire, w.size)
		dst = w.appendRecord(dst, s.Type, s.TTL, r.data)
		wire = wire[r.size:]
	}
	for wire := w.signatures; len(wire) > 0; {
		r := recordAt(wire, w.size)
		if covered(r.data) == s.Type {
			dst = w.appendRecord(dst, rr.TypeRRSIG, r.ttl, r.data)
		}
		wire = wire[r.size:]
	}
	return dst
}

func (w *textWriter) appendRecord(dst []byte, t rr.Type, ttl uint32, rdata []byte) []byte {
	if t != w.typ || ttl != w.ttl {
		w.typ, w.ttl = t, ttl
		w.line = strconv.AppendUint(w.line[:w.owner], uint64(ttl), 10)
		w.line = append(w.line, "\tIN\t"...)
		w.line = append(t.Append(w.line), '\t')
	}
	dst = append(dst, w.line...)
	return append(rr.AppendRdata(dst, t, rdata), '\n')
}

// covered is the type that RRSIG RDATA covers.
func covered(rdata []byte) rr.Type { return rr.Type(binary.BigEndian.Uint16(rdata)) }
