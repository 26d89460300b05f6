package zonesign

import (
	"bytes"
	"encoding/binary"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// kept is RDATA of a signature of the version before over the same records by
// the same key, nil if there is none or it runs down. It lasts as long as what
// Config asks for, and no longer than one that is made now. Whether it is good
// is not looked at: nothing is published that package zoneverify did not
// judge.
func (j *job) kept(k *key, owner rr.Name, s *nodeSet, old zone.Node) []byte {
	if !old.IsThere() {
		return nil
	}
	was, ok := old.RRset(s.typ)
	if !ok || !bytes.Equal(was.Wire(), s.wire) {
		return nil
	}
	for rdata, ttl := range old.Signatures() {
		if ttl == s.ttl && len(rdata) == k.headerSize()+k.size && j.serves(k, owner, s, rdata) {
			return rdata
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
