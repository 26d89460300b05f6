package zone_test

import (
	"io"
	"testing"

	"countersign/internal/rootlike"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

func benchmarkParse(b *testing.B, o rootlike.Options, origin rr.Name) {
	text := rootlike.Zone(o)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	records := 0
	for b.Loop() {
		z, _, err := zone.Parse(text, zone.ParseOptions{Origin: origin})
		if err != nil {
			b.Fatal(err)
		}
		records = z.Records()
	}
	b.ReportMetric(float64(b.N)*float64(records)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkParseRoot(b *testing.B) { benchmarkParse(b, rootlike.Options{}, rr.Root) }

func BenchmarkParseTLD(b *testing.B) {
	benchmarkParse(b, rootlike.Options{Shape: rootlike.TLD, Delegations: 100_000}, origin)
}

func BenchmarkWriteTLD(b *testing.B) {
	z, _, err := zone.Parse(rootlike.Zone(rootlike.Options{Shape: rootlike.TLD, Delegations: 100_000}), zone.ParseOptions{Origin: origin})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n, err := z.WriteTo(io.Discard)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n)
	}
	b.ReportMetric(float64(b.N)*float64(z.Records())/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkDiffTLD(b *testing.B) {
	text := rootlike.Zone(rootlike.Options{Shape: rootlike.TLD, Delegations: 100_000})
	from, _, err := zone.Parse(text, zone.ParseOptions{Origin: origin})
	if err != nil {
		b.Fatal(err)
	}
	to, _, err := zone.Parse(append(text, "added.example. 60 IN NS ns.example.\n"...), zone.ParseOptions{Origin: origin})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if d := zone.Diff(from, to); len(d.Added) != 1 {
			b.Fatal("not one set added")
		}
	}
}
