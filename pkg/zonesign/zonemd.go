package zonesign

import (
	"crypto/sha512"
	"encoding/binary"
	"fmt"

	"countersign/pkg/rr"
)

// zonemdFixed is the length of ZONEMD RDATA before the digest.
const zonemdFixed = 6

// newZONEMD is ZONEMD RDATA with room for its digest. See RFC 8976, Section 2.2.
func newZONEMD(serial uint32) []byte {
	return rr.ZONEMD{Serial: serial, Scheme: rr.ZONEMDSimple, Hash: rr.ZONEMDSHA384, Digest: make([]byte, sha512.Size384)}.Append(nil)
}

// lateSignature is an RRSIG over ZONEMD: RDATA in its place, where the
// signature is still missing.
type lateSignature struct {
	key   int // index in job.keys
	rdata []byte
}

// signLate signs the ZONEMD RRset, which is complete now, and fills the
// signatures in.
func (j *job) signLate(late []lateSignature) error {
	var set rr.Set
	for _, s := range j.apex {
		if s.set.Type == rr.TypeZONEMD {
			set = s.set
		}
	}
	records := appendRecords(nil, set)
	w := newWorker(j)
	for _, l := range late {
		k := &j.keys[l.key]
		inputs := [][]byte{k.appendInput(nil, w.hashes[l.key], l.rdata[:k.headerSize()], records)}
		signatures := [][]byte{make([]byte, 0, k.size)}
		if err := k.signer.SignBatch(inputs, signatures); err != nil {
			return fmt.Errorf("ZONEMD: key %d: %w", k.tag, err)
		}
		if len(signatures[0]) != k.size {
			return fmt.Errorf("ZONEMD: key %d made a signature of %d octets, want %d", k.tag, len(signatures[0]), k.size)
		}
		copy(l.rdata[k.headerSize():], signatures[0])
	}
	return nil
}

// appendRecords appends the records of a set in wire form. It is what follows
// the header in the signed data (RFC 4034, Section 3.1.8.1), where the original
// TTL is the TTL, and what ZONEMD hashes (RFC 8976, Section 3.3).
func appendRecords(dst []byte, set rr.Set) []byte {
	for _, rdata := range set.Data {
		dst = appendRecord(dst, set.Owner, set.Type, set.TTL, rdata)
	}
	return dst
}

func appendRecord(dst []byte, owner rr.Name, t rr.Type, ttl uint32, rdata []byte) []byte {
	dst = append(dst, owner...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(t))
	dst = binary.BigEndian.AppendUint16(dst, rr.ClassIN)
	dst = binary.BigEndian.AppendUint32(dst, ttl)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(rdata)))
	return append(dst, rdata...)
}
