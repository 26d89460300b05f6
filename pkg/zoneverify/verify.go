package zoneverify

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// A piece of work has about mostNames owner names: enough signatures for some
// batches. In a small zone it has fewer, so that all cores are busy to the end.
const fewestNames, mostNames = 64, 1024

// verifier is one judgement. Its fields are set before the workers start and
// only read by them, but for what is said otherwise.
type verifier struct {
	config Config
	limits *Limits // never nil
	zone   *zone.Zone
	origin rr.Name
	at     int64 // Config.At in seconds since 1970

	soa      rr.SOA
	soaError error
	places   []place // of each node; nil where only a change is judged
	keys     []*key
	roles    roles
	denial   denial
	nsec3    *nsec3Chain // nil unless the zone uses NSEC3
	before   *Judged     // the version that was judged before, where only the change is
	held     held        // by the zone, set after the walk

	apex   faults             // what is found outside of the workers
	signed map[*key]bool      // keys that a signature over the DNSKEY RRset names; written by the worker of the apex only
	notes  [checkCount]string // why a check was not made after all
}

// Verify judges z. It is safe to judge one zone several times at once.
func Verify(z *zone.Zone, c Config) *Report { return verify(z, c, nil) }

// verify judges z. What was prepared for the keys of another version need not be
// prepared again.
func verify(z *zone.Zone, c Config, known []*key) *Report {
	v := newVerifier(z, c)
	v.keepTables(known)
	if !c.ApexOnly {
		v.places = findPlaces(z, c.workers())
	} else if z.Len() > 0 {
		v.places = make([]place, 1)
	}
	v.readDenial()
	v.prepareKeys(z.Records())
	total := v.walk()
	v.held = total.held
	v.judgeApex()
	return v.report(total)
}

func newVerifier(z *zone.Zone, c Config) *verifier {
	v := &verifier{config: c, limits: c.Limits, zone: z, origin: z.Origin(), at: c.At.Unix(), signed: make(map[*key]bool)}
	if v.limits == nil {
		v.limits = &Limits{}
	}
	v.soa, v.soaError = z.SOA()
	v.readKeys()
	return v
}

// judgeApex judges what concerns the zone as a whole, after the walk.
func (v *verifier) judgeApex() {
	v.checkKeys()
	v.checkBundle()
	if !v.config.ApexOnly {
		v.checkApex()
		v.checkUnmatched()
	}
	v.checkCDS()
	v.checkPublished()
}

// worker is what one goroutine needs for itself.
type worker struct {
	*verifier
	found   *chunk
	batch   batch
	views   views
	scratch scratch
}

// chunk is what came of one piece of work. Nobody else writes to it.
type chunk struct {
	faults
	names      int
	sets       int // authoritative RRsets with a signature
	signatures int
	expires    int64 // of what was judged; the largest there is if nothing expires
	held       held
	lacking    map[uint8]*faults // by algorithm: the RRsets it does not sign
}

// walk judges all names, and the digest of the zone beside them.
func (v *verifier) walk() *chunk {
	pieces := v.pieces()
	count := len(pieces)
	chunks := make([]chunk, count)
	var digest faults
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(v.config.workers(), count+1) {
		group.Go(func() {
			w := &worker{verifier: v}
			for {
				// The digest is the longest piece and so the first.
				job := int(next.Add(1)) - 1
				switch {
				case job > count:
					return
				case job == 0:
					v.checkZONEMD(&digest)
				default:
					w.found = &chunks[job-1]
					w.judge(pieces[job-1])
				}
			}
		})
	}
	group.Wait()
	return v.total(chunks, &digest)
}

// piece is a range of pages; of the last only so many nodes.
type piece struct{ from, to, nodes int }

func (v *verifier) pieces() []piece {
	if v.config.ApexOnly {
		if v.zone.Len() == 0 {
			return nil
		}
		return []piece{{0, 1, 1}}
	}
	var pieces []piece
	size := min(max(fewestNames, v.zone.Len()/(8*v.config.workers())), mostNames)
	for from := 0; from < v.zone.Pages(); {
		to, names := from, 0
		for to < v.zone.Pages() && names < size {
			names += v.zone.Page(to).Len()
			to++
		}
		pieces = append(pieces, piece{from, to, names})
		from = to
	}
	return pieces
}

func (v *verifier) total(chunks []chunk, digest *faults) *chunk {
	total := &chunk{expires: math.MaxInt64, lacking: make(map[uint8]*faults)}
	for i := range chunks {
		total.join(&chunks[i])
	}
	total.faults.join(digest)
	v.checkLacking(total)
	return total
}

func (c *chunk) join(o *chunk) {
	c.faults.join(&o.faults)
	c.names += o.names
	c.sets += o.sets
	c.signatures += o.signatures
	c.expires = min(c.expires, o.expires)
	c.held.join(o.held)
	for algorithm, f := range o.lacking {
		if c.lacking[algorithm] == nil {
			c.lacking[algorithm] = &faults{}
		}
		c.lacking[algorithm].join(f)
	}
}

// judge judges the nodes of a piece.
func (w *worker) judge(p piece) {
	w.found.expires = math.MaxInt64
	w.views.reset()
	left := p.nodes
	for i := p.from; i < p.to; i++ {
		for n := range w.zone.Page(i).Nodes() {
			if left--; left >= 0 {
				w.views.read(n, w.places[n.Index()])
			}
		}
	}
	w.views.settle()
	w.verifyBatches()
	before := rr.Name("") // found when it is needed: there may be many hashes between
	for i := range w.views.list {
		n := &w.views.list[i]
		if before == "" && w.denial == denialNSEC3 && n.place.isName() {
			before = w.nameBefore(n.node)
		}
		w.judgeNode(n, before)
		w.found.held.add(holdsView(n), 1)
		if n.place.isName() {
			before = n.owner
		}
	}
}

// judgeNode judges one node. before is the name before it.
func (w *worker) judgeNode(n *view, before rr.Name) {
	w.found.names++
	w.checkSignatures(n)
	if w.config.ApexOnly {
		return
	}
	w.checkData(n)
	switch w.denial {
	case denialNSEC:
		w.checkNSEC(n)
	case denialNSEC3:
		w.checkNSEC3(n, before)
	}
}

// spread calls do for 0 to n-1, from as many goroutines as there are workers.
func spread(workers, n int, do func(int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	group.Wait()
}

// report puts the verdict together.
func (v *verifier) report(total *chunk) *Report {
	r := &Report{Zone: v.origin, Serial: v.soa.Serial, At: v.config.At, Names: total.names, Signatures: total.signatures}
	if total.expires != math.MaxInt64 {
		r.Expires = time.Unix(total.expires, 0).UTC()
	}
	total.faults.join(&v.apex)
	for id := range checks {
		result := Result{Check: checks[id], Status: Passed}
		if why := either(v.missing(checkID(id)), v.notes[id]); why != "" {
			result.Status, result.Why = NotChecked, why
		} else if count := total.counts[id]; count > 0 {
			result.Status, result.Count = Failed, count
			r.Findings = append(r.Findings, total.lists[id]...)
		}
		r.Results = append(r.Results, result)
	}
	if len(r.Findings) == 0 && !v.config.ApexOnly {
		r.judged = v.proof()
	}
	return r
}

// proof is that the zone passed.
func (v *verifier) proof() *Judged {
	j := &Judged{
		zone: v.zone, at: v.at, limits: v.config.Limits.clone(), signers: cloneKeys(v.config.Signers),
		keys: v.keys, roles: v.roles, denial: v.denial, held: v.held,
	}
	switch {
	case v.before != nil:
		j.optOut = v.before.optOut
	case v.nsec3 != nil && len(v.nsec3.entries) > 0:
		first := v.nsec3.entries[0].optOut
		if !slices.ContainsFunc(v.nsec3.entries, func(e nsec3Entry) bool { return e.optOut != first }) {
			j.optOut = &first
		}
	}
	return j
}
