package ksr

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The scanner reads the XML that a KSR needs and no more. It refuses what
// well-behaved writers never use and readers are known to disagree on: document
// types and entities, processing instructions, CDATA sections (ICANN's own
// reader does not know them, so it would see another document than we do),
// names outside ASCII or with a namespace, other encodings. Standard library encoding/xml lets too
// much through to build on; see TestScannerAgreesWithEncodingXML.

type tokenKind int

const (
	endOfDocument tokenKind = iota
	startTag
	endTag
	characters
)

type token struct {
	kind  tokenKind
	line  int
	name  string      // of a tag
	attrs []attribute // of a start tag
	text  string      // of characters, references resolved
}

// describe says what the token is, for messages.
func (t *token) describe() string {
	switch t.kind {
	case startTag:
		return fmt.Sprintf("element <%s>", clipName(t.name))
	case endTag:
		return fmt.Sprintf("end tag </%s>", clipName(t.name))
	case characters:
		return "text " + clip(strings.TrimSpace(t.text))
	}
	return "the end of the document"
}

func clipName(name string) string {
	if len(name) > 40 {
		return name[:40] + "..."
	}
	return name
}

type attribute struct{ name, value string }

// maxAttributes is one more than any element of the schema has three times over.
const maxAttributes = 10

// scanner cuts a document into tokens. After a fault it yields endOfDocument.
type scanner struct {
	doc    []byte
	pos    int
	line   int
	bom    bool   // the document began with a byte order mark
	closes string // name of an element that closed itself: its end tag is due
	fault  *SyntaxError
}

// newScanner checks the characters of the whole document and reads the XML
// declaration.
func newScanner(doc []byte) *scanner {
	s := &scanner{doc: doc, line: 1}
	if rest, ok := bytes.CutPrefix(doc, []byte("\xef\xbb\xbf")); ok {
		s.doc, s.bom = rest, true
	}
	if bytes.IndexByte(s.doc, '\r') >= 0 {
		// XML 1.0, Section 2.11: both forms are one line end.
		s.doc = bytes.ReplaceAll(s.doc, []byte("\r\n"), []byte("\n"))
		s.doc = bytes.ReplaceAll(s.doc, []byte("\r"), []byte("\n"))
	}
	s.checkCharacters()
	s.declaration()
	return s
}

func (s *scanner) fail(format string, args ...any) {
	if s.fault == nil {
		s.fault = &SyntaxError{Line: s.line, Text: fmt.Sprintf(format, args...)}
	}
}

// checkCharacters holds the document to UTF-8 and to the Char production of
// XML 1.0, Section 2.2.
func (s *scanner) checkCharacters() {
	line := 1
	for rest := s.doc; len(rest) > 0; {
		if c := rest[0]; c >= ' ' && c < utf8.RuneSelf {
			rest = rest[1:]
			continue
		}
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			s.fault = &SyntaxError{Line: line, Text: "not UTF-8"}
			return
		}
		if !isChar(r) {
			s.fault = &SyntaxError{Line: line, Text: fmt.Sprintf("character %U is not allowed in XML", r)}
			return
		}
		if r == '\n' {
			line++
		}
		rest = rest[n:]
	}
}

func isChar(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return true
	case r < 0x20, r >= 0xd800 && r <= 0xdfff, r == 0xfffe, r == 0xffff:
		return false
	}
	return r <= 0x10ffff
}

func (s *scanner) has(prefix string) bool {
	return bytes.HasPrefix(s.doc[s.pos:], []byte(prefix))
}

// skip moves on by n octets and counts the lines.
func (s *scanner) skip(n int) {
	s.line += bytes.Count(s.doc[s.pos:s.pos+n], []byte("\n"))
	s.pos += n
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

// skipSpace says whether there was any.
func (s *scanner) skipSpace() bool {
	start := s.pos
	end := start
	for end < len(s.doc) && isSpace(s.doc[end]) {
		end++
	}
	s.skip(end - start)
	return end > start
}

// declaration reads <?xml ...?>, which may only stand at the very beginning.
func (s *scanner) declaration() {
	if s.fault != nil || !s.has("<?xml") || len(s.doc) > 5 && isNameByte(s.doc[5]) {
		return
	}
	s.skip(len("<?xml"))
	given := s.attributes()
	want := []string{"version", "encoding", "standalone"}
	for i, a := range given {
		for len(want) > 0 && want[0] != a.name && i > 0 {
			want = want[1:]
		}
		if len(want) == 0 || want[0] != a.name {
			s.fail("XML declaration: %s is unknown or out of place", clip(a.name))
			return
		}
		want = want[1:]
		switch {
		case a.name == "version" && a.value != "1.0":
			s.fail("XML version %s, want 1.0", clip(a.value))
		case a.name == "encoding" && !strings.EqualFold(a.value, "UTF-8"):
			s.fail("encoding %s, want UTF-8", clip(a.value))
		case a.name == "standalone" && a.value != "yes" && a.value != "no":
			s.fail("XML declaration: standalone is %s, want yes or no", clip(a.value))
		}
	}
	if s.fault == nil && (len(given) == 0 || !s.has("?>")) {
		s.fail("malformed XML declaration")
		return
	}
	s.skip(min(len("?>"), len(s.doc)-s.pos))
}

// next is the next token. Comments are left out.
func (s *scanner) next() token {
	if s.closes != "" {
		t := token{kind: endTag, line: s.line, name: s.closes}
		s.closes = ""
		return t
	}
	for s.fault == nil && s.pos < len(s.doc) {
		switch {
		case s.has("<!--"):
			s.comment()
			continue
		case s.has("</"):
			return s.check(s.endTag())
		case s.has("<![CDATA["):
			s.fail("CDATA section: write the text plainly")
		case s.has("<!"):
			s.fail("document types and other declarations are refused")
		case s.has("<?"):
			s.fail("processing instructions are refused, and the XML declaration stands first")
		case s.has("<"):
			return s.check(s.startTag())
		default:
			return s.check(s.characters())
		}
	}
	return token{kind: endOfDocument, line: s.line}
}

// check lets no token through that was found faulty.
func (s *scanner) check(t token) token {
	if s.fault != nil {
		return token{kind: endOfDocument, line: s.line}
	}
	return t
}

func (s *scanner) comment() {
	body := s.doc[s.pos+len("<!--"):]
	end := bytes.Index(body, []byte("--"))
	switch {
	case end < 0:
		s.fail("comment without its end")
	case end+2 >= len(body) || body[end+2] != '>':
		s.fail("comment with -- in it")
	default:
		s.skip(len("<!--") + end + len("-->"))
	}
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == ':' || c == '_' || c == '-' || c == '.'
}

func (s *scanner) name() string {
	start := s.pos
	for s.pos < len(s.doc) && isNameByte(s.doc[s.pos]) {
		s.pos++
	}
	name := string(s.doc[start:s.pos])
	if name == "" || strings.IndexByte("-.0123456789", name[0]) >= 0 {
		s.fail("malformed name of a tag or attribute")
	}
	if strings.Contains(name, ":") {
		s.fail("name %s: namespaces are refused", clipName(name))
	}
	return name
}

func (s *scanner) startTag() token {
	t := token{kind: startTag, line: s.line}
	s.skip(1)
	t.name = s.name()
	t.attrs = s.attributes()
	switch {
	case s.fault != nil:
	case s.has("/>"):
		s.skip(2)
		s.closes = t.name
	case s.has(">"):
		s.skip(1)
	default:
		s.fail("malformed tag <%s>", clipName(t.name))
	}
	return t
}

func (s *scanner) endTag() token {
	t := token{kind: endTag, line: s.line}
	s.skip(2)
	t.name = s.name()
	s.skipSpace()
	if !s.has(">") {
		s.fail("malformed end tag </%s>", clipName(t.name))
		return t
	}
	s.skip(1)
	return t
}

// attributes reads all attributes of a tag, each after white space.
func (s *scanner) attributes() []attribute {
	var list []attribute
	for s.fault == nil {
		if !s.skipSpace() || s.pos >= len(s.doc) || !isNameByte(s.doc[s.pos]) {
			return list
		}
		a := attribute{name: s.name()}
		s.skipSpace()
		if !s.has("=") {
			s.fail("attribute %s without a value", clipName(a.name))
			return nil
		}
		s.skip(1)
		s.skipSpace()
		a.value = s.attributeValue(a.name)
		for _, other := range list {
			if other.name == a.name {
				s.fail("attribute %s is repeated", clipName(a.name))
			}
		}
		if list = append(list, a); len(list) > maxAttributes {
			s.fail("more than %d attributes", maxAttributes)
		}
	}
	return nil
}

func (s *scanner) attributeValue(name string) string {
	if !s.has(`"`) && !s.has(`'`) {
		s.fail("the value of attribute %s has no quotes", clipName(name))
		return ""
	}
	quote := s.doc[s.pos]
	body := s.doc[s.pos+1:]
	end := bytes.IndexByte(body, quote)
	if end < 0 {
		s.fail("the value of attribute %s has no closing quote", clipName(name))
		return ""
	}
	if end > MaxAttribute {
		s.fail("the value of attribute %s is longer than %d octets", clipName(name), MaxAttribute)
		return ""
	}
	raw := string(body[:end])
	if strings.Contains(raw, "<") {
		s.fail("the value of attribute %s has a < in it", clipName(name))
		return ""
	}
	// XML 1.0, Section 3.3.3: white space becomes a space, unless it is
	// written as a character reference.
	raw = strings.NewReplacer("\t", " ", "\n", " ").Replace(raw)
	value := s.resolve(raw)
	s.skip(1 + end + 1)
	return value
}

// characters reads text up to the next tag or comment.
func (s *scanner) characters() token {
	t := token{kind: characters, line: s.line}
	end := bytes.IndexByte(s.doc[s.pos:], '<')
	if end < 0 {
		end = len(s.doc) - s.pos
	}
	raw := string(s.doc[s.pos : s.pos+end])
	if strings.Contains(raw, "]]>") {
		s.fail("text with ]]> in it")
		return t
	}
	t.text = s.resolve(raw)
	s.skip(end)
	return t
}

var predefined = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// resolve replaces character references and the five predefined entities.
func (s *scanner) resolve(raw string) string {
	if !strings.Contains(raw, "&") {
		return raw
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(raw, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest, found := strings.Cut(after, ";")
		text, ok := predefined[name]
		if !ok {
			text, ok = characterReference(name)
		}
		if !found || !ok {
			s.fail("reference %s is not defined", clip("&"+name+";"))
			return ""
		}
		b.WriteString(text)
		raw = rest
	}
}

func characterReference(name string) (string, bool) {
	digits, base := strings.TrimPrefix(name, "#"), 10
	if digits == name {
		return "", false
	}
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	if strings.HasPrefix(digits, "+") || strings.HasPrefix(digits, "-") || strings.Contains(digits, "_") {
		return "", false
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !isChar(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}
