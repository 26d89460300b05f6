package trustanchor

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// reader walks the tokens of a document. encoding/xml leaves much through that
// the schema of RFC 9718, Section 2.1.1, does not: the reader refuses what it
// was not asked to take.
type reader struct {
	dec     *xml.Decoder
	started bool // something was read, so an XML declaration is too late
}

func (r *reader) errorf(format string, args ...any) error {
	line, _ := r.dec.InputPos()
	return &SyntaxError{Line: line, Text: fmt.Sprintf(format, args...)}
}

// next is the next token that is no comment. White space outside of elements
// with text is the caller's to skip.
func (r *reader) next() (xml.Token, error) {
	for {
		token, err := r.dec.Token()
		if err == io.EOF {
			return nil, io.EOF
		}
		if err != nil {
			return nil, r.errorf("%s", strings.TrimPrefix(err.Error(), "XML syntax error on "))
		}
		first := !r.started
		r.started = true
		switch t := token.(type) {
		case xml.Comment:
			continue
		case xml.Directive:
			return nil, r.errorf("document type declarations are not taken")
		case xml.ProcInst:
			if t.Target != "xml" || !first {
				return nil, r.errorf("processing instruction %q", t.Target)
			}
			continue
		}
		return token, nil
	}
}

// element is the next token but white space: a start, or an end.
func (r *reader) element() (xml.Token, error) {
	for {
		token, err := r.next()
		if err == io.EOF {
			return nil, r.errorf("the document ends early")
		}
		if err != nil {
			return nil, err
		}
		if data, ok := token.(xml.CharData); ok {
			if len(bytes.TrimSpace(data)) > 0 {
				return nil, r.errorf("text %q between elements", clip(data))
			}
			continue
		}
		return token, nil
	}
}

// start expects the start of an element of this name.
func (r *reader) start(name string) (xml.StartElement, error) {
	token, err := r.element()
	if err != nil {
		return xml.StartElement{}, err
	}
	start, ok := token.(xml.StartElement)
	if !ok || start.Name.Local != name || start.Name.Space != "" {
		return xml.StartElement{}, r.errorf("%s where <%s> belongs", describe(token), name)
	}
	return start, nil
}

// text reads the text of an element without attributes, up to its end.
func (r *reader) text(start xml.StartElement) (string, error) {
	if len(start.Attr) > 0 {
		return "", r.errorf("attribute %s of <%s>", start.Attr[0].Name.Local, start.Name.Local)
	}
	var text strings.Builder
	for {
		token, err := r.next()
		if err == io.EOF {
			return "", r.errorf("the document ends early")
		}
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			return strings.TrimSpace(text.String()), nil
		default:
			return "", r.errorf("%s within <%s>", describe(token), start.Name.Local)
		}
	}
}

// attributes takes the required attributes and those that may be left out, each
// at most once and no others.
func (r *reader) attributes(start xml.StartElement, required, optional []string) (map[string]string, error) {
	values := make(map[string]string)
	for _, attr := range start.Attr {
		name := attr.Name.Local
		known := false
		for _, want := range append(required[:len(required):len(required)], optional...) {
			known = known || want == name
		}
		if _, twice := values[name]; twice || !known || attr.Name.Space != "" {
			return nil, r.errorf("attribute %s of <%s> is unknown or repeated", name, start.Name.Local)
		}
		values[name] = attr.Value
	}
	for _, name := range required {
		if _, ok := values[name]; !ok {
			return nil, r.errorf("<%s> without its attribute %s", start.Name.Local, name)
		}
	}
	return values, nil
}

func describe(token xml.Token) string {
	switch t := token.(type) {
	case xml.StartElement:
		return "<" + t.Name.Local + ">"
	case xml.EndElement:
		return "</" + t.Name.Local + ">"
	}
	return "text"
}

func clip(data []byte) []byte {
	return bytes.TrimSpace(data[:min(len(data), 40)])
}

// parseXML reads the document of RFC 9718, Section 2.1. That of RFC 7958 has no
// PublicKey and Flags and is read too.
func parseXML(doc []byte, zone rr.Name) (*Anchors, error) {
	r := &reader{dec: xml.NewDecoder(bytes.NewReader(doc))}
	root, err := r.start("TrustAnchor")
	if err != nil {
		return nil, err
	}
	attrs, err := r.attributes(root, []string{"id", "source"}, nil)
	if err != nil {
		return nil, err
	}
	a := &Anchors{Zone: zone, ID: attrs["id"], Source: attrs["source"]}
	if err := r.zone(zone); err != nil {
		return nil, err
	}
	for {
		token, err := r.element()
		if err != nil {
			return nil, err
		}
		if _, ok := token.(xml.EndElement); ok {
			break
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "KeyDigest" || start.Name.Space != "" {
			return nil, r.errorf("%s where <KeyDigest> belongs", describe(token))
		}
		anchor, err := r.keyDigest(start)
		if err != nil {
			return nil, err
		}
		if err := a.add(anchor); err != nil {
			return nil, r.errorf("KeyDigest %s: %v", anchor.ID, err)
		}
	}
	return a, r.end()
}

// end expects nothing but white space and comments.
func (r *reader) end() error {
	for {
		token, err := r.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if data, ok := token.(xml.CharData); !ok || len(bytes.TrimSpace(data)) > 0 {
			return r.errorf("%s after the document", describe(token))
		}
	}
}

func (r *reader) zone(want rr.Name) error {
	start, err := r.start("Zone")
	if err != nil {
		return err
	}
	text, err := r.text(start)
	if err != nil {
		return err
	}
	name, err := rr.ParseName(text)
	if err != nil {
		return r.errorf("%v", err)
	}
	if name != want {
		return r.errorf("the trust anchors are for %s, want %s", name, want)
	}
	return nil
}

// keyDigest reads one KeyDigest whose start was read.
func (r *reader) keyDigest(start xml.StartElement) (Anchor, error) {
	attrs, err := r.attributes(start, []string{"id", "validFrom"}, []string{"validUntil"})
	if err != nil {
		return Anchor{}, err
	}
	anchor := Anchor{ID: attrs["id"]}
	if anchor.ValidFrom, err = parseTime(attrs["validFrom"]); err != nil {
		return Anchor{}, r.errorf("validFrom: %v", err)
	}
	if until, ok := attrs["validUntil"]; ok {
		if anchor.ValidUntil, err = parseTime(until); err != nil {
			return Anchor{}, r.errorf("validUntil: %v", err)
		}
	}
	tag, err := r.number("KeyTag", 16)
	if err != nil {
		return Anchor{}, err
	}
	algorithm, err := r.number("Algorithm", 8)
	if err != nil {
		return Anchor{}, err
	}
	digestType, err := r.number("DigestType", 8)
	if err != nil {
		return Anchor{}, err
	}
	digest, err := r.digest()
	if err != nil {
		return Anchor{}, err
	}
	anchor.DS = dnssec.DS{KeyTag: tag, Algorithm: uint8(algorithm), DigestType: uint8(digestType), Digest: digest}
	anchor.Key, err = r.publicKey(uint8(algorithm))
	return anchor, err
}

func (r *reader) number(name string, bits int) (uint16, error) {
	start, err := r.start(name)
	if err != nil {
		return 0, err
	}
	text, err := r.text(start)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, bits)
	if err != nil {
		return 0, r.errorf("<%s> %q is no number of %d bits", name, text, bits)
	}
	return uint16(n), nil
}

func (r *reader) digest() ([]byte, error) {
	start, err := r.start("Digest")
	if err != nil {
		return nil, err
	}
	text, err := r.text(start)
	if err != nil {
		return nil, err
	}
	digest, err := hex.DecodeString(text)
	if err != nil || len(digest) == 0 {
		return nil, r.errorf("<Digest> %q is not hexadecimal", text)
	}
	return digest, nil
}

// publicKey reads PublicKey and Flags, which stand together, and the end of the
// KeyDigest; or only its end.
func (r *reader) publicKey(algorithm uint8) (*rr.DNSKEY, error) {
	token, err := r.element()
	if err != nil {
		return nil, err
	}
	if _, ok := token.(xml.EndElement); ok {
		return nil, nil
	}
	start, ok := token.(xml.StartElement)
	if !ok || start.Name.Local != "PublicKey" || start.Name.Space != "" {
		return nil, r.errorf("%s where <PublicKey> or the end of the KeyDigest belongs", describe(token))
	}
	text, err := r.text(start)
	if err != nil {
		return nil, err
	}
	public, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, r.errorf("<PublicKey> is not base64: %v", err)
	}
	flags, err := r.number("Flags", 16)
	if err != nil {
		return nil, err
	}
	token, err = r.element()
	if err != nil {
		return nil, err
	}
	if _, ok := token.(xml.EndElement); !ok {
		return nil, r.errorf("%s where the end of the KeyDigest belongs", describe(token))
	}
	key := &rr.DNSKEY{Flags: flags, Protocol: 3, Algorithm: algorithm, PublicKey: public}
	if _, err := dnssec.PublicKey(*key); err != nil {
		return nil, r.errorf("<PublicKey>: %v", err)
	}
	return key, nil
}

// parseTime reads an xsd:dateTime in whole seconds of UTC; a time without a
// zone is taken as UTC.
func parseTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	for _, zone := range []string{"Z", "+00:00", "-00:00", ""} {
		local, ok := strings.CutSuffix(text, zone)
		if !ok || len(local) != len(timeLayout) {
			continue
		}
		if t, err := time.ParseInLocation(timeLayout, local, time.UTC); err == nil && t.Year() > 0 {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time of the form 2017-02-02T00:00:00+00:00", text)
}

const timeLayout = "2006-01-02T15:04:05"

// Document writes the trust anchor document of RFC 9718, Section 2.1, the same
// octets for the same anchors. The document and each anchor must have what the
// schema demands: identifiers, the source, and a validFrom.
func (a *Anchors) Document() ([]byte, error) {
	if a.ID == "" || a.Source == "" || len(a.Anchors) == 0 {
		return nil, errors.New("writing a trust anchor document: it needs an identifier, a source and an anchor")
	}
	var doc bytes.Buffer
	doc.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	fmt.Fprintf(&doc, "<TrustAnchor id=\"%s\" source=\"%s\">\n", escape(a.ID), escape(a.Source))
	fmt.Fprintf(&doc, "<Zone>%s</Zone>\n", escape(a.Zone.String()))
	for i := range a.Anchors {
		if err := writeAnchor(&doc, &a.Anchors[i]); err != nil {
			return nil, fmt.Errorf("writing a trust anchor document: %w", err)
		}
	}
	doc.WriteString("</TrustAnchor>\n")
	return doc.Bytes(), nil
}

func writeAnchor(doc *bytes.Buffer, anchor *Anchor) error {
	if anchor.ID == "" || anchor.ValidFrom.IsZero() {
		return fmt.Errorf("the anchor for key %d needs an identifier and a validFrom", anchor.DS.KeyTag)
	}
	fmt.Fprintf(doc, "<KeyDigest id=\"%s\" validFrom=\"%s\"", escape(anchor.ID), formatTime(anchor.ValidFrom))
	if !anchor.ValidUntil.IsZero() {
		fmt.Fprintf(doc, " validUntil=\"%s\"", formatTime(anchor.ValidUntil))
	}
	doc.WriteString(">\n")
	fmt.Fprintf(doc, "<KeyTag>%d</KeyTag>\n", anchor.DS.KeyTag)
	fmt.Fprintf(doc, "<Algorithm>%d</Algorithm>\n", anchor.DS.Algorithm)
	fmt.Fprintf(doc, "<DigestType>%d</DigestType>\n", anchor.DS.DigestType)
	fmt.Fprintf(doc, "<Digest>%s</Digest>\n", upperHex(anchor.DS.Digest))
	if anchor.Key != nil {
		fmt.Fprintf(doc, "<PublicKey>%s</PublicKey>\n", base64.StdEncoding.EncodeToString(anchor.Key.PublicKey))
		fmt.Fprintf(doc, "<Flags>%d</Flags>\n", anchor.Key.Flags)
	}
	doc.WriteString("</KeyDigest>\n")
	return nil
}

func formatTime(t time.Time) string {
	return t.UTC().Format(timeLayout) + "+00:00"
}

// escape makes text safe within an element or a quoted attribute.
func escape(text string) string {
	var out strings.Builder
	// A strings.Builder takes every write.
	_ = xml.EscapeText(&out, []byte(text))
	return out.String()
}
