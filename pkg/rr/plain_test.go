package rr

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// plainLinesOf is RDATA that must be read without the general reader.
var plainLinesOf = []struct {
	t    Type
	text string
}{
	{TypeA, "192.0.2.1"}, {TypeA, "0.10.255.99  \t"}, {TypeA, "1.2.3.4\r"},
	{TypeAAAA, "2001:db8::1"}, {TypeAAAA, "::"}, {TypeAAAA, "::1"}, {TypeAAAA, "1::"}, {TypeAAAA, "1:2:3:4:5:6:7:8"}, {TypeAAAA, "FE80::abcd:0:1"},
	{TypeAAAA, "1:2:3::7:8"}, {TypeAAAA, "::2:3:4:5:6:7:8"}, {TypeAAAA, "1:2:3:4:5:6:7::"},
	{TypeNS, "ns1.Example.COM."}, {TypeNS, "ns1"}, {TypeNS, "."}, {TypeNS, "@"}, {TypeCNAME, "a_b.x-y.*.com."}, {TypeNS, "a@b$.\xc3\xa9."},
	{TypeNS, strings.Repeat("a", 63) + "."}, {TypeNS, strings.Repeat("a.", 127)}, {TypeNS, strings.Repeat("a.", 122) + "a"},
	{TypeSOA, "ns hostmaster 1 2 3 4 5"}, {TypeMX, "10 mail"}, {TypeSRV, "0 5 65535 a."},
	{TypeDS, "12345 8 2 " + strings.Repeat("aB", 32)}, {TypeDS, "1 8 2 " + strings.Repeat("ab ", 32)}, {TypeCDS, "0 0 0 00"},
	{TypeRRSIG, "DS 8 2 3600 20300101000000 20240229235959 1 . AAAA"}, {TypeRRSIG, "NSEC 13 2 3600 21060207062815 19700101000000 1 Example. AAA= "},
	{TypeRRSIG, "SOA 13 2 3600 20300101000000 20290101000000 65535 example. AAAABBBB CCCCDA=="},
	{TypeNSEC, "Next.Example. A NS RRSIG NSEC"}, {TypeNSEC, "a."}, {TypeNSEC, "a. A CAA"}, {TypeNSEC, "a. \t NS  DS RRSIG NSEC DNSKEY  "},
	{TypeNSEC3, "1 1 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NS DS RRSIG"}, {TypeNSEC3, "1 0 5 aabb 0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM"},
	{TypeNSEC3PARAM, "1 0 0 -"}, {TypeDNSKEY, "257 3 13 AAAA BBBB"}, {TypeZONEMD, "1 1 1 " + strings.Repeat("00", 48)},
	{TypeTXT, `"a b" c "d;(e)" ""`}, {TypeTXT, "abc"}, {257, `0 issue "x;y"`}, {256, `1 2 "http://x/"`}, {13, `x "y z"`},
}

// TestPlainDataRefusesEveryWrongOctet puts every octet in every place.
func TestPlainDataRefusesEveryWrongOctet(t *testing.T) {
	for _, c := range plainLinesOf {
		for i := range c.text {
			for v := range 256 {
				line := []byte(" " + c.text + "\n")
				if line[i+1] = byte(v); v == '\n' {
					continue
				}
				wire, used := AppendPlainRdata(nil, line, c.t, "\x07example\x00")
				if used == 0 {
					continue
				}
				if want, err := generalRdata(line, c.t, "\x07example\x00"); err != nil || !bytes.Equal(wire, want) {
					t.Errorf("%s %q is read as %x, want %x, %v", c.t, line, wire, want, err)
				}
			}
		}
	}
}

func TestPlainLinesAreReadAsOthers(t *testing.T) {
	for _, c := range plainLinesOf {
		line := []byte(" " + c.text + "\n")
		wire, used := AppendPlainRdata([]byte("before"), line, c.t, "\x07example\x00")
		if c.t == 257 { // its tag is read in the general way
			if used != 0 {
				t.Errorf("%s %q is read", c.t, c.text)
			}
			continue
		}
		if used != len(line) {
			t.Errorf("%s %q is not read", c.t, c.text)
			continue
		}
		want, err := generalRdata(line, c.t, "\x07example\x00")
		if err != nil || string(wire) != "before"+string(want) {
			t.Errorf("%s %q is read as %x, want %x, %v", c.t, c.text, wire[6:], want, err)
		}
	}
}

func TestWhatIsNotPlainIsLeftToOthers(t *testing.T) {
	for _, c := range []struct {
		t    Type
		text string
	}{
		{TypeA, "1.2.3"}, {TypeA, "1.2.3.4.5"}, {TypeA, "01.2.3.4"}, {TypeA, "256.1.1.1"}, {TypeA, "1.2.3.4 5"}, {TypeA, ""}, {TypeA, "1.2.3.4;x"}, {TypeA, "1.2.3.4\rx"},
		{TypeAAAA, "::ffff:1.2.3.4"}, {TypeAAAA, ":1:2"}, {TypeAAAA, "1:2:3:4:5:6:7:8:9"}, {TypeAAAA, "1:::2"}, {TypeAAAA, "1::2::3"}, {TypeAAAA, "12345::"}, {TypeAAAA, "1:2:3:4:5:6:7:8::"}, {TypeAAAA, "1:2:3:4:5:6:7:"}, {TypeAAAA, ":"},
		{TypeNS, "a..b."}, {TypeNS, ".a."}, {TypeNS, `a\.b.`}, {TypeNS, `"a"`}, {TypeNS, "a(b"}, {TypeNS, strings.Repeat("a", 64) + "."}, {TypeNS, strings.Repeat("a.", 128)}, {TypeNS, strings.Repeat("a.", 123) + "a"}, {TypeNS, ".."}, {TypeNS, "a b"},
		{TypeDS, "1 8 2 ab"}, {TypeDS, "1 8 9 abc"}, {TypeDS, "1 8 9"}, {TypeDS, "65536 8 9 ab"}, {TypeDS, "1 RSASHA256 9 ab"}, {TypeDS, "1 8 9 xx"},
		{TypeRRSIG, "DS 8 2 3600 20300230000000 20240229235959 1 . AAAA"}, {TypeRRSIG, "DS 8 2 3600 1 2 1 . AAAA"}, {TypeRRSIG, "DS 8 2 3600 21060207062816 20240229235959 1 . AAAA"},
		{TypeRRSIG, "DS 8 2 3600 20300101000000 19691231235959 1 . AAAA"}, {TypeRRSIG, "DS 8 2 3600 20300101000000 20240229235960 1 . AAAA"}, {TypeRRSIG, "DS 8 2 3600 20300101000000 20240229235959 1 . AAB="},
		{TypeRRSIG, "DS 8 2 3600 20300101000000 20240229235959 1 . AAA"}, {TypeRRSIG, "DS 8 2 3600 20300101000000 20240229235959 1 . A==="}, {TypeRRSIG, "ds 8 2 3600 20300101000000 20240229235959 1 . AAAA"}, {TypeRRSIG, "DS 8 2 3600 20300101000000 20240229235959 1 . AA== AAAA"},
		{TypeNSEC, "a. NS A"}, {TypeNSEC, "a. A A"}, {TypeNSEC, "a. a"}, {TypeNSEC, "a. TYPE1"}, {TypeNSEC, "a. NSEC3PARAM"}, {TypeNSEC, ""},
		{TypeNSEC3, "1 1 0 - 0p9mhav NS"}, {TypeNSEC3, "1 1 0 -"}, {TypeNSEC3, "1 1 0 a 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"}, {TypeNSEC3, "1 1 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tow"},
		{TypeTXT, `"a`}, {TypeTXT, `"a"b`}, {TypeTXT, `\a`}, {TypeTXT, `"\a"`}, {TypeTXT, strings.Repeat("a", 256)}, {TypeTXT, ""}, {TypeTXT, "\x01"}, {TypeTXT, `"a""b"`},
		{65280, `\# 1 ab`}, {TypeA, `\# 4 01020304`}, {64, "1 ."},
	} {
		if _, used := AppendPlainRdata(nil, []byte(" "+c.text+"\n"), c.t, "\x07example\x00"); used != 0 {
			t.Errorf("%s %q is read", c.t, c.text)
		}
	}
}

// generalRdata reads RDATA in the general way.
func generalRdata(line []byte, t Type, origin Name) ([]byte, error) {
	fields, _, _, err := ScanEntry(line, nil)
	if err != nil {
		return nil, err
	}
	return ParseRdata(nil, t, fields, origin)
}

func FuzzPlainRdata(f *testing.F) {
	for _, c := range plainLinesOf {
		f.Add(uint16(c.t), []byte(c.text))
	}
	f.Fuzz(func(t *testing.T, number uint16, text []byte) {
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			text = text[:end]
		}
		line := append([]byte{' '}, append(text, '\n')...)
		typ := Type(number)
		wire, used := AppendPlainRdata(nil, line, typ, "\x07example\x00")
		if used == 0 {
			return
		}
		want, err := generalRdata(line, typ, "\x07example\x00")
		if used != len(line) || err != nil || !bytes.Equal(wire, want) {
			t.Fatalf("%s %q is read as %x, want %x, %v", typ, text, wire, want, err)
		}
		if got, want := string(AppendRdata(nil, typ, wire)), string(appendRdataText(nil, typ, wire)); got != want {
			t.Fatalf("%s %x is written as %s, want %s", typ, wire, got, want)
		}
	})
}

func FuzzPlainRdataText(f *testing.F) {
	for _, c := range plainLinesOf {
		wire, err := generalRdata([]byte(c.text+"\n"), c.t, "\x07example\x00")
		if err != nil {
			f.Fatalf("%s %q: %v", c.t, c.text, err)
		}
		f.Add(uint16(c.t), wire)
	}
	f.Fuzz(func(t *testing.T, number uint16, rdata []byte) {
		typ := Type(number)
		if got, want := string(AppendRdata([]byte("x "), typ, rdata)), string(appendRdataText([]byte("x "), typ, rdata)); got != want {
			t.Fatalf("%s %x is written as %s, want %s", typ, rdata, got, want)
		}
	})
}

func TestTimesOfEveryDay(t *testing.T) {
	for day := int64(0); day < 1<<32/86400; day++ {
		seconds := uint32(day*86400 + day*7919%86400)
		want := time.Unix(int64(seconds), 0).UTC().Format("20060102150405")
		if got := string(appendTimeText(nil, seconds)); got != want {
			t.Fatalf("%d is written as %s, want %s", seconds, got, want)
		}
		if got, used := plainTime([]byte(want + "\n")); got != seconds || used != 14 {
			t.Fatalf("%s is read as %d", want, got)
		}
	}
	for _, text := range []string{"19700230000000", "20230229000000", "21000229000000", "20240431000000", "20240001000000", "20241301000000", "20240100000000", "20240132000000", "20240101240000", "20240101006000", "20240101000060", "2024010100000x"} {
		if _, used := plainTime([]byte(text + "\n")); used != 0 {
			t.Errorf("%s is read", text)
		}
	}
}

func TestPlainWords(t *testing.T) {
	for typ, name := range writtenTypes {
		for _, rest := range []string{"\n", " 192.0.2.1 and more\n", "\tx\n", "\r\n"} {
			word, used := PlainWord([]byte(name + rest))
			got, ok := WordType(word)
			if len(name) > 7 {
				if ok {
					t.Errorf("%q is type %s", name+rest, got)
				}
				continue
			}
			if !ok || got != typ || used != len(name) {
				t.Errorf("%q is type %s, %v", name+rest, got, ok)
			}
		}
	}
	for _, text := range []string{"\n", " A\n", "AB\n", "TYPE1\n", "a        \n", "A\x00      \n", "A\x80       \n", "ABCDEFGHIJK\n"} {
		word, _ := PlainWord([]byte(text))
		if typ, ok := WordType(word); ok {
			t.Errorf("%q is type %s", text, typ)
		}
	}
}
