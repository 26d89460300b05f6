package trustanchor_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/trustanchor"
)

// rootDocument has the form of IANA's document: an anchor that ended, one in the
// form of RFC 7958 and one with the public key of RFC 9718.
const rootDocument = `<?xml version="1.0" encoding="UTF-8"?>
<TrustAnchor id="E9724F53-1851-4F86-85E5-F1392102940B" source="http://data.iana.org/root-anchors/root-anchors.xml">
<!-- the key of 2010 -->
<Zone>.</Zone>
<KeyDigest id="Kjqmt7v" validFrom="2010-07-15T00:00:00+00:00" validUntil="2019-01-11T00:00:00+00:00">
<KeyTag>19036</KeyTag>
<Algorithm>8</Algorithm>
<DigestType>2</DigestType>
<Digest>49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5</Digest>
</KeyDigest>
<KeyDigest id="Klajeyz" validFrom="2017-02-02T00:00:00+00:00">
<KeyTag>20326</KeyTag>
<Algorithm>8</Algorithm>
<DigestType>2</DigestType>
<Digest>E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D</Digest>
<PublicKey>` + ksk2017 + `</PublicKey>
<Flags>257</Flags>
</KeyDigest>
<KeyDigest id="Kmyv6jo" validFrom='2024-07-18T00:00:00Z'><KeyTag>38696</KeyTag><Algorithm>8</Algorithm><DigestType>2</DigestType>
<Digest>683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16</Digest></KeyDigest>
</TrustAnchor>
`

const ksk2017 = `AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3
+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kv
ArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF
0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+e
oZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfd
RUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwN
R1AkUTV74bU=`

const rootDS = ". 172800 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"

func date(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func rootKSK(t testing.TB) rr.DNSKEY {
	t.Helper()
	record, err := dns.NewRR(". DNSKEY 257 3 8 " + strings.Join(strings.Fields(ksk2017), ""))
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1024)
	n, err := dns.PackRR(record, buf, 0, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	key, err := rr.ParseDNSKEY(buf[11:n])
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func parse(t testing.TB, doc string) *trustanchor.Anchors {
	t.Helper()
	a, err := trustanchor.Parse([]byte(doc), rr.Root)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRootDocument(t *testing.T) {
	a := parse(t, rootDocument)
	if len(a.Anchors) != 3 || a.ID != "E9724F53-1851-4F86-85E5-F1392102940B" || len(a.Warnings) != 0 {
		t.Fatalf("got %+v", a)
	}
	if got := a.Anchors[0].ValidUntil; !got.Equal(date("2019-01-11")) {
		t.Errorf("validUntil %s", got)
	}
	if a.Anchors[1].Key == nil || a.Anchors[2].Key != nil {
		t.Error("public key of the wrong anchors")
	}
	key := rootKSK(t)
	if err := a.Match(rr.Root, key, date("2024-01-01")); err != nil {
		t.Errorf("the KSK of 2017: %v", err)
	}
	for name, err := range map[string]error{
		"too early":  a.Match(rr.Root, key, date("2017-02-01")),
		"revoked":    a.Match(rr.Root, key.Revoked(), date("2024-01-01")),
		"other name": a.Match("\x03com\x00", key, date("2024-01-01")),
		"other key":  a.Match(rr.Root, rr.DNSKEY{Flags: 257, Protocol: 3, Algorithm: 8, PublicKey: []byte{1, 3, 9, 9}}, date("2024-01-01")),
		"no SEP":     a.Match(rr.Root, rr.DNSKEY{Flags: 256, Protocol: 3, Algorithm: 8, PublicKey: key.PublicKey}, date("2024-01-01")),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestValidityHasAnEnd(t *testing.T) {
	key := rootKSK(t)
	anchor, err := trustanchor.NewAnchor(rr.Root, "a", key, date("2017-02-02"), date("2027-01-11"))
	if err != nil {
		t.Fatal(err)
	}
	a := &trustanchor.Anchors{Zone: rr.Root, Anchors: []trustanchor.Anchor{anchor}}
	if err := a.Match(rr.Root, key, date("2027-01-11").Add(-time.Second)); err != nil {
		t.Errorf("in the last second: %v", err)
	}
	if err := a.Match(rr.Root, key, date("2027-01-11")); err == nil || !strings.Contains(err.Error(), "not valid at 2027-01-11T00:00:00Z") {
		t.Errorf("at its end: %v", err)
	}
}

func TestRecords(t *testing.T) {
	for _, row := range []struct{ name, text string }{
		{"DS", rootDS},
		{"DS without class and TTL, in parentheses", "; comment\n\n. DS 20326 8 2 ( E06D44B80B8F1D39A95C0B0D7C65D084 ; first half\n 58E880409BBC683457104237C7F8EC8D )\n"},
		{"DNSKEY", ". IN 172800 DNSKEY 257 3 8 (" + ksk2017 + ")"},
		{"SHA-1 beside SHA-256", ". IN DS 20326 8 1 AE1EA5B974D4C858B740BD03E3CED7EBFCBD1724\n" + rootDS},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := parse(t, row.text)
			if err := a.Match(rr.Root, rootKSK(t), date("1990-01-01")); err != nil {
				t.Error(err)
			}
			if want := strings.Contains(row.name, "SHA-1"); want != (len(a.Warnings) == 1) {
				t.Errorf("warnings %q", a.Warnings)
			}
			again := parse(t, string(a.AppendDS(nil)))
			if !bytes.Equal(again.Anchors[0].DS.Append(nil), a.Anchors[0].DS.Append(nil)) {
				t.Error("written and read back it differs")
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	edit := func(old, new string) string {
		if strings.Count(rootDocument, old) == 0 {
			t.Fatalf("%q is not in the document", old)
		}
		return strings.Replace(rootDocument, old, new, 1)
	}
	for _, row := range []struct{ name, doc, want string }{
		{"empty", "", "no usable trust anchor"},
		{"comments only", "; nothing\n", "no usable trust anchor"},
		{"other zone", edit("<Zone>.</Zone>", "<Zone>com.</Zone>"), "line 4: the trust anchors are for com., want ."},
		{"no zone", edit("<Zone>.</Zone>", ""), "where <Zone> belongs"},
		{"zone twice", edit("<Zone>.</Zone>", "<Zone>.</Zone><Zone>.</Zone>"), "where <KeyDigest> belongs"},
		{"unknown element", edit("<Flags>", "<Hint/><Flags>"), "where <Flags> belongs"},
		{"repeated element", edit("<KeyTag>19036</KeyTag>", "<KeyTag>19036</KeyTag><KeyTag>1</KeyTag>"), "where <Algorithm> belongs"},
		{"unknown attribute", edit(`id="Kjqmt7v"`, `id="Kjqmt7v" trust="yes"`), "unknown or repeated"},
		{"repeated attribute", edit(`id="Kjqmt7v"`, `id="Kjqmt7v" id="x"`), "unknown or repeated"},
		{"no validFrom", edit(` validFrom='2024-07-18T00:00:00Z'`, ""), "without its attribute validFrom"},
		{"no source", edit(` source="http://data.iana.org/root-anchors/root-anchors.xml"`, ""), "without its attribute source"},
		{"identifier twice", edit("Klajeyz", "Kjqmt7v"), "stands twice"},
		{"local time", edit("2024-07-18T00:00:00Z", "2024-07-18T00:00:00+02:00"), "is no time"},
		{"ends before it begins", edit("2019-01-11", "2009-01-11"), "validUntil is not after validFrom"},
		{"large tag", edit("<KeyTag>38696", "<KeyTag>138696"), "no number of 16 bits"},
		{"empty tag", edit("<KeyTag>38696", "<KeyTag>"), "no number of 16 bits"},
		{"short digest", edit("<Digest>49AA", "<Digest>"), "digest of 30 octets"},
		{"digest of another key", edit("<Digest>E06D", "<Digest>E06E"), "not that of the public key"},
		{"bad hexadecimal", edit("<Digest>49AA", "<Digest>49AG"), "not hexadecimal"},
		{"text between", edit("<Zone>", "hello<Zone>"), "between elements"},
		{"DOCTYPE", edit("<TrustAnchor", "<!DOCTYPE a><TrustAnchor"), "document type"},
		{"entity", edit(">.<", ">&dot;<"), "entity"},
		{"processing instruction", edit("<Zone>", "<?php ?><Zone>"), "processing instruction"},
		{"second root", rootDocument + "<TrustAnchor/>", "after the document"},
		{"text after", rootDocument + "x", "after the document"},
		{"cut", rootDocument[:len(rootDocument)-20], "unexpected EOF"},
		{"name space", edit("<TrustAnchor", `<TrustAnchor xmlns="urn:x"`), "where <TrustAnchor> belongs"},
		{"latin-1", edit("UTF-8", "ISO-8859-1"), "encoding"},
		{"SHA-1 only", ". IN DS 20326 8 1 AE1EA5B974D4C858B740BD03E3CED7EBFCBD1724\n", "SHA-1"},
		{"record of another zone", "com. " + rootDS[2:], "line 1: record of com., want ."},
		{"no owner", rootDS + " " + rootDS[2:], "line 2: record without an owner name"},
		{"directive", "$ORIGIN .\n" + rootDS, "line 1: directive"},
		{"other type", ". IN A 192.0.2.1\n", "want a type and four more"},
		{"CDS", strings.Replace(rootDS, "DS", "CDS", 1), "record of type CDS"},
		{"bad base64", ". IN DNSKEY 257 3 8 AwEAAQ=\n", "not base64"},
		{"bad key", ". IN DNSKEY 257 3 13 AwEAAQ==\n", "P-256 key of 4 octets"},
		{"revoked key", ". IN DNSKEY 385 3 8 " + ksk2017[:0] + strings.Join(strings.Fields(ksk2017), ""), "is revoked"},
		{"too large", strings.Repeat(" ", trustanchor.MaxDocument) + rootDS, "at most"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := trustanchor.Parse([]byte(row.doc), rr.Root)
			var syntax *trustanchor.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a SyntaxError", err)
			}
			if !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %q, want %q in it", err, row.want)
			}
		})
	}
}

func TestDocumentIsReproducibleAndReadable(t *testing.T) {
	zone := rr.Name("\x07example\x00")
	key := rootKSK(t)
	anchor, err := trustanchor.NewAnchor(zone, "K<1>", key, date("2026-01-01"), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	a := &trustanchor.Anchors{Zone: zone, ID: "A & B", Source: "https://example/\"x\"", Anchors: []trustanchor.Anchor{anchor}}
	first, err := a.Document()
	if err != nil {
		t.Fatal(err)
	}
	second, err := a.Document()
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("two documents differ: %v", err)
	}
	back, err := trustanchor.Parse(first, zone)
	if err != nil {
		t.Fatalf("%v in\n%s", err, first)
	}
	if !reflect.DeepEqual(back, a) {
		t.Errorf("got %+v, want %+v", back, a)
	}
	a.Anchors[0].ValidFrom = time.Time{}
	if _, err := a.Document(); err == nil {
		t.Error("a document without validFrom was written")
	}
}

// TestRootKeySetsOf2024 verifies what the root published in 2024 under KSK-2017,
// each RRset at its own date.
func TestRootKeySetsOf2024(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(testenv.Dir(t), "root-dnskey", "2024.txt"))
	if err != nil {
		t.Fatal(err)
	}
	anchors := parse(t, rootDS)
	blocks := strings.Split(strings.TrimSpace(string(text)), "\n\n")
	if len(blocks) != 36 {
		t.Fatalf("%d RRsets, want 36", len(blocks))
	}
	for _, block := range blocks {
		set := &rr.Set{Owner: rr.Root, Type: rr.TypeDNSKEY}
		var sig rr.RRSIG
		parser := dns.NewZoneParser(strings.NewReader(block), ".", "")
		for record, ok := parser.Next(); ok; record, ok = parser.Next() {
			buf := make([]byte, 4096)
			n, err := dns.PackRR(record, buf, 0, nil, false)
			if err != nil {
				t.Fatal(err)
			}
			if record.Header().Rrtype == dns.TypeRRSIG {
				if sig, err = rr.ParseRRSIG(buf[11:n]); err != nil {
					t.Fatal(err)
				}
				continue
			}
			set.TTL = record.Header().Ttl
			set.Data = append(set.Data, buf[11:n])
		}
		if err := parser.Err(); err != nil {
			t.Fatal(err)
		}
		set.Canonicalize()
		if err := verifyUnder(anchors, set, &sig); err != nil {
			t.Errorf("the set signed from %s: %v", sig.Inception, err)
		}
	}
}

func verifyUnder(anchors *trustanchor.Anchors, set *rr.Set, sig *rr.RRSIG) error {
	err := errors.New("no key with the tag of the signature")
	for _, rdata := range set.Data {
		key, parseErr := rr.ParseDNSKEY(rdata)
		if parseErr != nil {
			return parseErr
		}
		if key.KeyTag() != sig.KeyTag {
			continue
		}
		if err = anchors.Match(set.Owner, key, sig.Inception); err == nil {
			err = dnssec.Verify(set, sig, key)
		}
	}
	return err
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(rootDocument))
	f.Add([]byte(rootDS))
	f.Add([]byte(". IN DNSKEY 257 3 8 (" + ksk2017 + ")"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		a, err := trustanchor.Parse(doc, rr.Root)
		if err != nil {
			return
		}
		if a.ID == "" || a.Source == "" || hasUnnamed(a) {
			if _, err := trustanchor.Parse(a.AppendDS(nil), rr.Root); err != nil {
				t.Fatalf("%v in\n%s", err, a.AppendDS(nil))
			}
			return
		}
		out, err := a.Document()
		if err != nil {
			t.Fatal(err)
		}
		back, err := trustanchor.Parse(out, rr.Root)
		if err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		a.Warnings = nil
		if !reflect.DeepEqual(back, a) {
			t.Fatalf("got  %+v\nwant %+v", back, a)
		}
	})
}

func hasUnnamed(a *trustanchor.Anchors) bool {
	for _, anchor := range a.Anchors {
		if anchor.ID == "" {
			return true
		}
	}
	return false
}
