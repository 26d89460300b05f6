package zone_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// recordLines is random records of a zone, with cuts, DNAME records and names below
// them that come and go.
type recordLines map[string]bool

func (l recordLines) change(random *rand.Rand) {
	label := func() string { return fmt.Sprintf("%c%d", 'a'+random.IntN(4), random.IntN(40)) }
	for range 1 + random.IntN(6) {
		if random.IntN(3) == 0 {
			for line := range l {
				delete(l, line)
				break
			}
			continue
		}
		name := label()
		for random.IntN(3) == 0 {
			name = label() + "." + name
		}
		l[name+[]string{" NS ns.other.", " DNAME other.", " A 192.0.2.1", " AAAA ::1", " TXT x"}[random.IntN(5)]] = true
	}
}

// zone is the lines as a zone; lines that cannot stand together are dropped.
func (l recordLines) zone(t *testing.T) *zone.Zone {
	t.Helper()
	text := bytes.NewBufferString(head)
	for line := range l {
		var owner, typ string
		fmt.Sscan(line, &owner, &typ)
		if typ == "DNAME" && l[owner+" NS ns.other."] {
			continue
		}
		fmt.Fprintf(text, "%s\n", line)
	}
	return parse(t, text.String())
}

// equalInAll says whether zones are equal in records, pages and standings.
func equalInAll(t *testing.T, got, want *zone.Zone) {
	t.Helper()
	if got.Pages() != want.Pages() || got.Len() != want.Len() || got.Records() != want.Records() || got.Sets() != want.Sets() {
		t.Fatalf("%d pages, %d names, %d records, %d sets, want %d, %d, %d, %d",
			got.Pages(), got.Len(), got.Records(), got.Sets(), want.Pages(), want.Len(), want.Records(), want.Sets())
	}
	for i := range got.Len() {
		a, b := got.Node(i), want.Node(i)
		if !bytes.Equal(a.Wire(), b.Wire()) || a.IsDelegation() != b.IsDelegation() || a.IsBelowCut() != b.IsBelowCut() ||
			a.Standing(rr.TypeA) != b.Standing(rr.TypeA) || a.Index() != i {
			t.Fatalf("%s differs from %s, or stands elsewhere", a.Owner(), b.Owner())
		}
	}
	for i := range got.Pages() {
		if !bytes.Equal(got.Page(i).Wire(), want.Page(i).Wire()) {
			t.Fatalf("page %d differs", i)
		}
	}
}

func TestWithMakesWhatReadingAnewMakes(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 2))
		data := recordLines{}
		for range seed * 10 {
			data.change(random)
		}
		z := data.zone(t)
		for range 30 {
			data.change(random)
			want := data.zone(t)
			var changes []zone.Change
			for a, b := range zone.Changed(z, want) {
				switch {
				case !b.IsThere():
					changes = append(changes, zone.Change{Owner: a.Owner()})
				default:
					changes = append(changes, zone.Change{Owner: b.Owner(), Wire: b.Wire()})
				}
			}
			got, err := z.With(changes)
			if err != nil {
				t.Fatal(err)
			}
			equalInAll(t, got, want)
			applied, err := z.Apply(zone.Diff(z, want))
			if err != nil {
				t.Fatal(err)
			}
			equalInAll(t, applied, want)
			equalInAll(t, want.Share(z), want)
			z = got
		}
	}
}

func TestVersionsShareThePagesOfWhatDidNotChange(t *testing.T) {
	text := bytes.NewBufferString(head)
	for i := range 5000 {
		fmt.Fprintf(text, "n%d NS ns.other.\n", i)
	}
	z := parse(t, text.String())
	changed, err := z.With([]zone.Change{{Owner: name(t, "n2500.example."), Wire: nil}})
	if err != nil {
		t.Fatal(err)
	}
	again := parse(t, string(changed.Append(nil))).Share(z)
	for _, version := range []*zone.Zone{changed, again} {
		shared := 0
		for i := range version.Pages() {
			for k := range z.Pages() {
				if version.Page(i).Same(z.Page(k)) {
					shared++
				}
			}
		}
		if shared < z.Pages()-2 {
			t.Errorf("%d of %d pages are shared after one name went", shared, z.Pages())
		}
	}
}

func TestWithRefuses(t *testing.T) {
	z := parse(t, head+"a A 192.0.2.1\n")
	n, _ := z.Find(name(t, "a.example."))
	for what, changes := range map[string][]zone.Change{
		"out of order":     {{Owner: name(t, "b.example.")}, {Owner: name(t, "a.example.")}},
		"twice":            {{Owner: name(t, "a.example.")}, {Owner: name(t, "a.example.")}},
		"no apex":          {{Owner: name(t, "example.")}},
		"another zone":     {{Owner: name(t, "other."), Wire: zone.AppendRecord(nil, name(t, "other."), rr.TypeA, 1, []byte{1, 2, 3, 4})}},
		"name before apex": {{Owner: name(t, "a."), Wire: zone.AppendRecord(nil, name(t, "a."), rr.TypeA, 1, []byte{1, 2, 3, 4})}},
		"types descend": {{Owner: n.Owner(), Wire: append(zone.AppendRecord(nil, n.Owner(), rr.TypeTXT, 1, []byte{0}),
			zone.AppendRecord(nil, n.Owner(), rr.TypeA, 1, []byte{1, 2, 3, 4})...)}},
		"another owner": {{Owner: name(t, "b.example."), Wire: n.Wire()}},
		"other records": {{Owner: n.Owner(), Wire: append(bytes.Clone(n.Wire()), zone.AppendRecord(nil, name(t, "b.example."), rr.TypeTXT, 1, []byte{0})...)}},
		"cut off":       {{Owner: n.Owner(), Wire: n.Wire()[:len(n.Wire())-3]}},
	} {
		if _, err := z.With(changes); err == nil {
			t.Errorf("%s: was accepted", what)
		}
	}
}
