package zone_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

const tree = head + `
www A 192.0.2.1
sec NS ns.sec
sec DS 1 8 9 AB
sec A 192.0.2.2
sec TXT x
ns.sec A 192.0.2.3
txt.sec TXT x
inner.sec NS ns
below.inner.sec AAAA ::1
dn DNAME other.
a.dn A 192.0.2.4
deep.empty A 192.0.2.5
`

func TestStanding(t *testing.T) {
	z := parse(t, tree)
	for _, c := range []struct {
		owner string
		typ   rr.Type
		want  zone.Standing
	}{
		{"example.", rr.TypeNS, zone.Authoritative},
		{"www.example.", rr.TypeA, zone.Authoritative},
		{"sec.example.", rr.TypeNS, zone.Delegation},
		{"sec.example.", rr.TypeDS, zone.Authoritative},
		{"sec.example.", rr.TypeNSEC, zone.Authoritative},
		{"sec.example.", rr.TypeA, zone.Glue},
		{"sec.example.", rr.TypeTXT, zone.Occluded},
		{"ns.sec.example.", rr.TypeA, zone.Glue},
		{"txt.sec.example.", rr.TypeTXT, zone.Occluded},
		{"inner.sec.example.", rr.TypeNS, zone.Occluded},
		{"below.inner.sec.example.", rr.TypeAAAA, zone.Glue},
		{"dn.example.", rr.TypeDNAME, zone.Authoritative},
		{"a.dn.example.", rr.TypeA, zone.Occluded},
	} {
		n, ok := z.Find(name(t, c.owner))
		if !ok {
			t.Fatalf("%s is not there", c.owner)
		}
		if got := n.Standing(c.typ); got != c.want {
			t.Errorf("%s %s: standing %d, want %d", c.owner, c.typ, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	z := parse(t, tree)
	for owner, want := range map[string]string{
		"example.": "", "www.example.": "", "nothing.example.": "", ".": "", "dn.example.": "", "a.dn.example.": "",
		"sec.example.": "sec.example.", "ns.sec.example.": "sec.example.", "not.there.sec.example.": "sec.example.",
		"below.inner.sec.example.": "sec.example.",
	} {
		cut, ok := z.Cut(name(t, owner))
		if ok != (want != "") || ok && cut != name(t, want) {
			t.Errorf("cut of %s is %q, want %q", owner, cut, want)
		}
	}
}

func TestEmptyNonTerminals(t *testing.T) {
	z := parse(t, tree)
	for owner, want := range map[string]bool{"empty.example.": true, "deep.empty.example.": false, "www.example.": false, "nothing.example.": false, "zz.example.": false} {
		if got := z.IsEmptyNonTerminal(name(t, owner)); got != want {
			t.Errorf("%s: empty non-terminal %v, want %v", owner, got, want)
		}
	}
}

func TestFindAndOrder(t *testing.T) {
	z := parse(t, tree)
	for i := range z.Len() {
		n := z.Node(i)
		if found, ok := z.Find(n.Owner()); !ok || found.Index() != i {
			t.Errorf("%s is not found", n.Owner())
		}
		if i > 0 && rr.Compare(z.Node(i-1).Owner(), n.Owner()) >= 0 {
			t.Errorf("%s is not after the name before it", n.Owner())
		}
		for k := range n.Len() {
			set := n.Set(k)
			if !set.IsCanonical() || set.Type != n.Type(k) || k > 0 && n.Type(k-1) >= set.Type {
				t.Errorf("%s %s is out of order", n.Owner(), set.Type)
			}
		}
	}
	if _, ok := z.Find(name(t, "nothing.example.")); ok {
		t.Error("a name that is not there was found")
	}
}

const signedText = `
@ NSEC a NS SOA RRSIG NSEC DNSKEY
@ DNSKEY 256 3 13 AwEAAag=
@ CDS 0 0 0 00
@ CDNSKEY 0 3 0 AA==
@ CSYNC 1 1 A
@ NSEC3PARAM 1 0 0 -
@ ZONEMD 1 1 240 E2E2E2E2E2E2E2E2E2E2E2E2
@ RRSIG SOA 13 1 3600 20260904050000 20260822040000 1 @ AwEAAag=
@ 60 RRSIG NS 13 1 60 20260904050000 20260822040000 1 @ AwEAAag=
a 3600 A 192.0.2.1
a RRSIG A 13 2 3600 20260904050000 20260822040000 1 @ AwEAAag=
a NSEC @ A RRSIG NSEC
a DNSKEY 256 3 13 AwEAAag=
a ZONEMD 1 1 240 E2E2E2E2E2E2E2E2E2E2E2E2
b NS c
b DS 1 8 9 AB
B0 NSEC3 1 0 0 - 0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM A
B0 RRSIG NSEC3 13 2 3600 20260904050000 20260822040000 1 @ AwEAAag=
`

func TestStripDNSSEC(t *testing.T) {
	z := parse(t, head+signedText)
	stripped, removed, err := z.StripDNSSEC()
	if err != nil {
		t.Fatal(err)
	}
	want := parse(t, head+`
@ CSYNC 1 1 A
a A 192.0.2.1
a DNSKEY 256 3 13 AwEAAag=
a ZONEMD 1 1 240 E2E2E2E2E2E2E2E2E2E2E2E2
b NS c
b DS 1 8 9 AB
`)
	if !stripped.Equal(want) {
		t.Errorf("stripped to\n%s\nwant\n%s", stripped.Append(nil), want.Append(nil))
	}
	if removed != z.Records()-want.Records() {
		t.Errorf("%d records removed, want %d", removed, z.Records()-want.Records())
	}
	if again, removed, err := stripped.StripDNSSEC(); err != nil || removed != 0 || !again.Equal(stripped) {
		t.Errorf("stripping again removed %d records, %v", removed, err)
	}
}

func TestSignaturesKeepTheirTTLs(t *testing.T) {
	z := parse(t, head+signedText)
	apex := z.Node(0)
	if set, _ := apex.Lookup(rr.TypeRRSIG); set.TTL != 60 || len(set.Data) != 2 || apex.SignatureCount() != 2 {
		t.Fatalf("RRSIG set %+v", set)
	}
	ttls := map[rr.Type]uint32{}
	for i := range apex.SignatureCount() {
		rdata, ttl := apex.Signature(i)
		sig, err := rr.ParseRRSIG(rdata)
		if err != nil {
			t.Fatal(err)
		}
		ttls[sig.TypeCovered] = ttl
	}
	if ttls[rr.TypeNS] != 60 || ttls[rr.TypeSOA] != 3600 {
		t.Errorf("TTLs %v", ttls)
	}
	lines := strings.Split(string(z.Append(nil)), "\n")
	if !strings.Contains(lines[0], "\tSOA\t") || !strings.Contains(lines[1], "\tRRSIG\tSOA ") || !strings.Contains(lines[3], "60\tIN\tRRSIG\tNS ") {
		t.Errorf("written in another order:\n%s", strings.Join(lines, "\n"))
	}
}

func TestSignatureOverATypeThatIsNotThereIsWritten(t *testing.T) {
	z := parse(t, head+"a RRSIG A 13 2 3600 20260904050000 20260822040000 1 @ AwEAAag=\n")
	if got := written(z); !strings.HasPrefix(got, "a.example.\t3600\tIN\tRRSIG\tA 13") {
		t.Errorf("written as %q", got)
	}
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, from, to, removed, added string }{
		{"nothing", "a A 192.0.2.1\n", "a A 192.0.2.1\n", "", ""},
		{"a name added", "", "a A 192.0.2.1\n", "", "a.example. 3600 A 192.0.2.1|"},
		{"a name removed", "a A 192.0.2.1\nb TXT x\n", "b TXT x\n", "a.example. 3600 A 192.0.2.1|", ""},
		{"one record of a set", "a A 192.0.2.1\na A 192.0.2.2\n", "a A 192.0.2.2\na A 192.0.2.3\n", "a.example. 3600 A 192.0.2.1|", "a.example. 3600 A 192.0.2.3|"},
		{"a type", "a A 192.0.2.1\na TXT x\n", "a A 192.0.2.1\na MX 1 m\n", "a.example. 3600 TXT \"x\"|", "a.example. 3600 MX 1 m.example.|"},
		{"the TTL", "a A 192.0.2.1\na A 192.0.2.2\n", "a 60 A 192.0.2.1\na 60 A 192.0.2.2\n",
			"a.example. 3600 A 192.0.2.1|a.example. 3600 A 192.0.2.2|", "a.example. 60 A 192.0.2.1|a.example. 60 A 192.0.2.2|"},
		{"the TTL of a signature", "a 60 RRSIG A 13 2 3600 1 0 1 . AQ==\na 30 RRSIG A 13 2 3600 2 0 1 . AQ==\n", "a 60 RRSIG A 13 2 3600 1 0 1 . AQ==\na 90 RRSIG A 13 2 3600 2 0 1 . AQ==\n",
			"a.example. 30 RRSIG A 13 2 3600 19700101000002 19700101000000 1 . AQ==|", "a.example. 90 RRSIG A 13 2 3600 19700101000002 19700101000000 1 . AQ==|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := parse(t, head+c.from), parse(t, head+c.to)
			d := zone.Diff(from, to)
			if got := setsText(d.Removed); got != c.removed {
				t.Errorf("removed %s, want %s", got, c.removed)
			}
			if got := setsText(d.Added); got != c.added {
				t.Errorf("added %s, want %s", got, c.added)
			}
			if d.IsEmpty() != (c.removed+c.added == "") || from.Equal(to) != d.IsEmpty() {
				t.Error("empty or not, it says the wrong thing")
			}
		})
	}
}

func setsText(sets []rr.Set) string {
	var text []byte
	for _, set := range sets {
		for _, rdata := range set.Data {
			text = set.Owner.Append(text)
			text = append(text, ' ')
			text = append(text, strings.TrimSpace(ttlText(set.TTL))...)
			text = append(text, ' ')
			text = set.Type.Append(text)
			text = append(text, ' ')
			text = append(rr.AppendRdata(text, set.Type, rdata), '|')
		}
	}
	return string(text)
}

func ttlText(ttl uint32) string {
	var digits []byte
	for ; ttl > 0; ttl /= 10 {
		digits = append(digits, '0'+byte(ttl%10))
	}
	slices.Reverse(digits)
	return string(digits)
}

// TestDiffTurnsOneZoneIntoTheOther removes and adds what Diff says, for zones
// whose records were drawn by lot, and leaves both zones as they were.
func TestDiffTurnsOneZoneIntoTheOther(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func() string {
		text := head
		for range 40 {
			owner := string([]byte{'a' + byte(random.IntN(5))})
			ttl := []string{"60", "90"}[random.IntN(2)]
			switch random.IntN(3) {
			case 0:
				text += owner + " 60 A 192.0.2." + ttlText(uint32(1+random.IntN(6))) + "\n"
			case 1:
				text += owner + " 60 TXT " + ttlText(uint32(1+random.IntN(6))) + "\n"
			case 2:
				text += owner + " " + ttl + " RRSIG A 13 2 3600 " + ttlText(uint32(1+random.IntN(6))) + " 0 1 . AQ==\n"
			}
		}
		return text
	}
	lines := func(sets []rr.Set) []string { return strings.Split(strings.TrimSuffix(setsText(sets), "|"), "|") }
	whole := func(z *zone.Zone) []string {
		text := strings.ReplaceAll(strings.ReplaceAll(string(z.Append(nil)), "\tIN\t", " "), "\t", " ")
		return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	for range 200 {
		from, to := parse(t, draw()), parse(t, draw())
		before := from.Append(nil)
		d := zone.Diff(from, to)
		records := whole(from)
		for _, line := range lines(d.Removed) {
			if i := slices.Index(records, line); i >= 0 {
				records = slices.Delete(records, i, i+1)
			} else if line != "" {
				t.Fatalf("%q is removed and was not there", line)
			}
		}
		for _, line := range lines(d.Added) {
			if line != "" {
				records = append(records, line)
			}
		}
		want := whole(to)
		slices.Sort(records)
		slices.Sort(want)
		if !slices.Equal(records, want) {
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(records, "\n"), strings.Join(want, "\n"))
		}
		if !bytes.Equal(from.Append(nil), before) {
			t.Fatal("Diff changed a zone")
		}
	}
}

// failingWriter fails after some octets.
type failingWriter struct{ left int }

var errFull = errors.New("disk full")

func (w *failingWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errFull
	}
	w.left -= len(p)
	return len(p), nil
}

func TestWriteToReportsFailures(t *testing.T) {
	z := parse(t, head+"a TXT "+strings.Repeat(strings.Repeat("x", 250)+" ", 250)+"\nb TXT "+strings.Repeat(strings.Repeat("x", 250)+" ", 250)+"\n")
	var all bytes.Buffer
	if n, err := z.WriteTo(&all); err != nil || int(n) != all.Len() || !bytes.Equal(all.Bytes(), z.Append(nil)) {
		t.Fatalf("%d octets written of %d: %v", n, all.Len(), err)
	}
	for left := 0; left < all.Len(); left += 10007 {
		if n, err := z.WriteTo(&failingWriter{left}); !errors.Is(err, errFull) || int(n) > left {
			t.Errorf("%d octets written with room for %d: %v", n, left, err)
		}
	}
	if n, err := z.WriteTo(io.Discard); err != nil || int(n) != all.Len() {
		t.Errorf("%d octets, %v", n, err)
	}
}

func TestBuilderMakesTheZoneThatParseReads(t *testing.T) {
	want := parse(t, tree+signedText)
	b := zone.NewBuilder(origin)
	// From the last name to the first, the types too.
	for i := want.Len() - 1; i >= 0; i-- {
		n := want.Node(i)
		for k := n.Len() - 1; k >= 0; k-- {
			set := n.Set(k)
			for r := len(set.Data) - 1; r >= 0; r-- {
				ttl := set.TTL
				if set.Type == rr.TypeRRSIG {
					_, ttl = n.Signature(r)
				}
				if err := b.Add(set.Owner, set.Type, ttl, set.Data[r]); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	got, _, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(want) {
		t.Errorf("built\n%s\nwant\n%s", got.Append(nil), want.Append(nil))
	}
}

func TestBuilderRefuses(t *testing.T) {
	b := zone.NewBuilder(origin)
	for _, c := range []struct {
		owner string
		typ   rr.Type
		ttl   uint32
		rdata string
	}{
		{"example.org.", rr.TypeA, 0, "\x01\x02\x03\x04"},
		{".", rr.TypeA, 0, "\x01\x02\x03\x04"},
		{"example.", rr.TypeA, 1 << 31, "\x01\x02\x03\x04"},
		{"example.", rr.TypeA, 0, "\x01\x02\x03"},
		{"example.", rr.TypeA, 0, "\x01\x02\x03\x04\x05"},
		{"example.", rr.TypeNS, 0, "\xc0\x0c"},
		{"example.", 255, 0, ""},
		{"example.", 41, 0, ""},
	} {
		if err := b.Add(name(t, c.owner), c.typ, c.ttl, []byte(c.rdata)); err == nil {
			t.Errorf("%s %d %s %q was added", c.owner, c.ttl, c.typ, c.rdata)
		}
	}
	if _, _, err := b.Build(); err == nil {
		t.Error("a zone was built of nothing")
	}
}

func TestBuilderCopiesAndLowersRDATA(t *testing.T) {
	b := zone.NewBuilder(origin)
	soa, err := rr.ParseRdataText(rr.TypeSOA, "a. b. 1 2 3 4 5", rr.Root)
	if err != nil {
		t.Fatal(err)
	}
	ns := []byte("\x02NS\x00")
	for _, err := range []error{b.Add(origin, rr.TypeSOA, 1, soa), b.Add(origin, rr.TypeNS, 1, ns)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	copy(ns, "\x02XX\x00")
	z, _, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if set, _ := z.Node(0).Lookup(rr.TypeNS); string(set.Data[0]) != "\x02ns\x00" {
		t.Errorf("RDATA %q", set.Data[0])
	}
}

func TestAssemblerRefusesDisorder(t *testing.T) {
	soa, _ := rr.ParseRdataText(rr.TypeSOA, "a. b. 1 2 3 4 5", rr.Root)
	sub := name(t, "a.example.")
	one, two := []byte("\x01\x01\x01\x01"), []byte("\x02\x02\x02\x02")
	for _, c := range []struct {
		name string
		do   func(*zone.Assembler)
		bad  bool
	}{
		{"good", func(a *zone.Assembler) { a.Node(sub); a.Set(rr.TypeA, 1, [][]byte{one, two}) }, false},
		{"node without records", func(a *zone.Assembler) { a.Node(sub) }, false},
		{"same node again", func(a *zone.Assembler) { a.Node(origin); a.Set(rr.TypeA, 1, [][]byte{one}) }, true},
		{"node out of zone", func(a *zone.Assembler) { a.Node("\x01z\x00"); a.Set(rr.TypeA, 1, [][]byte{one}) }, true},
		{"type out of order", func(a *zone.Assembler) { a.Set(rr.TypeA, 1, [][]byte{one}) }, true},
		{"records out of order", func(a *zone.Assembler) { a.Set(rr.TypeAAAA, 1, [][]byte{two, one}) }, true},
		{"record twice", func(a *zone.Assembler) { a.Set(rr.TypeAAAA, 1, [][]byte{one, one}) }, true},
		{"set without records", func(a *zone.Assembler) { a.Set(rr.TypeAAAA, 1, nil) }, true},
		{"signatures as a set", func(a *zone.Assembler) { a.Set(rr.TypeRRSIG, 1, [][]byte{one}) }, true},
		{"signatures without TTLs", func(a *zone.Assembler) { a.Signatures([][]byte{one}, nil) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := zone.NewAssembler(origin)
			a.Node(origin)
			a.Set(rr.TypeSOA, 1, [][]byte{soa})
			c.do(a)
			z, err := a.Zone()
			if (err != nil) != c.bad {
				t.Errorf("error %v", err)
			}
			if err == nil && z.Node(0).Len() != 1 {
				t.Error("the apex has more than its SOA")
			}
			if _, err := a.Zone(); err == nil {
				t.Error("the assembler was used twice")
			}
		})
	}
	if _, err := zone.NewAssembler(origin).Zone(); err == nil {
		t.Error("a zone was made of nothing")
	}
}

func TestSerialAfter(t *testing.T) {
	for _, c := range []struct {
		a, b uint32
		want bool
	}{
		{1, 0, true}, {0, 1, false}, {7, 7, false}, {0, 0xffffffff, true}, {0xffffffff, 0, false},
		{0x7fffffff, 0, true}, {0x80000000, 0, false}, {0, 0x80000000, false}, {44, 0, true}, {100, 44, true}, {200, 100, true}, {0x80000001, 0, false}, {0, 0x80000001, true},
	} {
		if got := zone.SerialAfter(c.a, c.b); got != c.want {
			t.Errorf("%d after %d: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// TestOrderOfNamesDrawnByLot sorts names whose labels have all octets, the low
// ones above all.
func TestOrderOfNamesDrawnByLot(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	b := zone.NewBuilder(origin)
	soa, _ := rr.ParseRdataText(rr.TypeSOA, "a. b. 1 2 3 4 5", rr.Root)
	if err := errors.Join(b.Add(origin, rr.TypeSOA, 1, soa), b.Add(origin, rr.TypeNS, 1, []byte{0})); err != nil {
		t.Fatal(err)
	}
	want := []rr.Name{origin}
	for range 5000 {
		var wire []byte
		for range 1 + random.IntN(3) {
			n := 1 + random.IntN(10)
			wire = append(wire, byte(n))
			for range n {
				wire = append(wire, "\x00\x01\x02ab\xff"[random.IntN(6)])
			}
		}
		n := rr.Name(append(wire, origin...))
		want = append(want, n)
		if err := b.Add(n, rr.TypeTXT, 1, []byte("\x01x")); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(want, rr.Compare)
	want = slices.Compact(want)
	z, _, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range want {
		if i >= z.Len() || z.Node(i).Owner() != n {
			t.Fatalf("the %d-th name is not %s", i, n)
		}
	}
	if z.Len() != len(want) {
		t.Errorf("%d names, want %d", z.Len(), len(want))
	}
}
