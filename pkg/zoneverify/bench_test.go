package zoneverify_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"countersign/pkg/p256verify"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zoneverify"
)

// delegations is a zone of the shape of a registry's: two name servers each, one
// in five secure, one in thirty with glue of its own.
func delegations(n int) string {
	var text strings.Builder
	text.WriteString("$ORIGIN example.\n$TTL 3600\n@ SOA ns1 host 2026011500 3600 600 86400 600\n@ NS ns1\nns1 A 192.0.2.1\n")
	for i := range n {
		label := fmt.Sprintf("d%07d", i*7919%10000019)
		fmt.Fprintf(&text, "%s NS ns1.elsewhere%d.test.\n%s NS ns2.elsewhere%d.test.\n", label, i%97, label, i%97)
		if i%5 == 0 {
			fmt.Fprintf(&text, "%s DS 4711 13 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n", label)
		}
		if i%30 == 0 {
			fmt.Fprintf(&text, "%s NS ns.%s\nns.%s A 192.0.2.7\n", label, label, label)
		}
	}
	return text.String()
}

const largeSize = 100000

// large is zones that take a while to make.
var large = func() map[string]func() (*model, *zone.Zone) {
	zones := make(map[string]func() (*model, *zone.Zone))
	for _, shape := range shapes {
		zones[shape.name] = sync.OnceValues(func() (*model, *zone.Zone) {
			m := newModelOf(13, delegations(largeSize))
			m.nsec3, m.optOut = shape.nsec3, shape.optOut
			return m, m.finish(&testing.B{})
		})
	}
	return zones
}()

func BenchmarkVerify(b *testing.B) {
	for _, shape := range shapes {
		for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
			b.Run(fmt.Sprintf("%s/%d workers", shape.name, workers), func(b *testing.B) {
				_, z := large[shape.name]()
				b.ReportAllocs()
				b.ResetTimer()
				signatures, begun := 0, cpuTime(b)
				for b.Loop() {
					r := zoneverify.Verify(z, zoneverify.Config{At: at, Limits: limits(), Workers: workers})
					if err := r.Err(); err != nil {
						b.Fatal(err, r.Findings[0])
					}
					signatures += r.Signatures
				}
				b.ReportMetric(float64(cpuTime(b)-begun)/float64(signatures), "cpu-ns/signature")
			})
		}
	}
}

func allGood(_ []p256verify.Signed, bad []int) ([]int, error) { return bad, nil }

// BenchmarkVerifyWithoutCryptography is all the rest.
func BenchmarkVerifyWithoutCryptography(b *testing.B) {
	for _, shape := range shapes {
		b.Run(shape.name, func(b *testing.B) {
			_, z := large[shape.name]()
			b.ReportAllocs()
			begun := cpuTime(b)
			for b.Loop() {
				if err := zoneverify.VerifyWith(z, zoneverify.Config{At: at, Limits: limits(), Workers: 1}, allGood).Err(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpuTime(b)-begun)/float64(b.N*z.Records()), "cpu-ns/record")
		})
	}
}

// BenchmarkVerifyChange is ten delegations of many that get another name server
// and lose their DS records.
func BenchmarkVerifyChange(b *testing.B) {
	for _, shape := range shapes[:2] {
		b.Run(shape.name, func(b *testing.B) {
			m, old := large[shape.name]()
			changed := *m
			changed.sets = maps.Clone(m.sets)
			edit := func(owner rr.Name) {
				changed.sets[owner] = maps.Clone(changed.sets[owner])
				for typ, set := range changed.sets[owner] {
					changed.sets[owner][typ] = &tset{set.ttl, slices.Clone(set.data), slices.Clone(set.sigs)}
				}
			}
			edit(origin)
			changed.sets[origin][rr.TypeSOA].data[0] = slices.Clone(changed.sets[origin][rr.TypeSOA].data[0])
			setSerial(&changed, serial+1)
			changed.resign(origin, rr.TypeSOA, m.zsk)
			for i := range 10 {
				owner := name(fmt.Sprintf("d%07d.example.", i*5*7919%10000019))
				denial, typ := changed.nsecOf(owner)
				edit(owner)
				edit(denial)
				changed.sets[owner][rr.TypeNS].data[0] = []byte("\x02ns\x03new\x04test\x00")
				changed.remove(owner, rr.TypeDS)
				changed.editDenial(owner, func(types []uint16) []uint16 {
					return slices.DeleteFunc(types, func(t uint16) bool { return t == uint16(rr.TypeDS) || m.nsec3 && t == uint16(rr.TypeRRSIG) })
				})
				changed.resign(denial, typ, m.zsk)
			}
			z := changed.build(b).Share(old)
			c := zoneverify.Config{At: at, Limits: limits()}
			c.Limits.Change.DSLoss.Count = 10
			before := zoneverify.Verify(old, c).Judged()
			c.Published = old
			b.ReportAllocs()
			for b.Loop() {
				r := zoneverify.VerifyChange(before, z, c)
				if err := r.Err(); err != nil {
					b.Fatal(err, r.Findings[0])
				}
				if r.Names > 1000 {
					b.Fatal("all was judged")
				}
			}
		})
	}
}

// cpuTime is what the process has used: on a busy machine it says more than a clock.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
