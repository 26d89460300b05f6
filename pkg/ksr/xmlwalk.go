package ksr

import (
	"slices"
	"strings"
	"time"
)

// walker goes through a document element by element, as the grammar in
// xmlread.go asks. Once the structure is broken it is stuck: every question is
// answered with the zero value. A bad value is noted and the walk goes on, so
// that several are reported together.
type walker struct {
	warnings
	scan   *scanner
	tok    token
	open   []string // the elements around the present place
	faults faults
	stuck  bool
}

func newWalker(doc []byte) *walker {
	w := &walker{scan: newScanner(doc)}
	if w.scan.bom {
		w.warn(1, "byte order mark")
	}
	w.advance()
	return w
}

func (w *walker) advance() {
	w.tok = w.scan.next()
	if w.scan.fault != nil && !w.stuck {
		w.stuck = true
		w.faults.list = append(w.faults.list, w.scan.fault)
	}
}

// halt notes a fault of the structure.
func (w *walker) halt(line int, format string, args ...any) {
	if !w.stuck {
		w.faults.add(line, format, args...)
		w.stuck = true
	}
}

// fault notes a fault of a value.
func (w *walker) fault(line int, format string, args ...any) {
	if !w.stuck {
		w.faults.add(line, format, args...)
		w.stuck = w.faults.full()
	}
}

// skipSpace goes on to the next tag: only white space may be before it.
func (w *walker) skipSpace() {
	for !w.stuck && w.tok.kind == characters {
		if rest := strings.TrimLeft(w.tok.text, " \t\n"); rest != "" {
			above := strings.Count(w.tok.text[:len(w.tok.text)-len(rest)], "\n")
			w.halt(w.tok.line+above, "%s where only elements may be", w.tok.describe())
			return
		}
		w.advance()
	}
}

// at says whether the element name comes next.
func (w *walker) at(name string) bool {
	w.skipSpace()
	return !w.stuck && w.tok.kind == startTag && w.tok.name == name
}

// element is an element that was entered.
type element struct {
	line  int
	attrs []attribute
}

func (e element) get(name string) string {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// enter goes into the element name, which must come next. It has the given
// attributes and no others; those that begin with a question mark may be
// missing.
func (w *walker) enter(name string, attrs ...string) element {
	if !w.at(name) {
		w.halt(w.tok.line, "%s, want <%s>", w.tok.describe(), name)
		return element{}
	}
	e := element{line: w.tok.line, attrs: w.tok.attrs}
	for _, a := range e.attrs {
		if !slices.Contains(attrs, a.name) && !slices.Contains(attrs, "?"+a.name) {
			w.fault(e.line, "<%s> has the unknown attribute %s", name, clipName(a.name))
		} else if a.value == "" {
			w.fault(e.line, "attribute %s of <%s> is empty", a.name, name)
		}
	}
	for _, attr := range attrs {
		missing := !slices.ContainsFunc(e.attrs, func(a attribute) bool { return a.name == attr })
		if missing && attr[0] != '?' {
			w.fault(e.line, "<%s> lacks the attribute %s", name, attr)
		}
	}
	w.open = append(w.open, name)
	w.advance()
	return e
}

// leave goes out of the innermost element, which must end here.
func (w *walker) leave() {
	w.skipSpace()
	if w.stuck {
		return
	}
	name := w.open[len(w.open)-1]
	if w.tok.kind != endTag || w.tok.name != name {
		w.halt(w.tok.line, "%s, want </%s>", w.tok.describe(), name)
		return
	}
	w.open = w.open[:len(w.open)-1]
	w.advance()
}

// text reads an element that has only text.
func (w *walker) text(name string) (string, int) {
	line := w.enter(name).line
	var parts []string
	size := 0
	for !w.stuck && w.tok.kind == characters {
		// A comment cuts text in two.
		parts = append(parts, w.tok.text)
		if size += len(w.tok.text); size > MaxText {
			w.halt(line, "<%s> is longer than %d octets", name, MaxText)
		}
		w.advance()
	}
	w.leave()
	return strings.Join(parts, ""), line
}

// finish checks that nothing follows the root element.
func (w *walker) finish() {
	w.skipSpace()
	if !w.stuck && w.tok.kind != endOfDocument {
		w.halt(w.tok.line, "%s after the end of <KSR>", w.tok.describe())
	}
}

func (w *walker) number(name string, max uint64) uint64 {
	text, line := w.text(name)
	return w.parseNumber(line, name, text, max)
}

func (w *walker) parseNumber(line int, name, text string, max uint64) uint64 {
	if w.stuck {
		return 0
	}
	n, err := parseNumber(text, max)
	if err != nil {
		w.fault(line, "%s: %v", name, err)
	}
	return n
}

// attrNumber reads a number in an attribute. If it is missing or empty, enter
// has said so.
func (w *walker) attrNumber(e element, name string, max uint64) uint64 {
	text := e.get(name)
	if text == "" {
		return 0
	}
	return w.parseNumber(e.line, name, text, max)
}

func (w *walker) attrLabel(e element, name string) string {
	text := e.get(name)
	if text == "" {
		return ""
	}
	if err := checkLabel(text); err != nil {
		w.fault(e.line, "%s: %v", name, err)
		return ""
	}
	return text
}

// attrTime reads a time in an attribute that may be missing.
func (w *walker) attrTime(e element, name string) time.Time {
	text := e.get(name)
	if text == "" {
		return time.Time{}
	}
	return w.parseTime(e.line, name, text)
}

func (w *walker) time(name string) time.Time {
	text, line := w.text(name)
	return w.parseTime(line, name, text)
}

func (w *walker) parseTime(line int, name, text string) time.Time {
	if w.stuck {
		return time.Time{}
	}
	t, err := parseDateTime(text)
	if err != nil {
		w.fault(line, "%s: %v", name, err)
	}
	return t
}

func (w *walker) duration(name string) time.Duration {
	text, line := w.text(name)
	if w.stuck {
		return 0
	}
	d, err := parseDuration(text)
	if err != nil {
		w.fault(line, "%s: %v", name, err)
	}
	return d
}

func (w *walker) base64(name string) []byte {
	text, line := w.text(name)
	if w.stuck {
		return nil
	}
	data, spaced, err := parseBase64(text)
	if err != nil {
		w.fault(line, "%s: %v", name, err)
	}
	if spaced {
		w.warn(line, name+" has white space in its base64")
	}
	return data
}
