package ksr

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"countersign/pkg/rr"
)

const (
	textKSR = `;; KeySigningRequest 1.0 1795310750 (2026-11-22T01:25:50Z) =========
example.com.        	3600 DNSKEY 256 3 13 (
				bcOxe9yJB4/f0lDtIho5ejWRxUm1oPEA8ML6pOn/
				AS3nwD/KHdi7OeBFwA4M10jST3lEv75AgWj1iwFc
				w0lr9w==
				) ; ZSK, ECDSAP256SHA256 (256b), id = 64624
;; KeySigningRequest 1.0 1797722750 (2026-12-19T23:25:50Z) =========
example.com.		3600	IN	DNSKEY	256 3 13 JTyGK+nLA3DVXm7aKFGq/6gaaxwSdZbpTG6xaMp/Ggs/+WANbnhS1z4m nr25W2sYSUIAxLFzVVyn5hKi/iEkmA==
;; KeySigningRequest 1.0 generated at 2026-11-22T01:25:50Z by Knot DNS 3.2.6
`
	textSKR = `;; SignedKeyResponse 1.0 20261122012550 (Sun Nov 22 01:25:50 2026)
example.com. 3600 IN DNSKEY 257 3 13 csF79e+o/h+9HKxbOnkCyV7QCQTt1AMPIX4QLjuHf9IaJqHEmYJQ6DzsxZ0Zv+8+1KvLqEVSKNJ5/OOuBa/w9g==
example.com. 3600 IN DNSKEY 256 3 13 bcOxe9yJB4/f0lDtIho5ejWRxUm1oPEA8ML6pOn/AS3nwD/KHdi7OeBFwA4M10jST3lEv75AgWj1iwFcw0lr9w==
example.com. 3600 IN RRSIG DNSKEY 13 2 3600 20261213012550 20261122002550 57774 example.com. jjtyck5MkRczNSN3cXZ07ay154FxQmnc87knmWwAiovNeQtEC/79u3vG/Nd87uDYbEy0foSwnpkjUjQLIiNJ1g==
example.com. 3600 IN RRSIG DNSKEY 13 2 3600 20261212012550 20261122002550 57774 example.com. jjtyck5MkRczNSN3cXZ07ay154FxQmnc87knmWwAiovNeQtEC/79u3vG/Nd87uDYbEy0foSwnpkjUjQLIiNJ1g==
example.com. 0 IN CDNSKEY 257 3 13 csF79e+o/h+9HKxbOnkCyV7QCQTt1AMPIX4QLjuHf9IaJqHEmYJQ6DzsxZ0Zv+8+1KvLqEVSKNJ5/OOuBa/w9g==
example.com. 0 IN CDS 57774 13 2 AC21780A84157A7A7F2E3DBCE36594F88526B64A 547331E3970674CDE2FD5ABC
example.com. 0 IN RRSIG CDS 13 2 0 20261213012550 20261122002550 57774 example.com. mW9sCOQyA+MD34Q8s7YG9su64JkdwNe6XJ9yEsfBte0dY6+tiDyy69uz/e43IqBJzU0RwNF05sziUPtaLUsU8w==

;; SignedKeyResponse 1.0 20261206012550 (Sun Dec  6 01:25:50 2026)
example.com. 3600 IN DNSKEY 257 3 13 csF79e+o/h+9HKxbOnkCyV7QCQTt1AMPIX4QLjuHf9IaJqHEmYJQ6DzsxZ0Zv+8+1KvLqEVSKNJ5/OOuBa/w9g==
example.com. 3600 IN RRSIG DNSKEY 13 2 3600 20261227012550 20261206002550 57774 example.com. jjtyck5MkRczNSN3cXZ07ay154FxQmnc87knmWwAiovNeQtEC/79u3vG/Nd87uDYbEy0foSwnpkjUjQLIiNJ1g==
;; SignedKeyResponse 1.0 generated at Sun Nov 22 01:25:50 2026 by 9.20.23
`
)

func TestReadsTextKSR(t *testing.T) {
	r := parsedRequest(t, []byte(textKSR))
	if r.Format != Knot || r.Zone != ownerName || len(r.Bundles) != 2 || r.ID != "" {
		t.Errorf("format %s, zone %s, %d bundles, id %q", r.Format, r.Zone, len(r.Bundles), r.ID)
	}
	if got := iso(r.Timestamp); got != "2026-11-22T01:25:50Z" {
		t.Errorf("made at %s", got)
	}
	b := r.Bundles[1]
	if iso(b.Inception) != "2026-12-19T23:25:50Z" || !b.Expiration.IsZero() || b.Line != 7 {
		t.Errorf("bundle from %s to %s in line %d", iso(b.Inception), b.Expiration, b.Line)
	}
	if k := b.Keys[0]; k.Tag != 58361 || k.TTL != 3600 || k.Flags != 256 || len(k.PublicKey) != 64 || k.Line != 8 {
		t.Errorf("key %+v", k)
	}
}

func TestReadsTextSKR(t *testing.T) {
	r := parsedResponse(t, []byte(textSKR))
	if r.Format != BIND || r.Zone != ownerName || len(r.Bundles) != 2 || len(r.Warnings) != 0 {
		t.Errorf("format %s, zone %s, %d bundles, warnings %v", r.Format, r.Zone, len(r.Bundles), r.Warnings)
	}
	if !r.Timestamp.IsZero() {
		t.Error("took local time for UTC")
	}
	b := r.Bundles[0]
	if got := iso(b.Expiration); got != "2026-12-12T01:25:50Z" {
		t.Errorf("expires %s, want the earliest of its signatures", got)
	}
	if len(b.Keys) != 2 || len(b.Signatures) != 2 || len(b.CDSSignatures) != 1 || len(b.CDS.Data) != 1 || b.CDNSKEY.TTL != 0 {
		t.Errorf("bundle %+v", b)
	}
	s := b.CDSSignatures[0]
	if s.TypeCovered != rr.TypeCDS || s.KeyTag != 57774 || s.SignerName != ownerName || iso(s.Inception) != "2026-11-22T00:25:50Z" {
		t.Errorf("signature %+v", s)
	}
}

// One defect each in a text that is good otherwise.
var hostileText = []struct {
	name, doc, old, new string
	down                int
	want                string
}{
	{"other zone", textKSR, "example.com.\t\t3600", "example.net.\t\t3600", 0, "record of example.net."},
	{"relative owner", textKSR, "example.com.\t\t3600", "example.com\t\t3600", 0, "no final dot"},
	{"no owner", textKSR, "example.com.\t\t3600", "\t\t3600", 0, "without its owner"},
	{"no TTL", textKSR, "\t\t3600\tIN", "\t\tIN", 0, "without a TTL"},
	{"TTL in hours", textKSR, "\t\t3600\tIN", "\t\t1H\tIN", 0, "TTL"},
	{"TTL too large", textKSR, "\t\t3600\tIN", "\t\t2147483648\tIN", 0, "above"},
	{"class CH", textKSR, "\tIN\tDNSKEY", "\tCH\tDNSKEY", 0, "type \"CH\""},
	{"class twice", textKSR, "\tIN\tDNSKEY", "\tIN\tIN\tDNSKEY", 0, "type \"IN\""},
	{"no type", textKSR, "\tIN\tDNSKEY\t256 3 13 J", "\tIN ; J", 0, "without a type"},
	{"KSK records in a KSR", textKSR, ";; KeySigningRequest 1.0 1797722750", "example.com. 0 CDS 1 13 2 00\n;; KeySigningRequest 1.0 1797722750", 0, "DNSKEY records only"},
	{"RRSIG in a KSR", textKSR, ";; KeySigningRequest 1.0 1797722750", "example.com. 0 RRSIG DNSKEY 13\n;; KeySigningRequest 1.0 1797722750", 0, "DNSKEY records only"},
	{"SOA in an SKR", textSKR, "example.com. 0 IN CDS 57774", "example.com. 0 IN SOA . . 1 1 1 1 1\nexample.com. 0 IN CDS 57774", 0, "type \"SOA\""},
	{"TYPE48", textKSR, "\tIN\tDNSKEY", "\tIN\tTYPE48", 0, "DNSKEY records only"},
	{"RRSIG over SOA", textSKR, "RRSIG DNSKEY", "RRSIG SOA", 0, "type covered"},
	{"protocol 2", textKSR, "256 3 13 J", "256 2 13 J", 0, "protocol is 2"},
	{"flags too large", textKSR, "256 3 13 J", "65536 3 13 J", 0, "above 65535"},
	{"no key", textKSR, "256 3 13 JTyGK+nLA3DVXm7aKFGq/6gaaxwSdZbpTG6xaMp/Ggs/+WANbnhS1z4m nr25W2sYSUIAxLFzVVyn5hKi/iEkmA==", "256 3 13", 0, "fields are missing"},
	{"key cut", textKSR, "/iEkmA==", "/iEkm", 0, "malformed base64"},
	{"odd hexadecimal digits", textSKR, "547331E3970674CDE2FD5ABC", "547331E3970674CDE2FD5AB", 0, "hexadecimal"},
	{"short digest", textSKR, " 547331E3970674CDE2FD5ABC", "", 0, "digest of 20 octets, want 32"},
	{"CDS with a large tag", textSKR, "CDS 57774 13 2", "CDS 65536 13 2", 0, "above 65535"},
	{"CDS with a mnemonic", textSKR, "CDS 57774 13 2", "CDS 57774 ECDSAP256SHA256 2", 0, "not a plain number"},
	{"CDS with a large digest type", textSKR, "CDS 57774 13 2", "CDS 57774 13 256", 0, "above 255"},
	{"CDS without a digest", textSKR, " AC21780A84157A7A7F2E3DBCE36594F88526B64A 547331E3970674CDE2FD5ABC", "", 0, "fields are missing"},
	{"CDNSKEY cut", textSKR, "CDNSKEY 257 3 13 csF79e", "CDNSKEY 257 3 13 sF79e", 0, "CDNSKEY: malformed base64"},
	{"RRSIG with a large algorithm", textSKR, "RRSIG DNSKEY 13", "RRSIG DNSKEY 256", 0, "above 255"},
	{"RRSIG inception on 31 November", textSKR, " 20261122002550", " 20261131002550", 0, "does not exist"},
	{"CDS of two TTLs", textSKR, "example.com. 0 IN CDS 57774", "example.com. 1 IN CDS 57774 13 9 00\nexample.com. 0 IN CDS 57774", 1, "different TTLs"},
	{"signer without a dot", textSKR, "57774 example.com. jj", "57774 example.com jj", 0, "no final dot"},
	{"signature time with a zone", textSKR, "20261213012550 20261122002550", "20261213012550Z 20261122002550", 0, "time"},
	{"signature on 31 November", textSKR, "20261213012550 20261122002550", "20261131012550 20261122002550", 0, "does not exist"},
	{"signature time of 12 digits", textSKR, "20261213012550 20261122002550", "202612130125 20261122002550", 0, "neither 14 digits nor up to 10"},
	{"signature without data", textSKR, "57774 example.com. jjtyck5MkRczNSN3cXZ07ay154FxQmnc87knmWwAiovNeQtEC/79u3vG/Nd87uDYbEy0foSwnpkjUjQLIiNJ1g==", "57774 example.com.", 0, "fields are missing"},
	{"directive", textKSR, ";; KeySigningRequest 1.0 1797722750", "$TTL 60\n;; KeySigningRequest 1.0 1797722750", 0, "directives are refused"},
	{"include", textSKR, "example.com. 0 IN CDS 57774", "$INCLUDE /etc/passwd\nexample.com. 0 IN CDS 57774", 0, "directives are refused"},
	{"foreign comment", textKSR, ";; KeySigningRequest 1.0 1797722750", "; hello\n;; KeySigningRequest 1.0 1797722750", 0, "comment lines other than headers"},
	{"foreign header", textKSR, ";; KeySigningRequest 1.0 1797722750", ";; hello\n;; KeySigningRequest 1.0 1797722750", 0, "is no header"},
	{"indented header", textKSR, ";; KeySigningRequest 1.0 1797722750", " ;; KeySigningRequest 1.0 1797722750", 0, "comment lines other than headers"},
	{"version 1.1", textKSR, "Request 1.0 1797722750", "Request 1.1 1797722750", 0, "version \"1.1\""},
	{"response in a request", textKSR, ";; KeySigningRequest 1.0 1797722750", ";; SignedKeyResponse 1.0 1797722750", 0, "a header of an SKR in a KSR"},
	{"trailer of a response", textKSR, ";; KeySigningRequest 1.0 generated", ";; SignedKeyResponse 1.0 generated", 0, "a header of an SKR in a KSR"},
	{"mixed times", textKSR, "1797722750 (", "20261219232550 (", 0, "mixed"},
	{"bundle back in time", textKSR, "1797722750 (", "1795310749 (", 0, "begins before the one above"},
	{"time of 13 digits", textKSR, "1797722750 (", "2026121923255 (", 0, "neither 14 digits nor up to 10"},
	{"time after 2106", textKSR, "1797722750 (", "4294967296 (", 0, "above 4294967295"},
	{"time with a fraction", textKSR, "1797722750 (", "1797722.50 (", 0, "not a plain number"},
	{"negative time", textKSR, "1797722750 (", "-797722750 (", 0, "not a plain number"},
	{"no time", textKSR, "1.0 1797722750 (", "1.0  (", 0, "empty number"},
	{"empty bundle", textKSR, ";; KeySigningRequest 1.0 1797722750", ";; KeySigningRequest 1.0 1795310751\n;; KeySigningRequest 1.0 1797722750", 0, "without a DNSKEY"},
	{"bundle without a signature", textSKR, "example.com. 3600 IN RRSIG DNSKEY 13 2 3600 20261227012550 20261206002550 57774 example.com. jjtyck5MkRczNSN3cXZ07ay154FxQmnc87knmWwAiovNeQtEC/79u3vG/Nd87uDYbEy0foSwnpkjUjQLIiNJ1g==\n", "", -2, "without an RRSIG"},
	{"open parenthesis", textKSR, ") ; ZSK", " ; ZSK", -4, "a header inside a record"},
	{"open parenthesis at the end", textSKR, "20261206002550 57774", "20261206002550 ( 57774", 0, "a header inside a record"},
	{"header in parentheses", textKSR, "w0lr9w==", "w0lr9w==\n;; KeySigningRequest 1.0 1795310751", -3, "a header inside a record"},
	{"header after a record", textKSR, "/iEkmA==", "/iEkmA== ;; KeySigningRequest 1.0 1797722751", 0, "a header inside a record"},
	{"open parenthesis and nothing after it", strings.TrimSuffix(textKSR, textKSR[strings.LastIndex(textKSR, ";;"):]), "256 3 13 J", "256 3 13 ( J", 0, "parenthesis without its end"},
	{"nested parentheses", textKSR, "13 (", "13 ((", 0, "parentheses do not match"},
	{"closing parenthesis", textKSR, "256 3 13 J", "256 3 13 ) J", 0, "parentheses do not match"},
	{"nothing in parentheses", textKSR, ";; KeySigningRequest 1.0 1797722750", "()\n;; KeySigningRequest 1.0 1797722750", 0, "without anything in it"},
	{"quotation marks", textKSR, "256 3 13 J", "\"256\" 3 13 J", 0, "quotation marks"},
	{"not ASCII", textKSR, "256 3 13 J", "256\u00a03 13 J", 0, "printable ASCII"},
	{"NUL", textKSR, "256 3 13 J", "256 3 13 J\x00", 0, "printable ASCII"},
	{"form feed", textKSR, "256 3 13 J", "\f256 3 13 J", 0, "printable ASCII"},
	{"escape sequence in a header", textKSR, "(2026-12-19T23:25:50Z) =", "\x1b[2J", 0, "printable ASCII"},
	{"record after the trailer", textKSR, "by Knot DNS 3.2.6\n", "by Knot DNS 3.2.6\nexample.com. 0 IN DNSKEY 256 3 13 AAAA\n", 1, "after the trailer"},
	{"second document", textKSR, "by Knot DNS 3.2.6\n", "by Knot DNS 3.2.6\n" + textKSR, 1, "after the trailer"},
	{"no trailer", textKSR, ";; KeySigningRequest 1.0 generated at 2026-11-22T01:25:50Z by Knot DNS 3.2.6\n", "", -1, "without its trailer"},
	{"long record", textKSR, "256 3 13 J", "256 3 13 " + strings.Repeat("AAAA ", 20000) + "J", 0, "too long"},
	{"long key", textKSR, "256 3 13 J", "256 3 13 " + strings.Repeat("AAAA ", 4000) + "J", 0, "octets of data"},
	{"long header", textKSR, "1797722750 (", "1797722750 " + strings.Repeat("x", MaxText) + " (", 0, "too long"},
	{"bad metadata", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:50Z) Countersign bundle", 0, "malformed or repeated"},
	{"date of another time", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:51Z) Countersign", 0, "is not that of the time 1797722750"},
	{"very long owner", textKSR, "example.com.\t\t3600", strings.Repeat("a.", 10000) + "\t\t3600", 0, "name is too long"},
	{"very long word in the metadata", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:50Z) Countersign " + strings.Repeat("x", 10000) + "=1", 0, "unknown"},
	{"very long duration", textKSR, "(2026-11-22T01:25:50Z) =========", "(2026-11-22T01:25:50Z) Countersign policy=P" + strings.Repeat("0", 10000) + "D,P1D,P1D,P1D,P1D,P1D", 0, "is no duration"},
	{"unknown metadata", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:50Z) Countersign colour=red", 0, "colour: unknown"},
	{"repeated metadata", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:50Z) Countersign bundle=a bundle=a", 0, "malformed or repeated"},
	{"empty metadata", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:50Z) Countersign bundle=", 0, "malformed or repeated"},
	{"badly escaped metadata", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:50Z) Countersign bundle=%+1", 0, "malformed"},
	{"line end in metadata", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:50Z) Countersign bundle=a%0Ab", 0, "unprintable"},
	{"id in the second header", textKSR, "(2026-12-19T23:25:50Z) =========", "(2026-12-19T23:25:50Z) Countersign id=x", 0, "first header"},
	{"policy of an SKR in a KSR", textKSR, "(2026-11-22T01:25:50Z) =========", "(2026-11-22T01:25:50Z) Countersign ksk=P1D", 0, "ksk: unknown"},
	{"policy too short", textKSR, "(2026-11-22T01:25:50Z) =========", "(2026-11-22T01:25:50Z) Countersign policy=P1D,P1D", 0, "is no policy"},
	{"policy with a bad algorithm", textKSR, "(2026-11-22T01:25:50Z) =========", "(2026-11-22T01:25:50Z) Countersign policy=P1D,P1D,P1D,P1D,P1D,P1D,8/2048", 0, "is malformed"},
	{"policy with an unknown algorithm", textKSR, "(2026-11-22T01:25:50Z) =========", "(2026-11-22T01:25:50Z) Countersign policy=P1D,P1D,P1D,P1D,P1D,P1D,3/2048", 0, "is malformed"},
	{"policy with a zero", textKSR, "(2026-11-22T01:25:50Z) =========", "(2026-11-22T01:25:50Z) Countersign policy=P1D,P1D,P1D,P1D,P1D,P1D,8/2048/0", 0, "has a zero"},
	{"signers of an SKR", textSKR, "(Sun Nov 22 01:25:50 2026)", "(2026-11-22T01:25:50Z) Countersign signers=a", 0, "signers: unknown"},
	{"bad key comment", textKSR, "/iEkmA==", "/iEkmA== ; Countersign id=x", 0, "is malformed"},
	{"key comment on a CDS", textSKR, "547331E3970674CDE2FD5ABC", "547331E3970674CDE2FD5ABC ; Countersign key=x", 0, "only keys and signatures"},
}

func TestHostileTextIsRefused(t *testing.T) {
	for _, row := range hostileText {
		t.Run(row.name, func(t *testing.T) {
			doc, line := replaced(t, []byte(row.doc), row.old, row.new)
			var err error
			if strings.Contains(row.doc, kindWords[KSR]) {
				_, err = ParseRequest(doc)
			} else {
				_, err = ParseResponse(doc)
			}
			var syntax *SyntaxError
			switch {
			case err == nil:
				t.Fatal("accepted")
			case !errors.As(err, &syntax):
				t.Fatalf("error is a %T", err)
			case !strings.Contains(syntax.Text, row.want):
				t.Errorf("error %q, want %q", err, row.want)
			case syntax.Line != line+row.down:
				t.Errorf("line %d, want %d: %v", syntax.Line, line+row.down, err)
			}
			checkMessage(t, err)
		})
	}
}

// Other spellings of the same SKR, with the number of warnings.
func TestAcceptsEverySpellingOfTheTextFormats(t *testing.T) {
	want := parsedResponse(t, []byte(textSKR))
	for _, row := range []struct {
		name, old, new string
		warnings       int
	}{
		{"CRLF", "\n", "\r\n", 0},
		{"blank lines", "\n", "\n \t\n", 0},
		{"class left out", " IN ", " ", 0},
		{"class before TTL", " 3600 IN DNSKEY", " IN 3600 DNSKEY", 0},
		{"small letters", " IN RRSIG DNSKEY", " in rrsig dnskey", 0},
		{"small hexadecimal digits", "547331E3970674CDE2FD5ABC", "547331e3970674cde2fd5abc", 0},
		{"signature times in seconds", "20261213012550 20261122002550", "1797125150 1795307150", 0},
		{"several lines", " IN DNSKEY 257 3 13 ", " IN DNSKEY ( 257 ; KSK\n; and more\n\t3\n13 ) ", 0},
		{"comments", "9g==\n", "9g== ; KSK, (256b), id = 57774\n", 0},
		{"escapes", "example.com. ", "\\101xample.com. ", 0},
		{"big letters", "example.com. ", "EXAMPLE.com. ", 0},
		{"byte order mark", ";; SignedKeyResponse 1.0 20261122012550", "\ufeff;; SignedKeyResponse 1.0 20261122012550", 1},
		{"other words in the header", "(Sun Nov 22 01:25:50 2026)", "bundle=1 sha256=abcdef", 0},
		{"bundle written twice", ";; SignedKeyResponse 1.0 20261122012550", ";; SignedKeyResponse 1.0 20261122012550\n" +
			"example.com. 3600 IN DNSKEY 256 3 15 AAAA\nexample.com. 3600 IN RRSIG DNSKEY 13 2 3600 20261213012550 20261122002550 57774 example.com. AAAA\n" +
			";; SignedKeyResponse 1.0 20261122012550", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			doc := strings.ReplaceAll(textSKR, row.old, row.new)
			if doc == textSKR {
				t.Fatal("the edit changed nothing")
			}
			r, err := ParseResponse([]byte(doc))
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

// Nothing that could be lost on the way may go unnoticed: a text that was cut
// anywhere is refused.
func TestCutShortTextIsRefused(t *testing.T) {
	trailer := strings.LastIndex(textSKR, " generated at ") + len(" generated at ")
	for n := range trailer {
		if _, err := ParseResponse([]byte(textSKR[:n])); err == nil {
			t.Fatalf("accepted the first %d octets", n)
		}
	}
}

func TestLimitsOfText(t *testing.T) {
	many := func(line string, n int) string { return strings.Repeat(line, n) }
	key := "example.com. 0 IN DNSKEY 256 3 15 AAAA\n"
	sig := "example.com. 0 IN RRSIG DNSKEY 13 2 0 20261213012550 20261122002550 57774 example.com. AAAA\n"
	cds := "example.com. 0 IN CDS 1 13 9 00\n"
	trailer := ";; SignedKeyResponse 1.0 generated at now\n"
	bundle := func(i int) string {
		return ";; SignedKeyResponse 1.0 " + strconv.Itoa(i) + "\n" + key + sig
	}
	var bundles strings.Builder
	for i := range MaxBundles + 1 {
		bundles.WriteString(bundle(i))
	}
	for _, row := range []struct{ name, doc, want string }{
		{"bundles", bundles.String(), "more than 512 bundles"},
		{"keys", bundle(1) + many(key, MaxKeys), "more than 64 keys"},
		{"signatures", bundle(1) + many(sig, MaxSignatures), "more than 64 signatures"},
		{"CDS", bundle(1) + many(cds, MaxKeys+1), "more than 64 CDS"},
	} {
		if _, err := ParseResponse([]byte(row.doc + trailer)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want %s", row.name, err, row.want)
		}
	}
}

func TestDetect(t *testing.T) {
	for _, row := range []struct {
		name, doc string
		kind      Kind
		format    Format
		want      string
	}{
		{"Knot", textKSR, KSR, Knot, ""},
		{"BIND", "\n" + textSKR, SKR, BIND, ""},
		{"XML request", "<?xml version='1.0'?><!-- --><KSR x='y'> <Request>", KSR, ICANN, ""},
		{"XML response", "\ufeff\n<KSR><Response/>", SKR, ICANN, ""},
		{"nothing", " \n", "", "", "empty document"},
		{"mark alone", "\ufeff", "", "", "empty document"},
		{"other text", "\nhello", "", "", "line 2: \"hello\" begins neither"},
		{"trailer alone", textKSR[strings.LastIndex(textKSR, ";;"):], "", "", "line 1: no bundle"},
		{"other XML", "<html/>", "", "", "want <KSR>"},
		{"neither", "<KSR><Reply/>", "", "", "want <Request> or <Response>"},
		{"too large", strings.Repeat(" ", MaxDocument+1), "", "", "octets, want at most"},
	} {
		t.Run(row.name, func(t *testing.T) {
			kind, format, err := Detect([]byte(row.doc))
			if row.want == "" {
				if err != nil || kind != row.kind || format != row.format {
					t.Errorf("%s %s %v", kind, format, err)
				}
				return
			}
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %s", err, row.want)
			}
		})
	}
}

func TestOneKindIsNotTheOther(t *testing.T) {
	if _, err := ParseRequest([]byte(textSKR)); err == nil || err.Error() != "this is an SKR, want a KSR" {
		t.Error(err)
	}
	if _, err := ParseResponse([]byte(textKSR)); err == nil || err.Error() != "this is a KSR, want an SKR" {
		t.Error(err)
	}
}

func TestKeepsDigestAndNoMemoryOfTheDocument(t *testing.T) {
	doc := encodedRequest(t, sampleRequest(), ICANN)
	r := parsedRequest(t, doc)
	if r.Digest.String() == (Digest{}).String() {
		t.Error("no digest")
	}
	for i := range doc {
		doc[i] = 0
	}
	if what := r.difference(sampleRequest()); what != "" {
		t.Errorf("changed with the document: %s", what)
	}
	text := bytes.Clone([]byte(textSKR))
	s := parsedResponse(t, text)
	for i := range text {
		text[i] = 0
	}
	if what := s.difference(parsedResponse(t, []byte(textSKR))); what != "" {
		t.Errorf("changed with the document: %s", what)
	}
}

func TestKeepsOnlySoManyWarnings(t *testing.T) {
	bundle := ";; KeySigningRequest 1.0 1\nexample.com. 0 IN DNSKEY 256 3 15 AAAA\n"
	doc := strings.Repeat(bundle, 300) + ";; KeySigningRequest 1.0 generated at now\n"
	r := parsedRequest(t, []byte(doc))
	if len(r.Bundles) != 1 || len(r.Warnings) != maxWarnings || !strings.Contains(r.Warnings[maxWarnings-1].Text, "left out") {
		t.Errorf("%d bundles, %d warnings", len(r.Bundles), len(r.Warnings))
	}
}
