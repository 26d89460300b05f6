package ksr

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/iso8601"
)

// xmlWriter writes as ICANN's signer has since 2019: one element a line, four
// spaces a level, so that the same content has the same bytes whoever wrote it.
// What stands in several places of an element (keys, signatures, algorithms) is
// written in the order given.
type xmlWriter struct {
	b     strings.Builder
	depth int
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// xmlDateTime writes UTC with its offset, as SKRs always have had it.
const xmlDateTime = dateTimeLayout + "+00:00"

// xmlEscaper writes what XML reads back unchanged, white space in attributes
// included.
var xmlEscaper = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;",
	"\t", "&#9;", "\n", "&#10;", "\r", "&#13;")

// tag writes a line with a tag; attrs are names and values in turn.
func (w *xmlWriter) tag(begin, name, end string, attrs ...string) {
	for range w.depth {
		w.b.WriteString("    ")
	}
	w.b.WriteString(begin)
	w.b.WriteString(name)
	for i := 0; i < len(attrs); i += 2 {
		w.b.WriteString(" " + attrs[i] + `="`)
		xmlEscaper.WriteString(&w.b, attrs[i+1])
		w.b.WriteByte('"')
	}
	w.b.WriteString(end)
}

func (w *xmlWriter) open(name string, attrs ...string) {
	w.tag("<", name, ">\n", attrs...)
	w.depth++
}

func (w *xmlWriter) close(name string) {
	w.depth--
	w.tag("</", name, ">\n")
}

func (w *xmlWriter) empty(name string, attrs ...string) {
	w.tag("<", name, "/>\n", attrs...)
}

func (w *xmlWriter) text(name, text string) {
	w.tag("<", name, ">")
	xmlEscaper.WriteString(&w.b, text)
	w.b.WriteString("</" + name + ">\n")
}

func (w *xmlWriter) number(name string, n uint64) {
	w.text(name, strconv.FormatUint(n, 10))
}

func (w *xmlWriter) time(name string, t time.Time) {
	w.text(name, t.UTC().Format(xmlDateTime))
}

// timestamp is the optional attribute of Request and Response.
func timestamp(t time.Time) []string {
	if t.IsZero() {
		return nil
	}
	return []string{"timestamp", t.UTC().Format(xmlDateTime)}
}

func writeXMLRequest(r *Request) []byte {
	var w xmlWriter
	w.b.WriteString(declaration)
	w.open("KSR", "id", r.ID, "domain", r.Zone.String(), "serial", strconv.FormatUint(r.Serial, 10))
	w.open("Request", timestamp(r.Timestamp)...)
	w.open("RequestPolicy")
	w.policy("ZSK", &r.Policy)
	w.close("RequestPolicy")
	for i := range r.Bundles {
		w.bundle("RequestBundle", &r.Bundles[i])
	}
	w.close("Request")
	w.close("KSR")
	return []byte(w.b.String())
}

func writeXMLResponse(r *Response) []byte {
	var w xmlWriter
	w.b.WriteString(declaration)
	w.open("KSR", "id", r.ID, "domain", r.Zone.String(), "serial", strconv.FormatUint(r.Serial, 10))
	w.open("Response", timestamp(r.Timestamp)...)
	w.open("ResponsePolicy")
	w.policy("KSK", &r.KSKPolicy)
	w.policy("ZSK", &r.ZSKPolicy)
	w.close("ResponsePolicy")
	for i := range r.Bundles {
		w.bundle("ResponseBundle", &r.Bundles[i])
	}
	w.close("Response")
	w.close("KSR")
	return []byte(w.b.String())
}

// durationNames goes with StatedPolicy.fields.
var durationNames = []string{
	"PublishSafety", "RetireSafety",
	"MaxSignatureValidity", "MinSignatureValidity",
	"MaxValidityOverlap", "MinValidityOverlap",
}

func (w *xmlWriter) policy(name string, p *StatedPolicy) {
	w.open(name)
	for i, d := range p.fields() {
		w.text(durationNames[i], iso8601.FormatDuration(*d))
	}
	for _, a := range p.Algorithms {
		w.open("SignatureAlgorithm", "algorithm", strconv.Itoa(int(a.Algorithm)))
		attrs := []string{"size", strconv.Itoa(a.Bits)}
		if a.Exponent != 0 {
			attrs = append(attrs, "exponent", strconv.Itoa(a.Exponent))
		}
		w.empty(algorithmFamily(a.Algorithm), attrs...)
		w.close("SignatureAlgorithm")
	}
	w.close(name)
}

func (w *xmlWriter) bundle(name string, b *Bundle) {
	w.open(name, "id", b.ID)
	w.time("Inception", b.Inception)
	w.time("Expiration", b.Expiration)
	for _, signer := range b.Signers {
		w.empty("Signer", "keyIdentifier", signer)
	}
	for i := range b.Keys {
		w.key(&b.Keys[i])
	}
	for i := range b.Signatures {
		w.signature(&b.Signatures[i])
	}
	w.close(name)
}

func (w *xmlWriter) key(k *Key) {
	w.open("Key", "keyIdentifier", k.Identifier, "keyTag", strconv.Itoa(int(k.Tag)))
	w.number("TTL", uint64(k.TTL))
	w.number("Flags", uint64(k.Flags))
	w.number("Protocol", uint64(k.Protocol))
	w.number("Algorithm", uint64(k.Algorithm))
	w.text("PublicKey", base64.StdEncoding.EncodeToString(k.PublicKey))
	w.close("Key")
}

func (w *xmlWriter) signature(s *Signature) {
	w.open("Signature", "keyIdentifier", s.KeyIdentifier)
	w.number("TTL", uint64(s.TTL))
	w.text("TypeCovered", s.TypeCovered.String())
	w.number("Algorithm", uint64(s.Algorithm))
	w.number("Labels", uint64(s.Labels))
	w.number("OriginalTTL", uint64(s.OriginalTTL))
	w.time("SignatureExpiration", s.Expiration)
	w.time("SignatureInception", s.Inception)
	w.number("KeyTag", uint64(s.KeyTag))
	w.text("SignersName", s.SignerName.String())
	w.text("SignatureData", base64.StdEncoding.EncodeToString(s.Signature))
	w.close("Signature")
}
