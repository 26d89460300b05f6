package zonesign

import (
	"bytes"
	"encoding/binary"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// past is a node of the version before, gone through once while that of the new
// version is made: both ascend by type.
type past struct {
	sets []zone.RRset // but RRSIG
	sigs []pastSig

	same bool      // the set asked for is there, with the same records
	over []pastSig // the signatures over its type
}

type pastSig struct {
	rdata []byte
	ttl   uint32
}

func (p *past) read(old zone.Node) {
	p.sets, p.sigs = p.sets[:0], p.sigs[:0]
	if !old.IsThere() {
		return
	}
	for s := range old.RRsets() {
		if s.Type != rr.TypeRRSIG {
			p.sets = append(p.sets, s)
			continue
		}
		for rdata, ttl := range s.Records() {
			p.sigs = append(p.sigs, pastSig{rdata, ttl})
		}
	}
}

// find goes on to a set, whose type is above those asked for before.
func (p *past) find(s *nodeSet) {
	for len(p.sets) > 0 && p.sets[0].Type < s.typ {
		p.sets = p.sets[1:]
	}
	p.same = len(p.sets) > 0 && p.sets[0].Type == s.typ && bytes.Equal(p.sets[0].Wire(), s.wire)
	for len(p.sigs) > 0 && covered(p.sigs[0].rdata) < s.typ {
		p.sigs = p.sigs[1:]
	}
	end := 0
	for end < len(p.sigs) && covered(p.sigs[end].rdata) == s.typ {
		end++
	}
	p.over, p.sigs = p.sigs[:end], p.sigs[end:]
}

// covered is the first field of an RRSIG record; 0 if it has none.
func covered(rdata []byte) rr.Type {
	if len(rdata) < 2 {
		return 0
	}
	return rr.Type(binary.BigEndian.Uint16(rdata))
}

// kept is RDATA of a signature of the version before over the same records by
// the same key, nil if there is none or it runs down. It lasts as long as what
// Config asks for, and no longer than one that is made now. Whether it is good
// is not looked at: nothing is published that package zoneverify did not
// judge.
func (p *past) kept(j *job, k *key, owner rr.Name, s *nodeSet) []byte {
	if !p.same {
		return nil
	}
	for _, sig := range p.over {
		if sig.ttl == s.ttl && len(sig.rdata) == k.headerSize()+k.size && j.serves(k, owner, s, sig.rdata) {
			return sig.rdata
		}
	}
	return nil
}

// serves says whether the header of a signature is what it would be today but
// for its times, and these do.
func (j *job) serves(k *key, owner rr.Name, s *nodeSet, rdata []byte) bool {
	var room [300]byte
	want := k.appendHeader(room[:0], s.typ, owner.SignatureLabels(), s.ttl)
	const times = 8 // offset of expiration and inception
	if !bytes.Equal(rdata[:times], want[:times]) || !bytes.Equal(rdata[times+8:len(want)], want[times+8:]) {
		return false
	}
	expiration, inception := binary.BigEndian.Uint32(rdata[times:]), binary.BigEndian.Uint32(rdata[times+4:])
	return expiration >= j.due && expiration <= j.latest && inception <= j.now
}
