package zone

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"countersign/pkg/rr"
)

// Builder gathers the records of a zone in any order.
type Builder struct {
	origin  rr.Name
	names   []byte // owner names of the runs, one after the other
	runs    []run
	records []record
	chunks  [][]byte // RDATA; each of at most chunkSize octets, or of one record
	files   []string
	found   findings
}

// run is records that came one after the other for one owner.
type run struct {
	name  uint64 // offset in names
	first uint32 // index of its first record
	size  uint8  // of the name
}

// record is 24 octets, and its RDATA in a chunk.
type record struct {
	chunk uint32
	at    uint32
	ttl   uint32
	line  uint32
	size  uint16
	typ   rr.Type
	file  uint16
}

const chunkSize = 1 << 20

// NewBuilder starts a zone.
func NewBuilder(origin rr.Name) *Builder {
	return &Builder{origin: origin, files: []string{""}}
}

// Add adds a record. The RDATA is in uncompressed wire form; it is checked,
// made canonical and copied. The TTL is in seconds.
func (b *Builder) Add(owner rr.Name, t rr.Type, ttl uint32, rdata []byte) error {
	if !owner.IsBelow(b.origin) {
		return fmt.Errorf("%s %s: not in zone %s", owner, t, b.origin)
	}
	if ttl > rr.MaxTTL {
		return fmt.Errorf("%s %s: TTL %d is above 2^31-1", owner, t, ttl)
	}
	wire, err := rr.CanonicalRdata(b.room(len(rdata)), t, rdata)
	if err != nil {
		return fmt.Errorf("%s %w", owner, err)
	}
	if err := b.begin(owner); err != nil {
		return err
	}
	return b.put(record{ttl: ttl, typ: t}, wire)
}

// begin makes owner the owner of the records that follow.
func (b *Builder) begin(owner rr.Name) error {
	if n := len(b.runs); n > 0 && string(b.name(b.runs[n-1])) == string(owner) {
		return nil
	}
	b.names = append(b.names, owner...)
	return b.beginLast(len(owner))
}

// beginLast makes the last size octets of names the owner of the records that
// follow.
func (b *Builder) beginLast(size int) error {
	if len(b.runs) == math.MaxUint32 {
		return errors.New("more than 2^32 owner names")
	}
	b.runs = append(b.runs, run{name: uint64(len(b.names) - size), first: uint32(len(b.records)), size: uint8(size)})
	return nil
}

func (b *Builder) name(r run) []byte { return b.names[r.name : r.name+uint64(r.size)] }

// room is where to append the RDATA of the next record, of about size octets.
func (b *Builder) room(size int) []byte {
	if n := len(b.chunks); n > 0 && cap(b.chunks[n-1])-len(b.chunks[n-1]) >= size {
		last := b.chunks[n-1]
		return last[len(last):]
	}
	// The first chunks are small, for small zones.
	b.chunks = append(b.chunks, make([]byte, 0, max(size, min(chunkSize, 4096<<min(len(b.chunks), 8)))))
	return b.chunks[len(b.chunks)-1]
}

// put adds the record whose RDATA was appended to what room gave. RDATA that
// outgrew the room gets a chunk of its own.
func (b *Builder) put(r record, wire []byte) error {
	if len(b.records) == math.MaxUint32 {
		return errors.New("more than 2^32 records")
	}
	n := len(b.chunks) - 1
	last := b.chunks[n]
	switch {
	case len(wire) == 0:
	case cap(last) > len(last) && &wire[0] == &last[:len(last)+1][len(last)]:
		r.at = uint32(len(last))
		b.chunks[n] = last[:len(last)+len(wire)]
	default:
		n++
		b.chunks = append(b.chunks, slices.Clip(wire))
	}
	r.chunk, r.size = uint32(n), uint16(len(wire))
	b.records = append(b.records, r)
	return nil
}

func (b *Builder) rdata(r *record) []byte {
	end := r.at + uint32(r.size)
	return b.chunks[r.chunk][r.at:end:end]
}

// Build sorts the records and checks that they are a zone: the error is Faults.
// A record that came twice is dropped with a warning; records of one RRset with
// different TTLs all get the lowest, with a warning (RFC 2181, Section 5.2).
// The builder is used up.
func (b *Builder) Build() (*Zone, []Warning, error) {
	names := string(b.names)
	b.names = nil
	owner := func(r run) rr.Name { return rr.Name(names[r.name : r.name+uint64(r.size)]) }
	order := b.order(owner)

	a := NewAssembler(b.origin, len(b.runs), len(b.records), len(b.records))
	var firsts []record // the first record of each node, for messages
	var group []uint32
	for i := 0; i < len(order) && !b.found.full(); {
		name := owner(b.runs[order[i]])
		group = group[:0]
		for ; i < len(order) && owner(b.runs[order[i]]) == name; i++ {
			from, to := b.span(order[i])
			for k := from; k < to; k++ {
				group = append(group, k)
			}
		}
		if len(group) == 0 {
			continue
		}
		if len(firsts) == 0 && name != b.origin {
			b.found.fault("", 0, "zone %s has no records at its apex", b.origin)
			break
		}
		firsts = append(firsts, b.records[group[0]])
		b.addNode(a, name, group)
	}
	if len(firsts) == 0 && len(b.found.faults) == 0 {
		b.found.fault("", 0, "zone %s has no records", b.origin)
	}
	if len(b.found.faults) > 0 {
		warnings, err := b.found.result()
		return nil, warnings, err
	}
	b.runs = nil
	z, err := a.Zone()
	if err != nil {
		b.found.fault("", 0, "%v", err)
	} else {
		b.checkZone(z, firsts)
	}
	warnings, err := b.found.result()
	if err != nil {
		return nil, warnings, err
	}
	return z, warnings, nil
}

// span is the range of records of a run.
func (b *Builder) span(run uint32) (from, to uint32) {
	to = uint32(len(b.records))
	if int(run)+1 < len(b.runs) {
		to = b.runs[run+1].first
	}
	return b.runs[run].first, to
}

// addNode adds the records of one owner name: sorted, without duplicates, one
// set a type.
func (b *Builder) addNode(a *Assembler, owner rr.Name, group []uint32) {
	compare := func(x, y uint32) int {
		rx, ry := &b.records[x], &b.records[y]
		if rx.typ != ry.typ {
			return cmp.Compare(rx.typ, ry.typ)
		}
		return bytes.Compare(b.rdata(rx), b.rdata(ry))
	}
	if !slices.IsSortedFunc(group, compare) {
		slices.SortStableFunc(group, compare)
	}
	group = b.dropDuplicates(owner, group)
	b.checkNode(owner, group)

	a.sortedNode(owner)
	for i := 0; i < len(group); {
		first := b.records[group[i]]
		j := i
		for ; j < len(group) && b.records[group[j]].typ == first.typ; j++ {
		}
		if first.typ == rr.TypeRRSIG {
			b.addSignatures(a, group[i:j])
		} else {
			b.addSet(a, owner, group[i:j])
		}
		i = j
	}
}

func (b *Builder) addSet(a *Assembler, owner rr.Name, group []uint32) {
	first := &b.records[group[0]]
	ttl := first.ttl
	for _, k := range group {
		ttl = min(ttl, b.records[k].ttl)
	}
	for _, k := range group {
		if r := &b.records[k]; r.ttl != ttl {
			b.warn(r, "%s %s: TTL %d, but %d on another record of the RRset: the lowest is used", owner, r.typ, r.ttl, ttl)
			break
		}
	}
	var room [16][]byte
	data := room[:0]
	for _, k := range group {
		data = append(data, b.rdata(&b.records[k]))
	}
	a.Set(first.typ, ttl, data)
}

func (b *Builder) addSignatures(a *Assembler, group []uint32) {
	var data [][]byte
	var ttls []uint32
	for _, k := range group {
		data = append(data, b.rdata(&b.records[k]))
		ttls = append(ttls, b.records[k].ttl)
	}
	a.Signatures(data, ttls)
}

// dropDuplicates drops records that came before, in place.
func (b *Builder) dropDuplicates(owner rr.Name, group []uint32) []uint32 {
	kept := group[:1]
	for _, k := range group[1:] {
		r, last := &b.records[k], &b.records[kept[len(kept)-1]]
		if r.typ == last.typ && bytes.Equal(b.rdata(r), b.rdata(last)) {
			b.warn(r, "%s %s: the record is there twice", owner, r.typ)
			last.ttl = min(last.ttl, r.ttl)
			continue
		}
		kept = append(kept, k)
	}
	return kept
}

func (b *Builder) warn(r *record, format string, args ...any) {
	b.found.warn(b.files[r.file], int(r.line), format, args...)
}

func (b *Builder) fault(r *record, format string, args ...any) {
	b.found.fault(b.files[r.file], int(r.line), format, args...)
}
