package zonesign

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// Version is a signed zone and what it was made of. The zero value is none.
type Version struct {
	Signed   *zone.Zone
	Unsigned *zone.Zone // without an earlier signer's records; nil for a version that was made elsewhere

	made *made
}

// made is what all names of a version depend on.
type made struct {
	denial      Denial
	nsec3       NSEC3Params
	negativeTTL uint32
	keys        []string // the ZSKs

	// The greatest moment and expiration of the versions it comes from: with lower
	// ones a signature that nobody looks at could begin or end too late.
	now, latest uint32

	signed, unsigned *zone.Zone // of the version
}

// serves says whether the version can be changed into one that is made so,
// instead of making that as a whole.
func (v *Version) serves(o *made) bool {
	m := v.made
	return m != nil && m.signed == v.Signed && m.unsigned == v.Unsigned && v.Signed.Origin() == o.unsigned.Origin() &&
		m.denial == o.denial && m.nsec3.equal(&o.nsec3) && m.negativeTTL == o.negativeTTL && slices.Equal(m.keys, o.keys) &&
		m.now <= o.now && m.latest <= o.latest
}

func (j *job) made() *made {
	m := &made{denial: j.config.Denial, nsec3: j.config.NSEC3, negativeTTL: j.negativeTTL, now: j.now, latest: j.latest, unsigned: j.zone}
	m.nsec3.Salt = bytes.Clone(m.nsec3.Salt)
	for i := range j.keys {
		m.keys = append(m.keys, fmt.Sprintf("%d %x %x", j.keys[i].algorithm, j.keys[i].tag, j.keys[i].signer.Key().PublicKey))
	}
	return m
}

// Update makes the next version of a signed zone, as Sign would, but keeps the
// signatures of the version before that are over the same records, by a key that
// signs still, and last for at least Config.Refresh. Where before was made here
// with the same keys and denial, only what differs between its unsigned zone and
// z, what stands beside that in the chain, and what runs down is looked at; and
// if z shares its pages with before.Unsigned, as after zone.With, the work does
// not grow with the zone. Else all names are gone through.
//
// The same z may be given again, to freshen what runs down.
func Update(before Version, z *zone.Zone, c Config) (Version, Stats, error) {
	v, stats, err := update(before, z, &c)
	if err != nil {
		return Version{}, Stats{}, fmt.Errorf("signing zone %s: %w", z.Origin(), err)
	}
	return v, stats, nil
}

// UpdateDelta is Update for the version that a delta makes of before.Unsigned.
func UpdateDelta(before Version, d *zone.Delta, c Config) (Version, Stats, error) {
	if before.Unsigned == nil {
		return Version{}, Stats{}, fmt.Errorf("signing a change: the version before was not made here")
	}
	z, err := before.Unsigned.Apply(d)
	if err != nil {
		return Version{}, Stats{}, err
	}
	return Update(before, z, c)
}

func update(before Version, z *zone.Zone, c *Config) (Version, Stats, error) {
	if err := c.check(z.Origin()); err != nil {
		return Version{}, Stats{}, err
	}
	z, stripped, err := z.StripDNSSEC()
	if err != nil {
		return Version{}, Stats{}, err
	}
	if before.Unsigned != nil && before.Unsigned.Origin() == z.Origin() {
		z = z.Share(before.Unsigned)
	}
	j, err := newJob(z, before.Signed, c)
	if err != nil {
		return Version{}, Stats{}, err
	}
	v := Version{Unsigned: z, made: j.made()}
	if before.serves(v.made) {
		v.Signed, err = j.change(before.Unsigned)
	} else {
		v.Signed, err = j.whole()
	}
	if err != nil {
		return Version{}, Stats{}, err
	}
	if v.Signed, err = j.addZONEMD(v.Signed); err != nil {
		return Version{}, Stats{}, err
	}
	v.made.signed = v.Signed
	return v, Stats{
		Serial:     j.soa.Serial,
		Records:    v.Signed.Records(),
		NSECs:      j.stats.nsec,
		Signatures: j.stats.made,
		Kept:       j.stats.kept,
		Stripped:   stripped,
		Inception:  c.inception(),
		Expiration: c.expiration(),
	}, nil
}

// change makes of the signed version before that of the changed zone.
func (j *job) change(unsigned *zone.Zone) (*zone.Zone, error) {
	t := &touched{job: j, origin: j.zone.Origin()}
	t.name(t.origin)
	for a, b := range zone.Changed(unsigned, j.zone) {
		if t.change(a, b); t.tooMany() {
			return j.whole()
		}
	}
	if t.runDown(); t.tooMany() {
		return j.whole()
	}
	links := t.links()
	names := t.sorted()
	changes := make([]zone.Change, len(names))
	const batch = 64
	err := each(j.workers(), (len(names)+batch-1)/batch, func() func(int) error {
		w := newWorker(j)
		return func(i int) error {
			end := min((i+1)*batch, len(names))
			err := w.changes(names[i*batch:end], links, changes[i*batch:end])
			j.count(&w.stats)
			return err
		}
	})
	if err != nil {
		return nil, err
	}
	changes = slices.DeleteFunc(changes, func(c zone.Change) bool {
		return bytes.Equal(c.Wire, wireOf(j.old(c.Owner)))
	})
	return j.before.With(changes)
}

func wireOf(n zone.Node) []byte {
	if !n.IsThere() {
		return nil
	}
	return n.Wire()
}

// changes makes the records of names.
func (w *worker) changes(names []rr.Name, links map[rr.Name][]byte, changes []zone.Change) error {
	w.reset()
	for _, name := range names {
		n, ok := w.job.zone.Find(name)
		if !ok {
			n = zone.Node{}
		}
		w.take(n)
		if w.job.config.Denial == NSEC && n.IsThere() && !n.IsBelowCut() {
			w.nsec(n)
		}
		if rdata, ok := links[name]; ok {
			w.add(name, rr.TypeNSEC3, rdata)
		}
		w.lay(name, w.job.old(name))
	}
	if err := w.sign(); err != nil {
		return err
	}
	from := 0
	for i, to := range w.ends {
		changes[i] = zone.Change{Owner: names[i], Wire: bytes.Clone(w.out[from:to])}
		from = to
	}
	return nil
}

// touched is the names that have to be made anew.
type touched struct {
	job    *job
	origin rr.Name
	names  map[rr.Name]bool
	hashed map[rr.Name]bool // names whose NSEC3 record, or lack of one, may differ
	due    []nameHash       // NSEC3 records that run down

	reached rr.Name   // the last name whose link was looked for
	link    zone.Node // what was found
}

func (t *touched) name(n rr.Name) {
	if t.names == nil {
		t.names, t.hashed = map[rr.Name]bool{}, map[rr.Name]bool{}
	}
	t.names[n] = true
	if t.job.config.Denial == NSEC3 {
		t.hashed[n] = true
	}
}

// tooMany says whether going through all names is less work.
func (t *touched) tooMany() bool { return len(t.names)+len(t.hashed) > t.job.before.Len()/8+1000 }

// change takes in a name that differs between the unsigned versions.
func (t *touched) change(a, b zone.Node) {
	n := b
	if !b.IsThere() {
		n = a
	}
	owner := n.Owner()
	t.name(owner)
	if t.job.config.Denial == NSEC3 {
		// Empty non-terminals come and go with what is below them.
		for above := owner.Parent(); len(above) > len(t.origin); above = above.Parent() {
			t.hashed[above] = true
		}
		return
	}
	t.linkTo(owner)
}

// linkTo takes in the name whose NSEC record leads to owner or beyond. Owners
// ascend, so what is below a cut is gone through once for all names there.
func (t *touched) linkTo(owner rr.Name) {
	n, ok := t.job.zone.Before(owner)
	for ; ok && n.IsBelowCut(); n, ok = n.Previous() {
		if t.reached != "" && rr.Compare(n.Owner(), t.reached) <= 0 {
			n, ok = t.link, true
			break
		}
	}
	if ok {
		t.names[n.Owner()] = true
		t.reached, t.link = owner, n
	}
}

// runDown takes in what has a signature that does not last for long enough.
// Pages know when their first one expires.
func (t *touched) runDown() {
	z := t.job.before
	for i := range z.Pages() {
		if z.Page(i).Expires() >= t.job.due {
			continue
		}
		for n := range z.Page(i).Nodes() {
			if t.isDue(n) {
				t.names[n.Owner()] = true
				if n.Has(rr.TypeNSEC3) {
					if h, ok := ownerHash(n.Owner(), t.origin); ok {
						t.due = append(t.due, h)
					}
				}
			}
		}
	}
}

func (t *touched) isDue(n zone.Node) bool {
	for rdata := range n.Signatures() {
		if len(rdata) < 12 || binary.BigEndian.Uint32(rdata[8:]) < t.job.due {
			return true
		}
	}
	return false
}

// sorted is the names in canonical order.
func (t *touched) sorted() []rr.Name {
	names := make([]rr.Name, 0, len(t.names))
	for n := range t.names {
		names = append(names, n)
	}
	slices.SortFunc(names, rr.Compare)
	return names
}
