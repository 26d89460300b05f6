package zone

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"countersign/pkg/rr"
)

// Assembler makes a zone from RRsets that come in canonical order, the apex
// first, and shares their memory. It is the way for what is already sorted:
// another zone, or the output of signing. Its input is trusted to be canonical
// RDATA; order is checked.
type Assembler struct {
	zone Zone
	err  error
}

// NewAssembler starts a zone. The hints are how many owner names, RRsets and
// records to make room for.
func NewAssembler(origin rr.Name, nodes, sets, records int) *Assembler {
	return &Assembler{zone: Zone{
		origin: origin,
		nodes:  make([]node, 0, nodes+1),
		sets:   make([]set, 0, sets+1),
		data:   make([][]byte, 0, records),
	}}
}

// Node begins an owner name, which must follow the previous one in canonical
// order. One that gets no RRset is left out.
func (a *Assembler) Node(owner rr.Name) {
	a.dropEmpty()
	z := &a.zone
	switch n := len(z.nodes); {
	case n == 0 && owner != z.origin:
		a.fail(fmt.Errorf("the first owner name is %s, not the apex %s", owner, z.origin))
	case n > 0 && !owner.IsBelow(z.origin):
		a.fail(fmt.Errorf("%s is not in zone %s", owner, z.origin))
	case n > 0 && rr.Compare(z.nodes[n-1].owner, owner) >= 0:
		a.fail(fmt.Errorf("owner names out of order: %s after %s", owner, z.nodes[n-1].owner))
	}
	a.sortedNode(owner)
}

// sortedNode is Node without the checks, for names that were just sorted.
func (a *Assembler) sortedNode(owner rr.Name) {
	a.zone.nodes = append(a.zone.nodes, node{owner: owner, first: uint32(len(a.zone.sets))})
}

// dropEmpty takes the last node back if it got no RRset.
func (a *Assembler) dropEmpty() {
	z := &a.zone
	if n := len(z.nodes); n > 0 && int(z.nodes[n-1].first) == len(z.sets) {
		z.nodes = z.nodes[:n-1]
	}
}

// Set adds an RRset to the node that was begun last. Types ascend; data is
// canonical, sorted and without duplicates.
func (a *Assembler) Set(t rr.Type, ttl uint32, data [][]byte) {
	if t == rr.TypeRRSIG {
		a.fail(errors.New("RRSIG records are added one by one, each with its TTL"))
		return
	}
	if a.begin(t, ttl) {
		a.add(data)
	}
}

// Signatures adds the RRSIG records of the node, sorted by RDATA; ttls has the
// TTL of each.
func (a *Assembler) Signatures(data [][]byte, ttls []uint32) {
	if len(data) != len(ttls) || len(data) == 0 {
		a.fail(errors.New("as many TTLs as RRSIG records are wanted, at least one"))
		return
	}
	lowest := ttls[0]
	for _, ttl := range ttls {
		lowest = min(lowest, ttl)
	}
	if a.begin(rr.TypeRRSIG, lowest) {
		a.zone.sigTTLs = append(a.zone.sigTTLs, ttls...)
		a.add(data)
	}
}

// begin starts a set and says whether it may be filled.
func (a *Assembler) begin(t rr.Type, ttl uint32) bool {
	z := &a.zone
	if len(z.nodes) == 0 {
		a.fail(errors.New("an RRset before the first owner name"))
		return false
	}
	last := z.nodes[len(z.nodes)-1]
	if n := len(z.sets); n > int(last.first) && z.sets[n-1].typ >= t {
		a.fail(fmt.Errorf("%s: type %s after %s", last.owner, t, z.sets[n-1].typ))
		return false
	}
	z.sets = append(z.sets, set{typ: t, ttl: ttl, first: uint32(len(z.data)), sig: uint32(len(z.sigTTLs))})
	return true
}

func (a *Assembler) add(data [][]byte) {
	for i := 1; i < len(data); i++ {
		if bytes.Compare(data[i-1], data[i]) >= 0 {
			last := a.zone.nodes[len(a.zone.nodes)-1]
			a.fail(fmt.Errorf("%s %s: records not in canonical order", last.owner, a.zone.sets[len(a.zone.sets)-1].typ))
		}
	}
	if len(data) == 0 {
		a.fail(errors.New("an RRset without records"))
	}
	a.zone.data = append(a.zone.data, data...)
}

// copyNode adds a node of another zone, without the types that drop names.
func (a *Assembler) copyNode(n Node, drop func(rr.Type) bool) {
	a.Node(n.Owner())
	for i := range n.Len() {
		t := n.Type(i)
		switch {
		case drop(t):
		case t == rr.TypeRRSIG:
			at := n.zone.sets[int(n.zone.nodes[n.index].first)+i]
			data := n.Set(i).Data
			a.Signatures(data, n.zone.sigTTLs[at.sig:int(at.sig)+len(data)])
		default:
			s := n.Set(i)
			a.Set(t, s.TTL, s.Data)
		}
	}
}

func (a *Assembler) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

// Zone ends the work. It has an SOA record or it is an error.
func (a *Assembler) Zone() (*Zone, error) {
	a.dropEmpty()
	z := &a.zone
	if a.err == nil && (len(z.data) > math.MaxUint32-1 || len(z.sets) > math.MaxUint32-1) {
		a.err = errors.New("more than 2^32 records")
	}
	if a.err != nil {
		return nil, fmt.Errorf("assembling zone %s: %w", z.origin, a.err)
	}
	z.nodes = append(z.nodes, node{first: uint32(len(z.sets))})
	z.sets = append(z.sets, set{first: uint32(len(z.data)), sig: uint32(len(z.sigTTLs))})
	z.mark()
	done := a.zone
	a.zone, a.err = Zone{}, errors.New("the assembler was used up")
	if _, err := done.SOA(); err != nil {
		return nil, fmt.Errorf("assembling zone %s: %w", done.origin, err)
	}
	return &done, nil
}
