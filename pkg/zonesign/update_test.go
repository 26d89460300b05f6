package zonesign_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/base32"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zonesign"
	"countersign/pkg/zoneverify"
)

// randomData is zone data that random changes act upon: owner and the rest of
// each record.
type randomData struct {
	random *rand.Rand
	lines  map[string]bool
	hashed []string // labels that are the NSEC3 hashes of names that may be there
	serial int
}

func newRandomData(seed uint64, names int) *randomData {
	d := &randomData{random: rand.New(rand.NewPCG(seed, 1)), lines: map[string]bool{}, serial: 1}
	for range 8 {
		sum := sha1.Sum([]byte(d.wire(d.label() + ".example.")))
		d.hashed = append(d.hashed, base32.HexEncoding.EncodeToString(sum[:])+".example.")
	}
	for range names {
		d.add()
	}
	return d
}

func (d *randomData) wire(text string) rr.Name {
	n, err := rr.ParseName(text)
	if err != nil {
		panic(err)
	}
	return n
}

func (d *randomData) label() string {
	return fmt.Sprintf("%c%d", 'a'+d.random.IntN(6), d.random.IntN(12))
}

func (d *randomData) name() string {
	switch d.random.IntN(20) {
	case 0:
		return d.hashed[d.random.IntN(len(d.hashed))]
	case 1:
		return "*." + d.label() + ".example."
	}
	n := d.label() + ".example."
	for d.random.IntN(3) == 0 {
		n = d.label() + "." + n
	}
	return n
}

func (d *randomData) add() {
	n := d.name()
	switch d.random.IntN(8) {
	case 0, 1, 2:
		d.lines[n+" 3600 IN NS ns"+fmt.Sprint(d.random.IntN(3))+".other."] = true
		if d.random.IntN(2) == 0 {
			d.lines[fmt.Sprintf("%s 3600 IN DS %d 13 2 %064x", n, d.random.IntN(9), d.random.IntN(99))] = true
		}
	case 3:
		d.lines[n+" 3600 IN A 192.0.2."+fmt.Sprint(d.random.IntN(9))] = true
	case 4:
		d.lines[n+" 3600 IN AAAA 2001:db8::"+fmt.Sprint(d.random.IntN(9))] = true
	case 5:
		d.lines[n+" 600 IN TXT x"+fmt.Sprint(d.random.IntN(9))] = true
	case 6:
		d.lines[n+" 600 IN TYPE65300 \\# 1 07"] = true
	case 7:
		if n[0] != '*' {
			d.lines["dn"+n+" 600 IN DNAME elsewhere."] = true
		}
	}
}

func (d *randomData) change() {
	d.serial++
	for range 1 + d.random.IntN(4) {
		if d.random.IntN(2) == 0 {
			d.add()
			continue
		}
		for line := range d.lines {
			delete(d.lines, line)
			break
		}
	}
}

// zone is the data as a zone. DS records without delegation, and what else the
// reader warns of, are left out.
func (d *randomData) zone(t testing.TB) *zone.Zone {
	text := bytes.NewBufferString(fmt.Sprintf("example. 3600 IN SOA ns.other. h.other. %d 7200 3600 1209600 1800\nexample. 3600 IN NS ns.other.\n", d.serial))
	for line := range d.lines {
		fmt.Fprintln(text, line)
	}
	z := parse(t, text.Bytes(), origin(t))
	var changes []zone.Change
	for n := range z.Nodes() {
		if !n.IsDelegation() && n.Has(rr.TypeDS) && !n.IsBelowCut() {
			var wire []byte
			for s := range n.RRsets() {
				if s.Type != rr.TypeDS {
					wire = append(wire, s.Wire()...)
				}
			}
			changes = append(changes, zone.Change{Owner: n.Owner(), Wire: wire})
		}
		for s := range n.RRsets() {
			if n.Standing(s.Type) == zone.Occluded {
				changes = append(changes, zone.Change{Owner: n.Owner()})
				break
			}
		}
	}
	z, err := z.With(changes)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func origin(t testing.TB) rr.Name { return name(t, "example.") }

var denials = []struct {
	name   string
	denial zonesign.Denial
	nsec3  zonesign.NSEC3Params
}{
	{"NSEC", zonesign.NSEC, zonesign.NSEC3Params{}},
	{"NSEC3", zonesign.NSEC3, zonesign.NSEC3Params{}},
	{"NSEC3 with opt-out", zonesign.NSEC3, zonesign.NSEC3Params{OptOut: true}},
	{"NSEC3 with salt and iterations", zonesign.NSEC3, zonesign.NSEC3Params{Iterations: 3, Salt: []byte{1, 2, 3}}},
}

// samePages says whether two zones are equal down to their pages.
func samePages(a, b *zone.Zone) bool {
	if a.Pages() != b.Pages() {
		return false
	}
	for i := range a.Pages() {
		if !bytes.Equal(a.Page(i).Wire(), b.Page(i).Wire()) {
			return false
		}
	}
	return true
}

func mustVerify(t *testing.T, z *zone.Zone, at time.Time) {
	t.Helper()
	limits := &zoneverify.Limits{NSEC3: &zoneverify.NSEC3Limits{MaxIterations: 10, MaxSalt: 10, OptOut: true}}
	report := zoneverify.Verify(z, zoneverify.Config{At: at, Limits: limits})
	for _, finding := range report.Findings {
		if finding.Check != "ZONE-GLUE" && finding.Check != "ZONE-DATA" {
			t.Errorf("%s", finding)
		}
	}
	if t.Failed() {
		t.Fatalf("zone:\n%s", z.Append(nil))
	}
}

func TestUpdateMakesWhatSigningAnewMakes(t *testing.T) {
	for _, d := range denials {
		t.Run(d.name, func(t *testing.T) {
			for seed := range uint64(8) {
				data := newRandomData(seed, 20+int(seed)*60)
				c := config(t, origin(t), dnssec.ED25519)
				c.Denial, c.NSEC3, c.ZONEMD = d.denial, d.nsec3, seed%2 == 0
				v, _, err := zonesign.Update(zonesign.Version{}, data.zone(t), c)
				if err != nil {
					t.Fatal(err)
				}
				mustVerify(t, v.Signed, now)
				for range 8 {
					data.change()
					z := data.zone(t)
					var stats zonesign.Stats
					if v, stats, err = zonesign.Update(v, z, c); err != nil {
						t.Fatal(err)
					}
					anew, _, err := zonesign.Sign(z, c)
					if err != nil {
						t.Fatal(err)
					}
					if !v.Signed.Equal(anew) {
						d := zone.Diff(anew, v.Signed)
						t.Fatalf("seed %d: the update differs from signing anew: without %v, with %v", seed, d.Removed, d.Added)
					}
					if !samePages(v.Signed, anew) {
						t.Fatalf("seed %d: the update has other pages", seed)
					}
					if most := 60; stats.Signatures > most {
						t.Errorf("seed %d: %d signatures for a small change", seed, stats.Signatures)
					}
				}
				mustVerify(t, v.Signed, now)
			}
		})
	}
}

func TestUpdateFreshensWhatRunsDown(t *testing.T) {
	for _, d := range denials {
		t.Run(d.name, func(t *testing.T) {
			data := newRandomData(7, 300)
			c := config(t, origin(t), dnssec.ED25519)
			c.Denial, c.NSEC3, c.Serial = d.denial, d.nsec3, zonesign.Increment
			z := data.zone(t)
			first, made, err := zonesign.Update(zonesign.Version{}, z, c)
			if err != nil {
				t.Fatal(err)
			}
			// A part of the zone is signed later.
			c.Refresh = 3 * 24 * time.Hour
			c.Now = now.Add(5 * 24 * time.Hour)
			data.change()
			second, some, err := zonesign.Update(first, data.zone(t), c)
			if err != nil {
				t.Fatal(err)
			}
			if some.Signatures >= made.Signatures/2 {
				t.Errorf("%d of %d signatures made anew for a small change", some.Signatures, made.Signatures)
			}
			c.LastSerial = &some.Serial
			c.Now = now.Add(10*24*time.Hour + time.Second) // those of the first version last for less than three days
			third, rest, err := zonesign.Update(second, second.Unsigned, c)
			if err != nil {
				t.Fatal(err)
			}
			if rest.Signatures <= made.Signatures/2 || rest.Signatures >= made.Signatures {
				t.Errorf("%d signatures freshened, of %d that ran down but %d", rest.Signatures, made.Signatures, some.Signatures)
			}
			mustVerify(t, third.Signed, c.Now)
			for n := range third.Signed.Nodes() {
				for rdata := range n.Signatures() {
					sig, err := rr.ParseRRSIG(rdata)
					if err != nil {
						t.Fatal(err)
					}
					if sig.TypeCovered != rr.TypeDNSKEY && sig.Expiration.Before(c.Now.Add(c.Refresh)) {
						t.Errorf("%s %s: the signature expires at %s", n.Owner(), sig.TypeCovered, sig.Expiration)
					}
				}
			}
			// Nothing runs down: only the apex differs.
			c.LastSerial, c.Now = &rest.Serial, c.Now.Add(time.Hour)
			if _, none, err := zonesign.Update(third, third.Unsigned, c); err != nil || none.Signatures > 4 {
				t.Errorf("%d signatures made without need, %v", none.Signatures, err)
			}
		})
	}
}

func TestUpdateKeepsSignaturesOfVersionMadeElsewhere(t *testing.T) {
	for _, d := range denials {
		t.Run(d.name, func(t *testing.T) {
			data := newRandomData(8, 200)
			c := config(t, origin(t), dnssec.ED25519)
			c.Denial, c.NSEC3 = d.denial, d.nsec3
			signed, _, err := zonesign.Sign(data.zone(t), c)
			if err != nil {
				t.Fatal(err)
			}
			elsewhere := parse(t, signed.Append(nil), origin(t))
			data.change()
			v, stats, err := zonesign.Update(zonesign.Version{Signed: elsewhere}, data.zone(t), c)
			if err != nil {
				t.Fatal(err)
			}
			if stats.Signatures > 60 {
				t.Errorf("%d signatures made for a small change", stats.Signatures)
			}
			anew, _, err := zonesign.Sign(data.zone(t), c)
			if err != nil {
				t.Fatal(err)
			}
			if !v.Signed.Equal(anew) {
				t.Error("the zone differs from one signed anew")
			}
		})
	}
}

func TestUpdateSignsAllAnewWithOtherKeysOrDenial(t *testing.T) {
	data := newRandomData(9, 200)
	c := config(t, origin(t), dnssec.ED25519)
	v, _, err := zonesign.Update(zonesign.Version{}, data.zone(t), c)
	if err != nil {
		t.Fatal(err)
	}
	other := config(t, origin(t), dnssec.ECDSAP256SHA256)
	for _, c := range []zonesign.Config{other, func() zonesign.Config { c := c; c.Denial = zonesign.NSEC3; return c }()} {
		next, _, err := zonesign.Update(v, data.zone(t), c)
		if err != nil {
			t.Fatal(err)
		}
		anew, _, err := zonesign.Sign(data.zone(t), c)
		if err != nil {
			t.Fatal(err)
		}
		if !next.Signed.Equal(anew) {
			t.Error("the zone differs from one signed anew")
		}
	}
}

func TestUpdateRefusesADeltaThatDoesNotFit(t *testing.T) {
	data := newRandomData(10, 20)
	c := config(t, origin(t), dnssec.ED25519)
	v, _, err := zonesign.Update(zonesign.Version{}, data.zone(t), c)
	if err != nil {
		t.Fatal(err)
	}
	set := rr.Set{Owner: name(t, "not-there.example."), Type: rr.TypeA, TTL: 1, Data: [][]byte{{192, 0, 2, 1}}}
	if _, _, err := zonesign.UpdateDelta(v, &zone.Delta{Removed: []rr.Set{set}}, c); err == nil {
		t.Error("a record that is not there was removed")
	}
	added, _, err := zonesign.UpdateDelta(v, &zone.Delta{Added: []rr.Set{set}}, c)
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := added.Signed.Find(set.Owner); !ok || n.SignatureCount() != 2 {
		t.Error("the added name is not signed")
	}
	if _, _, err := zonesign.UpdateDelta(zonesign.Version{Signed: v.Signed}, &zone.Delta{}, c); err == nil {
		t.Error("a delta was applied to a version whose data is not known")
	}
}

// failedChecks is the checks that fail, but for those that random data may fail
// by itself.
func failedChecks(r *zoneverify.Report) []string {
	var names []string
	for _, result := range r.Results {
		if result.Status == zoneverify.Failed && result.Name != "ZONE-GLUE" && result.Name != "ZONE-DATA" {
			names = append(names, result.Name)
		}
	}
	return names
}

// spoil makes one random change to a signed zone that no signer made.
func spoil(t *testing.T, z *zone.Zone, random *rand.Rand) *zone.Zone {
	n := z.Node(1 + random.IntN(z.Len()-1))
	wire := bytes.Clone(n.Wire())
	switch random.IntN(5) {
	case 0:
		wire = nil
	case 1: // drop a set
		gone := random.IntN(n.Len())
		wire = nil
		for i := range n.Len() {
			if set := n.Set(i); i != gone {
				for k, rdata := range set.Data {
					ttl := set.TTL
					if set.Type == rr.TypeRRSIG {
						_, ttl = n.Signature(k)
					}
					wire = zone.AppendRecord(wire, n.Owner(), set.Type, ttl, rdata)
				}
			}
		}
	case 2: // the records of another name
		other := z.Node(1 + random.IntN(z.Len()-1))
		wire = nil
		for i := range other.Len() {
			set := other.Set(i)
			for _, rdata := range set.Data {
				wire = zone.AppendRecord(wire, n.Owner(), set.Type, set.TTL, rdata)
			}
		}
	default: // the last octet of the node
		wire[len(wire)-1] ^= 1 << random.IntN(8)
	}
	spoilt, err := z.With([]zone.Change{{Owner: n.Owner(), Wire: wire}})
	if err != nil {
		return z
	}
	return spoilt
}

func TestUpdatesAreJudgedByTheirChangeAsInFull(t *testing.T) {
	for _, d := range denials {
		t.Run(d.name, func(t *testing.T) {
			proofs := 0
			for seed := range uint64(2) {
				data := newRandomData(seed+100, 60+int(seed)*90)
				c := config(t, origin(t), dnssec.ED25519)
				c.Denial, c.NSEC3, c.ZONEMD = d.denial, d.nsec3, false
				v, _, err := zonesign.Update(zonesign.Version{}, data.zone(t), c)
				if err != nil {
					t.Fatal(err)
				}
				verify := zoneverify.Config{At: now, Limits: &zoneverify.Limits{NSEC3: &zoneverify.NSEC3Limits{MaxIterations: 10, MaxSalt: 10, OptOut: true}}}
				judged := zoneverify.Verify(v.Signed, verify).Judged()
				for range 4 {
					data.change()
					if v, _, err = zonesign.Update(v, data.zone(t), c); err != nil {
						t.Fatal(err)
					}
					report := zoneverify.VerifyChange(judged, v.Signed, verify)
					if found := failedChecks(report); len(found) > 0 {
						t.Fatalf("seed %d: the update fails %v: %v", seed, found, report.Findings)
					}
					for range 8 {
						bad := spoil(t, v.Signed, data.random)
						want, got := zoneverify.Verify(bad, verify), zoneverify.VerifyChange(judged, bad, verify)
						if !slices.Equal(failedChecks(want), failedChecks(got)) {
							t.Fatalf("seed %d: judged by its change %v, in full %v", seed, got.Findings, want.Findings)
						}
					}
					if judged = zoneverify.Verify(v.Signed, verify).Judged(); judged != nil {
						proofs++
					}
				}
			}
			if proofs == 0 {
				t.Error("no version passed in full")
			}
		})
	}
}
