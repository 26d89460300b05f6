package zone_test

import (
	"bytes"
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
	f.Fuzz(func(t *testing.T, text []byte) {
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
	})
}
