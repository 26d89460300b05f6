package zone

import (
	"bytes"
	"cmp"
	"runtime"
	"slices"

	"countersign/pkg/rr"
)

// ref is a record of a batch, for sorting and for messages.
type ref struct {
	record
	wire []byte // the whole record
	line uint32
	file uint16
}

// stretch is some owner names in the making: a range of sorted runs.
type stretch struct {
	all   *gathering
	keys  []sortKey
	part  *Part
	found findings
	group []ref  // scratch
	wire  []byte // scratch
}

// zone sorts what was gathered and checks that it is a zone.
func (g *gathering) zone(workers int) (*Zone, []Warning, error) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	keys, err := g.unsettle(workers)
	if err != nil {
		return nil, nil, err
	}
	g.checkFirst(keys)
	if g.found.isFaulty() {
		return g.refused()
	}
	stretches := g.stretches(keys)
	spread(workers, len(stretches), func(i int) { stretches[i].make() })
	parts := make([]*Part, len(stretches))
	for i, s := range stretches {
		g.found.join(&s.found)
		parts[i] = s.part
	}
	if g.found.isFaulty() {
		return g.refused()
	}
	z, err := Join(g.origin, parts...)
	if err != nil {
		g.found.fault("", 0, "%v", err)
		return g.refused()
	}
	g.checkZone(z, keys, workers)
	warnings, err := g.found.result()
	if err != nil {
		return nil, warnings, err
	}
	return z, warnings, nil
}

func (g *gathering) refused() (*Zone, []Warning, error) {
	warnings, err := g.found.result()
	return nil, warnings, err
}

// checkFirst checks that the zone begins with its apex.
func (g *gathering) checkFirst(keys []sortKey) {
	var first rr.Name
	if len(keys) > 0 {
		first = g.owner(keys[0])
	}
	if len(g.settled) > 0 && (first == "" || rr.Compare(g.settled[0].first, first) < 0) {
		first = g.settled[0].first
	}
	switch first {
	case "":
		g.found.fault("", 0, "zone %s has no records", g.origin)
	case g.origin:
	default:
		g.found.fault("", 0, "zone %s has no records at its apex", g.origin)
	}
}

// stretchRuns is about how many runs a worker takes at once.
const stretchRuns = 4096

// stretches cuts the runs where pages begin, and puts what is settled between
// them.
func (g *gathering) stretches(keys []sortKey) []*stretch {
	var all []*stretch
	for _, s := range g.settled {
		between := g.search(keys, s.first)
		all = g.cut(all, keys[:between])
		all = append(all, &stretch{all: g, part: s.part(g.origin), found: s.found})
		keys = keys[between:]
	}
	return g.cut(all, keys)
}

func (g *gathering) cut(all []*stretch, keys []sortKey) []*stretch {
	for len(keys) > 0 {
		end := min(stretchRuns, len(keys))
		for end < len(keys) && (!beginsPage(g.owner(keys[end])) || g.owner(keys[end-1]) == g.owner(keys[end])) {
			end++
		}
		all = append(all, &stretch{all: g, keys: keys[:end], part: NewPart(g.origin)})
		keys = keys[end:]
	}
	return all
}

// make makes the pages.
func (s *stretch) make() {
	keys := s.keys
	for len(keys) > 0 {
		owner := s.all.owner(keys[0])
		n := 1
		for n < len(keys) && keys[n].prefix == keys[0].prefix && s.all.owner(keys[n]) == owner {
			n++
		}
		s.node(owner, keys[:n])
		keys = keys[n:]
	}
	s.part.End()
}

// node adds the records of one owner name.
func (s *stretch) node(owner rr.Name, keys []sortKey) {
	if len(keys) == 1 {
		b := s.all.batches[keys[0].batch]
		if owner != s.all.origin && b.runs[keys[0].run].plain {
			wire, _ := b.records(int(keys[0].run))
			s.part.addSorted(wire, uint8(len(owner)))
			return
		}
	}
	s.group = s.group[:0]
	for _, k := range keys {
		s.gather(k)
	}
	if !slices.IsSortedFunc(s.group, compareRefs) {
		slices.SortStableFunc(s.group, compareRefs)
	}
	s.dropDuplicates(owner)
	s.levelTTLs(owner)
	s.checkNode(owner)
	s.wire = s.wire[:0]
	for _, r := range s.group {
		s.wire = AppendRecord(s.wire, owner, r.typ, r.ttl, r.data)
	}
	s.part.addSorted(s.wire, uint8(len(owner)))
}

func (s *stretch) gather(k sortKey) {
	b := s.all.batches[k.batch]
	file, size := b.runs[k.run].file, b.runs[k.run].size
	wire, first := b.records(int(k.run))
	for len(wire) > 0 {
		r := recordAt(wire, size)
		s.group = append(s.group, ref{record: r, wire: wire[:r.size:r.size], line: b.lines[first], file: file})
		wire = wire[r.size:]
		first++
	}
}

func compareRefs(x, y ref) int {
	if x.typ != y.typ {
		return cmp.Compare(x.typ, y.typ)
	}
	return bytes.Compare(x.data, y.data)
}

// dropDuplicates drops records that came before.
func (s *stretch) dropDuplicates(owner rr.Name) {
	kept := s.group[:1]
	for _, r := range s.group[1:] {
		last := &kept[len(kept)-1]
		if r.typ == last.typ && bytes.Equal(r.data, last.data) {
			s.warn(&r, "%s %s: the record is there twice", owner, r.typ)
			last.ttl = min(last.ttl, r.ttl)
			continue
		}
		kept = append(kept, r)
	}
	s.group = kept
}

// levelTTLs gives all records of an RRset the lowest of their TTLs. RRSIG
// records keep theirs.
func (s *stretch) levelTTLs(owner rr.Name) {
	for i := 0; i < len(s.group); {
		j, ttl := i, s.group[i].ttl
		for ; j < len(s.group) && s.group[j].typ == s.group[i].typ; j++ {
			ttl = min(ttl, s.group[j].ttl)
		}
		warned := s.group[i].typ == rr.TypeRRSIG
		for k := i; k < j && s.group[i].typ != rr.TypeRRSIG; k++ {
			r := &s.group[k]
			if r.ttl != ttl && !warned {
				warned = true
				s.warn(r, "%s %s: TTL %d, but %d on another record of the RRset: the lowest is used", owner, r.typ, r.ttl, ttl)
			}
			r.ttl = ttl
		}
		i = j
	}
}

func (s *stretch) warn(r *ref, format string, args ...any) {
	s.found.warn(s.all.files[r.file], int(r.line), format, args...)
}

func (s *stretch) fault(r *ref, format string, args ...any) {
	s.found.fault(s.all.files[r.file], int(r.line), format, args...)
}
