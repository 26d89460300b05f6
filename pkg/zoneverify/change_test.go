package zoneverify_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zoneverify"
)

// failed is the checks that fail.
func failed(r *zoneverify.Report) []string {
	var names []string
	for _, result := range r.Results {
		if result.Status == zoneverify.Failed {
			names = append(names, result.Name)
		}
	}
	return names
}

// agree judges z by its change and wants the checks to fail that fail when all is
// judged.
func agree(t *testing.T, before *zoneverify.Judged, z *zone.Zone, c zoneverify.Config) {
	t.Helper()
	want, got := zoneverify.Verify(z, c), zoneverify.VerifyChange(before, z, c)
	if !slices.Equal(failed(want), failed(got)) {
		t.Errorf("judged by its change %v fail, else %v", failed(got), failed(want))
		for _, f := range want.Findings {
			t.Log("in full: ", f)
		}
		for _, f := range got.Findings {
			t.Log("by change: ", f)
		}
	}
	if (got.Judged() == nil) != (got.Err() != nil) {
		t.Error("the proof and the verdict differ")
	}
}

func TestChangeIsJudgedAsTheWholeIs(t *testing.T) {
	for _, f := range faults {
		for _, shape := range shapes {
			if f.on != "" && f.on != shape.name {
				continue
			}
			algorithm := f.algorithm
			if algorithm == 0 {
				algorithm = 15
			}
			t.Run(f.name+" "+shape.name, func(t *testing.T) {
				m := shape.model(algorithm)
				if f.plain != nil {
					f.plain(m)
				}
				m.chained, m.signed = f.chained, f.signed
				z := m.finish(t)
				old := published(t, shape.model(algorithm), nil)
				c := zoneverify.Config{At: at, Anchors: m.anchors(), Limits: limits(), Published: old}
				if f.config != nil {
					f.config(m, &c)
				}
				was := c
				was.Published = nil
				before := zoneverify.Verify(old, was)
				agree(t, before.Judged(), z, c)
				agree(t, before.Judged(), z.Share(old), c)
			})
		}
	}
}

func TestAnyOctetOfAChangeCounts(t *testing.T) {
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			z, m := octetZone(t, shape)
			c := zoneverify.Config{At: at, Anchors: m.anchors(), Workers: 1}
			before := zoneverify.Verify(z, c).Judged()
			if before == nil {
				t.Fatal("the zone does not pass")
			}
			for n := range z.Records() {
				for offset := n % 29; ; offset += 29 {
					bad := spoilt(t, z, n, offset, 1)
					if bad == nil {
						break
					}
					if zoneverify.VerifyChange(before, bad, c).Err() == nil {
						t.Errorf("record %d with octet %d changed passes", n, offset)
					}
				}
			}
		})
	}
}

// TestEachNodeThatGoesOrComesIsSeen takes whole names out, and puts them in.
func TestEachNodeThatGoesOrComesIsSeen(t *testing.T) {
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			m := shape.model(15)
			z := m.finish(t)
			c := zoneverify.Config{At: at, Anchors: m.anchors(), Workers: 1}
			whole := zoneverify.Verify(z, c)
			for i := 1; i < z.Len(); i++ {
				n := z.Node(i)
				without, err := z.With([]zone.Change{{Owner: n.Owner()}})
				if err != nil {
					t.Fatal(err)
				}
				agree(t, whole.Judged(), without, c)
				// Without NSEC or NSEC3 only.
				var wire []byte
				for s := range n.RRsets() {
					if s.Type != rr.TypeNSEC && s.Type != rr.TypeNSEC3 {
						wire = append(wire, s.Wire()...)
					}
				}
				unchained, err := z.With([]zone.Change{{Owner: n.Owner(), Wire: wire}})
				if err != nil {
					t.Fatal(err)
				}
				agree(t, whole.Judged(), unchained, c)
			}
		})
	}
}

func TestWhatRunsDownIsSeenInPagesThatDidNotChange(t *testing.T) {
	m := shapes[0].model(15)
	z := m.finish(t)
	c := zoneverify.Config{At: at, Anchors: m.anchors(), Limits: limits()}
	before := zoneverify.Verify(z, c).Judged()
	if before == nil {
		t.Fatal("the zone does not pass")
	}
	for _, later := range []time.Duration{time.Hour, ends.Sub(at) - time.Minute, ends.Sub(at), ends.Sub(at) + time.Hour, -time.Hour} {
		c.At = at.Add(later)
		agree(t, before, z, c)
	}
}

func TestChangeWithoutProofIsJudgedInFull(t *testing.T) {
	m := shapes[0].model(15)
	z := m.finish(t)
	c := zoneverify.Config{At: at, Anchors: m.anchors()}
	if r := zoneverify.VerifyChange(nil, z, c); r.Names != z.Len() || r.Err() != nil {
		t.Errorf("%d of %d names were judged, %v", r.Names, z.Len(), r.Err())
	}
	bad := spoilt(t, z, 5, 0, 1)
	if bad == nil {
		t.Fatal("the record cannot be spoilt")
	}
	if r := zoneverify.Verify(bad, c); r.Judged() != nil {
		t.Error("a zone that fails has a proof")
	}
	c.ApexOnly = true
	if r := zoneverify.Verify(z, c); r.Judged() != nil {
		t.Error("a zone of which the apex alone was judged has a proof")
	}
}

// TestProofKeepsItsOwnLimits: who changes limits or signers after the verdict
// changes nothing that was proved.
func TestProofKeepsItsOwnLimits(t *testing.T) {
	m := shapes[0].model(15)
	z := m.finish(t)
	strict := limits()
	strict.MaxValidity.Types = map[rr.Type]time.Duration{rr.TypeA: 14 * 24 * time.Hour}
	for name, change := range map[string]func(*zoneverify.Config){
		"TTL":       func(c *zoneverify.Config) { c.Limits.MaxTTL = 10 },
		"validity":  func(c *zoneverify.Config) { c.Limits.MaxValidity.Types[rr.TypeA] = time.Hour },
		"algorithm": func(c *zoneverify.Config) { c.Limits.Algorithms[4].Algorithm = 16 },
		"skew":      func(c *zoneverify.Config) { c.Limits.InceptionSkew = 2 * time.Hour },
		"signers":   func(c *zoneverify.Config) { c.Signers[0] = stranger(15, 256).record() },
		"key":       func(c *zoneverify.Config) { c.Signers[0].PublicKey[3] ^= 1 },
	} {
		t.Run(name, func(t *testing.T) {
			c := zoneverify.Config{At: at, Limits: zoneverify.CloneLimits(strict), Signers: []rr.DNSKEY{m.zsk.record()}}
			before := zoneverify.Verify(z, c).Judged()
			if before == nil {
				t.Fatal("the zone does not pass")
			}
			change(&c)
			agree(t, before, z, c)
			if zoneverify.VerifyChange(before, z, c).Err() == nil {
				t.Error("the zone passes")
			}
		})
	}
}

// TestCopyOfLimitsSharesNothing goes through whatever limits may have.
func TestCopyOfLimitsSharesNothing(t *testing.T) {
	full := &zoneverify.Limits{}
	fill(reflect.ValueOf(full).Elem())
	copied := zoneverify.CloneLimits(full)
	if !reflect.DeepEqual(full, copied) {
		t.Error("the copy differs")
	}
	var shared func(path string, a, b reflect.Value)
	shared = func(path string, a, b reflect.Value) {
		switch a.Kind() {
		case reflect.Struct:
			for i := range a.NumField() {
				shared(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
			}
		case reflect.Pointer, reflect.Slice, reflect.Map:
			if a.Pointer() == b.Pointer() {
				t.Errorf("%s is shared", path)
			}
			if a.Kind() == reflect.Slice {
				shared(path+"[0]", a.Index(0), b.Index(0))
			}
		}
	}
	shared("limits", reflect.ValueOf(full).Elem(), reflect.ValueOf(copied).Elem())
}

// fill gives a value and all that it has some value that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.SetMapIndex(key, value)
	case reflect.Bool:
		v.SetBool(true)
	default:
		if v.CanInt() {
			v.SetInt(7)
		} else {
			v.SetUint(7)
		}
	}
}

func TestZeroValueProvesNothing(t *testing.T) {
	m := shapes[0].model(15)
	z := m.finish(t)
	if r := zoneverify.VerifyChange(&zoneverify.Judged{}, z, zoneverify.Config{At: at}); r.Names != z.Len() || r.Err() != nil {
		t.Errorf("%d of %d names were judged, %v", r.Names, z.Len(), r.Err())
	}
}

// TestProofOfAnotherZoneProvesNothing: nor does one for a zone above.
func TestProofOfAnotherZoneProvesNothing(t *testing.T) {
	m := shapes[0].model(15)
	z := m.finish(t)
	b := zone.NewBuilder(rr.Root)
	for _, typ := range []rr.Type{rr.TypeSOA, rr.TypeNS} {
		if err := b.Add(rr.Root, typ, 3600, m.sets[origin][typ].data[0]); err != nil {
			t.Fatal(err)
		}
	}
	root, _, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	before := zoneverify.Verify(z, zoneverify.Config{At: at}).Judged()
	if zoneverify.VerifyChange(before, root, zoneverify.Config{At: at}).Err() == nil {
		t.Error("a zone without signatures passes")
	}
}

// TestRecordsOfOneSetHaveOneTTL: a parser sees to it, but this zone was put
// together.
func TestRecordsOfOneSetHaveOneTTL(t *testing.T) {
	m := shapes[0].model(15)
	z := m.finish(t)
	for _, owner := range []rr.Name{insecure, origin} {
		n, ok := z.Find(owner)
		if !ok {
			t.Fatal("no such name")
		}
		var wire []byte
		ttl := uint32(3600)
		for s := range n.RRsets() {
			for rdata, was := range s.Records() {
				if s.Type == rr.TypeNS {
					was, ttl = ttl, ttl+1
				}
				wire = zone.AppendRecord(wire, owner, s.Type, was, rdata)
			}
		}
		mixed, err := z.With([]zone.Change{{Owner: owner, Wire: wire}})
		if err != nil {
			t.Fatal(err)
		}
		want := only("ZONE-DATA")
		if owner == origin {
			want = only("ZONE-DATA", "ZONE-RRSIG-VALID")
		}
		expect(t, zoneverify.Verify(mixed, zoneverify.Config{At: at}), want, "TTLs from 3600 to 3601")
	}
}
