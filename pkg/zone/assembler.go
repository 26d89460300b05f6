package zone

import (
	"errors"
	"fmt"
	"slices"

	"countersign/pkg/rr"
)

// Assembler makes a zone from RRsets that come in canonical order, the apex
// first. It is the way for what is already sorted and comes set by set. Its
// input is trusted to be canonical RDATA; order is checked.
type Assembler struct {
	part  *Part
	owner rr.Name
	last  rr.Type // of the node, 0 before its first set
	err   error
}

// NewAssembler starts a zone.
func NewAssembler(origin rr.Name) *Assembler { return &Assembler{part: NewPart(origin)} }

// Node begins an owner name, which must follow the previous one in canonical
// order. One that gets no RRset is left out.
func (a *Assembler) Node(owner rr.Name) {
	a.part.Node(owner)
	a.owner, a.last = owner, 0
}

// Set adds an RRset to the node that was begun last. Types ascend; data is
// canonical, sorted and without duplicates.
func (a *Assembler) Set(t rr.Type, ttl uint32, data [][]byte) {
	if t == rr.TypeRRSIG {
		a.fail(errors.New("RRSIG records are added one by one, each with its TTL"))
		return
	}
	a.add(t, data, slices.Repeat([]uint32{ttl}, len(data)))
}

// Signatures adds the RRSIG records of the node, sorted by RDATA; ttls has the
// TTL of each.
func (a *Assembler) Signatures(data [][]byte, ttls []uint32) {
	if len(data) != len(ttls) {
		a.fail(errors.New("as many TTLs as RRSIG records are wanted"))
		return
	}
	a.add(rr.TypeRRSIG, data, ttls)
}

func (a *Assembler) add(t rr.Type, data [][]byte, ttls []uint32) {
	switch {
	case a.owner == "":
		a.fail(errors.New("an RRset before the first owner name"))
	case len(data) == 0:
		a.fail(errors.New("an RRset without records"))
	case t <= a.last:
		a.fail(fmt.Errorf("%s: type %s after %s", a.owner, t, a.last))
	}
	a.last = t
	for i, rdata := range data {
		a.part.Add(a.owner, t, ttls[i], rdata)
	}
}

func (a *Assembler) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

// Zone ends the work. It has an SOA record or it is an error.
func (a *Assembler) Zone() (*Zone, error) {
	if a.err != nil {
		return nil, fmt.Errorf("assembling zone %s: %w", a.part.origin, a.err)
	}
	a.err = errors.New("the assembler was used up")
	return Join(a.part.origin, a.part)
}
