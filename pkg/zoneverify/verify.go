package zoneverify

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// chunkSize is how many owner names one piece of work has: enough to make its
// bookkeeping cheap, few enough that all cores are busy to the end.
const chunkSize = 256

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
	places   []place // of each node
	keys     []*key
	roles    roles
	denial   denial
	nsec3    *nsec3Chain // nil unless the zone uses NSEC3

	apex   faults             // what is found outside of the workers
	signed map[*key]bool      // keys that a signature over the DNSKEY RRset names; written by the worker of the apex only
	notes  [checkCount]string // why a check was not made after all
}

// Verify judges z. It is safe to judge one zone several times at once.
func Verify(z *zone.Zone, c Config) *Report {
	v := &verifier{config: c, limits: c.Limits, zone: z, origin: z.Origin(), at: c.At.Unix(), signed: make(map[*key]bool)}
	if v.limits == nil {
		v.limits = &Limits{}
	}
	v.soa, v.soaError = z.SOA()
	v.places = findPlaces(z)
	v.readKeys()
	v.readDenial()
	total := v.walk()
	v.checkKeys()
	v.checkBundle()
	if !c.ApexOnly {
		v.checkApex()
		v.checkUnmatched()
	}
	v.checkCDS()
	v.checkPublished()
	return v.report(total)
}

// worker is what one goroutine needs for itself.
type worker struct {
	*verifier
	found   *chunk
	scratch scratch
}

// chunk is what came of one piece of work. Nobody else writes to it.
type chunk struct {
	faults
	names      int
	sets       int // authoritative RRsets with a signature
	signatures int
	expires    int64
	lacking    map[uint8]*faults // by algorithm: the RRsets it does not sign
}

// walk judges all names, and the digest of the zone beside them.
func (v *verifier) walk() *chunk {
	nodes := v.zone.Len()
	if v.config.ApexOnly {
		nodes = min(nodes, 1)
	}
	count := (nodes + chunkSize - 1) / chunkSize
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
					w.judge((job-1)*chunkSize, min(job*chunkSize, nodes))
				}
			}
		})
	}
	group.Wait()
	total := &chunk{expires: math.MaxInt64, lacking: make(map[uint8]*faults)}
	for i := range chunks {
		total.join(&chunks[i])
	}
	total.faults.join(&digest)
	v.checkLacking(total)
	return total
}

func (c *chunk) join(o *chunk) {
	c.faults.join(&o.faults)
	c.names += o.names
	c.sets += o.sets
	c.signatures += o.signatures
	if o.signatures > 0 {
		c.expires = min(c.expires, o.expires)
	}
	for algorithm, f := range o.lacking {
		if c.lacking[algorithm] == nil {
			c.lacking[algorithm] = &faults{}
		}
		c.lacking[algorithm].join(f)
	}
}

// judge judges the nodes from first to before end.
func (w *worker) judge(first, end int) {
	w.found.expires = math.MaxInt64
	before := w.nameBefore(first)
	for i := first; i < end; i++ {
		n := w.zone.Node(i)
		w.found.names++
		w.checkSignatures(n, w.places[i])
		if w.config.ApexOnly {
			continue
		}
		w.checkData(n, w.places[i])
		switch w.denial {
		case denialNSEC:
			w.checkNSEC(n)
		case denialNSEC3:
			w.checkNSEC3(n, before)
		}
		if w.places[i].isName() {
			before = n.Owner()
		}
	}
}

// report puts the verdict together.
func (v *verifier) report(total *chunk) *Report {
	r := &Report{Zone: v.origin, Serial: v.soa.Serial, At: v.config.At, Names: total.names, Signatures: total.signatures}
	if total.signatures > 0 {
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
	return r
}
