package ksr

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/iso8601"
)

// A text document is bundles, each a header line with records below it, and a
// trailer:
//
//	;; KeySigningRequest 1.0 1795310750 (2026-11-22T01:25:50Z) Countersign id=...
//	example.com. 172800 IN DNSKEY 256 3 13 ... ; Countersign key=...
//	;; KeySigningRequest 1.0 generated at 2026-11-22T01:25:50Z by Countersign
//
// What follows the time is free text to Knot and BIND. Ours carries there, after
// the name of the program, what the formats have no place for. What we wrote we
// read strictly; after any other text nothing is expected.

// program is the mark of header lines and comments that are ours.
const program = "Countersign"

const headerVersion = "1.0"

var kindWords = map[Kind]string{KSR: "KeySigningRequest", SKR: "SignedKeyResponse"}

// header is one line that begins with two semicolons.
type header struct {
	kind      Kind
	trailer   bool
	generated time.Time // of a trailer that says it in UTC
	begins    time.Time // of a bundle
	format    Format    // what the form of that time tells
	ours      bool
	meta      metadata
}

// metadata is what our headers carry.
type metadata struct {
	// Of the document, in its first header.
	id       string
	serial   uint64
	made     time.Time
	policies map[string]StatedPolicy // by word: policy in a KSR, ksk and zsk in an SKR

	// Of the bundle.
	bundle  string
	expires time.Time
	signers []string
}

// hasDocument says whether something about the document is there.
func (m *metadata) hasDocument() bool {
	return m.id != "" || m.serial != 0 || !m.made.IsZero() || len(m.policies) > 0
}

// parseHeader reads a header line.
func parseHeader(line string) (header, error) {
	var h header
	rest, ok := strings.CutPrefix(line, ";; ")
	word, rest, _ := strings.Cut(rest, " ")
	for kind, w := range kindWords {
		if w == word {
			h.kind = kind
		}
	}
	if !ok || h.kind == "" {
		return h, fmt.Errorf("%s is no header of a KSR or SKR, and other comment lines are refused", clip(line))
	}
	version, rest, _ := strings.Cut(rest, " ")
	if version != headerVersion {
		return h, fmt.Errorf("header has version %s, want %s", clip(version), headerVersion)
	}
	if words, ok := strings.CutPrefix(rest, "generated at "); ok {
		h.trailer = true
		stamp, _, _ := strings.Cut(words, " ")
		// BIND writes local time without a zone there: no time at all.
		if t, err := parseDateTime(stamp); err == nil && strings.HasSuffix(stamp, "Z") {
			h.generated = t
		}
		return h, nil
	}
	stamp, free, _ := strings.Cut(rest, " ")
	var err error
	if h.begins, err = parseTextTime(stamp); err != nil {
		return h, fmt.Errorf("header: %w", err)
	}
	h.format = Knot
	if len(stamp) == len(digitsLayout) {
		h.format = BIND
	}
	if date, words, ok := strings.Cut(free, ") "+program); ok && (words == "" || words[0] == ' ') {
		h.ours = true
		if date != "("+iso(h.begins) {
			return h, fmt.Errorf("header: the date %s is not that of the time %s", clip(date+")"), stamp)
		}
		h.meta, err = parseMetadata(h.kind, strings.Fields(words))
	}
	return h, err
}

// parseMetadata reads what follows the name of the program.
func parseMetadata(kind Kind, words []string) (metadata, error) {
	m := metadata{policies: map[string]StatedPolicy{}}
	seen := map[string]bool{}
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok || value == "" || seen[name] {
			return m, fmt.Errorf("header: %s is malformed or repeated", clip(word))
		}
		seen[name] = true
		if err := m.set(kind, name, value); err != nil {
			return m, fmt.Errorf("header: %s: %w", clipName(name), err)
		}
	}
	return m, nil
}

func (m *metadata) set(kind Kind, name, value string) (err error) {
	switch {
	case name == "id":
		m.id, err = unescapeLabel(value)
	case name == "serial":
		m.serial, err = parseNumber(value, 1<<64-1)
	case name == "made":
		m.made, err = parseUnix(value)
	case name == "bundle":
		m.bundle, err = unescapeLabel(value)
	case name == "expires":
		m.expires, err = parseUnix(value)
	case name == "signers" && kind == KSR:
		for _, label := range strings.Split(value, ",") {
			var signer string
			if signer, err = unescapeLabel(label); err != nil {
				break
			}
			m.signers = append(m.signers, signer)
		}
		if len(m.signers) > MaxKeys {
			err = fmt.Errorf("more than %d", MaxKeys)
		}
	case name == "policy" && kind == KSR, (name == "ksk" || name == "zsk") && kind == SKR:
		m.policies[name], err = parseCompactPolicy(value)
	default:
		err = errors.New("unknown")
	}
	return err
}

// words writes the metadata, each word after a space.
func (m *metadata) words() string {
	var b strings.Builder
	put := func(name, value string) { b.WriteString(" " + name + "=" + value) }
	if m.id != "" {
		put("id", escapeLabel(m.id))
	}
	if m.serial != 0 {
		put("serial", strconv.FormatUint(m.serial, 10))
	}
	if !m.made.IsZero() {
		put("made", strconv.FormatInt(m.made.Unix(), 10))
	}
	for _, name := range []string{"policy", "ksk", "zsk"} {
		if p, ok := m.policies[name]; ok && !p.isZero() {
			put(name, compactPolicy(p))
		}
	}
	if m.bundle != "" {
		put("bundle", escapeLabel(m.bundle))
	}
	if !m.expires.IsZero() {
		put("expires", strconv.FormatInt(m.expires.Unix(), 10))
	}
	if len(m.signers) > 0 {
		var signers []string
		for _, s := range m.signers {
			signers = append(signers, escapeLabel(s))
		}
		put("signers", strings.Join(signers, ","))
	}
	return b.String()
}

func (p *StatedPolicy) isZero() bool {
	return p.samePolicy(&StatedPolicy{})
}

// fields is the durations in the order of the XML.
func (p *StatedPolicy) fields() []*time.Duration {
	return []*time.Duration{
		&p.PublishSafety, &p.RetireSafety,
		&p.MaxSignatureValidity, &p.MinSignatureValidity,
		&p.MaxValidityOverlap, &p.MinValidityOverlap,
	}
}

// compactPolicy writes a stated policy as one word: the six durations, then
// algorithm/bits[/exponent] each.
func compactPolicy(p StatedPolicy) string {
	var parts []string
	for _, d := range p.fields() {
		parts = append(parts, iso8601.FormatDuration(*d))
	}
	for _, a := range p.Algorithms {
		part := fmt.Sprintf("%d/%d", a.Algorithm, a.Bits)
		if a.Exponent != 0 {
			part += "/" + strconv.Itoa(a.Exponent)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

func parseCompactPolicy(value string) (StatedPolicy, error) {
	var p StatedPolicy
	parts := strings.Split(value, ",")
	fields := p.fields()
	if len(parts) < len(fields) || len(parts) > len(fields)+MaxAlgorithms {
		return p, fmt.Errorf("%s is no policy", clip(value))
	}
	for i, d := range fields {
		var err error
		if *d, err = parseDuration(parts[i]); err != nil {
			return p, err
		}
	}
	for _, part := range parts[len(fields):] {
		a, err := parseCompactAlgorithm(part)
		if err != nil {
			return p, err
		}
		p.Algorithms = append(p.Algorithms, a)
	}
	return p, nil
}

func parseCompactAlgorithm(part string) (StatedAlgorithm, error) {
	numbers := strings.Split(part, "/")
	number, err := parseNumber(numbers[0], 255)
	if err != nil {
		return StatedAlgorithm{}, err
	}
	a := StatedAlgorithm{Algorithm: uint8(number)}
	family := algorithmFamily(a.Algorithm)
	if want := map[string]int{"RSA": 3, "ECDSA": 2, "EdDSA": 2}[family]; len(numbers) != want {
		return a, fmt.Errorf("algorithm %s is malformed", clip(part))
	}
	bits, err := parseNumber(numbers[1], maxBits)
	if err != nil {
		return a, err
	}
	a.Bits = int(bits)
	if len(numbers) == 3 {
		exponent, err := parseNumber(numbers[2], maxExponent)
		if err != nil {
			return a, err
		}
		a.Exponent = int(exponent)
	}
	if a.Bits == 0 || family == "RSA" && a.Exponent == 0 {
		return a, fmt.Errorf("algorithm %s has a zero in it", clip(part))
	}
	return a, nil
}

const plainLabel = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/+"

// escapeLabel writes an identifier as one word that no other program stumbles
// over: other octets are a percent sign and two hexadecimal digits.
func escapeLabel(label string) string {
	var b strings.Builder
	for i := 0; i < len(label); i++ {
		if strings.IndexByte(plainLabel, label[i]) >= 0 {
			b.WriteByte(label[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", label[i])
		}
	}
	return b.String()
}

func unescapeLabel(word string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		switch c := word[i]; {
		case strings.IndexByte(plainLabel, c) >= 0:
			b.WriteByte(c)
		case c == '%' && i+2 < len(word):
			n, err := strconv.ParseUint(word[i+1:i+3], 16, 8)
			if err != nil {
				return "", fmt.Errorf("%s is malformed", clip(word))
			}
			b.WriteByte(byte(n))
			i += 2
		default:
			return "", fmt.Errorf("%s is malformed", clip(word))
		}
	}
	return b.String(), checkLabel(b.String())
}
