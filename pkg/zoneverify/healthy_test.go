package zoneverify_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"countersign/internal/testenv"
	"countersign/pkg/rr"
	"countersign/pkg/zoneverify"
)

// shape is one of the ways to deny.
type shape struct {
	name          string
	nsec3, optOut bool
}

var shapes = []shape{{"NSEC", false, false}, {"NSEC3", true, false}, {"NSEC3 opt-out", true, true}}

func (s shape) model(algorithm uint8) *model {
	m := newModel(algorithm)
	m.nsec3, m.optOut = s.nsec3, s.optOut
	return m
}

func TestHealthyZonesPassEveryCheck(t *testing.T) {
	for _, algorithm := range []uint8{8, 10, 13, 14, 15} {
		for _, shape := range shapes {
			t.Run(fmt.Sprintf("%d %s", algorithm, shape.name), func(t *testing.T) {
				m := shape.model(algorithm)
				m.zonemd = true
				z := m.finish(t)
				old := newModel(algorithm)
				old.addText("@ SOA ns1 host 2026011400 3600 600 86400 600")
				soa := old.set(origin, 6)
				soa.data = soa.data[1:]
				old.zonemd, old.nsec3, old.optOut = true, shape.nsec3, shape.optOut
				l := limits()
				l.RequireZONEMD = true
				if algorithm == 10 {
					l.MaxDNSKEYResponse = 1500
				}
				c := zoneverify.Config{At: at, Anchors: m.anchors(), Published: old.finish(t), SKR: m.skr(), Limits: l}
				r := zoneverify.Verify(z, c)
				if err := r.Err(); err != nil {
					t.Error(err)
				}
				for _, f := range r.Findings {
					t.Error(f)
				}
				for _, result := range r.Results {
					if result.Status != zoneverify.Passed && result.Name != "ZONE-KEY-PRIVATE" {
						t.Errorf("%s: %s (%s)", result.Name, result.Status, result.Why)
					}
				}
				if r.Signatures < 20 || r.Names != z.Len() || !r.Expires.Equal(ends) || r.Serial != serial {
					t.Errorf("counted %d signatures, %d names, expiry %s, serial %d", r.Signatures, r.Names, r.Expires, r.Serial)
				}
				for _, workers := range []int{1, 2, 8} {
					c.Workers = workers
					if other := zoneverify.Verify(z, c); !sameReport(other, r) {
						t.Errorf("with %d workers the report differs", workers)
					}
				}
			})
		}
	}
}

// TestOthersAgreeOnTheFixture: what the tests take for healthy is.
func TestOthersAgreeOnTheFixture(t *testing.T) {
	testenv.Need(t, "ldns-verify-zone", "kzonecheck")
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			m := shape.model(13)
			m.zonemd = true
			path := filepath.Join(t.TempDir(), "zone")
			if err := os.WriteFile(path, m.finish(t).Append(nil), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, command := range [][]string{
				{"ldns-verify-zone", "-ZZ", "-t", at.Format("20060102150405"), path},
				{"kzonecheck", "-o", "example.", "-d", "on", "-t", fmt.Sprint(at.Unix()), path},
			} {
				out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
				if err != nil {
					t.Errorf("%v: %v\n%s", command, err, out)
				}
			}
		})
	}
}

func TestWithoutInputsOnlyTheZoneIsJudged(t *testing.T) {
	r := zoneverify.Verify(shapes[0].model(13).finish(t), zoneverify.Config{At: at})
	if err := r.Err(); err != nil {
		t.Fatal(err, r.Findings)
	}
	want := map[string]string{
		"ZONE-DNSKEY-BUNDLE":   "no SKR given",
		"ZONE-TRUST-ANCHOR":    "no trust anchor given",
		"ZONE-KEY-PRIVATE":     "needs the key stores, which test every key before its first use",
		"ZONE-RRSIG-VALIDITY":  "no limits given",
		"ZONE-RRSIG-REMAINING": "no limits given",
		"ZONE-KEY-POLICY":      "no limits given",
		"ZONE-DNSKEY-SIZE":     "no limits given",
		"ZONE-ZONEMD":          "the zone has no ZONEMD record",
		"ZONE-KEY-CHANGE":      "no published version given",
		"ZONE-SERIAL":          "no published version given",
		"ZONE-SERIAL-STEP":     "no published version given",
		"ZONE-MAX-TTL":         "no limits given",
		"ZONE-CHANGE-SIZE":     "no published version given",
		"ZONE-APEX-NS":         "no published version given",
		"ZONE-DS-LOSS":         "no published version given",
	}
	got := make(map[string]string)
	for _, result := range r.Results {
		if result.Status == zoneverify.NotChecked {
			got[result.Name] = result.Why
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestOneOfSeveralKeyLimitsIsEnough(t *testing.T) {
	l := &zoneverify.Limits{Algorithms: []zoneverify.KeyLimit{{Algorithm: 8, MinBits: 4096, MaxBits: 4096}, {Algorithm: 8, MinBits: 2048, MaxBits: 2048}}}
	z := shapes[0].model(8).finish(t)
	if r := zoneverify.Verify(z, zoneverify.Config{At: at, Limits: l}); r.Err() != nil {
		t.Error(r.Findings)
	}
	l.Algorithms[1].MaxBits, l.Algorithms[1].MinBits = 3072, 3072
	expect(t, zoneverify.Verify(z, zoneverify.Config{At: at, Limits: l}), []string{"ZONE-KEY-POLICY"}, "has 2048 bits")
}

// TestUnusualZonesPass: what is rare but right.
func TestUnusualZonesPass(t *testing.T) {
	everything := func(m *model, k *testKey) {
		for owner, sets := range m.sets {
			for typ, s := range sets {
				if len(s.sigs) > 0 {
					m.sign(owner, typ, k)
				}
			}
		}
	}
	for _, row := range []struct {
		name   string
		text   string
		plain  func(*model)
		signed func(*model)
	}{
		{name: "one key does all", plain: func(m *model) { m.zsk, m.keys = m.ksk, m.keys[:1] }},
		{name: "standby keys", plain: func(m *model) {
			m.keys = append(m.keys, stranger(15, 256), stranger(15, 257))
		}},
		{name: "two ZSKs sign", plain: func(m *model) { m.keys = append(m.keys, stranger(15, 256)) }, signed: func(m *model) {
			everything(m, stranger(15, 256))
		}},
		{name: "two algorithms", plain: func(m *model) { m.keys = append(m.keys, testKeyOf("zsk", 13, 256)) }, signed: func(m *model) {
			everything(m, testKeyOf("zsk", 13, 256))
		}},
		{name: "revoked key", plain: func(m *model) { m.keys = append(m.keys, stranger(15, 257).revoked()) }, signed: func(m *model) {
			m.sign(origin, rr.TypeDNSKEY, stranger(15, 257).revoked())
		}},
		{name: "CDS", plain: func(m *model) { m.cds(m.ksk) }},
		{name: "occluded data", plain: func(m *model) {
			m.addText("hidden.secure TXT x")
			m.addText("secure TXT x")
			m.addText("cut.secure NS ns.elsewhere.test.")
		}},
		{name: "DNAME at the apex", text: "$ORIGIN example.\n$TTL 3600\n@ SOA a.test. b.test. 2026011500 3600 600 86400 600\n@ NS a.test.\n@ DNAME test.\n"},
		{name: "nothing but the apex", text: "$ORIGIN example.\n$TTL 3600\n@ SOA a.test. b.test. 2026011500 3600 600 86400 600\n@ NS a.test.\n"},
		{name: "name server by a wildcard", plain: func(m *model) {
			m.addText("*.servers A 192.0.2.1")
			m.addText("@ NS any.servers")
		}},
		{name: "delegation of its own name server", plain: func(m *model) {
			m.addText("self NS self")
			m.addText("self A 192.0.2.1")
		}},
	} {
		for _, shape := range shapes {
			t.Run(row.name+" "+shape.name, func(t *testing.T) {
				m := shape.model(15)
				if row.text != "" {
					m = newModelOf(15, row.text)
					m.nsec3, m.optOut = shape.nsec3, shape.optOut
				}
				if row.plain != nil {
					row.plain(m)
				}
				m.zonemd, m.signed = row.signed == nil, row.signed
				r := zoneverify.Verify(m.finish(t), zoneverify.Config{At: at, Anchors: m.anchors(), Limits: limits()})
				if err := r.Err(); err != nil {
					t.Error(err, r.Findings)
				}
			})
		}
	}
}

// TestMixedCaseNextName: the next name of NSEC keeps its case (RFC 6840, Section
// 5.1), and is the same name.
func TestMixedCaseNextName(t *testing.T) {
	m := newModel(15)
	m.chained = func(m *model) {
		s := m.sets[name("insecure.example.")][rr.TypeNSEC]
		copy(s.data[0], "\x04MaIl\x07eXample\x00")
	}
	if r := zoneverify.Verify(m.finish(t), zoneverify.Config{At: at}); r.Err() != nil {
		t.Error(r.Findings)
	}
}

// sameReport says whether all that a report shows is the same.
func sameReport(a, b *zoneverify.Report) bool {
	return a.Zone == b.Zone && a.Serial == b.Serial && a.At.Equal(b.At) && a.Names == b.Names && a.Signatures == b.Signatures &&
		a.Expires.Equal(b.Expires) && reflect.DeepEqual(a.Results, b.Results) && reflect.DeepEqual(a.Findings, b.Findings)
}
