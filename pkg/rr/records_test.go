package rr_test

import (
	"slices"
	"testing"
	"time"

	"countersign/pkg/rr"
)

func TestTypeBitmap(t *testing.T) {
	for _, c := range []struct {
		types []rr.Type
		want  string
	}{
		{nil, ""},
		{[]rr.Type{1}, "\x00\x01\x40"},
		// The example of RFC 4034, Section 4.3.
		{[]rr.Type{rr.TypeA, rr.TypeMX, rr.TypeRRSIG, rr.TypeNSEC, 1234}, "\x00\x06\x40\x01\x00\x00\x00\x03\x04\x1b" + string(make([]byte, 26)) + "\x20"},
		{[]rr.Type{255, 256, 65535}, "\x00\x20" + string(make([]byte, 31)) + "\x01\x01\x01\x80\xff\x20" + string(make([]byte, 31)) + "\x01"},
	} {
		got := rr.AppendTypeBitmap(nil, c.types)
		if string(got) != c.want {
			t.Errorf("%v: %x, want %x", c.types, got, c.want)
		}
		if again, err := rr.ParseTypeBitmap(nil, got); err != nil || !slices.Equal(again, c.types) {
			t.Errorf("%v: read back as %v, %v", c.types, again, err)
		}
	}
	for name, wire := range map[string]string{
		"one octet":         "\x00",
		"empty window":      "\x00\x00",
		"window of 33":      "\x00\x21" + string(make([]byte, 32)) + "\x01",
		"cut short":         "\x00\x02\x40",
		"zero at the end":   "\x00\x02\x40\x00",
		"same window again": "\x00\x01\x40\x00\x01\x40",
		"windows disorder":  "\x01\x01\x40\x00\x01\x40",
	} {
		if types, err := rr.ParseTypeBitmap(nil, []byte(wire)); err == nil {
			t.Errorf("%s: read as %v", name, types)
		}
	}
}

func FuzzTypeBitmap(f *testing.F) {
	for _, wire := range []string{"", "\x00\x01\x40", "\x00\x00", "\x00\x02\x40\x00", "\x00\x01\x40\x01\x01\x80"} {
		f.Add([]byte(wire))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		types, err := rr.ParseTypeBitmap(nil, wire)
		if err != nil {
			return
		}
		if again := rr.AppendTypeBitmap(nil, types); string(again) != string(wire) {
			t.Fatalf("%x: read as %v, written as %x", wire, types, again)
		}
	})
}

// TestRecordsReadBack parses RDATA of each structure, and every beginning of it.
func TestRecordsReadBack(t *testing.T) {
	a, b := name(t, "a.example."), name(t, "b.example.")
	soa := rr.SOA{MName: a, RName: b, Serial: 1, Refresh: 2, Retry: 3, Expire: 4, Minimum: 5}
	nsec := rr.NSEC{Next: a, Types: []rr.Type{1, 46, 47}}
	zonemd := rr.ZONEMD{Serial: 7, Scheme: 1, Hash: 240, Digest: make([]byte, 12)}
	sig := rr.RRSIG{TypeCovered: 1, Algorithm: 8, Labels: 2, OriginalTTL: 60, Expiration: time.Unix(1<<32-1, 0).UTC(),
		Inception: time.Unix(0, 0).UTC(), KeyTag: 9, SignerName: b, Signature: []byte("signature")}
	for _, c := range []struct {
		name  string
		rdata []byte
		again func([]byte) ([]byte, error)
		least int // length below which it is refused
	}{
		{"SOA", soa.Append(nil), func(w []byte) ([]byte, error) { s, err := rr.ParseSOA(w); return s.Append(nil), err }, len(soa.Append(nil))},
		{"NSEC", nsec.Append(nil), func(w []byte) ([]byte, error) { n, err := rr.ParseNSEC(w); return n.Append(nil), err }, len(a)},
		{"ZONEMD", zonemd.Append(nil), func(w []byte) ([]byte, error) { z, err := rr.ParseZONEMD(w); return z.Append(nil), err }, 18},
		{"RRSIG", sig.Append(nil), func(w []byte) ([]byte, error) { s, err := rr.ParseRRSIG(w); return s.Append(nil), err }, 18 + len(b)},
	} {
		if again, err := c.again(c.rdata); err != nil || string(again) != string(c.rdata) {
			t.Errorf("%s: read back as %x, %v; want %x", c.name, again, err, c.rdata)
		}
		for n := range c.least {
			if _, err := c.again(c.rdata[:n]); err == nil {
				t.Errorf("%s: the first %d octets were read", c.name, n)
			}
		}
	}
	if _, err := rr.ParseSOA(append(soa.Append(nil), 0)); err == nil {
		t.Error("SOA with an octet too many was read")
	}
}

func TestNegativeTTL(t *testing.T) {
	if got := (rr.SOA{TTL: 60, Minimum: 300}).NegativeTTL(); got != 60 {
		t.Errorf("%d, want 60", got)
	}
	if got := (rr.SOA{TTL: 3600, Minimum: 300}).NegativeTTL(); got != 300 {
		t.Errorf("%d, want 300", got)
	}
}

func TestParseTTL(t *testing.T) {
	for text, want := range map[string]uint32{"0": 0, "3600": 3600, "1h": 3600, "1H30M": 5400, "1w1d1h1m1s": 694861, "2147483647": rr.MaxTTL, "0s": 0} {
		if got, err := rr.ParseTTL([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "h", "-1", "+1", "1x", "1h1h", "1m1h", "1h5", "2147483648", "99999999999999999999", "9999999w", "1.5h", "1 h"} {
		if got, err := rr.ParseTTL([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}

func TestTypeNames(t *testing.T) {
	for _, typ := range []rr.Type{1, 2, 6, 43, 46, 47, 48, 50, 51, 63, 64, 65, 256, 257, 258, 261, 1234, 32769, 65280, 65535} {
		text := typ.Append(nil)
		if got, ok := rr.ParseTypeField(text); !ok || got != typ {
			t.Errorf("%d is written %s, which reads as %d", typ, text, got)
		}
		if got, err := rr.ParseType(typ.String()); err != nil || got != typ {
			t.Errorf("%d is named %s, which reads as %d", typ, typ, got)
		}
	}
	for _, text := range []string{"", "FOO", "TYPE", "TYPE65536", "TYPE-1", "1", "3600"} {
		if got, ok := rr.ParseTypeField([]byte(text)); ok {
			t.Errorf("%q reads as %d", text, got)
		}
	}
	for _, typ := range []rr.Type{0, 41, 128, 249, 250, 251, 252, 255} {
		if !typ.IsMeta() {
			t.Errorf("%s is no meta type", typ)
		}
	}
}

func TestSetCanonicalize(t *testing.T) {
	set := rr.Set{Owner: rr.Root, Type: rr.TypeTXT, TTL: 1, Data: [][]byte{[]byte("b"), []byte("ab"), []byte("b"), []byte("a"), {}}}
	if set.IsCanonical() {
		t.Error("a set in disorder is called canonical")
	}
	set.Canonicalize()
	want := rr.Set{Owner: rr.Root, Type: rr.TypeTXT, TTL: 1, Data: [][]byte{{}, []byte("a"), []byte("ab"), []byte("b")}}
	if !set.IsCanonical() || !set.Equal(&want) {
		t.Errorf("%q", set.Data)
	}
}
