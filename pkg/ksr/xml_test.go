package ksr

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/testenv"
)

// hostileXML is one defect each in a KSR that is good otherwise. The line is
// where the text that is replaced begins, plus down.
var hostileXML = []struct {
	name, old, new string
	down           int
	want           string
}{
	{"unknown element", "<Flags>", "<Extra/><Flags>", 0, "element <Extra>, want <Flags>"},
	{"unknown root", "<KSR", "<XSR", 0, "element <XSR>, want <KSR>"},
	{"repeated element", "<Flags>256</Flags>", "<Flags>256</Flags><Flags>256</Flags>", 0, "element <Flags>, want <Protocol>"},
	{"missing element", "<Flags>256</Flags>", "", 1, "element <Protocol>, want <Flags>"},
	{"swapped elements", "<Inception>2027-01-01T00:00:00+00:00</Inception>", "<Expiration>2027-01-01T00:00:00+00:00</Expiration>", 0, "want <Inception>"},
	{"missing policy", "<RequestPolicy>", "<RequestBundle id='x'>", 0, "want <RequestPolicy>"},
	{"KSK policy in a KSR", "<ZSK>", "<KSK></KSK><ZSK>", 0, "element <KSK>, want <ZSK>"},
	{"response bundle in a KSR", "<RequestBundle id=\"bundle a\"", "<ResponseBundle id=\"bundle a\"", 0, "want <RequestBundle>"},
	{"no bundle", "<RequestBundle", "</Request></KSR><RequestBundle", 0, "want <RequestBundle>"},
	{"no signature algorithm", "<SignatureAlgorithm", "</ZSK><SignatureAlgorithm", 0, "end tag </ZSK>, want <SignatureAlgorithm>"},
	{"elements inside text", "<TTL>172800", "<TTL><b/>172800", 0, "element <b>, want </TTL>"},
	{"unknown attribute", "keyTag=", "color=\"red\" keyTag=", 0, "<Key> has the unknown attribute color"},
	{"repeated attribute", "keyTag=", "keyTag=\"1\" keyTag=", 0, "attribute keyTag is repeated"},
	{"missing attribute", " serial=\"7\"", "", 0, "<KSR> lacks the attribute serial"},
	{"empty attribute", "serial=\"7\"", "serial=\"\"", 0, "attribute serial of <KSR> is empty"},
	{"attribute where none may be", "<TTL>", "<TTL id=\"1\">", 0, "<TTL> has the unknown attribute id"},
	{"attribute without quotes", "serial=\"7\"", "serial=7", 0, "has no quotes"},
	{"attribute without a value", "serial=\"7\"", "serial", 0, "without a value"},
	{"attributes without a space between", "serial=\"7\"", "serial=\"7\"x=\"1\"", 0, "malformed tag <KSR>"},
	{"less-than in an attribute", "id=\"bundle a\"", "id=\"bundle<a\"", 0, "has a < in it"},
	{"unclosed attribute", "</KSR>", "<KSR id=\"1>", 0, "no closing quote"},
	{"huge attribute", "id=\"bundle a\"", "id=\"" + strings.Repeat("x", 100000) + "\"", 0, "is longer than 256 octets"},
	{"many attributes", "id=\"bundle a\"", manyAttributes(), 0, "more than 10 attributes"},
	{"control character in an identifier", "id=\"bundle a\"", "id=\"bundle&#10;a\"", 0, "unprintable character U+000A"},
	{"direction override in an identifier", "id=\"bundle a\"", "id=\"bundle \u202ea\"", 0, "unprintable character U+202E"},
	{"namespace", "<KSR id", "<KSR xmlns=\"urn:x\" id", 0, "unknown attribute xmlns"},
	{"foreign element", "<Flags>", "<x:Flags xmlns:x=\"urn:x\">1</x:Flags><Flags>", 0, "name x:Flags: namespaces are refused"},
	{"foreign attribute", "<KSR id", "<KSR x:y=\"1\" id", 0, "name x:y: namespaces are refused"},
	{"junk text", "<Key ", "junk<Key ", 0, "text \"junk\" where only elements may be"},
	{"text before the root", "<KSR", "KSR: <KSR", 0, "where only elements may be"},
	{"text after the root", "</KSR>", "</KSR>x", 0, "where only elements may be"},
	{"second root", "</KSR>", "</KSR><KSR/>", 0, "after the end of <KSR>"},
	{"second request", "</Request>", "</Request><Request/>", 0, "element <Request>, want </KSR>"},
	{"document type", "<KSR", "<!DOCTYPE KSR [<!ENTITY a \"b\">]><KSR", 0, "declarations are refused"},
	{"undefined entity", "id=\"bundle a\"", "id=\"&a;\"", 0, "not defined"},
	{"reference without its end", "id=\"bundle a\"", "id=\"a&amp\"", 0, "not defined"},
	{"reference to no character", "id=\"bundle a\"", "id=\"&#0;\"", 0, "not defined"},
	{"reference with a sign", "id=\"bundle a\"", "id=\"&#+65;\"", 0, "not defined"},
	{"CDATA", "<TTL>172800</TTL>", "<TTL><![CDATA[172800]]></TTL>", 0, "CDATA"},
	{"end of CDATA in text", "<TTL>", "<TTL>]]>", 0, "text with ]]> in it"},
	{"processing instruction", "<Request>", "<?php x ?><Request>", 0, "processing instructions"},
	{"XML declaration not first", "<Request>", "<?xml version=\"1.0\"?><Request>", 0, "processing instructions"},
	{"XML 1.1", "version=\"1.0\"", "version=\"1.1\"", 0, "XML version \"1.1\", want 1.0"},
	{"other encoding", "encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"", 0, "want UTF-8"},
	{"declaration out of order", "version=\"1.0\" encoding=\"UTF-8\"", "encoding=\"UTF-8\" version=\"1.0\"", 0, "out of place"},
	{"bad standalone", "encoding=\"UTF-8\"", "encoding=\"UTF-8\" standalone=\"maybe\"", 0, "want yes or no"},
	{"declaration without its end", "\"UTF-8\"?>", "\"UTF-8\">", 0, "malformed XML declaration"},
	{"invalid UTF-8", "<Request>", "<Request>\xff", 0, "not UTF-8"},
	{"NUL", "<Request>", "<Request>\x00", 0, "not allowed in XML"},
	{"comment with two hyphens", "<Request>", "<!-- a -- b --><Request>", 0, "comment with -- in it"},
	{"comment without its end", "<Request>", "<!-- <Request>", 0, "comment without its end"},
	{"space before the name", "<Request>", "< Request>", 0, "malformed name"},
	{"wrong end tag", "</Flags>", "</TTL>", 0, "end tag </TTL>, want </Flags>"},
	{"end tag with an attribute", "</Flags>", "</Flags a=\"b\">", 0, "malformed end tag"},
	{"deep nesting", "<Request>", strings.Repeat("<Request>", 100000), 0, "want <RequestPolicy>"},
	{"empty number", "<TTL>172800</TTL>", "<TTL/>", 0, "TTL: empty number"},
	{"number with a plus", "<TTL>172800", "<TTL>+172800", 0, "not a plain number"},
	{"number with a minus", "<TTL>172800", "<TTL>-1", 0, "not a plain number"},
	{"number with a space", "<TTL>172800", "<TTL> 172800", 0, "not a plain number"},
	{"number in hexadecimal", "<TTL>172800", "<TTL>0x2A300", 0, "not a plain number"},
	{"number with a fraction", "<TTL>172800", "<TTL>172800.0", 0, "not a plain number"},
	{"number in other digits", "<TTL>172800", "<TTL>\u0661\u0662", 0, "not a plain number"},
	{"TTL above 2^31-1", "<TTL>172800", "<TTL>2147483648", 0, "above 2147483647"},
	{"flags above 65535", "<Flags>256", "<Flags>65536", 0, "above 65535"},
	{"serial above 2^64-1", "serial=\"7\"", "serial=\"18446744073709551616\"", 0, "above"},
	{"negative serial", "serial=\"7\"", "serial=\"-7\"", 0, "not a plain number"},
	{"protocol 2", "<Protocol>3", "<Protocol>2", -3, "Protocol is 2, want 3"},
	{"name without its final dot", "domain=\"example.com.\"", "domain=\"example.com\"", 0, "no final dot"},
	{"very long name", "<SignersName>", "<SignersName>" + strings.Repeat("a.", 10000), 0, "name is too long"},
	{"two zones in one name", "domain=\"example.com.\"", "domain=\"example..com.\"", 0, "empty label"},
	{"signer's name empty", "<SignersName>example.com.", "<SignersName>", 0, "SignersName: empty name"},
	{"type covered SOA", "<TypeCovered>DNSKEY", "<TypeCovered>SOA", 0, "want DNSKEY"},
	{"offset", "2027-01-01T00:00:00+00:00", "2027-01-01T01:00:00+01:00", 0, "not in UTC"},
	{"date only", "2027-01-01T00:00:00+00:00", "2027-01-01", 0, "want the form"},
	{"space for T", "2027-01-01T00:00:00+00:00", "2027-01-01 00:00:00Z", 0, "malformed"},
	{"two zones", "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00ZZ", 0, "not in UTC"},
	{"30 February", "2027-01-01T00:00:00+00:00", "2027-02-30T00:00:00Z", 0, "does not exist"},
	{"hour 24", "2027-01-01T00:00:00+00:00", "2027-01-01T24:00:00Z", 0, "does not exist"},
	{"leap second", "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:60Z", 0, "does not exist"},
	{"short hour", "2027-01-01T00:00:00+00:00", "2027-01-01T0:00:00Z", 0, "does not exist"},
	{"year 1969", "2027-01-01T00:00:00+00:00", "1969-12-31T23:59:59Z", 0, "outside 1970 to 2106"},
	{"year 2107", "2027-01-01T00:00:00+00:00", "2107-01-01T00:00:00Z", 0, "outside 1970 to 2106"},
	{"half a second", "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00.500Z", 0, "not in whole seconds"},
	{"dot without a fraction", "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00.Z", 0, "not in whole seconds"},
	{"time with a space", "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00Z ", 0, "not in UTC"},
	{"duration in months", "<PublishSafety>P10D", "<PublishSafety>P1M", 0, "PublishSafety"},
	{"negative duration", "<PublishSafety>P10D", "<PublishSafety>-P10D", 0, "PublishSafety"},
	{"empty duration", "<PublishSafety>P10D", "<PublishSafety>", 0, "PublishSafety"},
	{"long duration", "<PublishSafety>P10D", "<PublishSafety>P" + strings.Repeat("0", 100) + "D", 0, "is no duration"},
	{"RSA without an exponent", " exponent=\"65537\"", "", 0, "<RSA> lacks the attribute exponent"},
	{"RSA of no size", "size=\"1024\"", "size=\"0\"", 0, "the size is zero"},
	{"RSA with exponent zero", "exponent=\"65537\"", "exponent=\"0\"", 0, "the exponent is zero"},
	{"wrong family", "<RSA size=\"1024\" exponent=\"65537\"/>", "<ECDSA size=\"256\"/>", 0, "element <ECDSA>, want <RSA>"},
	{"two families", "<RSA ", "<RSA size=\"1\" exponent=\"3\"/><RSA ", 0, "element <RSA>, want </SignatureAlgorithm>"},
	{"DSA", "algorithm=\"8\"", "algorithm=\"3\"", 0, "algorithm 3 is not one that can be stated"},
	{"empty key", "<PublicKey>", "<PublicKey></PublicKey><PublicKey>", 0, "PublicKey: empty base64"},
	{"key not in base64", "<PublicKey>A", "<PublicKey>!", 0, "PublicKey: malformed base64"},
	{"base64 without its padding", "==</SignatureData>", "</SignatureData>", 0, "SignatureData: malformed base64"},
	{"carriage return in base64", "<PublicKey>", "<PublicKey>&#13;", 0, "carriage return"},
	{"long text", "<PublicKey>", "<PublicKey>" + strings.Repeat(" ", MaxText), 0, "longer than 65536 octets"},
	{"long key", "<PublicKey>", "<PublicKey>" + strings.Repeat("AAAA", MaxData/3+1), 0, "octets of data, want at most 8192"},
	{"many algorithms", "<SignatureAlgorithm", strings.Repeat("<SignatureAlgorithm algorithm='15'><EdDSA size='256'/></SignatureAlgorithm>", MaxAlgorithms) + "<SignatureAlgorithm", 0, "more than 16 algorithms"},
	{"many signers", "<Signer ", strings.Repeat("<Signer keyIdentifier='x'/>", MaxKeys+1) + "<Signer ", 0, "more than 64 signers"},
}

func manyAttributes() string {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "a%d='x' ", i)
	}
	return b.String()
}

// maxMessage bounds what a hostile document can put on the screen.
const maxMessage = maxFaults * 600

// hostileRequest remakes one row of the table.
func hostileRequest(t testing.TB, i int) ([]byte, int) {
	row := hostileXML[i]
	doc, line := replaced(t, encodedRequest(t, sampleRequest(), ICANN), row.old, row.new)
	return doc, line + row.down
}

func TestHostileXMLIsRefused(t *testing.T) {
	if _, err := ParseRequest(encodedRequest(t, sampleRequest(), ICANN)); err != nil {
		t.Fatal(err)
	}
	for i, row := range hostileXML {
		t.Run(row.name, func(t *testing.T) {
			doc, line := hostileRequest(t, i)
			r, err := ParseRequest(doc)
			var syntax *SyntaxError
			switch {
			case err == nil || r != nil:
				t.Fatal("accepted")
			case !errors.As(err, &syntax):
				t.Fatalf("error is a %T", err)
			case !strings.Contains(syntax.Text, row.want):
				t.Errorf("error %q, want %q", err, row.want)
			case syntax.Line != line:
				t.Errorf("line %d, want %d: %v", syntax.Line, line, err)
			}
			checkMessage(t, err)
		})
	}
}

// The last digit before the padding carries four bits that do not count: one key
// would have sixteen spellings.
func TestLooseBitsInBase64AreRefused(t *testing.T) {
	doc := encodedRequest(t, sampleRequest(), ICANN)
	doc[bytes.Index(doc, []byte("==</SignatureData>"))-1]++
	if _, err := ParseRequest(doc); err == nil || !strings.Contains(err.Error(), "SignatureData: malformed base64") {
		t.Errorf("error %v", err)
	}
}

// Other spellings of the same document, with the number of warnings.
var acceptedXML = []struct {
	name     string
	edit     func(string) string
	warnings int
}{
	{"as written", func(s string) string { return s }, 0},
	{"zulu", func(s string) string { return strings.ReplaceAll(s, "+00:00<", "Z<") }, 0},
	{"no zone", func(s string) string { return strings.ReplaceAll(s, "+00:00<", "<") }, 0},
	{"negative zero", func(s string) string { return strings.ReplaceAll(s, "+00:00<", "-00:00<") }, 0},
	{"mixed zones", func(s string) string { return strings.Replace(s, "+00:00<", "Z<", 3) }, 0},
	{"zero fractions", func(s string) string { return strings.ReplaceAll(s, "+00:00<", ".000Z<") }, 0},
	{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, 0},
	{"lone CR", func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }, 0},
	{"byte order mark", func(s string) string { return "\ufeff" + s }, 1},
	{"no declaration", func(s string) string { return strings.TrimPrefix(s, declaration) }, 0},
	{"short declaration", func(s string) string { return strings.Replace(s, ` encoding="UTF-8"`, "", 1) }, 0},
	{"long declaration", func(s string) string {
		return strings.Replace(s, ` encoding="UTF-8"`, ` encoding='utf-8' standalone='yes' `, 1)
	}, 0},
	{"single quotes", func(s string) string { return strings.ReplaceAll(s, `"`, `'`) }, 0},
	{"no line ends", func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "    ", ""), "\n", "") }, 0},
	{"no final line end", func(s string) string { return strings.TrimSuffix(s, "\n") }, 0},
	{"comment before the root", func(s string) string { return strings.Replace(s, "<KSR", "<!-- generated by > x -->\n<KSR", 1) }, 0},
	{"comment inside", func(s string) string { return strings.ReplaceAll(s, "<Key ", "<!-- <Key> & -->\n<Key ") }, 0},
	{"comment inside text", func(s string) string { return strings.ReplaceAll(s, "<TTL>17", "<TTL><!-- two days -->17<!-- -->") }, 0},
	{"comment after the root", func(s string) string { return s + "<!-- the end -->" }, 0},
	{"attributes turned round", func(s string) string {
		return strings.Replace(s, ` domain="example.com." serial="7"`, "\n serial = \"7\"\tdomain\n=\n\"example.com.\" ", 1)
	}, 0},
	{"references", func(s string) string {
		s = strings.ReplaceAll(s, "172800", "&#49;&#x37;2800")
		return strings.ReplaceAll(s, `"bundle a"`, `"bundle&#32;&#x61;"`)
	}, 0},
	{"tab in an identifier", func(s string) string { return strings.ReplaceAll(s, `"bundle a"`, "\"bundle\ta\"") }, 0},
	{"empty element in two tags", func(s string) string {
		return strings.Replace(s, `<EdDSA size="256"/>`, `<EdDSA size="256" ></EdDSA >`, 1)
	}, 0},
	{"white space in base64", func(s string) string {
		return strings.Replace(s, "</PublicKey>", "\n\t </PublicKey>", 1)
	}, 1},
	{"padded key tag", func(s string) string { return strings.ReplaceAll(s, `keyTag="`, `keyTag="00`) }, 0},
	{"padded number", func(s string) string { return strings.ReplaceAll(s, "<Flags>", "<Flags>00") }, 0},
	{"hours in minutes", func(s string) string { return strings.ReplaceAll(s, "PT1H", "PT60M") }, 0},
	{"weeks", func(s string) string { return strings.ReplaceAll(s, "P21D", "P3W") }, 0},
	{"upper case name", func(s string) string { return strings.ReplaceAll(s, "example.com.", "EXAMPLE.com.") }, 0},
}

func TestAcceptsEverySpellingTheSchemaAllows(t *testing.T) {
	want := sampleRequest()
	for _, row := range acceptedXML {
		t.Run(row.name, func(t *testing.T) {
			good := string(encodedRequest(t, want, ICANN))
			doc := row.edit(good)
			if doc == good && row.name != "as written" {
				t.Fatal("the edit changed nothing")
			}
			r, err := ParseRequest([]byte(doc))
			if err != nil {
				t.Fatal(err)
			}
			if what := want.difference(r); what != "" {
				t.Errorf("reads differently: %s", what)
			}
			if len(r.Warnings) != row.warnings {
				t.Errorf("warnings %v, want %d", r.Warnings, row.warnings)
			}
		})
	}
}

func TestReadsTimestamp(t *testing.T) {
	doc, _ := replaced(t, encodedRequest(t, sampleRequest(), ICANN), "<Request>", `<Request timestamp="2026-11-22T05:00:00">`)
	if got := iso(parsedRequest(t, doc).Timestamp); got != "2026-11-22T05:00:00Z" {
		t.Errorf("timestamp %s", got)
	}
}

func TestKeepsOrderOfBundlesWithAWarning(t *testing.T) {
	r := sampleRequest()
	r.Bundles[0], r.Bundles[2] = r.Bundles[2], r.Bundles[0]
	back := parsedRequest(t, encodedRequest(t, r, ICANN))
	if back.Bundles[0].ID != "bundle c" || len(back.Warnings) != 2 {
		t.Errorf("first bundle %q, warnings %v", back.Bundles[0].ID, back.Warnings)
	}
}

func TestSaysWhereThingsAre(t *testing.T) {
	doc := encodedRequest(t, sampleRequest(), ICANN)
	r := parsedRequest(t, doc)
	lines := strings.Split(string(doc), "\n")
	b := r.Bundles[1]
	for line, want := range map[int]string{
		b.Line: `<RequestBundle id="bundle b">`, b.Keys[1].Line: `<Key keyIdentifier="zsk-2"`, b.Signatures[0].Line: "<Signature ",
	} {
		if !strings.Contains(lines[line-1], want) {
			t.Errorf("line %d is %q, want %q", line, lines[line-1], want)
		}
	}
}

func TestReportsSeveralFaultsTogether(t *testing.T) {
	doc := strings.NewReplacer("P10D", "P1M", "<Flags>256", "<Flags>x", "<TypeCovered>DNSKEY", "<TypeCovered>A").
		Replace(string(encodedRequest(t, sampleRequest(), ICANN)))
	_, err := ParseRequest([]byte(doc))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2+4+4 {
		t.Errorf("%d faults, want 10:\n%v", len(lines), err)
	}
	before := 0
	for _, line := range lines {
		var n int
		if _, err := fmt.Sscanf(line, "line %d:", &n); err != nil || n <= before {
			t.Errorf("%q does not come after line %d", line, before)
		}
		before = n
	}
}

func TestGivesUpAfterManyFaults(t *testing.T) {
	r := sampleRequest()
	for range 30 {
		r.Bundles = append(r.Bundles, r.Bundles[0])
	}
	doc := strings.ReplaceAll(string(encodedRequest(t, r, ICANN)), "172800", "x")
	_, err := ParseRequest([]byte(doc))
	if n := strings.Count(err.Error(), "\n") + 1; n != maxFaults {
		t.Errorf("%d faults, want %d", n, maxFaults)
	}
}

func TestLimitsOfXML(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Request)
		want   string
	}{
		{"bundles", func(r *Request) {
			for len(r.Bundles) <= MaxBundles {
				r.Bundles = append(r.Bundles, r.Bundles[2])
			}
		}, "more than 512 bundles"},
		{"keys", func(r *Request) {
			for len(r.Bundles[0].Keys) <= MaxKeys {
				r.Bundles[0].Keys = append(r.Bundles[0].Keys, r.Bundles[0].Keys[0])
			}
		}, "more than 64 keys"},
		{"signatures", func(r *Request) {
			for len(r.Bundles[0].Signatures) <= MaxSignatures {
				r.Bundles[0].Signatures = append(r.Bundles[0].Signatures, r.Bundles[0].Signatures[0])
			}
		}, "more than 64 signatures"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := sampleRequest()
			row.change(r)
			_, err := ParseRequest(writeXMLRequest(r))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %s", err, row.want)
			}
		})
	}
}

func TestCutShortXMLIsRefused(t *testing.T) {
	doc := encodedResponse(t, sampleResponse(), ICANN)
	for n := range len(doc) - 1 { // without the last line end it is whole
		if _, err := ParseResponse(doc[:n]); err == nil {
			t.Fatalf("accepted the first %d octets", n)
		}
	}
}

func TestWritesWhatTheSchemaAllows(t *testing.T) {
	testenv.Need(t, "jing")
	dir := t.TempDir()
	converted, err := ConvertResponse(parsedResponse(t, []byte(textSKR)), ICANN, Options{Drop: []string{LossCDS}})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"ksr.xml":       encodedRequest(t, sampleRequest(), ICANN),
		"skr.xml":       encodedResponse(t, sampleResponse(), ICANN),
		"converted.xml": converted,
	}
	args := []string{"-c", "testdata/ksr.rnc"}
	for name, doc := range files {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if out, err := exec.Command("jing", args...).CombinedOutput(); err != nil {
		t.Errorf("jing: %v\n%s", err, out)
	}
	// The schema must be able to say no.
	bad := filepath.Join(dir, "bad.xml")
	doc, _ := replaced(t, files["ksr.xml"], "<Flags>", "<Extra/><Flags>")
	if err := os.WriteFile(bad, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("jing", "-c", "testdata/ksr.rnc", bad).Run(); err == nil {
		t.Error("the schema allows an unknown element")
	}
}

// The schema is a true description: all real documents are valid by it.
func TestSchemaFitsRealDocuments(t *testing.T) {
	testenv.Need(t, "jing")
	args := append([]string{"-c", "testdata/ksr.rnc"}, testenv.Corpus(t, "icann/*.xml")...)
	args = append(args, testenv.Corpus(t, "icann/expected/*.xml")...)
	if out, err := exec.Command("jing", args...).CombinedOutput(); err != nil {
		t.Errorf("jing: %v\n%s", err, out)
	}
}
