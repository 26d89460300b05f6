package zone_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

const origin rr.Name = "\x07example\x00"

// head is what every zone needs.
const head = "@ 3600 IN SOA ns hostmaster 1 2 3 4 5\n@ 3600 IN NS ns\n"

func name(t testing.TB, text string) rr.Name {
	t.Helper()
	n, err := rr.ParseName(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// parse reads a zone named example.
func parse(t testing.TB, text string) *zone.Zone {
	t.Helper()
	z, _, err := zone.Parse([]byte(text), zone.ParseOptions{Origin: origin, Name: "zone"})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// written is the zone's text without the two records of head.
func written(z *zone.Zone) string {
	text := strings.TrimPrefix(string(z.Append(nil)), "example.\t3600\tIN\tSOA\tns.example. hostmaster.example. 1 2 3 4 5\n")
	return strings.TrimPrefix(text, "example.\t3600\tIN\tNS\tns.example.\n")
}

func TestParseReadsEveryForm(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"all fields", "a 60 IN A 192.0.2.1\n", "a.example.\t60\tIN\tA\t192.0.2.1\n"},
		{"class before TTL", "a IN 60 A 192.0.2.1\n", "a.example.\t60\tIN\tA\t192.0.2.1\n"},
		{"lower case", "a in 60 a 192.0.2.1\n", "a.example.\t60\tIN\tA\t192.0.2.1\n"},
		{"generic class", "a CLASS1 60 A 192.0.2.1\n", "a.example.\t60\tIN\tA\t192.0.2.1\n"},
		{"no class", "a 60 A 192.0.2.1\n", "a.example.\t60\tIN\tA\t192.0.2.1\n"},
		{"TTL of the record before", "a A 192.0.2.1\n", "a.example.\t3600\tIN\tA\t192.0.2.1\n"},
		{"TTL of $TTL", "$TTL 7\na 60 A 192.0.2.1\nb A 192.0.2.1\n", "a.example.\t60\tIN\tA\t192.0.2.1\nb.example.\t7\tIN\tA\t192.0.2.1\n"},
		{"TTL with units", "$TTL 1w2D3h4M5s\na A 192.0.2.1\nb 1h30m A 192.0.2.1\n", "a.example.\t788645\tIN\tA\t192.0.2.1\nb.example.\t5400\tIN\tA\t192.0.2.1\n"},
		{"greatest TTL", "a 2147483647 A 192.0.2.1\n", "a.example.\t2147483647\tIN\tA\t192.0.2.1\n"},
		{"TTL zero", "a 0 A 192.0.2.1\n", "a.example.\t0\tIN\tA\t192.0.2.1\n"},
		{"owner of the record before", "a A 192.0.2.1\n\tA 192.0.2.2\n  60 IN TXT x\n", "a.example.\t3600\tIN\tA\t192.0.2.1\na.example.\t3600\tIN\tA\t192.0.2.2\na.example.\t60\tIN\tTXT\t\"x\"\n"},
		{"owner named like a type", "a A 192.0.2.1\nNS A 192.0.2.2\nIN A 192.0.2.3\n60 A 192.0.2.4\n",
			"60.example.\t3600\tIN\tA\t192.0.2.4\na.example.\t3600\tIN\tA\t192.0.2.1\nin.example.\t3600\tIN\tA\t192.0.2.3\nns.example.\t3600\tIN\tA\t192.0.2.2\n"},
		{"upper case owner", "A.EXAMPLE. TXT X\n", "a.example.\t3600\tIN\tTXT\t\"X\"\n"},
		{"comments and blank lines", "; first\n\n  \t\n ; only\na A 192.0.2.1;end\n", "a.example.\t3600\tIN\tA\t192.0.2.1\n"},
		{"no last line end", "a A 192.0.2.1", "a.example.\t3600\tIN\tA\t192.0.2.1\n"},
		{"CRLF", "a A 192.0.2.1\r\n\r\nb TXT \"x\"\r\n", "a.example.\t3600\tIN\tA\t192.0.2.1\nb.example.\t3600\tIN\tTXT\t\"x\"\n"},
		{"parentheses", "a ( 60 ; comment )\n IN\n) MX ( 10\n m )\nb A 192.0.2.1\n", "a.example.\t60\tIN\tMX\t10 m.example.\nb.example.\t60\tIN\tA\t192.0.2.1\n"},
		{"parentheses that touch one field", "a MX 10( m)\nb TXT( x y)\n(c) TXT ((x))\n", "a.example.\t3600\tIN\tMX\t10 m.example.\nb.example.\t3600\tIN\tTXT\t\"x\" \"y\"\nc.example.\t3600\tIN\tTXT\t\"x\"\n"},
		{"nested parentheses", "a MX (10 (m))\n", "a.example.\t3600\tIN\tMX\t10 m.example.\n"},
		{"quotes", "a TXT \"a;b (c) \\\" \\\\\" \"\"\n", "a.example.\t3600\tIN\tTXT\t\"a;b (c) \\\" \\\\\" \"\"\n"},
		{"escapes in names", `a\.b\032c\;\@ A 192.0.2.1` + "\n", `a\.b\032c\;\@.example.` + "\t3600\tIN\tA\t192.0.2.1\n"},
		{"escaped directive", `\$TTL A 192.0.2.1` + "\n", `\$ttl.example.` + "\t3600\tIN\tA\t192.0.2.1\n"},
		{"$ORIGIN", "$ORIGIN sub\na A 192.0.2.1\n$ORIGIN deep\n@ A 192.0.2.2\n A 192.0.2.3\n$origin example.\na A 192.0.2.4\n",
			"a.example.\t3600\tIN\tA\t192.0.2.4\na.sub.example.\t3600\tIN\tA\t192.0.2.1\ndeep.sub.example.\t3600\tIN\tA\t192.0.2.2\ndeep.sub.example.\t3600\tIN\tA\t192.0.2.3\n"},
		{"owner stays after $ORIGIN", "a A 192.0.2.1\n$ORIGIN sub\n A 192.0.2.2\na A 192.0.2.3\n",
			"a.example.\t3600\tIN\tA\t192.0.2.1\na.example.\t3600\tIN\tA\t192.0.2.2\na.sub.example.\t3600\tIN\tA\t192.0.2.3\n"},
		{"unknown type", "a TYPE65280 \\# 2 ab CD\n", "a.example.\t3600\tIN\tTYPE65280\t\\# 2 ABCD\n"},
		{"type that few know", "a TYPE1 192.0.2.1\n", "a.example.\t3600\tIN\tA\t192.0.2.1\n"},
		{"octets above 126", "a TXT \xc3\xa9\n", "a.example.\t3600\tIN\tTXT\t\"\\195\\169\"\n"},
		{"canonical order", "z A 192.0.2.1\nyljkjljk.a A 192.0.2.1\nZ.a A 192.0.2.1\n\\001.z A 192.0.2.1\n*.z A 192.0.2.1\n\\200.z A 192.0.2.1\na A 192.0.2.1\nzABC.a A 192.0.2.1\n",
			strings.ReplaceAll("a.example.|yljkjljk.a.example.|z.a.example.|zabc.a.example.|z.example.|\\001.z.example.|*.z.example.|\\200.z.example.|", "|", "\t3600\tIN\tA\t192.0.2.1\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			z := parse(t, head+c.text)
			if got := written(z); got != c.want {
				t.Errorf("written as\n%s\nwant\n%s", got, c.want)
			}
			again, _, err := zone.Parse(z.Append(nil), zone.ParseOptions{Origin: origin})
			if err != nil || !z.Equal(again) {
				t.Errorf("read back it is another zone: %v", err)
			}
		})
	}
}

func TestParseReadsByteOrderMark(t *testing.T) {
	if got := written(parse(t, "\ufeff"+head)); got != "" {
		t.Errorf("written %q", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		line             int // in text, after the two of head
	}{
		{"out of zone", "a.example.org. A 192.0.2.1", "a.example.org. is not in zone example.", 1},
		{"out of zone by its end only", "badexample. A 192.0.2.1", "badexample. is not in zone", 1},
		{"class CH", "a CH TXT x", "class CH", 1},
		{"class HS", "a 60 hs TXT x", "class hs", 1},
		{"generic class", "a CLASS3 TXT x", "class CLASS3", 1},
		{"two TTLs", "a 60 60 A 192.0.2.1", `unknown type "60"`, 1},
		{"two classes", "a IN IN A 192.0.2.1", `unknown type "IN"`, 1},
		{"TTL above 2^31-1", "a 2147483648 A 192.0.2.1", "above 2^31-1", 1},
		{"TTL without its last unit", "a 1h30 A 192.0.2.1", "ends without a unit", 1},
		{"TTL with an unknown unit", "a 1y A 192.0.2.1", "neither seconds", 1},
		{"TTL with units in disorder", "a 1m1h A 192.0.2.1", "neither seconds", 1},
		{"no type", "a 60 IN", "without a type", 1},
		{"owner only", "a", "without a type", 1},
		{"unknown type", "a FOO x", `unknown type "FOO"`, 1},
		{"query type", "a ANY x", "no type that a zone can hold", 1},
		{"bad address", "a A 192.0.2", "no IPv4 address", 1},
		{"too many fields", "a A 192.0.2.1 x", `unexpected field "x"`, 1},
		{"quoted owner", `"a" A 192.0.2.1`, "in quotes", 1},
		{"quoted type", `a "A" 192.0.2.1`, "without a type", 1},
		{"label of 64", strings.Repeat("a", 64) + " A 192.0.2.1", "longer than 63", 1},
		{"name of 256", strings.Repeat("a.", 124) + "a A 192.0.2.1", "longer than 255", 1},
		{"empty label", "a..b A 192.0.2.1", "empty label", 1},
		{"bad escape", `a\25 A 192.0.2.1`, "three digits", 1},
		{"quote not closed", "a TXT \"x\nb A 192.0.2.1", "not closed", 1},
		{"parenthesis not closed", "\na MX ( 10\n m", "opening parenthesis", 2},
		{"parenthesis not opened", "a MX 10 m )", "closing parenthesis", 1},
		{"parenthesis within a field", "a TXT (b)c", "parenthesis within a field", 1},
		{"parentheses within a field", "a TXT b()c", "parenthesis within a field", 1},
		{"quotes behind a parenthesis", "a TXT (b)\"c\"", "parenthesis within a field", 1},
		{"parenthesis between quotes", "a TXT \"b\"(\"c\")", "parenthesis within a field", 1},
		{"control character", "a TXT \x00", "control character", 1},
		{"lone carriage return", "a A 192.0.2.1\rb A 192.0.2.1", "carriage return", 1},
		{"$GENERATE", "$GENERATE 1-2 a$ A 192.0.2.$", "$GENERATE is not supported", 1},
		{"unknown directive", "$FOO", "unknown directive $FOO", 1},
		{"$INCLUDE", "$INCLUDE other", "not allowed here", 1},
		{"$TTL without value", "$TTL", "takes one field", 1},
		{"$TTL too large", "$TTL 4294967295", "above 2^31-1", 1},
		{"$ORIGIN without name", "$ORIGIN", "takes one name", 1},
		{"second SOA", "@ SOA ns hostmaster 2 2 3 4 5", "more than one SOA", 1},
		{"SOA below the apex", "a SOA ns hostmaster 1 2 3 4 5", "not the apex", 1},
		{"CNAME and other data", "a CNAME b\na A 192.0.2.1", "CNAME record and other data (A)", 1},
		{"CNAME and DNAME", "a CNAME b\na DNAME c", "CNAME record and other data (DNAME)", 1},
		{"CNAME at the apex", "@ CNAME b", "CNAME record and other data", 1},
		{"two CNAMEs", "a CNAME b\na CNAME c", "more than one CNAME", 2},
		{"two DNAMEs", "a DNAME b\na DNAME c", "more than one DNAME", 2},
		{"DNAME at a delegation", "a DNAME b\na NS c", "not the apex", 1},
		{"DS at the apex", "@ DS 1 8 9 AB", "DS record at the apex", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := zone.Parse([]byte(head+c.text), zone.ParseOptions{Origin: origin, Name: "db.example"})
			var faults zone.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("error %v, want faults", err)
			}
			want := fmt.Sprintf("db.example:%d: ", c.line+2)
			if got := faults[0].String(); !strings.HasPrefix(got, want) || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q and %q", got, want, c.want)
			}
		})
	}
}

func TestParseRefusesZonesWithoutApexRecords(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "zone example. has no records"},
		{"comments only", "; nothing\n", "zone example. has no records"},
		{"no apex", "a 60 A 192.0.2.1\n", "zone example. has no records at its apex"},
		{"no SOA", "@ 60 NS ns\n", "zone example. has no SOA record"},
		{"no NS", "@ 60 SOA ns hostmaster 1 2 3 4 5\n", "zone example. has no NS records at its apex"},
		{"no TTL", "@ NS ns\n", "zone:1: a record without a TTL, and no $TTL before it"},
		{"no owner", " 60 NS ns\n", "zone:1: a record without an owner name, and no record before it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := zone.Parse([]byte(c.text), zone.ParseOptions{Origin: origin, Name: "zone"})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	if _, _, err := zone.Parse([]byte(head), zone.ParseOptions{}); err == nil {
		t.Error("a zone without a name was read")
	}
}

func TestParseCollectsFaultsUpToALimit(t *testing.T) {
	_, _, err := zone.Parse([]byte(head+"a A x\nb A 192.0.2.1\nc FOO\n A 192.0.2.2\n"), zone.ParseOptions{Origin: origin, Name: "zone"})
	if got, want := fmt.Sprint(err), "zone:3: A: \"x\" is no IPv4 address\nzone:5: unknown type \"FOO\""; got != want {
		t.Errorf("faults\n%s\nwant\n%s", got, want)
	}
	_, _, err = zone.Parse([]byte(head+strings.Repeat("a A x\n", 1000)), zone.ParseOptions{Origin: origin, Name: "zone"})
	var faults zone.Faults
	if !errors.As(err, &faults) || len(faults) != 21 || faults[20].Text != "stopped after 20 faults" {
		t.Errorf("%d faults, want 20 and a word that there may be more", len(faults))
	}
}

func TestParseNamesAFaultyOwnerOnce(t *testing.T) {
	_, _, err := zone.Parse([]byte(head+"a..b A 192.0.2.1\n A 192.0.2.2\n A 192.0.2.3\n"), zone.ParseOptions{Origin: origin, Name: "zone"})
	if got, want := fmt.Sprint(err), `zone:3: name "a..b": empty label`; got != want {
		t.Errorf("faults\n%s\nwant\n%s", got, want)
	}
}

func TestParseWarns(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"duplicate", "a A 192.0.2.1\na A 192.0.2.1\n", "zone:4: a.example. A: the record is there twice"},
		{"duplicate in another case", "a NS b\nA NS B\n", "zone:4: a.example. NS: the record is there twice"},
		{"TTLs differ", "a 60 A 192.0.2.1\na 30 A 192.0.2.2\n", "zone:3: a.example. A: TTL 60, but 30 on another record of the RRset: the lowest is used"},
		{"NS at a wildcard", "*.a NS ns\n", "NS records at a wildcard"},
		{"DNAME at a wildcard", "*.a DNAME ns\n", "DNAME record at a wildcard"},
		{"DS without a delegation", "a DS 1 8 9 AB\n", "DS records without a delegation"},
		{"below a cut", "a NS ns\nb.a TXT x\n", "below a delegation or a DNAME, so its TXT records are hidden"},
		{"below a DNAME", "a DNAME b\nb.a A 192.0.2.1\n", "below a delegation or a DNAME, so its A records are hidden"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, warnings, err := zone.Parse([]byte(head+c.text), zone.ParseOptions{Origin: origin, Name: "zone"})
			if err != nil {
				t.Fatal(err)
			}
			if len(warnings) != 1 || !strings.Contains(warnings[0].String(), c.want) {
				t.Errorf("warnings %q, want %q", warnings, c.want)
			}
		})
	}
	_, warnings, err := zone.Parse([]byte("@ SOA ns h 1 2 3 4 300\n@ NS ns\n"), zone.ParseOptions{Origin: origin})
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].Text, "minimum of the SOA") {
		t.Errorf("warnings %q, %v", warnings, err)
	}
	_, warnings, err = zone.Parse([]byte(head+strings.Repeat("a A 192.0.2.1\n", 150)), zone.ParseOptions{Origin: origin})
	if err != nil || len(warnings) != 101 || warnings[100].Text != "and 49 more warnings" {
		t.Errorf("%d warnings, %v", len(warnings), err)
	}
}

func TestParseUsesTheLowestTTL(t *testing.T) {
	n, _ := parse(t, head+"a 60 A 192.0.2.1\na 30 A 192.0.2.2\na 90 A 192.0.2.1\n").Find(name(t, "a.example."))
	if set, _ := n.Lookup(rr.TypeA); set.TTL != 30 || len(set.Data) != 2 {
		t.Errorf("TTL %d of %d records, want 30 of 2", set.TTL, len(set.Data))
	}
}

func TestDefaultTTL(t *testing.T) {
	z, _, err := zone.Parse([]byte("@ SOA ns h 1 2 3 4 5\n@ NS ns\n"), zone.ParseOptions{Origin: origin, DefaultTTL: 77})
	if err != nil {
		t.Fatal(err)
	}
	if soa, _ := z.SOA(); soa.TTL != 77 {
		t.Errorf("TTL %d, want 77", soa.TTL)
	}
	if _, _, err := zone.Parse([]byte(head), zone.ParseOptions{Origin: origin, DefaultTTL: 1 << 31}); err == nil {
		t.Error("a default TTL of 2^31 was taken")
	}
}

func TestInclude(t *testing.T) {
	files := map[string]string{
		"a":      "x A 192.0.2.1\n$ORIGIN deeper\ny A 192.0.2.2\n",
		"b":      "$INCLUDE a sub\n",
		"blank":  " A 192.0.2.9\n",
		"loop":   "$INCLUDE loop\n",
		"faulty": "\n\nx A y\n",
		"ttl":    "$TTL 99\n",
	}
	include := func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, errors.New("no such file")
	}
	for _, c := range []struct{ name, text, want string }{
		{"origin goes in and not out", "o A 192.0.2.3\n$INCLUDE a\n A 192.0.2.4\np A 192.0.2.5\n",
			"y.deeper.example. 192.0.2.2|o.example. 192.0.2.3|o.example. 192.0.2.4|p.example. 192.0.2.5|x.example. 192.0.2.1|"},
		{"with an origin", "$INCLUDE \"a\" in\n", "y.deeper.in.example. 192.0.2.2|x.in.example. 192.0.2.1|"},
		{"two deep", "$INCLUDE b\n", "y.deeper.sub.example. 192.0.2.2|x.sub.example. 192.0.2.1|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			z, _, err := zone.Parse([]byte(head+c.text), zone.ParseOptions{Origin: origin, Name: "zone", Include: include})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := written(z), strings.NewReplacer("|", "\n", " ", "\t3600\tIN\tA\t").Replace(c.want); got != want {
				t.Errorf("written as\n%s\nwant\n%s", got, want)
			}
		})
	}
	for _, c := range []struct{ name, text, want string }{
		{"fault in the file", "$INCLUDE faulty\n", "faulty:3: A: "},
		{"no such file", "$INCLUDE none\n", "zone:3: $INCLUDE none: no such file"},
		{"loop", "$INCLUDE loop\n", "loop:1: $INCLUDE: more than 8 files deep"},
		{"blank owner", "$INCLUDE blank\n", "blank:1: a record without an owner"},
		{"no file", "$INCLUDE\n", "zone:3: $INCLUDE takes"},
		{"bad origin", "$INCLUDE a ..\n", "zone:3: $INCLUDE: name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := zone.Parse([]byte(head+c.text), zone.ParseOptions{Origin: origin, Name: "zone", Include: include})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	z, _, err := zone.Parse([]byte(head+"$INCLUDE ttl\na A 192.0.2.1\n"), zone.ParseOptions{Origin: origin, Include: include})
	if err != nil || written(z) != "a.example.\t99\tIN\tA\t192.0.2.1\n" {
		t.Errorf("a $TTL of an included file does not stay: %v", err)
	}
}

func TestParseLimitsItsInput(t *testing.T) {
	include := func(string) ([]byte, error) { return []byte(strings.Repeat("\n", 100)), nil }
	text := []byte(head + "$INCLUDE x\n$INCLUDE x\n")
	if _, _, err := zone.Parse(text, zone.ParseOptions{Origin: origin, Include: include, MaxOctets: uint64(len(text)) + 200}); err != nil {
		t.Error(err)
	}
	if _, _, err := zone.Parse(text, zone.ParseOptions{Origin: origin, Include: include, MaxOctets: uint64(len(text)) + 199}); err == nil {
		t.Error("more text than allowed was read")
	}
	long := "a TXT (\n" + strings.Repeat("x\n", rr.MaxEntry)
	if _, _, err := zone.Parse([]byte(head+long), zone.ParseOptions{Origin: origin}); err == nil || !strings.Contains(err.Error(), "entry longer") {
		t.Errorf("error %.200v, want one of a long entry", err)
	}
	if _, _, err := zone.Parse([]byte(head+strings.Repeat(" ", rr.MaxEntry)+"\n"), zone.ParseOptions{Origin: origin}); err == nil {
		t.Error("a line longer than an entry can be was read")
	}
	big := "a TXT " + strings.Repeat(strings.Repeat("x", 255)+" ", 256)
	if _, _, err := zone.Parse([]byte(head+big), zone.ParseOptions{Origin: origin}); err == nil || !strings.Contains(err.Error(), "65535") {
		t.Errorf("error %.200v, want one of large RDATA", err)
	}
	big = "a TXT " + strings.Repeat(strings.Repeat("x", 255)+" ", 255)
	if got := written(parse(t, head+big)); len(got) < 255*255 {
		t.Errorf("%d octets written", len(got))
	}
}

func TestOrigin(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{". 60 IN SOA a. b. 1 2 3 4 5\n", "."},
		{"\ufeff; comment\r\n\r\nExample.COM.\tSOA\ta. b. (1 2\n3 4 5)\n", "example.com."},
		{"$TTL 1h\n$ORIGIN example.\n@ IN 1h SOA a b 1 2 3 4 5\n", "example."},
		{"$ORIGIN example.\n$origin sub\nzone SOA a b 1 2 3 4 5\n", "zone.sub.example."},
		{"", ""},
		{"@ SOA a. b. 1 2 3 4 5\n", ""},
		{"zone SOA a. b. 1 2 3 4 5\n", ""},
		{"example. NS a.\nexample. SOA a. b. 1 2 3 4 5\n", ""},
		{" SOA a. b. 1 2 3 4 5\n", ""},
		{"example. (\n", ""},
		{"example.\n", ""},
		{"$ORIGIN ..\n", ""},
		{"\"\" SOA a. b. 1 2 3 4 5\n", ""},
		{"\"\"\n", ""},
	} {
		got, err := zone.Origin([]byte(c.text))
		if (err != nil) != (c.want == "") || err == nil && got.String() != c.want {
			t.Errorf("%q: %q, %v; want %q", c.text, got, err, c.want)
		}
	}
}

// A fault quotes the text, and who wrote that shall not fill our disks with it.
func TestMessagesAreShort(t *testing.T) {
	var faults zone.Faults
	text := head + "$TTL " + strings.Repeat("9", 1<<16) + "\n"
	if _, _, err := zone.Parse([]byte(text), zone.ParseOptions{Origin: origin}); !errors.As(err, &faults) || len(err.Error()) > 4096 {
		t.Errorf("an error of %d octets: %.80v", len(fmt.Sprint(err)), err)
	}
}
