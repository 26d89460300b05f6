package zone

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"countersign/pkg/rr"
)

// batch is records in the order they came in, in the wire form of pages.
type batch struct {
	wire  []byte
	runs  []run
	lines []uint32 // of each record, 0 when it came from no file

	last record // the record before
}

// run is records that came one after the other for one owner.
type run struct {
	at     uint32 // offset in wire of its first record
	record uint32 // index of its first record
	size   uint8  // of the name
	plain  bool   // its records are as they stay, see note
	file   uint16 // index in gathering.files
}

// mostBatch is how many octets a batch of a Builder grows to.
const mostBatch = 4 << 20

// owner is the name of a run. A run without records has none.
func (b *batch) owner(i int) rr.Name {
	r := b.runs[i]
	return nameAt(b.wire[r.at:], r.size)
}

// records is the records of a run, and the index of the first.
func (b *batch) records(i int) (wire []byte, first int) {
	r, end := b.runs[i], len(b.wire)
	if i+1 < len(b.runs) {
		end = int(b.runs[i+1].at)
	}
	return b.wire[r.at:end:end], int(r.record)
}

// shift moves all lines by so many.
func (b *batch) shift(lines int) {
	for i := range b.lines {
		b.lines[i] += uint32(lines)
	}
}

// begin starts a run for the record that follows, unless the last one is of the
// same owner and file.
func (b *batch) begin(owner rr.Name, file uint16) {
	if n := len(b.runs); n > 0 && b.runs[n-1].file == file && b.owner(n-1) == owner {
		return
	}
	b.runs = append(b.runs, run{at: uint32(len(b.wire)), record: uint32(len(b.lines)), size: uint8(len(owner)), file: file,
		plain: !owner.IsWildcard()})
}

// note adds a record that is complete. A run is plain while its records are in
// canonical order, without duplicates, with one TTL a type, and of types that
// may stand together at any name below the apex that is no wildcard.
func (b *batch) note(r record, line int) {
	run := &b.runs[len(b.runs)-1]
	if int(run.record) < len(b.lines) && run.plain {
		switch {
		case r.typ < b.last.typ:
			run.plain = false
		case r.typ == b.last.typ:
			run.plain = (r.ttl == b.last.ttl || r.typ == rr.TypeRRSIG) && bytes.Compare(b.last.data, r.data) < 0
		}
	}
	switch r.typ {
	case rr.TypeCNAME, rr.TypeDNAME, rr.TypeSOA:
		run.plain = false
	}
	b.last = r
	b.lines = append(b.lines, uint32(min(line, math.MaxUint32)))
}

// header appends a record up to its RDATA, whose length is filled in by seal.
func (b *batch) header(owner rr.Name, t rr.Type) {
	b.wire = append(b.wire, owner...)
	b.wire = append(b.wire, byte(t>>8), byte(t), 0, byte(rr.ClassIN), 0, 0, 0, 0, 0, 0)
}

// seal completes the record that begins at an offset, and whose owner has this
// size.
func (b *batch) seal(at, owner int, ttl uint32, line int) error {
	fixed := b.wire[at+owner:]
	length := len(fixed) - fixedSize
	if length > math.MaxUint16 {
		return fmt.Errorf("RDATA of %d octets, at most 65535 are possible", length)
	}
	if len(b.wire) > math.MaxUint32 {
		return errors.New("more than 4 GiB of records in one piece")
	}
	fixed[4], fixed[5], fixed[6], fixed[7] = byte(ttl>>24), byte(ttl>>16), byte(ttl>>8), byte(ttl)
	fixed[8], fixed[9] = byte(length>>8), byte(length)
	b.note(recordAt(b.wire[at:], uint8(owner)), line)
	return nil
}

// gathering is all batches of a zone in the making.
type gathering struct {
	origin  rr.Name
	batches []*batch
	settled []*settled // in order once the reading is done
	files   []string   // names for messages
	found   findings
}
