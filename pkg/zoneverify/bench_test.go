package zoneverify_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

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

var large = func() map[string]func() *zone.Zone {
	zones := make(map[string]func() *zone.Zone)
	for _, shape := range shapes {
		zones[shape.name] = sync.OnceValue(func() *zone.Zone {
			m := newModelOf(13, delegations(10000))
			m.nsec3, m.optOut = shape.nsec3, shape.optOut
			return m.finish(&testing.B{})
		})
	}
	return zones
}()

func BenchmarkVerify(b *testing.B) {
	for _, shape := range shapes {
		for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
			b.Run(fmt.Sprintf("%s/%d workers", shape.name, workers), func(b *testing.B) {
				z := large[shape.name]()
				b.ReportAllocs()
				b.ResetTimer()
				signatures := 0
				for b.Loop() {
					r := zoneverify.Verify(z, zoneverify.Config{At: at, Limits: limits(), Workers: workers})
					if err := r.Err(); err != nil {
						b.Fatal(err, r.Findings[0])
					}
					signatures += r.Signatures
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(signatures), "ns/signature")
			})
		}
	}
}

// BenchmarkVerifyUnsigned is all but the cryptography: the zone has lost its
// signatures, and the report is cut short.
func BenchmarkVerifyUnsigned(b *testing.B) {
	m := newModelOf(13, delegations(10000))
	m.signed = func(m *model) {
		for _, sets := range m.sets {
			for _, s := range sets {
				s.sigs = nil
			}
		}
	}
	z := m.finish(b)
	b.ReportAllocs()
	for b.Loop() {
		if zoneverify.Verify(z, zoneverify.Config{At: at, Workers: 1}).Err() == nil {
			b.Fatal("a zone without signatures passed")
		}
	}
}
