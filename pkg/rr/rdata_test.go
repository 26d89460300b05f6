package rr_test

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"countersign/pkg/rr"
)

// goodRdata is text that a zone may have, and how it is written back when that
// differs.
var goodRdata = []struct{ typ, text, want string }{
	{"A", "192.0.2.1", ""},
	{"AAAA", "2001:db8::1", ""},
	{"AAAA", "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"AAAA", "::ffff:192.0.2.1", ""},
	{"AAAA", "::", ""},
	{"NS", "ns.Example.com.", "ns.example.com."},
	{"NS", "ns", "ns.example.org."},
	{"NS", "@", "example.org."},
	{"NS", ".", ""},
	{"CNAME", `a\.b.c\032d.example.`, ""},
	{"CNAME", `\097bc.\@.\$x.example.`, `abc.\@.\$x.example.`},
	{"PTR", "host.example.", ""},
	{"DNAME", "other.example.", ""},
	{"MX", "10 mail", "10 mail.example.org."},
	{"SOA", "ns. mail. 1 1h 15M 1w1d 86400", "ns. mail. 1 3600 900 691200 86400"},
	{"TXT", `"a b" c "q\"uo\\te" \065 ""`, `"a b" "c" "q\"uo\\te" "A" ""`},
	{"TXT", `"\200é;("`, `"\200\195\169;("`},
	{"SPF", `"v=spf1 -all"`, ""},
	{"HINFO", `PC "Linux 6"`, `"PC" "Linux 6"`},
	{"RP", "a.example. b.example.", ""},
	{"MINFO", "a.example. b.example.", ""},
	{"AFSDB", "1 a.example.", ""},
	{"RT", "1 a.example.", ""},
	{"KX", "1 a.example.", ""},
	{"PX", "1 a. b.", `\# 8 0001016100016200`},
	{"MB", "a.", `\# 3 016100`},
	{"SRV", "0 5 5060 sip.example.", ""},
	{"NAPTR", `100 10 "u" "E2U+sip" "!^.*$!sip:x@example.com!" .`, ""},
	{"DS", "60485 8 2 " + strings.Repeat("AB", 32), ""},
	{"DS", "60485 RSASHA256 1 2BB183AF5F22588179A53B0A 98631FAD1A292118", "60485 8 1 2BB183AF5F22588179A53B0A98631FAD1A292118"},
	{"CDS", "0 0 0 00", ""},
	{"DNSKEY", "257 3 8 AwEAAag=", ""},
	{"DNSKEY", "256 3 ECDSAP256SHA256 AwEA Aag=", "256 3 13 AwEAAag="},
	{"CDNSKEY", "0 3 0 AA==", ""},
	{"KEY", "256 3 8 AwEAAag=", `\# 9 0100030803010001A8`},
	{"RRSIG", "A 8 2 3600 20260904050000 20260822040000 57780 Example. AwEAAag=", "A 8 2 3600 20260904050000 20260822040000 57780 example. AwEAAag="},
	{"RRSIG", "TYPE65280 13 0 0 4294967295 0 1 . AQ==", "TYPE65280 13 0 0 21060207062815 19700101000000 1 . AQ=="},
	{"NSEC", "Host.example. A MX RRSIG NSEC TYPE1234", ""},
	{"NSEC", "host.example. NSEC A", "host.example. A NSEC"},
	{"NSEC", "host.example.", ""},
	{"NSEC3", "1 1 0 - 0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM NS DS", ""},
	{"NSEC3", "1 0 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s", "1 0 12 AABBCCDD 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S"},
	{"NSEC3PARAM", "1 0 0 -", ""},
	{"TLSA", "3 1 1 " + strings.Repeat("01", 32), ""},
	{"SSHFP", "4 2 " + strings.Repeat("01", 32), ""},
	{"OPENPGPKEY", "AQID", ""},
	{"CSYNC", "66 3 A NS AAAA", ""},
	{"CSYNC", "66 3", ""},
	{"ZONEMD", "2018031900 1 1 " + strings.Repeat("C6", 48), ""},
	{"ZONEMD", "1 1 240 " + strings.Repeat("E2", 12), ""},
	{"CAA", `0 issue "ca.example; x=y"`, ""},
	{"URI", `10 1 "ftp://ftp.example/"`, ""},
	{"LOC", "51 30 12.748 N 0 7 39.611 W 0m 0.00m 0.00m 0.00m", "51 30 12.748 N 00 07 39.611 W 0m 0.00m 0.00m 0.00m"},
	{"SVCB", `1 . alpn="h2,h3" port="8443"`, ""},
	{"HTTPS", "0 pool.svc.example.", ""},
	{"CERT", "PGP 0 0 AQID", ""},
	{"NID", "10 0014:4FFF:ff20:ee64", "10 0014:4fff:ff20:ee64"},
	{"L64", "10 2001:db8:1140:0", "10 2001:0db8:1140:0000"},
	{"L32", "10 10.1.2.0", ""},
	{"LP", "10 L64-subnet1.example.", ""},
	{"EUI48", "00-00-5e-00-53-2a", ""},
	{"APL", "1:192.168.32.0/21 !1:192.168.38.0/28", ""},
	{"TYPE65280", `\# 3 ABCDEF`, ""},
	{"TYPE65280", `\# 4 ab cdef 01`, `\# 4 ABCDEF01`},
	{"TYPE65280", `\# 0`, ""},
	{"A", `\# 4 C0000201`, "192.0.2.1"},
	{"NS", `\# 5 03 41 42 43 00`, "abc."},
	{"TYPE1", "192.0.2.1", "192.0.2.1"},
}

var badRdata = []struct{ typ, text string }{
	{"A", "192.0.2"}, {"A", "192.0.2.256"}, {"A", "192.0.2.01"}, {"A", "192.0.2.1 x"}, {"A", `"192.0.2.1"`}, {"A", ""},
	{"A", `\# 3 C00002`}, {"A", `\# 4 C00002`}, {"A", `\# 4 C000020G`}, {"A", `\#`},
	{"AAAA", "1.2.3.4"}, {"AAAA", ":::"}, {"AAAA", "1::2::3"}, {"AAAA", "fe80::1%eth0"}, {"AAAA", "1:2:3:4:5:6:7"}, {"AAAA", "12345::"}, {"AAAA", ":1"},
	{"NS", "a..b."}, {"NS", strings.Repeat("a", 64) + "."}, {"NS", strings.Repeat("a.", 128)}, {"NS", `"a."`}, {"NS", `\25`}, {"NS", `a"b".`}, {"DS", `1 8 9 "AB"`}, {"DS", `1 8 9 A"B"`}, {"NS", `\256.`},
	{"NS", `\# 3 C00C00`}, {"NS", `\# 2 0161`},
	{"MX", "mail"}, {"MX", "65536 mail"}, {"MX", "-1 mail"},
	{"SOA", "a. b. 1 2 3 4"}, {"SOA", "a. b. 4294967296 2 3 4 5"}, {"SOA", "a. b. 1 2h1d 3 4 5"},
	{"TXT", ""}, {"TXT", `"` + strings.Repeat("x", 256) + `"`}, {"TXT", `"a`}, {"TXT", `a"b`}, {"TXT", `"a"b`}, {"TXT", `\# 2 02 61`},
	{"DS", "1 8 2 AB"}, {"DS", "1 8 2"}, {"DS", "1 8 2 " + strings.Repeat("AB", 31) + "A"}, {"DS", "1 8 9"},
	{"DNSKEY", "257 3 8"}, {"DNSKEY", "257 3 8 AwEAAa"}, {"DNSKEY", "257 3 8 A*=="}, {"DNSKEY", "257 3 8 AR=="},
	{"RRSIG", "A 8 2 3600 20261304050000 20260822040000 57780 example. AwEAAag="}, {"RRSIG", "A 8 2 3600 21080101000000 0 57780 example. AwEAAag="},
	{"RRSIG", "NOTYPE 8 2 3600 0 0 57780 example. AwEAAag="}, {"RRSIG", "A 8 2 3600 0 0 57780 example."},
	{"NSEC", "a. A A"}, {"NSEC", "a. NOTYPE"}, {"NSEC", `\# 5 00 00 02 40 00`}, {"NSEC", `\# 3 00 00 00`}, {"NSEC", `\# 7 00 01 01 40 00 01 40`},
	{"NSEC3", "1 0 0 - "}, {"NSEC3", "1 0 0 - AB=="}, {"NSEC3", "1 0 0 abc 0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM"},
	{"ZONEMD", "1 1 1 AABB"}, {"ZONEMD", "1 1 240 AABBCC"},
	{"CAA", `0 is-sue "x"`}, {"CAA", `0 issue "x" "y"`},
	{"NID", "10 1:2:3"}, {"NID", "10 1:2:3:4:5"}, {"NID", "10 1::3:4"}, {"NID", "10 1:2:3:12345"}, {"NID", "10 1:2:3:g"},
	{"TYPE65280", "abc"}, {"ANY", `\# 0`}, {"OPT", `\# 0`}, {"TYPE0", `\# 0`},
	{"LOC", "91 0 0 N 0 0 0 E 0m"}, {"LOC", `\# 1 00`}, {"HTTPS", ""},
}

func TestRdataTextIsReadAndWritten(t *testing.T) {
	origin, _ := rr.ParseName("example.org.")
	for _, c := range goodRdata {
		typ, err := rr.ParseType(c.typ)
		if err != nil {
			t.Fatal(err)
		}
		wire, err := rr.ParseRdataText(typ, c.text, origin)
		if err != nil {
			t.Errorf("%s %s: %v", c.typ, c.text, err)
			continue
		}
		want := c.want
		if want == "" {
			want = c.text
		}
		if got := string(rr.AppendRdata(nil, typ, wire)); got != want {
			t.Errorf("%s %s: written as %s, want %s", c.typ, c.text, got, want)
		}
		canonical, err := rr.CanonicalRdata(nil, typ, wire)
		if err != nil || !bytes.Equal(canonical, wire) {
			t.Errorf("%s %s: parsed RDATA is not canonical: %v", c.typ, c.text, err)
		}
		compareWithOracle(t, typ, string(rr.AppendRdata(nil, typ, wire)), wire)
	}
}

// compareWithOracle packs the text with miekg/dns.
func compareWithOracle(t *testing.T, typ rr.Type, text string, wire []byte) {
	t.Helper()
	record, err := dns.NewRR(". 0 IN " + typ.String() + " " + text)
	if err != nil {
		t.Errorf("%s %s: the oracle refuses what was written: %v", typ, text, err)
		return
	}
	packed := make([]byte, 70000)
	n, err := dns.PackRR(record, packed, 0, nil, false)
	if err != nil {
		t.Errorf("%s %s: %v", typ, text, err)
		return
	}
	if !bytes.Equal(packed[11:n], wire) {
		t.Errorf("%s %s: RDATA %x, the oracle has %x", typ, text, wire, packed[11:n])
	}
}

func TestFaultyRdataTextIsRefused(t *testing.T) {
	for _, c := range badRdata {
		typ, err := rr.ParseType(c.typ)
		if err != nil {
			t.Fatal(err)
		}
		if wire, err := rr.ParseRdataText(typ, c.text, rr.Root); err == nil {
			t.Errorf("%s %s: read as %x, want an error", c.typ, c.text, wire)
		}
	}
}

// NSEC keeps the case of its next name in canonical form (RFC 6840, Section
// 5.1), all types of RFC 4034, Section 6.2 lose it.
func TestCanonicalRdataLowersNames(t *testing.T) {
	mixed := []byte("\x03WwW\x00")
	lower := []byte("\x03www\x00")
	for _, c := range []struct {
		typ          rr.Type
		before, tail string
		want         []byte
	}{
		{rr.TypeNS, "", "", lower}, {rr.TypeCNAME, "", "", lower}, {rr.TypePTR, "", "", lower}, {rr.TypeDNAME, "", "", lower},
		{rr.TypeMX, "\x00A", "", lower}, {rr.TypeSRV, "ABCDEF", "", lower},
		{rr.TypeRRSIG, "\x00\x01\x08\x02ABCDABCDABCDAB", "SIG", lower},
		{rr.TypeNSEC, "", "\x00\x01\x40", mixed},
		{64, "\x00\x01", "", mixed}, // SVCB
		{65280, "", "", mixed},
	} {
		in := []byte(c.before + string(mixed) + c.tail)
		got, err := rr.CanonicalRdata(nil, c.typ, in)
		if err != nil {
			t.Errorf("%s: %v", c.typ, err)
			continue
		}
		if want := c.before + string(c.want) + c.tail; string(got) != want {
			t.Errorf("%s: %q, want %q", c.typ, got, want)
		}
	}
}

func FuzzRdata(f *testing.F) {
	for _, c := range goodRdata {
		typ, _ := rr.ParseType(c.typ)
		f.Add(uint16(typ), c.text)
	}
	for _, c := range badRdata {
		typ, _ := rr.ParseType(c.typ)
		f.Add(uint16(typ), c.text)
	}
	origin, _ := rr.ParseName("example.org.")
	f.Fuzz(func(t *testing.T, typ uint16, text string) {
		wire, err := rr.ParseRdataText(rr.Type(typ), text, origin)
		if err != nil {
			return
		}
		if canonical, err := rr.CanonicalRdata(nil, rr.Type(typ), wire); err != nil || !bytes.Equal(canonical, wire) {
			t.Fatalf("%s %q: RDATA %x is not canonical: %x, %v", rr.Type(typ), text, wire, canonical, err)
		}
		written := string(rr.AppendRdata(nil, rr.Type(typ), wire))
		again, err := rr.ParseRdataText(rr.Type(typ), written, rr.Root)
		if err != nil || !bytes.Equal(again, wire) {
			t.Fatalf("%s %q: written as %q, which reads as %x, %v; want %x", rr.Type(typ), text, written, again, err, wire)
		}
	})
}

// FuzzCanonicalRdata: what is accepted from the wire is written and read back
// equal.
func FuzzCanonicalRdata(f *testing.F) {
	for _, c := range goodRdata {
		typ, _ := rr.ParseType(c.typ)
		wire, _ := rr.ParseRdataText(typ, c.text, rr.Root)
		f.Add(uint16(typ), wire)
	}
	f.Fuzz(func(t *testing.T, typ uint16, rdata []byte) {
		wire, err := rr.CanonicalRdata(nil, rr.Type(typ), rdata)
		if err != nil {
			return
		}
		written := string(rr.AppendRdata(nil, rr.Type(typ), wire))
		again, err := rr.ParseRdataText(rr.Type(typ), written, rr.Root)
		if err != nil || !bytes.Equal(again, wire) {
			t.Fatalf("%s %x: written as %q, which reads as %x, %v", rr.Type(typ), wire, written, again, err)
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"::", "1::", "::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8:", ":1::", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "192.0.2.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, " \t\r\n()\";\\@") {
			return
		}
		want, wantErr := netip.ParseAddr(text)
		for _, typ := range []rr.Type{rr.TypeA, rr.TypeAAAA} {
			wire, err := rr.ParseRdataText(typ, text, rr.Root)
			good := wantErr == nil && want.Zone() == "" && want.Is4() == (typ == rr.TypeA)
			if good != (err == nil) {
				t.Fatalf("%s %q: error %v, netip has %v", typ, text, err, wantErr)
			}
			if good && !bytes.Equal(wire, want.AsSlice()) {
				t.Fatalf("%s %q: %x, want %x", typ, text, wire, want.AsSlice())
			}
		}
	})
}
