package ksr

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/pkg/rr"
)

// detectText reads the first header.
func detectText(doc []byte) (Kind, Format, error) {
	s := textScanner{rest: bytes.TrimPrefix(doc, []byte("\xef\xbb\xbf"))}
	for {
		line, ok := s.next()
		if !ok {
			return "", "", &SyntaxError{Text: "empty document"}
		}
		if isBlank(line) {
			continue
		}
		if !strings.HasPrefix(line, ";;") {
			return "", "", &SyntaxError{Line: s.line, Text: clip(line) + " begins neither a KSR nor an SKR"}
		}
		h, err := parseHeader(line)
		if err == nil && h.trailer {
			err = errors.New("no bundle before the trailer")
		}
		if err != nil {
			return "", "", &SyntaxError{Line: s.line, Text: err.Error()}
		}
		return h.kind, h.format, nil
	}
}

func isBlank(line string) bool { return strings.Trim(line, " \t") == "" }

func readTextRequest(doc []byte) (*Request, error) {
	t := readText(doc, KSR)
	r := &Request{
		ID: t.meta.id, Serial: t.meta.serial, Timestamp: t.made(),
		Zone: t.zone, Policy: t.meta.policies["policy"], Bundles: t.bundles, Warnings: t.warnings.list,
	}
	return r, t.faults.err()
}

func readTextResponse(doc []byte) (*Response, error) {
	t := readText(doc, SKR)
	r := &Response{
		ID: t.meta.id, Serial: t.meta.serial, Timestamp: t.made(), Zone: t.zone,
		KSKPolicy: t.meta.policies["ksk"], ZSKPolicy: t.meta.policies["zsk"],
		Bundles: t.bundles, Warnings: t.warnings.list,
	}
	return r, t.faults.err()
}

// textReader reads a whole text document. A record that is malformed is noted
// and the next one is read.
type textReader struct {
	warnings
	scan    textScanner
	kind    Kind
	format  Format
	first   bool     // no header was read yet
	ours    bool     // the first header has our mark
	meta    metadata // of the document
	trailer header
	zone    rr.Name
	bundles []Bundle
	expires time.Time // stated expiration of the bundle being read
	faults  faults
}

func readText(doc []byte, kind Kind) *textReader {
	t := &textReader{kind: kind, first: true}
	t.scan.rest = doc
	if rest, ok := bytes.CutPrefix(doc, []byte("\xef\xbb\xbf")); ok {
		t.scan.rest = rest
		t.warn(1, "byte order mark")
	}
	for !t.faults.full() {
		line, ok := t.scan.next()
		if !ok {
			break
		}
		t.readLine(line)
	}
	if len(t.faults.list) == 0 {
		t.endBundle()
	}
	if len(t.faults.list) == 0 && !t.trailer.trailer {
		t.faults.add(t.scan.line, "the document ends without its trailer (%q): it was cut short",
			";; "+kindWords[kind]+" "+headerVersion+" generated at ...")
	}
	return t
}

// made is when the document was made. Our trailer must have some time in it; the
// true one, if there is any, is in the header.
func (t *textReader) made() time.Time {
	if t.ours {
		return t.meta.made
	}
	return t.trailer.generated
}

func (t *textReader) readLine(line string) {
	number := t.scan.line
	fault := func(format string, args ...any) { t.faults.add(number, format, args...) }
	switch {
	case isBlank(line):
	case t.trailer.trailer:
		fault("%s after the trailer", clip(line))
	case strings.HasPrefix(line, ";;"):
		t.readHeader(line)
	case strings.HasPrefix(strings.TrimLeft(line, " \t"), ";"):
		fault("%s: comment lines other than headers are refused", clip(line))
	case line[0] == ' ' || line[0] == '\t':
		fault("record without its owner name")
	case line[0] == '$':
		fault("%s: directives are refused", clip(line))
	default:
		rec, wrong := t.scan.record(line)
		if wrong != "" {
			t.faults.add(rec.line, "%s", wrong)
			return
		}
		if err := t.readRecord(&rec); err != nil {
			t.faults.add(rec.line, "%s", err.Error())
		}
	}
}

func (t *textReader) readHeader(line string) {
	number := t.scan.line
	fault := func(format string, args ...any) { t.faults.add(number, format, args...) }
	if len(line) > MaxText || !isPlain(line) {
		fault("header is too long or not printable ASCII")
		return
	}
	h, err := parseHeader(line)
	switch {
	case err != nil:
		fault("%v", err)
		return
	case h.kind != t.kind:
		fault("a header of %s in %s", h.kind.article(), t.kind.article())
		return
	}
	t.endBundle()
	if h.trailer {
		t.trailer = h
		return
	}
	if t.first {
		t.first, t.ours, t.meta, t.format = false, h.ours, h.meta, h.format
	} else if h.meta.hasDocument() {
		fault("what concerns the document belongs into the first header")
	}
	if h.format != t.format {
		fault("times in seconds and in 14 digits are mixed")
	}
	if n := len(t.bundles); n > 0 {
		switch before := t.bundles[n-1]; {
		case h.begins.Before(before.Inception):
			fault("bundle begins before the one above it")
		case h.begins.Equal(before.Inception):
			t.warn(before.Line, "another bundle begins at the same time: this one is not used")
			t.bundles = t.bundles[:n-1]
		case n == MaxBundles:
			fault("more than %d bundles", MaxBundles)
			t.bundles = t.bundles[:n-1]
		}
	}
	t.expires = h.meta.expires
	t.bundles = append(t.bundles, Bundle{
		Line: number, Inception: h.begins, ID: h.meta.bundle, Signers: h.meta.signers,
	})
}

// endBundle completes the last bundle.
func (t *textReader) endBundle() {
	if len(t.bundles) == 0 {
		return
	}
	b := &t.bundles[len(t.bundles)-1]
	if len(b.Keys) == 0 {
		t.faults.add(b.Line, "bundle without a DNSKEY record")
	}
	if t.kind == SKR && len(b.Signatures) == 0 {
		t.faults.add(b.Line, "bundle without an RRSIG record over DNSKEY")
	}
	for _, set := range []*rr.Set{b.CDS, b.CDNSKEY} {
		if set == nil {
			continue
		}
		set.Canonicalize()
	}
	b.Expiration = t.expires
	if b.Expiration.IsZero() {
		b.Expiration = b.earliestExpiration()
	}
}

// earliestExpiration is that of the signatures over DNSKEY, zero without any.
func (b *Bundle) earliestExpiration() time.Time {
	var earliest time.Time
	for _, s := range b.Signatures {
		if earliest.IsZero() || s.Expiration.Before(earliest) {
			earliest = s.Expiration
		}
	}
	return earliest
}

// readRecord reads owner, TTL and class, in either order, and type.
func (t *textReader) readRecord(rec *record) error {
	switch {
	case len(t.bundles) == 0:
		return errors.New("record before the first header")
	case len(rec.words) == 0:
		return errors.New("record without anything in it")
	}
	owner, err := parseName(rec.words[0])
	if err != nil {
		return err
	}
	if t.zone == "" {
		t.zone = owner
	} else if owner != t.zone {
		return fmt.Errorf("record of %s in a document of %s", owner, t.zone)
	}
	words := rec.words[1:]
	var ttl uint64
	var hasTTL, hasClass bool
	for ; len(words) > 0; words = words[1:] {
		if word := words[0]; !hasTTL && word[0] >= '0' && word[0] <= '9' {
			hasTTL = true
			if ttl, err = parseNumber(word, maxTTL); err != nil {
				return fmt.Errorf("TTL: %w", err)
			}
		} else if !hasClass && strings.EqualFold(word, "IN") {
			hasClass = true
		} else {
			break
		}
	}
	switch {
	case len(words) == 0:
		return errors.New("record without a type")
	case !hasTTL:
		return errors.New("record without a TTL")
	}
	identifier, err := commentIdentifier(rec.comment)
	if err != nil {
		return err
	}
	return t.readData(rec.line, identifier, uint32(ttl), strings.ToUpper(words[0]), words[1:])
}

// commentIdentifier reads a key identifier from the comment of a record of ours.
func commentIdentifier(comment string) (string, error) {
	words, ours := strings.CutPrefix(comment, program+" ")
	if !ours {
		return "", nil
	}
	value, ok := strings.CutPrefix(words, "key=")
	if !ok {
		return "", fmt.Errorf("comment %s is malformed", clip(comment))
	}
	return unescapeLabel(value)
}

// readData reads the data of a record into the bundle.
func (t *textReader) readData(line int, identifier string, ttl uint32, typ string, words []string) error {
	b := &t.bundles[len(t.bundles)-1]
	switch {
	case typ == "DNSKEY":
		key, err := parseKeyData(words)
		if err != nil {
			return fmt.Errorf("DNSKEY: %w", err)
		}
		if len(b.Keys) == MaxKeys {
			return fmt.Errorf("more than %d keys in a bundle", MaxKeys)
		}
		b.Keys = append(b.Keys, Key{Line: line, Identifier: identifier, Tag: key.KeyTag(), TTL: ttl, DNSKEY: key})
		return nil
	case t.kind == KSR:
		return fmt.Errorf("type %s: a KSR has DNSKEY records only", clip(typ))
	case typ == "RRSIG":
		sig, err := parseSignatureData(words)
		if err != nil {
			return fmt.Errorf("RRSIG: %w", err)
		}
		if len(b.Signatures)+len(b.CDSSignatures) >= MaxSignatures {
			return fmt.Errorf("more than %d signatures in a bundle", MaxSignatures)
		}
		list := &b.CDSSignatures
		if sig.TypeCovered == rr.TypeDNSKEY {
			list = &b.Signatures
		}
		*list = append(*list, Signature{Line: line, KeyIdentifier: identifier, TTL: ttl, RRSIG: sig})
		return nil
	case identifier != "":
		return errors.New("only keys and signatures have a key identifier")
	case typ == "CDS":
		data, err := parseCDS(words)
		if err != nil {
			return fmt.Errorf("CDS: %w", err)
		}
		return t.addTo(&b.CDS, rr.TypeCDS, ttl, data)
	case typ == "CDNSKEY":
		key, err := parseKeyData(words)
		if err != nil {
			return fmt.Errorf("CDNSKEY: %w", err)
		}
		return t.addTo(&b.CDNSKEY, rr.TypeCDNSKEY, ttl, key.Append(nil))
	}
	return fmt.Errorf("type %s: an SKR has DNSKEY, CDNSKEY, CDS and RRSIG records only", clip(typ))
}

// addTo adds a record to a set of the bundle, which it makes if it must.
func (t *textReader) addTo(set **rr.Set, typ rr.Type, ttl uint32, data []byte) error {
	if *set == nil {
		*set = &rr.Set{Owner: t.zone, Type: typ, TTL: ttl}
	}
	switch {
	case (*set).TTL != ttl:
		return fmt.Errorf("%s records with different TTLs", typ)
	case len((*set).Data) == MaxKeys:
		return fmt.Errorf("more than %d %s records in a bundle", MaxKeys, typ)
	}
	(*set).Data = append((*set).Data, data)
	return nil
}

// parseKeyData reads the data of a DNSKEY or CDNSKEY record.
func parseKeyData(words []string) (rr.DNSKEY, error) {
	var key rr.DNSKEY
	if len(words) < 4 {
		return key, errors.New("fields are missing")
	}
	var numbers [3]uint64
	for i, max := range []uint64{1<<16 - 1, 255, 255} {
		var err error
		if numbers[i], err = parseNumber(words[i], max); err != nil {
			return key, err
		}
	}
	if numbers[1] != 3 {
		return key, fmt.Errorf("protocol is %d, want 3", numbers[1])
	}
	data, _, err := parseBase64(strings.Join(words[3:], ""))
	key.Flags, key.Protocol, key.Algorithm, key.PublicKey = uint16(numbers[0]), 3, uint8(numbers[2]), data
	return key, err
}

// digestLengths is the length in octets of the digests of RFC 8624, Section 3.3.
var digestLengths = map[uint64]int{1: 20, 2: 32, 4: 48}

// parseCDS reads the data of a CDS record. See RFC 7344, Section 3.1, and for
// the form that asks the parent to delete RFC 8078, Section 4.
func parseCDS(words []string) ([]byte, error) {
	if len(words) < 4 {
		return nil, errors.New("fields are missing")
	}
	tag, err := parseNumber(words[0], 1<<16-1)
	if err != nil {
		return nil, err
	}
	algorithm, err := parseNumber(words[1], 255)
	if err != nil {
		return nil, err
	}
	digestType, err := parseNumber(words[2], 255)
	if err != nil {
		return nil, err
	}
	digest, err := hex.DecodeString(strings.Join(words[3:], ""))
	if err != nil {
		return nil, errors.New("malformed hexadecimal digits")
	}
	if want, known := digestLengths[digestType]; known && len(digest) != want {
		return nil, fmt.Errorf("digest of %d octets, want %d", len(digest), want)
	}
	return append([]byte{byte(tag >> 8), byte(tag), byte(algorithm), byte(digestType)}, digest...), nil
}

var coveredTypes = map[string]rr.Type{"DNSKEY": rr.TypeDNSKEY, "CDS": rr.TypeCDS, "CDNSKEY": rr.TypeCDNSKEY}

// parseSignatureData reads the data of an RRSIG record. See RFC 4034, Section
// 3.2.
func parseSignatureData(words []string) (rr.RRSIG, error) {
	var s rr.RRSIG
	if len(words) < 9 {
		return s, errors.New("fields are missing")
	}
	var ok bool
	if s.TypeCovered, ok = coveredTypes[strings.ToUpper(words[0])]; !ok {
		return s, fmt.Errorf("type covered is %s, want DNSKEY, CDNSKEY or CDS", clip(words[0]))
	}
	var numbers [4]uint64
	for i, field := range []struct {
		word string
		max  uint64
	}{{words[1], 255}, {words[2], 255}, {words[3], maxTTL}, {words[6], 1<<16 - 1}} {
		var err error
		if numbers[i], err = parseNumber(field.word, field.max); err != nil {
			return s, err
		}
	}
	s.Algorithm, s.Labels = uint8(numbers[0]), uint8(numbers[1])
	s.OriginalTTL, s.KeyTag = uint32(numbers[2]), uint16(numbers[3])
	var err error
	if s.Expiration, err = parseTextTime(words[4]); err != nil {
		return s, err
	}
	if s.Inception, err = parseTextTime(words[5]); err != nil {
		return s, err
	}
	if s.SignerName, err = parseName(words[7]); err != nil {
		return s, err
	}
	s.Signature, _, err = parseBase64(strings.Join(words[8:], ""))
	return s, err
}
