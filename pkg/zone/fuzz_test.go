package zone_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// seeds is text with all the syntax there is, faulty too.
var seeds = []string{
	head, tree, head + signedText, "\ufeff" + strings.ReplaceAll(tree, "\n", "\r\n"),
	"$TTL 1h30m\n@ SOA ns. h. ( 1 2 ; comment\n 3 4 5 )\n NS ns\n",
	"$ORIGIN example.\n$TTL 5\n@ IN SOA a b 1 1h 1d 1w 0\n@ NS @\n$ORIGIN a\n\tA 1.2.3.4\nx\tTXT \"q\\\"\\\\\\065;(\" y\n",
	head + "a TYPE65280 \\# 3 abcdef\na TYPE1 \\# 4 01020304\nb SVCB 1 . alpn=\"h2,h3\" port=8443\nc LOC 51 30 12.748 N 0 7 39.611 W 0m\n",
	head + "a 60 IN A 1.2.3.4\na IN 60 A 1.2.3.5\na CLASS1 A 1.2.3.6\n A 1.2.3.7\n60 A 1.2.3.8\nIN A 1.2.3.9\n",
	head + "a\\.b\\000c A 1.2.3.4\n\\*.x A 1.2.3.4\n*.x TXT x\n\"q\" A 1.2.3.4\n",
	head + "a CNAME b\na A 1.2.3.4\nb DNAME c\nx.b A 1.2.3.4\n@ SOA a b 1 2 3 4 5\n",
	head + "$GENERATE 1-3 a$ A 1.2.3.$\n$INCLUDE x\n$FOO\n$TTL\n$TTL 99999999999\n$ORIGIN ..\n",
	head + "a NAPTR 1 2 \"u\" \"E2U+sip\" \"!^.*$!sip:x!\" .\na CAA 0 issue \"x;y\"\na URI 1 2 \"http://x/\"\na HINFO x y\n",
	head + "a TLSA 3 1 1 AB CD\na SSHFP 4 2 ABCD\na OPENPGPKEY AQID\na CERT 1 2 3 AQID\na EUI48 00-00-5e-00-53-2a\na APL 1:192.168.32.0/21\n",
	head + "a TXT (\n", head + "a TXT )\n", head + "a TXT (b)c\n", head + "a TXT (b\nc;d\ne)\n", head + "a TXT \"x\n\"\n", head + "a TXT \\", head + "a\rb A 1.2.3.4\n",
}

// packed is room for a record; the fuzzer runs one input at a time.
var packed [70000]byte

// known is the records of a zone: owner, type and canonical RDATA. TTLs are left
// out: an RRset has one here, and not in every parser.
func known(t *testing.T, text []byte) (map[string]bool, error) {
	t.Helper()
	records := map[string]bool{}
	parser := dns.NewZoneParser(bytes.NewReader(text), "example.", "")
	wire := packed[:]
	for r, ok := parser.Next(); ok; r, ok = parser.Next() {
		n, err := dns.PackRR(r, wire, 0, nil, false)
		if err != nil {
			return nil, err
		}
		owner, used, err := rr.UnpackName(wire)
		if err != nil {
			return nil, err
		}
		typ := rr.Type(r.Header().Rrtype)
		rdata, err := rr.CanonicalRdata(nil, typ, wire[used+10:n])
		if err != nil {
			return nil, err
		}
		records[string(owner)+typ.String()+" "+string(rdata)] = true
	}
	return records, parser.Err()
}

// spaced is text with a blank after each line end within parentheses: there
// miekg/dns takes the last field of a line and the first of the next for one.
func spaced(text []byte) []byte {
	var out []byte
	depth := 0
	quoted, comment := false, false
	for i := 0; i < len(text); i++ {
		out = append(out, text[i])
		switch c := text[i]; {
		case c == '\n':
			if comment = false; depth > 0 {
				out = append(out, ' ')
			}
		case comment:
		case c == '\\' && i+1 < len(text):
			i++
			out = append(out, text[i])
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ';':
			comment = true
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
	}
	return out
}

func FuzzParse(f *testing.F) {
	for _, text := range seeds {
		f.Add([]byte(text))
	}
	f.Fuzz(checkText)
}

// usual is what most lines of a zone are like, for FuzzLines to spoil.
var usual = []string{
	"d#.example.\t3600\tIN\tNS\tns1.d#.example.\n", "d# NS ns2\n", "\tIN 60 A 192.0.2.#\n", " AAAA 2001:db8:#::7\n", "ns1.d# 60 A 192.0.2.7\n",
	"d# IN DS 1# 13 2 " + strings.Repeat("0aB1", 16) + "\n", "D#.EXAMPLE. 7 TXT \"#;\" x#\n", "d# MX 1# mail.d#\n", "d# CAA 0 issue \"x;y\"\n",
	"d# 60 RRSIG NS 13 2 3600 20300101000000 20290228235959 1# example. AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==\n",
	"d# 60 NSEC D#a.example. NS DS RRSIG NSEC\n", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 60 NSEC3 1 1 0 aabb 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG\n",
	"d# DNSKEY 257 3 13 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQID BAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==\n", "d# SRV 1 2 3# d#.other.\n",
	"c# CNAME d#.other.\n", "e# DNAME f#\n", "p# PTR d#\n", "$TTL #\n", "$ORIGIN o#\n", "$ORIGIN example.\n", "; d#\n", "d# TXT ( a\n b )\n", "d# A 192.0.2.1 ; x\r\n",
}

// spoilt is lines of a zone, with octets changed in one line of four.
func spoilt(seed uint64) []byte {
	random := rand.New(rand.NewPCG(seed, 1))
	text := []byte(head)
	for range 1 + random.IntN(30) {
		line := []byte(strings.ReplaceAll(usual[random.IntN(len(usual))], "#", strconv.Itoa(random.IntN(10))))
		for random.IntN(4) == 0 {
			const octets = " \t.@$\"\\;():=-/+*_09azAZIN\r\n\x00\xff"
			at, c := random.IntN(len(line)), octets[random.IntN(len(octets))]
			switch random.IntN(3) {
			case 0:
				line[at] = c
			case 1:
				line = slices.Insert(line, at, c)
			case 2:
				line = slices.Delete(line, at, at+1)
			}
			if len(line) == 0 {
				break
			}
		}
		text = append(text, line...)
	}
	return text
}

func FuzzLines(f *testing.F) {
	for seed := range uint64(500) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { checkText(t, spoilt(seed)) })
}

// checkText checks that what is read is written and read back equal, and that
// the other parser reads the same records.
func checkText(t *testing.T, text []byte) {
	z, _, err := zone.Parse(text, zone.ParseOptions{Origin: origin, Name: "zone"})
	if err != nil {
		if z != nil || err.Error() == "" {
			t.Fatal("an error and a zone, or an error without a word")
		}
		return
	}
	first := z.Append(nil)
	again, _, err := zone.Parse(first, zone.ParseOptions{Origin: origin, Name: "written"})
	if err != nil {
		t.Fatalf("what was written is refused: %v\n%s", err, first)
	}
	if !z.Equal(again) || !bytes.Equal(again.Append(nil), first) {
		t.Fatalf("written and read back it is another zone:\n%s", first)
	}
	if _, _, err := z.StripDNSSEC(); err != nil {
		t.Fatal(err)
	}
	want, err := known(t, spaced(bytes.TrimPrefix(text, []byte("\ufeff"))))
	if err != nil {
		return // the other parser refuses it
	}
	got, err := known(t, first)
	if err != nil {
		t.Fatalf("the other parser refuses what was written: %v\n%s", err, first)
	}
	for record := range want {
		if !got[record] {
			t.Errorf("record %q is missing in\n%s", record, first)
		}
	}
	for record := range got {
		if !want[record] {
			t.Errorf("record %q is made up in\n%s", record, first)
		}
	}
}
