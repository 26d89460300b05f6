package ksr

import (
	"errors"
	"fmt"
)

// SyntaxError says where a document is malformed and how.
type SyntaxError struct {
	Line int // from 1; 0 if it is about the whole document
	Text string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Text
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// faults gathers what is wrong with a document.
type faults struct{ list []error }

func (f *faults) add(line int, format string, args ...any) {
	if !f.full() {
		f.list = append(f.list, &SyntaxError{Line: line, Text: fmt.Sprintf(format, args...)})
	}
}

func (f *faults) full() bool { return len(f.list) >= maxFaults }

// err is nil, the only fault, or all of them joined in the order of the
// document.
func (f *faults) err() error {
	if len(f.list) == 1 {
		return f.list[0]
	}
	return errors.Join(f.list...)
}

// warnings gathers what is odd about a document.
type warnings struct{ list []Warning }

func (w *warnings) warn(line int, text string) {
	switch n := len(w.list); {
	case n < maxWarnings-1:
		w.list = append(w.list, Warning{Line: line, Text: text})
	case n == maxWarnings-1:
		w.list = append(w.list, Warning{Line: line, Text: "more warnings from here on are left out"})
	}
}

// clip shortens what a document says, so that it can be quoted in a message.
func clip(text string) string {
	const limit = 60
	if len(text) > limit {
		text = text[:limit] + "..."
	}
	return fmt.Sprintf("%q", text)
}
