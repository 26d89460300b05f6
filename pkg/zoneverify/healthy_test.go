package zoneverify_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"countersign/internal/testenv"
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
					if other := zoneverify.Verify(z, c); !reflect.DeepEqual(other, r) {
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
