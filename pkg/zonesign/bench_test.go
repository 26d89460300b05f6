package zonesign_test

import (
	"testing"

	"countersign/internal/rootlike"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/zonesign"
)

// benchmark signs a zone again and again.
func benchmark(b *testing.B, text []byte, origin rr.Name, c zonesign.Config) {
	z := parse(b, text, origin)
	b.ReportAllocs()
	signatures := 0
	for b.Loop() {
		_, stats, err := zonesign.Sign(z, c)
		if err != nil {
			b.Fatal(err)
		}
		signatures = stats.Signatures
	}
	b.ReportMetric(float64(signatures), "signatures/op")
}

// withoutArithmetic is c with a signer that always gives the same signature.
func withoutArithmetic(c zonesign.Config) zonesign.Config {
	zsk := c.ZSKs[0]
	inputs := [][]byte{make([]byte, 32)}
	signatures := make([][]byte, 1)
	if err := zsk.Signer.SignBatch(inputs, signatures); err != nil {
		panic(err)
	}
	c.ZSKs = []zonesign.ActiveKey{{Key: zsk.Key, Signer: &fixedSigner{key: zsk.Key, signature: signatures[0]}}}
	return c
}

func BenchmarkSignRootNoCrypto(b *testing.B) {
	benchmark(b, rootlike.Zone(rootlike.Options{}), rr.Root, withoutArithmetic(config(b, rr.Root, dnssec.RSASHA256)))
}

func BenchmarkSignRootECDSA(b *testing.B) {
	benchmark(b, rootlike.Zone(rootlike.Options{}), rr.Root, config(b, rr.Root, dnssec.ECDSAP256SHA256))
}

func BenchmarkSignRootRSA(b *testing.B) {
	benchmark(b, rootlike.Zone(rootlike.Options{}), rr.Root, config(b, rr.Root, dnssec.RSASHA256))
}

func BenchmarkSignTLDNoCrypto(b *testing.B) {
	origin := name(b, "example.com.")
	c := withoutArithmetic(config(b, origin, dnssec.ECDSAP256SHA256))
	c.ZONEMD = false
	benchmark(b, delegations(b, 100_000), origin, c)
}

func BenchmarkSignTLDZONEMDNoCrypto(b *testing.B) {
	origin := name(b, "example.com.")
	benchmark(b, delegations(b, 100_000), origin, withoutArithmetic(config(b, origin, dnssec.ECDSAP256SHA256)))
}

func BenchmarkSignTLDECDSA(b *testing.B) {
	origin := name(b, "example.com.")
	c := config(b, origin, dnssec.ECDSAP256SHA256)
	c.ZONEMD = false
	benchmark(b, delegations(b, 100_000), origin, c)
}
