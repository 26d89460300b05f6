package rr_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"countersign/pkg/rr"
)

func name(t testing.TB, text string) rr.Name {
	t.Helper()
	n, err := rr.ParseName(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestParseName(t *testing.T) {
	label63 := strings.Repeat("a", 63)
	name255 := strings.Repeat(label63+".", 3) + strings.Repeat("a", 61) + "."
	for _, c := range []struct{ text, wire, written string }{
		{".", "\x00", "."},
		{"example.", "\x07example\x00", "example."},
		{"WWW.Example.", "\x03www\x07example\x00", "www.example."},
		{`a\.b.`, "\x03a.b\x00", `a\.b.`},
		{`\000\255\032.`, "\x03\x00\xff \x00", `\000\255\032.`},
		{`\065.`, "\x01a\x00", "a."},
		{`\\\"\;\(\)\@\$.`, "\x07\\\";()@$\x00", `\\\"\;\(\)\@\$.`},
		{"*.x.", "\x01*\x01x\x00", "*.x."},
		{"é.", "\x02\xc3\xa9\x00", `\195\169.`},
		{label63 + ".", "\x3f" + label63 + "\x00", label63 + "."},
		{name255, "", name255},
	} {
		n, err := rr.ParseName(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if c.wire != "" && string(n) != c.wire {
			t.Errorf("%s: %q, want %q", c.text, string(n), c.wire)
		}
		if n.String() != c.written {
			t.Errorf("%s: written as %s, want %s", c.text, n, c.written)
		}
		if unpacked, used, err := rr.UnpackName([]byte(string(n) + "tail")); err != nil || unpacked != n || used != len(n) {
			t.Errorf("%s: unpacked as %q, %d octets, %v", c.text, unpacked, used, err)
		}
	}
	for _, text := range []string{"", "example", "a..b.", ".a.", "..", strings.Repeat("a", 64) + ".", "a" + name255, `\25.`, `\256.`, `\`, `a.\`} {
		if n, err := rr.ParseName(text); err == nil {
			t.Errorf("%q was read as %q", text, string(n))
		}
	}
}

func TestParseRelativeName(t *testing.T) {
	origin := name(t, "example.")
	for text, want := range map[string]string{"@": "example.", "a": "a.example.", "a.": "a.", ".": ".", `\@`: `\@.example.`, `a\.`: `a\..example.`, "a.b": "a.b.example."} {
		if n, err := rr.ParseRelativeName(text, origin); err != nil || n.String() != want {
			t.Errorf("%s: %s, %v; want %s", text, n, err, want)
		}
		if wire, err := rr.AppendName([]byte("before"), []byte(text), origin); err != nil || rr.Name(wire[6:]).String() != want || string(wire[:6]) != "before" {
			t.Errorf("%s: appended %q, %v; want %s", text, wire, err, want)
		}
	}
	for _, text := range []string{"", "a..b", strings.Repeat("a.", 123) + "a", `a"b`} {
		if wire, err := rr.AppendName(nil, []byte(text), origin); err == nil {
			t.Errorf("%q was read as %q", text, wire)
		}
	}
	if _, err := rr.ParseRelativeName("a", ""); err == nil {
		t.Error("a relative name without an origin was read")
	}
}

func TestUnpackNameRefuses(t *testing.T) {
	for _, wire := range []string{"", "\x01", "\x01a", "\x40", "\xc0\x00", strings.Repeat("\x01a", 128) + "\x00"} {
		if n, used, err := rr.UnpackName([]byte(wire)); err == nil {
			t.Errorf("%q was read as %q, %d octets", wire, string(n), used)
		}
	}
}

// TestCompareIsCanonicalOrder has the example of RFC 4034, Section 6.1.
func TestCompareIsCanonicalOrder(t *testing.T) {
	var names []rr.Name
	for _, text := range []string{"example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.", `\001.z.example.`, "*.z.example.", `\200.z.example.`} {
		names = append(names, name(t, text))
	}
	names = append([]rr.Name{rr.Root}, names...)
	for i, a := range names {
		for j, b := range names {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := rr.Compare(a, b); got != want {
				t.Errorf("%s compared with %s: %d, want %d", a, b, got, want)
			}
		}
	}
	shuffled := slices.Clone(names)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	slices.SortFunc(shuffled, rr.Compare)
	if !slices.Equal(shuffled, names) {
		t.Errorf("sorted as %v", shuffled)
	}
}

func TestNameQuestions(t *testing.T) {
	for _, c := range []struct {
		text            string
		labels          int
		signatureLabels uint8
		wildcard        bool
		parent          string
	}{
		{".", 0, 0, false, ""},
		{"example.", 1, 1, false, "."},
		{"*.example.", 2, 1, true, "example."},
		{"*.", 1, 0, true, "."},
		{"a.*.example.", 3, 3, false, "*.example."},
		{`a\.b.example.`, 2, 2, false, "example."},
		{"*a.example.", 2, 2, false, "example."},
	} {
		n := name(t, c.text)
		if n.LabelCount() != c.labels || n.SignatureLabels() != c.signatureLabels || n.IsWildcard() != c.wildcard {
			t.Errorf("%s: %d labels, %d for signatures, wildcard %v", n, n.LabelCount(), n.SignatureLabels(), n.IsWildcard())
		}
		if c.parent == "" && n.Parent() != "" || c.parent != "" && n.Parent() != name(t, c.parent) {
			t.Errorf("%s: parent %q", n, n.Parent())
		}
	}
	for _, c := range []struct {
		name, apex string
		want       bool
	}{
		{"example.", "example.", true}, {"a.example.", "example.", true}, {"example.", ".", true}, {".", ".", true},
		{"badexample.", "example.", false}, {`a\.example.`, "example.", false}, {".", "example.", false}, {"example.", "a.example.", false},
		// The last octets of the one label are the wire form of the apex.
		{`x\007example.`, "example.", false},
	} {
		if got := name(t, c.name).IsBelow(name(t, c.apex)); got != c.want {
			t.Errorf("%s below %s: %v, want %v", c.name, c.apex, got, c.want)
		}
	}
}

func TestKeyTagsAgreeWithOtherLibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		key := rr.DNSKEY{Flags: uint16(random.Uint32()), Protocol: 3, Algorithm: 8, PublicKey: make([]byte, 1+random.IntN(300))}
		for i := range key.PublicKey {
			key.PublicKey[i] = byte(random.Uint32())
		}
		rdata := key.Append(nil)
		text := string(rr.AppendRdata(nil, rr.TypeDNSKEY, rdata))
		other, err := dns.NewRR(". 0 IN DNSKEY " + text)
		if err != nil {
			t.Fatal(err)
		}
		if want := other.(*dns.DNSKEY).KeyTag(); key.KeyTag() != want {
			t.Fatalf("DNSKEY %s: tag %d, want %d", text, key.KeyTag(), want)
		}
		again, err := rr.ParseDNSKEY(rdata)
		if err != nil || again.KeyTag() != key.KeyTag() || string(again.Append(nil)) != string(rdata) {
			t.Fatalf("DNSKEY %s: read back as %+v, %v", text, again, err)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, text := range []string{".", "example.", `a\.b\000.\255.`, "WWW.x.", "*.x.", "a..", `\`, strings.Repeat("a.", 127), strings.Repeat("a", 63) + "."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := rr.ParseName(text)
		wire, appendErr := rr.AppendName(nil, []byte(text), "")
		if err != nil {
			if appendErr == nil && text != "" {
				t.Fatalf("%q: refused by ParseName (%v), read by AppendName", text, err)
			}
			return
		}
		if !strings.Contains(text, `"`) && (appendErr != nil || rr.Name(wire) != n) {
			t.Fatalf("%q: %q, by AppendName %q, %v", text, string(n), wire, appendErr)
		}
		again, err := rr.ParseName(n.String())
		if err != nil || again != n {
			t.Fatalf("%q: written as %s, which reads as %q, %v", text, n, string(again), err)
		}
		unpacked, used, err := rr.UnpackName([]byte(n))
		if err != nil || unpacked != n || used != len(n) {
			t.Fatalf("%q: %q unpacks as %q, %v", text, string(n), string(unpacked), err)
		}
		packed := make([]byte, 300)
		end, err := dns.PackDomainName(n.String(), packed, 0, nil, false)
		if err != nil || string(packed[:end]) != string(n) {
			t.Fatalf("%q: miekg/dns packs %s as %q, %v", text, n, packed[:end], err)
		}
	})
}
