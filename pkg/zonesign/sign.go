package zonesign

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// Stats says what signing did.
type Stats struct {
	Serial     uint32 // of the signed zone
	Records    int    // in the signed zone
	NSECs      int    // NSEC or NSEC3 records made
	Signatures int    // RRSIG records made; those of the bundle are not counted
	Kept       int    // RRSIG records of the version before that were looked at and kept
	Stripped   int    // records of an earlier signing that were left out
	Inception  time.Time
	Expiration time.Time // of the RRSIG records made
}

// Sign makes the signed zone. What an earlier signing added to z is left out
// (zone.StripDNSSEC). Nothing is signed when the bundle, the ZSKs or the times
// do not fit: see Config. The signed zone shares no memory with z.
func Sign(z *zone.Zone, c Config) (*zone.Zone, Stats, error) {
	v, stats, err := Update(Version{}, z, c)
	return v.Signed, stats, err
}

// job is the signing of one version. Workers share it and do not change it, but
// for the tally.
type job struct {
	config      *Config
	zone        *zone.Zone // unsigned
	before      *zone.Zone // the signed version before, or nil
	keys        []key
	soa         rr.SOA // of the signed version
	negativeTTL uint32
	apex        []nodeSet

	// Of signatures that are kept, in seconds since 1970: when the first may and
	// the last may expire, and when they must have begun.
	due, latest, now uint32

	mu    sync.Mutex
	stats tally
}

func newJob(z *zone.Zone, before *zone.Zone, c *Config) (*job, error) {
	soa, err := z.SOA()
	if err != nil {
		return nil, err
	}
	j := &job{config: c, zone: z, before: before, negativeTTL: soa.NegativeTTL(),
		due: seconds(c.Now.Add(c.Refresh)), latest: seconds(c.expiration()), now: seconds(c.Now)}
	if soa.Serial, err = NextSerial(c.Serial, soa.Serial, c.LastSerial, c.Now); err != nil {
		return nil, err
	}
	j.soa = soa
	if j.keys, err = newKeys(c, z.Origin()); err != nil {
		return nil, err
	}
	j.apex = newApex(z.Node(0), soa, c)
	return j, j.checkTTLs()
}

func seconds(t time.Time) uint32 { return uint32(min(max(t.Unix(), 0), 1<<32-1)) }

// checkTTLs holds all RRsets to MaxTTL.
func (j *job) checkTTLs() error {
	most := j.config.MaxTTL
	if most == 0 {
		return nil
	}
	for _, s := range j.apex {
		if s.ttl > most {
			return fmt.Errorf("%s %s: TTL %d is above the limit of %d", j.zone.Origin(), s.typ, s.ttl, most)
		}
	}
	if j.zone.MaxTTL() <= most {
		return nil
	}
	for n := range j.zone.Nodes() {
		for s := range n.RRsets() {
			if s.TTL > most {
				return fmt.Errorf("%s %s: TTL %d is above the limit of %d", n.Owner(), s.Type, s.TTL, most)
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

// old is a name in the version before.
func (j *job) old(name rr.Name) zone.Node {
	if j.before == nil {
		return zone.Node{}
	}
	if n, ok := j.before.Find(name); ok {
		return n
	}
	return zone.Node{}
}

func (j *job) count(t *tally) {
	j.mu.Lock()
	j.stats.made += t.made
	j.stats.kept += t.kept
	j.stats.nsec += t.nsec
	j.mu.Unlock()
	*t = tally{}
}

// whole makes all of the signed zone, but for ZONEMD.
func (j *job) whole() (*zone.Zone, error) {
	var chain []link
	if j.config.Denial == NSEC3 {
		var err error
		if chain, err = newChain(j.zone, &j.config.NSEC3, j.workers()); err != nil {
			return nil, err
		}
	}
	units := j.units(chain)
	parts := make([]*zone.Part, len(units))
	err := each(j.workers(), len(units), func() func(int) error {
		w := newWorker(j)
		return func(i int) error {
			var err error
			parts[i], err = w.unit(&units[i])
			j.count(&w.stats)
			return err
		}
	})
	if err != nil {
		return nil, err
	}
	return zone.Join(j.zone.Origin(), parts...)
}

// unit is what a worker takes at once: pages of the unsigned zone, and the
// NSEC3 records whose owners are among their names in canonical order.
type unit struct {
	from, to int    // pages
	chain    []link // of the whole zone
	first    int    // of the links of the unit
	last     int    // one behind them
}

// leastNames is about how many names a unit has: enough signatures to hide the
// way to a token, few enough that no core waits long for another at the end.
const leastNames = 32

// mostNames is how many it has at most, about.
const mostNames = 4096

// units cuts the zone where pages begin by themselves, so that its signed
// versions have the same pages however they came to be.
func (j *job) units(chain []link) []unit {
	var units []unit
	for from := 0; from < j.zone.Pages(); {
		to := from + 1
		for to < j.zone.Pages() && j.goesOn(from, to) {
			to++
		}
		u := unit{from: from, to: to, chain: chain, last: len(chain)}
		if n := len(units); n > 0 {
			u.first = j.firstLink(chain, j.zone.Page(from).Node(0).Owner())
			units[n-1].last = u.first
		}
		units = append(units, u)
		from = to
	}
	return units
}

// goesOn says whether a unit that begins at a page has the page to as well. Who
// makes up names can see to it that no page begins by itself: then the unit ends
// all the same, which costs later versions some sharing.
func (j *job) goesOn(from, to int) bool {
	names := j.zone.Page(to).First() - j.zone.Page(from).First()
	return names < leastNames || !j.zone.Page(to).IsNatural() && names < mostNames
}

// firstLink is the first link whose owner is not before a name.
func (j *job) firstLink(chain []link, name rr.Name) int {
	from, to := 0, len(chain)
	for from < to {
		middle := (from + to) / 2
		if rr.Compare(chain[middle].hash.owner(j.zone.Origin()), name) < 0 {
			from = middle + 1
		} else {
			to = middle
		}
	}
	return from
}

// unit makes the names of a unit.
func (w *worker) unit(u *unit) (*zone.Part, error) {
	w.reset()
	old := newFollower(w.job.before, w.job.zone.Page(u.from).Node(0).Owner())
	next := u.first
	for i := u.from; i < u.to; i++ {
		for n := range w.job.zone.Page(i).Nodes() {
			owner := n.Owner()
			own := false // whether it has the name of an NSEC3 record too
			for ; next < u.last && !own; next++ {
				var room [256]byte
				name := rr.Name(u.chain[next].hash.appendOwner(room[:0], w.job.zone.Origin()))
				c := rr.Compare(name, owner)
				if c > 0 {
					break
				}
				if own = c == 0; own {
					w.take(n)
				} else {
					w.sets = w.sets[:0]
				}
				w.link(name, u.chain, next)
				w.lay(name, old.find(name))
			}
			if own {
				continue
			}
			w.take(n)
			if w.job.config.Denial == NSEC && !n.IsBelowCut() {
				w.nsec(n)
			}
			w.lay(owner, old.find(owner))
		}
	}
	for ; next < u.last; next++ {
		name := u.chain[next].hash.owner(w.job.zone.Origin())
		w.sets = w.sets[:0]
		w.link(name, u.chain, next)
		w.lay(name, old.find(name))
	}
	if err := w.sign(); err != nil {
		return nil, err
	}
	return w.part(), nil
}

// link adds the i-th NSEC3 record of a chain to the node in work.
func (w *worker) link(owner rr.Name, chain []link, i int) {
	l := &chain[i]
	var room [64]byte
	bitmap := room[:0]
	if l.node != noNode {
		bitmap = w.appendBitmap(bitmap, w.job.zone.Page(int(l.page)).Node(int(l.node)))
	}
	next := &chain[(i+1)%len(chain)].hash
	w.data = w.job.config.NSEC3.appendNSEC3(w.data[:0], next, bitmap)
	w.add(owner, rr.TypeNSEC3, w.data)
}

// part is the nodes that were laid out, in pages.
func (w *worker) part() *zone.Part {
	part := zone.NewPart(w.job.zone.Origin())
	from := 0
	for _, to := range w.ends {
		part.AddNode(w.out[from:to])
		from = to
	}
	part.End()
	return part
}

// follower finds ascending names in a zone.
type follower struct {
	node zone.Node
	ok   bool
}

func newFollower(z *zone.Zone, from rr.Name) *follower {
	if z == nil {
		return &follower{}
	}
	f := &follower{}
	f.node, f.ok = z.From(from)
	return f
}

// find is the node of a name, which is behind the last one asked for.
func (f *follower) find(name rr.Name) zone.Node {
	for f.ok {
		switch c := rr.Compare(f.node.Owner(), name); {
		case c == 0:
			return f.node
		case c > 0:
			return zone.Node{}
		}
		f.node, f.ok = f.node.Next()
	}
	return zone.Node{}
}

// each calls what start gives with 0 to n-1, from as many goroutines as there
// are workers, each with its own. After an error no more are begun; of several
// the first in order is returned.
func each(workers, n int, start func() func(int) error) error {
	var next, failed atomic.Int64
	errs := make([]error, n)
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			do := start()
			for failed.Load() == 0 {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[i] = do(i); errs[i] != nil {
					failed.Store(1)
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// spread is each for what cannot fail.
func spread(workers, n int, do func(int)) {
	each(workers, n, func() func(int) error {
		return func(i int) error { do(i); return nil }
	})
}
