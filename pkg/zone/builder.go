package zone

import (
	"fmt"

	"countersign/pkg/rr"
)

// Builder gathers the records of a zone in any order.
type Builder struct {
	all gathering
}

// NewBuilder starts a zone.
func NewBuilder(origin rr.Name) *Builder {
	return &Builder{gathering{origin: origin, files: []string{""}}}
}

// Add adds a record. The RDATA is in uncompressed wire form; it is checked,
// made canonical and copied. The TTL is in seconds.
func (b *Builder) Add(owner rr.Name, t rr.Type, ttl uint32, rdata []byte) error {
	if !owner.IsBelow(b.all.origin) {
		return fmt.Errorf("%s %s: not in zone %s", owner, t, b.all.origin)
	}
	if ttl > rr.MaxTTL {
		return fmt.Errorf("%s %s: TTL %d is above 2^31-1", owner, t, ttl)
	}
	n := len(b.all.batches)
	if n == 0 || len(b.all.batches[n-1].wire) >= mostBatch {
		b.all.batches = append(b.all.batches, &batch{})
		n++
	}
	to := b.all.batches[n-1]
	at := len(to.wire)
	to.begin(owner, 0)
	to.header(owner, t)
	wire, err := rr.CanonicalRdata(to.wire, t, rdata)
	if err == nil {
		to.wire = wire
		err = to.seal(at, len(owner), ttl, 0)
	}
	if err != nil {
		to.take(at)
		return fmt.Errorf("%s %w", owner, err)
	}
	return nil
}

// take takes back what was begun at an offset.
func (b *batch) take(at int) {
	b.wire = b.wire[:at]
	if n := len(b.runs); n > 0 && int(b.runs[n-1].at) == at {
		b.runs = b.runs[:n-1]
	}
}

// Build sorts the records and checks that they are a zone: the error is Faults.
// A record that came twice is dropped with a warning; records of one RRset with
// different TTLs all get the lowest, with a warning (RFC 2181, Section 5.2).
// The builder is used up.
func (b *Builder) Build() (*Zone, []Warning, error) {
	all := b.all
	b.all = gathering{origin: all.origin, files: []string{""}}
	return all.zone(0)
}
