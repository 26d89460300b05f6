package zonesign

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// nodeSet is an RRset of a signed node in the making.
type nodeSet struct {
	typ   rr.Type
	ttl   uint32
	wire  []byte   // its records
	sign  bool     // the ZSKs sign it, unless signatures are given
	given [][]byte // RDATA of the signatures it came with
}

// worker lays out signed nodes, with holes where signatures belong, and fills the
// holes in batches. It keeps its buffers.
type worker struct {
	job   *job
	stats tally

	out   []byte // nodes, one after the other
	ends  []int  // of each node in out
	items []item

	sets   []nodeSet // of the node in work
	types  []rr.Type // of the node in work, for its bitmap
	denial []byte    // its NSEC or NSEC3 record
	data   []byte    // what is signed
	inputs []byte    // for SignBatch, one after the other

	batch, places [][]byte // for SignBatch

	past  past     // the node in work in the version before
	order []placed // the signatures of a set

	headers []byte // of these
}

// item is a signature to make: its input is inputs[from:to], its place in out
// begins at.
type item struct {
	key      int // index in job.keys
	from, to int
	at       int
}

// tally is what was done.
type tally struct {
	made int // signatures
	kept int // signatures of the version before
	nsec int // NSEC and NSEC3 records with a signature made
}

func newWorker(j *job) *worker { return &worker{job: j} }

// reset empties the buffers.
func (w *worker) reset() {
	w.out, w.ends, w.items, w.inputs = w.out[:0], w.ends[:0], w.items[:0], w.inputs[:0]
}

// take makes sets of what the unsigned zone has at a name: which are signed is
// where they stand.
func (w *worker) take(n zone.Node) {
	w.sets = w.sets[:0]
	if !n.IsThere() {
		return
	}
	if n.Index() == 0 {
		w.sets = append(w.sets, w.job.apex...)
		return
	}
	for s := range n.RRsets() {
		sign := n.Standing(s.Type) == zone.Authoritative
		w.sets = append(w.sets, nodeSet{typ: s.Type, ttl: s.TTL, wire: s.Wire(), sign: sign})
	}
}

// add adds an NSEC or NSEC3 record to the sets of the node in work.
func (w *worker) add(owner rr.Name, t rr.Type, rdata []byte) {
	ttl := w.job.negativeTTL
	w.denial = zone.AppendRecord(w.denial[:0], owner, t, ttl, rdata)
	at := len(w.sets)
	for at > 0 && w.sets[at-1].typ > t {
		at--
	}
	w.sets = append(w.sets, nodeSet{})
	copy(w.sets[at+1:], w.sets[at:])
	w.sets[at] = nodeSet{typ: t, ttl: ttl, wire: w.denial, sign: true}
}

// lay lays out the node in work: its sets, and RRSIG records between those of
// lower and of higher types. Signatures of the old version are kept where they
// still serve.
func (w *worker) lay(owner rr.Name, old zone.Node) {
	k := 0
	for ; k < len(w.sets) && w.sets[k].typ < rr.TypeRRSIG; k++ {
		w.out = append(w.out, w.sets[k].wire...)
	}
	w.past.read(old)
	for i := range w.sets {
		w.signatures(owner, &w.sets[i])
	}
	for ; k < len(w.sets); k++ {
		w.out = append(w.out, w.sets[k].wire...)
	}
	w.ends = append(w.ends, len(w.out))
}

// signatures lays out the RRSIG records over a set.
func (w *worker) signatures(owner rr.Name, s *nodeSet) {
	for _, rdata := range s.given {
		w.out = zone.AppendRecord(w.out, owner, rr.TypeRRSIG, s.ttl, rdata)
	}
	if !s.sign || len(s.given) > 0 {
		return
	}
	w.past.find(s)
	w.order, w.headers = w.order[:0], w.headers[:0]
	for i := range w.job.keys {
		k := &w.job.keys[i]
		at := len(w.headers)
		w.headers = k.appendHeader(w.headers, s.typ, owner.SignatureLabels(), s.ttl)
		w.order = append(w.order, placed{i, w.headers[at:], w.past.kept(w.job, k, owner, s)})
	}
	made := false
	for _, p := range inOrder(w.order) {
		if p.kept != nil {
			w.out = zone.AppendRecord(w.out, owner, rr.TypeRRSIG, s.ttl, p.kept)
			w.stats.kept++
			continue
		}
		w.hole(p.key, owner, s)
		made = true
	}
	if made && (s.typ == rr.TypeNSEC || s.typ == rr.TypeNSEC3) {
		w.stats.nsec++
	}
}

// placed is a signature of a set: one that is kept, or the header of one to make.
type placed struct {
	key    int
	header []byte
	kept   []byte
}

// inOrder sorts signatures as their RDATA: the times come before the key tag, and
// those of a kept one are its own.
func inOrder(list []placed) []placed {
	slices.SortFunc(list, func(a, b placed) int { return bytes.Compare(a.front(), b.front()) })
	return list
}

func (p *placed) front() []byte {
	if p.kept != nil {
		return p.kept[:len(p.header)]
	}
	return p.header
}

// hole lays out an RRSIG record without its signature, which becomes an item.
func (w *worker) hole(key int, owner rr.Name, s *nodeSet) {
	k := &w.job.keys[key]
	size := k.headerSize() + k.size
	w.out = append(w.out, owner...)
	w.out = append(w.out, 0, byte(rr.TypeRRSIG), 0, byte(rr.ClassIN))
	w.out = binary.BigEndian.AppendUint32(w.out, s.ttl)
	w.out = append(w.out, byte(size>>8), byte(size))
	header := len(w.out)
	w.out = k.appendHeader(w.out, s.typ, owner.SignatureLabels(), s.ttl)
	w.data = append(append(w.data[:0], w.out[header:]...), s.wire...)
	from := len(w.inputs)
	w.inputs = appendInput(w.inputs, k.algorithm, w.data)
	w.items = append(w.items, item{key: key, from: from, to: len(w.inputs), at: len(w.out)})
	w.out = append(w.out, k.blank...)
	w.stats.made++
}

// appendInput appends what SignBatch takes for signed data: see
// dnssec.SignInput, which does the same one at a time.
func appendInput(dst []byte, algorithm uint8, data []byte) []byte {
	switch algorithm {
	case dnssec.RSASHA256, dnssec.ECDSAP256SHA256:
		sum := sha256.Sum256(data)
		return append(dst, sum[:]...)
	case dnssec.ECDSAP384SHA384:
		sum := sha512.Sum384(data)
		return append(dst, sum[:]...)
	case dnssec.RSASHA512:
		sum := sha512.Sum512(data)
		return append(dst, sum[:]...)
	}
	return append(dst, data...)
}

// sign fills all holes: one batch a key.
func (w *worker) sign() error {
	for i := range w.job.keys {
		if err := w.signWith(i); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) signWith(index int) error {
	k := &w.job.keys[index]
	inputs, signatures := w.batch[:0], w.places[:0]
	for _, it := range w.items {
		if it.key == index {
			inputs = append(inputs, w.inputs[it.from:it.to:it.to])
			signatures = append(signatures, w.out[it.at:it.at:it.at+k.size])
		}
	}
	w.batch, w.places = inputs, signatures
	if len(inputs) == 0 {
		return nil
	}
	if err := k.signer.SignBatch(inputs, signatures); err != nil {
		return fmt.Errorf("key %d: %w", k.tag, err)
	}
	for _, it := range w.items {
		if it.key != index {
			continue
		}
		sig := signatures[0]
		signatures = signatures[1:]
		if len(sig) != k.size {
			return fmt.Errorf("key %d made a signature of %d octets, want %d", k.tag, len(sig), k.size)
		}
		// A signer that uses the room it is given has put it there already.
		copy(w.out[it.at:it.at+k.size], sig)
	}
	return nil
}
