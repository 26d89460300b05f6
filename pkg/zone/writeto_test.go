package zone

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/pkg/rr"
)

// simpleText is the text of a zone, written set by set.
func simpleText(z *Zone) string {
	var text []byte
	record := func(n Node, t rr.Type, ttl uint32, rdata []byte) {
		text = fmt.Appendf(text, "%s\t%d\tIN\t%s\t", n.Owner(), ttl, t.Append(nil))
		text = append(rr.AppendRdata(text, t, rdata), '\n')
	}
	signatures := func(n Node, covers func(rr.Type) bool) {
		for rdata, ttl := range n.Signatures() {
			if covers(covered(rdata)) {
				record(n, rr.TypeRRSIG, ttl, rdata)
			}
		}
	}
	set := func(n Node, s RRset) {
		for rdata := range s.Records() {
			record(n, s.Type, s.TTL, rdata)
		}
		signatures(n, func(t rr.Type) bool { return t == s.Type })
	}
	for n := range z.Nodes() {
		if soa, ok := n.RRset(rr.TypeSOA); ok {
			set(n, soa)
		}
		for s := range n.RRsets() {
			if s.Type != rr.TypeSOA && s.Type != rr.TypeRRSIG {
				set(n, s)
			}
		}
		signatures(n, func(t rr.Type) bool { return t == rr.TypeRRSIG || !n.Has(t) })
	}
	return string(text)
}

// signedLike is a zone of n names with signatures that are none.
func signedLike(t testing.TB, n int) *Zone {
	t.Helper()
	const signature = " 13 2 3600 20300101000000 20290101000000 1 example. AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==\n"
	text := apex + "@ 3600 RRSIG SOA" + signature + "@ 60 RRSIG MX" + signature + "@ 60 RRSIG RRSIG" + signature +
		numbered(n, "d# 3600 NS ns1.d#\nd# 3600 NS ns2.d#\nd# DS 1 8 2 "+strings.Repeat("AB", 32)+"\nd# 3600 RRSIG DS"+signature+
			"d# 60 NSEC d#a NS DS RRSIG NSEC\nd# 60 RRSIG NSEC"+signature+"ns1.d# 3600 A 192.0.2.1\nns1.d# 3600 AAAA 2001:db8::7\nt# 3600 TXT \"; #\"\n")
	z, _, err := Parse([]byte(text), ParseOptions{Origin: example, Name: "zone"})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestWriteToGivesTheSameTextWithAnyNumberOfWorkers(t *testing.T) {
	for _, n := range []int{0, 1, 100, 3000} {
		z := signedLike(t, n)
		want := simpleText(z)
		if got := string(z.Append(nil)); got != want {
			t.Fatalf("%d names: Append gives other text", n)
		}
		nodes := ""
		for node := range z.Nodes() {
			nodes += string(node.Append(nil))
		}
		if n < 3000 && nodes != want {
			t.Errorf("%d names: Node.Append gives other text", n)
		}
		for _, workers := range []int{1, 2, 3, 8} {
			var got bytes.Buffer
			written, err := z.writeTo(&got, workers)
			if err != nil || got.String() != want || written != int64(len(want)) {
				t.Errorf("%d names, %d workers: other text, %d octets said, %v", n, workers, written, err)
			}
		}
	}
}

// full is a disk with little room.
type full struct{ room int }

var errFull = errors.New("no space left")

func (f *full) Write(data []byte) (int, error) {
	n := min(len(data), f.room)
	f.room -= n
	if n < len(data) {
		return n, errFull
	}
	return n, nil
}

func TestWriteToEndsWithTheErrorOfTheWriter(t *testing.T) {
	z := signedLike(t, 3000)
	size := len(z.Append(nil))
	for _, workers := range []int{1, 2, 8} {
		for _, room := range []int{0, 1, size / 3, size - 1} {
			n, err := z.writeTo(&full{room}, workers)
			if !errors.Is(err, errFull) || n != int64(room) {
				t.Errorf("%d workers, room for %d: %d octets written, %v", workers, room, n, err)
			}
		}
	}
}

func BenchmarkWriteSigned(b *testing.B) {
	z := signedLike(b, 20_000)
	size := len(z.Append(nil))
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := z.WriteTo(new(nothing)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(z.Records())/b.Elapsed().Seconds(), "records/s")
}

type nothing struct{}

func (*nothing) Write(data []byte) (int, error) { return len(data), nil }

func BenchmarkParseSigned(b *testing.B) {
	z := signedLike(b, 20_000)
	text := z.Append(nil)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Parse(text, ParseOptions{Origin: example}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(z.Records())/b.Elapsed().Seconds(), "records/s")
}
