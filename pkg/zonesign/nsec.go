package zonesign

import (
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// nsecChain is the NSEC records of a zone. See RFC 4034, Section 4, and RFC
// 4035, Section 2.3: one at each name that has authoritative data or is a
// delegation point; none at empty non-terminals, and none below a cut.
type nsecChain struct {
	zone  *zone.Zone
	ttl   uint32
	owner []uint32 // indexes of the nodes with an NSEC record, ascending
}

func newNSECChain(z *zone.Zone, ttl uint32) *nsecChain {
	c := &nsecChain{zone: z, ttl: ttl, owner: make([]uint32, 0, z.Len())}
	for i := range z.Len() {
		if !z.Node(i).IsBelowCut() {
			c.owner = append(c.owner, uint32(i))
		}
	}
	return c
}

// appendRdata appends the RDATA of the k-th NSEC record. Types are those of the
// owner that the record is to show, ascending, without RRSIG and NSEC.
func (c *nsecChain) appendRdata(dst []byte, k int, types []rr.Type) []byte {
	next := c.zone.Origin()
	if k+1 < len(c.owner) {
		next = c.zone.Node(int(c.owner[k+1])).Owner()
	}
	dst = append(dst, next...)
	var room [32]rr.Type
	all := room[:0]
	for i, t := range types {
		if t > rr.TypeNSEC {
			all = append(append(all, rr.TypeRRSIG, rr.TypeNSEC), types[i:]...)
			return rr.AppendTypeBitmap(dst, all)
		}
		all = append(all, t)
	}
	return rr.AppendTypeBitmap(dst, append(all, rr.TypeRRSIG, rr.TypeNSEC))
}
