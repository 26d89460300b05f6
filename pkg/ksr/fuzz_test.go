package ksr

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// What a reader accepts it can write in the same format, and that reads back the
// same and is written the same again.
func surviveRewriting(t *testing.T, doc []byte) {
	kind, format, err := Detect(doc)
	if err != nil {
		checkMessage(t, err)
		return
	}
	if kind == KSR {
		r, err := ParseRequest(doc)
		if err != nil {
			checkMessage(t, err)
			return
		}
		again := encodedRequest(t, r, format)
		back := parsedRequest(t, again)
		if what := r.difference(back); what != "" {
			t.Fatalf("reads back differently: %s", what)
		}
		if !bytes.Equal(again, encodedRequest(t, back, format)) {
			t.Fatal("is not written the same twice")
		}
		return
	}
	r, err := ParseResponse(doc)
	if err != nil {
		checkMessage(t, err)
		return
	}
	again := encodedResponse(t, r, format)
	back := parsedResponse(t, again)
	if what := r.difference(back); what != "" {
		t.Fatalf("reads back differently: %s", what)
	}
	if !bytes.Equal(again, encodedResponse(t, back, format)) {
		t.Fatal("is not written the same twice")
	}
}

// checkMessage holds an error to a length that fits on a screen.
func checkMessage(t *testing.T, err error) {
	t.Helper()
	if n := len(err.Error()); n > maxMessage {
		t.Fatalf("message of %d octets", n)
	}
}

func FuzzParseICANN(f *testing.F) {
	f.Add(encodedRequest(f, sampleRequest(), ICANN))
	f.Add(encodedResponse(f, sampleResponse(), ICANN))
	for i := range hostileXML {
		if doc, _ := hostileRequest(f, i); len(doc) < maxFuzz {
			f.Add(doc)
		}
	}
	for _, row := range acceptedXML {
		f.Add([]byte(row.edit(string(encodedRequest(f, sampleRequest(), ICANN)))))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if len(doc) > maxFuzz {
			return
		}
		surviveRewriting(t, doc)
		agreeWithEncodingXML(t, doc)
	})
}

func FuzzParseText(f *testing.F) {
	f.Add([]byte(textKSR))
	f.Add([]byte(textSKR))
	for _, format := range textFormats {
		f.Add(encodedRequest(f, textRequest(), format))
		f.Add(encodedResponse(f, withCDS(sampleResponse()), format))
	}
	for _, row := range hostileText {
		if len(row.new) < maxFuzz {
			f.Add([]byte(strings.Replace(row.doc, row.old, row.new, 1)))
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if len(doc) < maxFuzz {
			surviveRewriting(t, doc)
		}
	})
}

// maxFuzz keeps what is written, which may be longer than what was read, below
// MaxDocument.
const maxFuzz = 64 << 10

// event is what our scanner and encoding/xml must see alike.
type event struct{ kind, name, text string }

// agreeWithEncodingXML checks that encoding/xml sees in a document what our
// scanner sees. It may accept more.
func agreeWithEncodingXML(t *testing.T, doc []byte) {
	var ours []event
	s := newScanner(doc)
	for {
		tok := s.next()
		if tok.kind == endOfDocument {
			break
		}
		switch tok.kind {
		case startTag:
			e := event{kind: "start", name: tok.name}
			for _, a := range tok.attrs {
				e.text += a.name + "=" + flat(a.value) + ";"
			}
			ours = append(ours, e)
		case endTag:
			ours = append(ours, event{kind: "end", name: tok.name})
		case characters:
			ours = addText(ours, tok.text)
		}
	}
	if s.fault != nil {
		return
	}
	var theirs []event
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("encoding/xml refuses what the scanner accepts: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := event{kind: "start", name: rawName(tok.Name)}
			for _, a := range tok.Attr {
				e.text += rawName(a.Name) + "=" + flat(a.Value) + ";"
			}
			theirs = append(theirs, e)
		case xml.EndElement:
			theirs = append(theirs, event{kind: "end", name: rawName(tok.Name)})
		case xml.CharData:
			text := string(tok)
			if len(theirs) == 0 { // encoding/xml leaves the byte order mark in
				text = strings.TrimPrefix(text, "\ufeff")
			}
			theirs = addText(theirs, text)
		}
	}
	if len(ours) != len(theirs) {
		t.Fatalf("%d tokens, encoding/xml sees %d", len(ours), len(theirs))
	}
	for i := range ours {
		if ours[i] != theirs[i] {
			t.Fatalf("token %d is %q, encoding/xml sees %q", i, ours[i], theirs[i])
		}
	}
}

// addText joins text that a comment had cut.
func addText(events []event, text string) []event {
	if n := len(events); n > 0 && events[n-1].kind == "text" {
		events[n-1].text += text
		return events
	}
	if text == "" {
		return events
	}
	return append(events, event{kind: "text", text: text})
}

// flat is an attribute as XML wants it normalised, which encoding/xml leaves
// undone.
func flat(value string) string {
	return strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace(value)
}

func rawName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

func TestScannerAgreesWithEncodingXML(t *testing.T) {
	for _, row := range acceptedXML {
		agreeWithEncodingXML(t, []byte(row.edit(string(encodedRequest(t, sampleRequest(), ICANN)))))
	}
	for i := range hostileXML {
		doc, _ := hostileRequest(t, i)
		agreeWithEncodingXML(t, doc)
	}
}
