package zoneverify_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zoneverify"
)

// randomZone is zone data in few names, so that cuts, aliases and empty
// non-terminals come and go above and below each other.
type randomZone struct {
	random *rand.Rand
	names  map[string]string // relative name to records
	serial uint32
}

func newRandomZone(seed uint64) *randomZone {
	r := &randomZone{random: rand.New(rand.NewPCG(seed, 3)), names: map[string]string{}, serial: serial - 100}
	for range 14 {
		r.change()
	}
	return r
}

const someDS = "DS 4711 13 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

// change puts in or takes out one name.
func (r *randomZone) change() {
	pick := func(from ...string) string { return from[r.random.IntN(len(from))] }
	at := pick("a", "b", "c", "d", "*")
	for range r.random.IntN(3) {
		at += "." + pick("a", "b", "c", "d")
	}
	var lines []string
	switch r.random.IntN(12) {
	case 0, 1, 2:
		delete(r.names, at)
		return
	case 3, 4:
		lines = []string{"TXT " + pick("x", "y")}
	case 5, 6:
		lines = []string{"NS ns.elsewhere.test."}
	case 7:
		lines = []string{"NS ns.elsewhere.test.", someDS}
	case 8:
		lines = []string{"NS " + at, "A 192.0.2." + pick("1", "2")}
	case 9:
		lines = []string{"NS a." + at}
		r.names["a."+at] = "a." + at + " A 192.0.2." + pick("1", "2")
	case 10:
		lines = []string{"DNAME test."}
	case 11:
		lines = []string{"A 192.0.2.3", "AAAA 2001:db8::1"}
	}
	r.names[at] = at + " " + strings.Join(lines, "\n"+at+" ")
}

// model signs the data as it is now.
func (r *randomZone) model(shape shape) *model {
	r.serial++
	var text strings.Builder
	fmt.Fprintf(&text, "$ORIGIN example.\n$TTL 3600\n@ SOA a.test. b.test. %d 3600 600 86400 600\n@ NS a.test.\n", r.serial)
	for _, at := range slices.Sorted(maps.Keys(r.names)) {
		if !r.isHidden(at) {
			text.WriteString(r.names[at] + "\n")
		}
	}
	m := newModelOf(15, text.String())
	m.nsec3, m.optOut = shape.nsec3, shape.optOut
	return m
}

// isHidden says whether a name is below a DNAME, where nothing may be.
func (r *randomZone) isHidden(at string) bool {
	for {
		_, above, ok := strings.Cut(at, ".")
		if !ok {
			return false
		}
		if at = above; strings.Contains(r.names[at], "DNAME") {
			return true
		}
	}
}

// partly makes z of what differs between two versions: each owner name is taken
// from the one or the other.
func partly(t *testing.T, random *rand.Rand, from, to *zone.Zone, all int) *zone.Zone {
	var changes []zone.Change
	for a, b := range zone.Changed(from, to) {
		if random.IntN(all) == 0 {
			continue
		}
		c := zone.Change{}
		if b.IsThere() {
			c = zone.Change{Owner: b.Owner(), Wire: b.Wire()}
		} else {
			c.Owner = a.Owner()
		}
		changes = append(changes, c)
	}
	z, err := from.With(changes)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// without is a zone without one record; nil if it has to have it.
func without(t *testing.T, z *zone.Zone, n zone.Node, record int) *zone.Zone {
	var wire []byte
	for s := range n.RRsets() {
		for rdata, ttl := range s.Records() {
			if record--; record != -1 {
				wire = zone.AppendRecord(wire, n.Owner(), s.Type, ttl, rdata)
			}
		}
	}
	out, err := z.With([]zone.Change{{Owner: n.Owner(), Wire: wire}})
	if err != nil {
		return nil
	}
	return out
}

// forge makes denial records that are wrong and signed all the same.
func forge(m *model, random *rand.Rand) {
	typ := rr.TypeNSEC
	if m.nsec3 {
		typ = rr.TypeNSEC3
	}
	owners := slices.DeleteFunc(m.owners(), func(o rr.Name) bool { return !m.has(o, typ) })
	at := random.IntN(len(owners))
	owner, before := owners[at], owners[(at+len(owners)-1)%len(owners)]
	set := m.sets[owner][typ]
	data := slices.Clone(set.data[0])
	switch random.IntN(4) {
	case 0: // taken out of the chain
		link := slices.Clone(data[:len(data)-len(bitmapOf(typ, data))])
		tail := bitmapOf(typ, m.sets[before][typ].data[0])
		m.sets[before][typ].data[0] = append(link, tail...)
		m.remove(owner, typ)
		return
	case 1: // a bit more or less in the bitmap
		if len(bitmapOf(typ, data)) > 2 {
			data[len(data)-1] ^= 1 << random.IntN(8)
		}
	case 2: // another link
		data[len(data)-len(bitmapOf(typ, data))-2] ^= 1
	case 3: // opt-out, or not
		if typ == rr.TypeNSEC3 {
			data[1] ^= 1
		}
	}
	set.data[0] = data
}

// TestRandomChangesAreJudgedAsTheWholeIs has versions of a zone that are whole,
// that took over only part of a change, that lost a record, and whose chain is
// wrong although it is signed.
func TestRandomChangesAreJudgedAsTheWholeIs(t *testing.T) {
	seeds := uint64(4)
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			t.Parallel()
			quick, refused := 0, 0
			for seed := range seeds {
				data := newRandomZone(seed)
				c := zoneverify.Config{At: at, Workers: 1}
				old := data.model(shape).finish(t)
				r := zoneverify.Verify(old, c)
				for range 5 {
					for range 1 + data.random.IntN(3) {
						data.change()
					}
					z := data.model(shape).finish(t)
					whole := zoneverify.Verify(z, c)
					if before := r.Judged(); before != nil {
						c.Published = old
						try := func(what string, z *zone.Zone) {
							if z == nil {
								return
							}
							full := zoneverify.Verify(z, c)
							change := zoneverify.ByChange(before, z, c)
							switch {
							case change == nil:
							case change.Err() == nil && full.Err() != nil:
								t.Errorf("seed %d: %s passes by its change: %v\nold\n%s\nnew\n%s", seed, what, full.Findings, old.Append(nil), z.Append(nil))
							case change.Err() != nil && full.Err() == nil:
								t.Errorf("seed %d: %s fails by its change: %v\nold\n%s\nnew\n%s", seed, what, change.Findings, old.Append(nil), z.Append(nil))
							case change.Err() == nil:
								quick++
							default:
								refused++
							}
						}
						try("the version", z)
						for range 6 {
							try("part of the change", partly(t, data.random, old, z, 2))
							try("most of the change", partly(t, data.random, old, z, 6))
							n := z.Node(data.random.IntN(z.Len()))
							try("a version that lost a record", without(t, z, n, data.random.IntN(4)))
							n = z.Node(1 + data.random.IntN(z.Len()-1))
							gone, err := z.With([]zone.Change{{Owner: n.Owner()}})
							if err != nil {
								t.Fatal(err)
							}
							try("a version that lost a name", gone)
						}
						for range 4 {
							m := data.model(shape)
							m.chained = func(m *model) { forge(m, data.random) }
							try("a forged chain", m.finish(t))
						}
						c.Published = nil
					}
					old, r = z, whole
					if t.Failed() {
						return
					}
				}
			}
			if quick < 3*int(seeds) || refused < 30*int(seeds) {
				t.Errorf("%d passed by their change and %d did not: too few to tell", quick, refused)
			}
		})
	}
}
