package zone

import (
	"encoding/binary"
	"io"
	"strconv"

	"countersign/pkg/rr"
)

// Append appends the zone as a master file: one record a line, fields separated
// by tabs, all names absolute, owner, TTL and class always there, in canonical
// order with the SOA record first and each RRset followed by its RRSIG records.
// The same zone gives the same bytes.
func (z *Zone) Append(dst []byte) []byte {
	for i := range z.Len() {
		dst = z.Node(i).Append(dst)
	}
	return dst
}

// writeSize is how much WriteTo gathers before it writes.
const writeSize = 256 << 10

// WriteTo writes what Append appends.
func (z *Zone) WriteTo(w io.Writer) (int64, error) {
	var total int64
	buffer := make([]byte, 0, writeSize+writeSize/4)
	for i := range z.Len() {
		buffer = z.Node(i).Append(buffer)
		if len(buffer) >= writeSize || i == z.Len()-1 {
			n, err := w.Write(buffer)
			total += int64(n)
			if err != nil {
				return total, err
			}
			buffer = buffer[:0]
		}
	}
	return total, nil
}

// Append appends the records of the node as Zone.Append does.
func (n Node) Append(dst []byte) []byte {
	var room [300]byte
	owner := n.Owner().Append(room[:0])
	if n.index == 0 {
		dst = n.appendType(dst, owner, rr.TypeSOA)
	}
	for i := range n.Len() {
		t := n.Type(i)
		if t == rr.TypeRRSIG || n.index == 0 && t == rr.TypeSOA {
			continue
		}
		dst = appendSet(dst, owner, n.Set(i))
		dst = n.appendSignatures(dst, owner, t)
	}
	for i := range n.SignatureCount() {
		rdata, ttl := n.Signature(i)
		if !n.Has(covered(rdata)) || covered(rdata) == rr.TypeRRSIG {
			dst = appendRecord(dst, owner, rr.TypeRRSIG, ttl, rdata)
		}
	}
	return dst
}

func (n Node) appendType(dst, owner []byte, t rr.Type) []byte {
	set, ok := n.Lookup(t)
	if !ok {
		return dst
	}
	return n.appendSignatures(appendSet(dst, owner, set), owner, t)
}

func (n Node) appendSignatures(dst, owner []byte, t rr.Type) []byte {
	for i := range n.SignatureCount() {
		if rdata, ttl := n.Signature(i); covered(rdata) == t {
			dst = appendRecord(dst, owner, rr.TypeRRSIG, ttl, rdata)
		}
	}
	return dst
}

func appendSet(dst, owner []byte, set rr.Set) []byte {
	for _, rdata := range set.Data {
		dst = appendRecord(dst, owner, set.Type, set.TTL, rdata)
	}
	return dst
}

func appendRecord(dst, owner []byte, t rr.Type, ttl uint32, rdata []byte) []byte {
	dst = append(append(dst, owner...), '\t')
	dst = strconv.AppendUint(dst, uint64(ttl), 10)
	dst = append(dst, "\tIN\t"...)
	dst = append(t.Append(dst), '\t')
	return append(rr.AppendRdata(dst, t, rdata), '\n')
}

// covered is the type that RRSIG RDATA covers.
func covered(rdata []byte) rr.Type { return rr.Type(binary.BigEndian.Uint16(rdata)) }
