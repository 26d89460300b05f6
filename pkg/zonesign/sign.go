package zonesign

import (
	"crypto/sha512"
	"fmt"
	"hash"
	"runtime"
	"sync"
	"time"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// Stats says what signing did.
type Stats struct {
	Serial     uint32 // of the signed zone
	Records    int    // in the signed zone
	NSECs      int    // NSEC records made
	Signatures int    // RRSIG records made; those of the bundle are not counted
	Stripped   int    // records of an earlier signing that were left out
	Inception  time.Time
	Expiration time.Time // of the RRSIG records made
}

// Sign makes the signed zone. What an earlier signing added to z is left out
// (zone.StripDNSSEC). Nothing is signed when the bundle, the ZSKs or the times
// do not fit: see Config. The signed zone shares memory with z.
func Sign(z *zone.Zone, c Config) (*zone.Zone, Stats, error) {
	signed, stats, err := sign(z, &c)
	if err != nil {
		return nil, Stats{}, fmt.Errorf("signing zone %s: %w", z.Origin(), err)
	}
	return signed, stats, nil
}

func sign(z *zone.Zone, c *Config) (*zone.Zone, Stats, error) {
	if err := c.check(z.Origin()); err != nil {
		return nil, Stats{}, err
	}
	z, stripped, err := z.StripDNSSEC()
	if err != nil {
		return nil, Stats{}, err
	}
	soa, err := z.SOA()
	if err != nil {
		return nil, Stats{}, err
	}
	negativeTTL := soa.NegativeTTL()
	if soa.Serial, err = NextSerial(c.Serial, soa.Serial, c.LastSerial, c.Now); err != nil {
		return nil, Stats{}, err
	}
	j, err := newJob(z, c, soa, negativeTTL)
	if err != nil {
		return nil, Stats{}, err
	}
	out, err := j.run()
	if err != nil {
		return nil, Stats{}, err
	}
	return out, Stats{
		Serial:     soa.Serial,
		Records:    out.Records(),
		NSECs:      len(j.chain.owner),
		Signatures: j.signatures,
		Stripped:   stripped,
		Inception:  c.inception(),
		Expiration: c.expiration(),
	}, nil
}

// job is the signing of one zone. Workers share it and do not change it.
type job struct {
	config     *Config
	zone       *zone.Zone
	keys       []key
	apex       []apexSet
	chain      *nsecChain
	chunks     []chunk
	signatures int    // RRSIG records to make
	zonemd     []byte // RDATA whose digest is filled in last; nil when none is asked for
}

// chunk is a range of nodes whose RRsets are signed in one batch.
type chunk struct {
	from, to int // nodes
	link     int // index in nsecChain.owner of the first link in the chunk
}

// The number of signatures in a batch: enough to hide the way to a token, few
// enough that no core waits long for another at the end.
const (
	leastBatch = 32
	mostBatch  = 256
)

func newJob(z *zone.Zone, c *Config, soa rr.SOA, negativeTTL uint32) (*job, error) {
	keys, err := newKeys(c, z.Origin())
	if err != nil {
		return nil, err
	}
	j := &job{config: c, zone: z, keys: keys, chain: newNSECChain(z, negativeTTL)}
	if c.ZONEMD {
		j.zonemd = newZONEMD(soa.Serial)
	}
	j.apex = newApex(z.Node(0), soa, &c.Bundle, j.zonemd)
	if err := j.checkTTLs(); err != nil {
		return nil, err
	}
	j.cut()
	return j, nil
}

// checkTTLs holds all RRsets to MaxTTL.
func (j *job) checkTTLs() error {
	most := j.config.MaxTTL
	if most == 0 {
		return nil
	}
	for _, s := range j.apex {
		if s.set.TTL > most {
			return fmt.Errorf("%s %s: TTL %d is above the limit of %d", s.set.Owner, s.set.Type, s.set.TTL, most)
		}
	}
	for i := 1; i < j.zone.Len(); i++ {
		n := j.zone.Node(i)
		for k := range n.Len() {
			if s := n.Set(k); s.TTL > most {
				return fmt.Errorf("%s %s: TTL %d is above the limit of %d", s.Owner, s.Type, s.TTL, most)
			}
		}
	}
	return nil
}

// workers is how many batches are signed at the same time.
func (j *job) workers() int {
	if j.config.Workers > 0 {
		return j.config.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// cut makes the chunks, and counts the signatures.
func (j *job) cut() {
	total := 0
	for i := range j.zone.Len() {
		total += j.signedSets(i)
	}
	j.signatures = total * len(j.keys)
	size := min(max(j.signatures/(32*j.workers()), leastBatch), mostBatch)

	now, link, links, gathered := chunk{}, 0, 0, 0
	for i := range j.zone.Len() {
		n := j.signedSets(i) * len(j.keys)
		// Names below a cut have nothing to sign, but their records are copied.
		if gathered += max(n, 1); gathered >= size || i == j.zone.Len()-1 {
			if n > 0 {
				links++
			}
			now.to, now.link = i+1, link
			j.chunks = append(j.chunks, now)
			now, link, gathered = chunk{from: i + 1}, links, 0
			continue
		}
		if n > 0 {
			links++
		}
	}
}

// signedSets is how many RRsets of a node the ZSKs sign, its NSEC record among
// them: 0 below a cut.
func (j *job) signedSets(i int) int {
	n := j.zone.Node(i)
	switch {
	case n.IsBelowCut():
		return 0
	case i == 0:
		count := 1
		for _, s := range j.apex {
			if len(s.signatures) == 0 {
				count++
			}
		}
		return count
	case n.IsDelegation():
		if n.Has(rr.TypeDS) {
			return 2
		}
		return 1
	}
	return n.Len() + 1
}

// run signs all chunks and puts the zone together in order. Workers run ahead
// of that by a few chunks only.
func (j *job) run() (*zone.Zone, error) {
	workers := min(j.workers(), len(j.chunks))
	window := 4 * workers
	slots := make([]chan *result, window)
	for i := range slots {
		slots[i] = make(chan *result, 1)
	}
	tokens := make(chan int, len(j.chunks))
	for i := range min(window, len(j.chunks)) {
		tokens <- i
	}
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			w := newWorker(j)
			for i := range tokens {
				slots[i%window] <- w.sign(j.chunks[i])
			}
		})
	}

	out := newOutput(j)
	var err error
	for i := range j.chunks {
		r := <-slots[i%window]
		if err = r.err; err != nil {
			break
		}
		out.add(j.chunks[i], r)
		if i+window < len(j.chunks) {
			tokens <- i + window
		}
	}
	if err != nil {
		for len(tokens) > 0 {
			select {
			case <-tokens:
			default:
			}
		}
	}
	close(tokens)
	running.Wait()
	if err != nil {
		return nil, err
	}
	return out.zone()
}

// output puts the signed zone together, chunk after chunk.
type output struct {
	job       *job
	assembler *zone.Assembler
	digest    hash.Hash // for ZONEMD; nil when none is asked for
	last      []lateSignature
}

func newOutput(j *job) *output {
	z := j.zone
	o := &output{
		job: j,
		assembler: zone.NewAssembler(z.Origin(), z.Len(), z.Sets()+2*len(j.chain.owner)+len(j.apex),
			z.Records()+j.signatures+len(j.chain.owner)+8),
	}
	if j.zonemd != nil {
		o.digest = sha512.New384()
	}
	return o
}

// add appends the nodes of a chunk with their NSEC and RRSIG records.
func (o *output) add(c chunk, r *result) {
	a := o.assembler
	nsec, sig := 0, 0
	for i := c.from; i < c.to; i++ {
		n := o.job.zone.Node(i)
		a.Node(n.Owner())
		count := int(r.counts[i-c.from])
		added := count == 0 // whether RRSIG and NSEC are in place
		for k, sets := 0, o.job.setCount(i); k < sets || !added; k++ {
			if !added && (k == sets || o.job.set(i, k).Type > rr.TypeRRSIG) {
				a.Signatures(r.signatures[sig:sig+count], r.ttls[sig:sig+count])
				a.Set(rr.TypeNSEC, o.job.chain.ttl, r.nsecs[nsec:nsec+1])
				nsec, sig, added = nsec+1, sig+count, true
			}
			if k < sets {
				s := o.job.set(i, k)
				a.Set(s.Type, s.TTL, s.Data)
			}
		}
	}
	if o.digest != nil {
		o.digest.Write(r.stream)
	}
	o.last = append(o.last, r.late...)
}

// zone fills in the ZONEMD digest, signs that record, and ends the work.
func (o *output) zone() (*zone.Zone, error) {
	if o.digest != nil {
		o.digest.Sum(o.job.zonemd[:zonemdFixed])
		if err := o.job.signLate(o.last); err != nil {
			return nil, err
		}
	}
	return o.assembler.Zone()
}

// setCount is the number of RRsets of a node before signing, with the bundle's
// and the ZONEMD record at the apex.
func (j *job) setCount(i int) int {
	if i == 0 {
		return len(j.apex)
	}
	return j.zone.Node(i).Len()
}

// set is the k-th of them, ascending by type.
func (j *job) set(i, k int) rr.Set {
	if i == 0 {
		return j.apex[k].set
	}
	return j.zone.Node(i).Set(k)
}
