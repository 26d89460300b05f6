package ksr

import (
	"bytes"
	"strings"
)

// textScanner cuts a text document into lines and records. Only printable ASCII
// is let through, which is all that the formats have.
type textScanner struct {
	rest []byte
	line int // of the line that was read last
}

// next is the next line without its end.
func (s *textScanner) next() (string, bool) {
	if len(s.rest) == 0 {
		return "", false
	}
	line, rest, _ := bytes.Cut(s.rest, []byte("\n"))
	s.rest = rest
	s.line++
	return string(bytes.TrimSuffix(line, []byte("\r"))), true
}

func isPlain(line string) bool {
	for i := 0; i < len(line); i++ {
		if c := line[i]; c != '\t' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}

// record is the words of one record and the comment after the last of them.
type record struct {
	line    int
	words   []string
	comment string
}

// record reads the record that begins in line, and with parentheses goes on in
// the lines that follow. It returns what is wrong with it, or "".
func (s *textScanner) record(line string) (record, string) {
	r := record{line: s.line}
	open := false
	size := 0
	for {
		if size += len(line); size > MaxText {
			return r, "record is too long"
		}
		if !isPlain(line) {
			return r, "characters other than printable ASCII"
		}
		if fault := r.split(line, &open); fault != "" {
			return r, fault
		}
		if !open {
			return r, ""
		}
		var more bool
		if line, more = s.next(); !more {
			return r, "parenthesis without its end"
		}
	}
}

// split appends the words of one line.
func (r *record) split(line string, open *bool) string {
	r.comment = ""
	for i := 0; i < len(line); {
		switch c := line[i]; c {
		case ' ', '\t':
			i++
		case ';':
			r.comment = strings.TrimSpace(line[i+1:])
			if strings.Contains(r.comment, kindWords[KSR]) || strings.Contains(r.comment, kindWords[SKR]) {
				// Knot takes any comment for a header that looks like one.
				return "a header inside a record"
			}
			return ""
		case '(', ')':
			if *open == (c == '(') {
				return "parentheses do not match"
			}
			*open = c == '('
			i++
		case '"':
			return "quotation marks have no place here"
		default:
			n := wordLength(line[i:])
			r.words = append(r.words, line[i:i+n])
			i += n
		}
	}
	return ""
}

// wordLength is the length of the word that line begins with. What follows a
// backslash is part of it.
func wordLength(line string) int {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ', '\t', ';', '(', ')', '"':
			return i
		case '\\':
			i++
		}
	}
	return len(line)
}
