package zonesign

import (
	"fmt"
	"hash"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// worker signs chunks, one after the other, with buffers it keeps.
type worker struct {
	job    *job
	first  int         // node that the chunk in work begins with
	hashes []hash.Hash // by key; nil for Ed25519

	wire   []byte // records in wire form, as they are signed and digested
	rdata  []byte // RDATA made: NSEC and RRSIG
	nodes  []span
	items  []item
	nsecs  []piece
	types  []rr.Type
	inputs []byte
	ends   []int
}

// span is where the records of a node begin and end in worker.wire, with the
// place between where its RRSIG records belong, and the RRSIG records in
// worker.items.
type span struct {
	from, middle, to int
	firstItem, items int
}

// item is an RRSIG record. What it signs is wire[from:to]; its RDATA, up to the
// signature or whole, is rdata[at.from:at.to].
type item struct {
	key      int // index in job.keys; -1 for a signature that came with its RRset
	late     bool
	ttl      uint32
	from, to int
	at       piece
}

type piece struct{ from, to int }

// result is what a worker made of a chunk.
type result struct {
	counts     []uint32 // RRSIG records by node
	signatures [][]byte
	ttls       []uint32 // of signatures
	nsecs      [][]byte // of the nodes that have RRSIG records
	stream     []byte   // the records of the chunk as ZONEMD digests them
	late       []lateSignature
	err        error
}

func newWorker(j *job) *worker {
	w := &worker{job: j}
	for _, k := range j.keys {
		var h hash.Hash
		if algorithm := dnssec.Hash(k.algorithm); algorithm != 0 {
			h = algorithm.New()
		}
		w.hashes = append(w.hashes, h)
	}
	return w
}

// sign makes the NSEC and RRSIG records of a chunk.
func (w *worker) sign(c chunk) *result {
	w.wire, w.rdata, w.nodes, w.items, w.nsecs = w.wire[:0], w.rdata[:0], w.nodes[:0], w.items[:0], w.nsecs[:0]
	w.first = c.from
	link := c.link
	for i := c.from; i < c.to; i++ {
		if w.node(i, link) {
			link++
		}
	}
	for k := range w.job.keys {
		if err := w.signWith(k); err != nil {
			return &result{err: err}
		}
	}
	return w.result()
}

// node lays out the records of a node and the RRSIG records it needs, and says
// whether it has an NSEC record.
func (w *worker) node(i, link int) bool {
	j := w.job
	n := j.zone.Node(i)
	s := span{from: len(w.wire), firstItem: len(w.items)}
	signed := !n.IsBelowCut()
	cut := n.IsDelegation()

	w.types = w.types[:0]
	sets := j.setCount(i)
	k := 0
	for ; k < sets; k++ {
		set := j.set(i, k)
		if set.Type > rr.TypeRRSIG {
			break
		}
		w.set(i, k, set, signed && (!cut || set.Type == rr.TypeDS))
		if !cut || set.Type == rr.TypeDS || set.Type == rr.TypeNS {
			w.types = append(w.types, set.Type)
		}
	}
	s.middle = len(w.wire)
	if signed {
		w.nsec(i, k, link)
	}
	for ; k < sets; k++ {
		w.set(i, k, j.set(i, k), signed && !cut)
	}
	s.to = len(w.wire)
	s.items = len(w.items) - s.firstItem
	w.nodes = append(w.nodes, s)
	return signed
}

// nsec makes the NSEC record of a node, whose sets up to the k-th are in
// worker.types.
func (w *worker) nsec(i, k, link int) {
	j := w.job
	n := j.zone.Node(i)
	if !n.IsDelegation() {
		for ; k < j.setCount(i); k++ {
			w.types = append(w.types, j.set(i, k).Type)
		}
	}
	from := len(w.rdata)
	w.rdata = j.chain.appendRdata(w.rdata, link, w.types)
	w.nsecs = append(w.nsecs, piece{from, len(w.rdata)})
	start := len(w.wire)
	w.wire = appendRecord(w.wire, n.Owner(), rr.TypeNSEC, j.chain.ttl, w.rdata[from:])
	w.item(n.Owner(), rr.TypeNSEC, j.chain.ttl, start, len(w.wire), false)
}

// set lays out the records of an RRset, and its RRSIG records.
func (w *worker) set(i, k int, set rr.Set, sign bool) {
	j := w.job
	if i == 0 && set.Type == rr.TypeZONEMD && j.zonemd != nil {
		// Not a part of what is digested: RFC 8976, Section 3.3.1.
		w.item(set.Owner, set.Type, set.TTL, 0, 0, true)
		return
	}
	if !sign && j.zonemd == nil {
		return
	}
	start := len(w.wire)
	w.wire = appendRecords(w.wire, set)
	if i == 0 && len(j.apex[k].signatures) > 0 {
		for _, rdata := range j.apex[k].signatures {
			from := len(w.rdata)
			w.rdata = append(w.rdata, rdata...)
			w.items = append(w.items, item{key: -1, ttl: set.TTL, at: piece{from, len(w.rdata)}})
		}
		return
	}
	if sign {
		w.item(set.Owner, set.Type, set.TTL, start, len(w.wire), false)
	}
}

// item lays out the RRSIG records over wire[from:to], one for each key, with
// room for the signatures.
func (w *worker) item(owner rr.Name, t rr.Type, ttl uint32, from, to int, late bool) {
	for i := range w.job.keys {
		k := &w.job.keys[i]
		at := len(w.rdata)
		w.rdata = k.appendHeader(w.rdata, t, owner.SignatureLabels(), ttl)
		w.rdata = append(w.rdata, k.blank...)
		w.items = append(w.items, item{key: i, late: late, ttl: ttl, from: from, to: to, at: piece{at, len(w.rdata)}})
	}
}

// signWith makes all signatures of one key in one batch.
func (w *worker) signWith(index int) error {
	k := &w.job.keys[index]
	w.inputs, w.ends = w.inputs[:0], w.ends[:0]
	var signatures [][]byte
	for _, it := range w.items {
		if it.key != index || it.late {
			continue
		}
		split := it.at.from + k.headerSize()
		w.inputs = k.appendInput(w.inputs, w.hashes[index], w.rdata[it.at.from:split], w.wire[it.from:it.to])
		w.ends = append(w.ends, len(w.inputs))
		signatures = append(signatures, w.rdata[split:split:it.at.to])
	}
	if len(signatures) == 0 {
		return nil
	}
	inputs := make([][]byte, len(w.ends))
	start := 0
	for i, end := range w.ends {
		inputs[i] = w.inputs[start:end:end]
		start = end
	}
	if err := k.signer.SignBatch(inputs, signatures); err != nil {
		return fmt.Errorf("key %d: %w", k.tag, err)
	}
	return w.store(index, signatures)
}

// store puts signatures in their places, where a signer that uses the room it
// is given has put them already.
func (w *worker) store(index int, signatures [][]byte) error {
	k := &w.job.keys[index]
	for _, it := range w.items {
		if it.key != index || it.late {
			continue
		}
		sig := signatures[0]
		signatures = signatures[1:]
		if len(sig) != k.size {
			return fmt.Errorf("key %d made a signature of %d octets, want %d", k.tag, len(sig), k.size)
		}
		copy(w.rdata[it.at.from+k.headerSize():it.at.to], sig)
	}
	return nil
}

// result copies what was made out of the buffers.
func (w *worker) result() *result {
	rdata := make([]byte, len(w.rdata))
	copy(rdata, w.rdata)
	r := &result{
		counts:     make([]uint32, len(w.nodes)),
		signatures: make([][]byte, len(w.items)),
		ttls:       make([]uint32, len(w.items)),
		nsecs:      make([][]byte, len(w.nsecs)),
	}
	for i, s := range w.nodes {
		r.counts[i] = uint32(s.items)
	}
	for i, p := range w.nsecs {
		r.nsecs[i] = rdata[p.from:p.to:p.to]
	}
	for i, it := range w.items {
		r.signatures[i], r.ttls[i] = rdata[it.at.from:it.at.to:it.at.to], it.ttl
		if it.late {
			r.late = append(r.late, lateSignature{key: it.key, rdata: r.signatures[i]})
		}
	}
	if w.job.zonemd != nil {
		r.stream = w.stream(r.signatures)
	}
	return r
}

// stream is the records of the chunk in the order ZONEMD digests them: by owner,
// type and RDATA (RFC 8976, Section 3.3.2), without those over ZONEMD.
func (w *worker) stream(signatures [][]byte) []byte {
	size := len(w.wire)
	for i, n := 0, 0; n < len(w.nodes); n++ {
		for range w.nodes[n].items {
			size += len(w.owner(n)) + 10 + len(signatures[i])
			i++
		}
	}
	stream := make([]byte, 0, size)
	for n, s := range w.nodes {
		stream = append(stream, w.wire[s.from:s.middle]...)
		for i := s.firstItem; i < s.firstItem+s.items; i++ {
			if !w.items[i].late {
				stream = appendRecord(stream, w.owner(n), rr.TypeRRSIG, w.items[i].ttl, signatures[i])
			}
		}
		stream = append(stream, w.wire[s.middle:s.to]...)
	}
	return stream
}

// owner is the name of the n-th node of the chunk.
func (w *worker) owner(n int) rr.Name { return w.job.zone.Node(w.first + n).Owner() }
