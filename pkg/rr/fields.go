package rr

import (
	"bytes"
	"errors"
	"fmt"
)

// Field is one field of a master file entry: the text as written, with its
// escapes but without its quotes. Text shares memory with what was scanned.
type Field struct {
	Text   []byte // within an unquoted field there may be quotes, which only some types take
	Quoted bool
}

// MaxEntry is the longest entry ScanEntry reads, in octets: room for the
// largest RDATA in its longest form, and comments.
const MaxEntry = 1 << 20

// What an octet of a master file can be. Octets above 126 stand for
// themselves; control characters other than tab and the line ends are refused.
const (
	charPlain = iota
	charBlank
	charNewline
	charReturn
	charComment
	charQuote
	charEscape
	charOpen
	charClose
	charControl
)

var charClass = func() (class [256]uint8) {
	for c := range 32 {
		class[c] = charControl
	}
	class[127] = charControl
	class[' '], class['\t'] = charBlank, charBlank
	class['\n'], class['\r'] = charNewline, charReturn
	class[';'], class['"'], class['\\'] = charComment, charQuote, charEscape
	class['('], class[')'] = charOpen, charClose
	return class
}()

// ScanEntry splits the entry at the start of text into fields, which it
// appends to fields. An entry ends with its line, or where the parentheses
// opened in it are closed (RFC 1035, Section 5.1). It says how many octets and
// line ends it used, up to the end of the faulty line when there is an error.
func ScanEntry(text []byte, fields []Field) (_ []Field, used, lines int, err error) {
	depth := 0
	behind := -1 // behind the last field and the parentheses that touch it
	for i := 0; i < len(text); {
		class := charClass[text[i]]
		if i == behind && (class == charPlain || class == charEscape || class == charQuote) {
			// Some readers take (a)b for one field, others for two.
			return fields, lineEnd(text, i), lines + 1, errors.New("parenthesis within a field")
		}
		switch class {
		case charPlain, charEscape:
			end, err := scanWord(text, i)
			if err != nil {
				return fields, lineEnd(text, end), lines + 1, err
			}
			fields = append(fields, Field{Text: text[i:end:end]})
			i, behind = end, end
		case charBlank:
			i++
		case charNewline:
			i++
			lines++
			if i > MaxEntry {
				return fields, i, lines, fmt.Errorf("entry longer than %d octets, or a parenthesis not closed", MaxEntry)
			}
			if depth == 0 {
				return fields, i, lines, nil
			}
		case charReturn:
			if i+1 < len(text) && text[i+1] != '\n' {
				return fields, lineEnd(text, i), lines + 1, errors.New("carriage return within a line")
			}
			i++
		case charComment:
			n := bytes.IndexByte(text[i:], '\n')
			if n < 0 {
				n = len(text) - i
			}
			i += n
		case charQuote:
			end, err := scanQuoted(text, i+1)
			if err != nil {
				return fields, lineEnd(text, end), lines + 1, err
			}
			fields = append(fields, Field{Text: text[i+1 : end : end], Quoted: true})
			i, behind = end+1, end+1
		case charOpen, charClose:
			depth++
			if class == charClose {
				depth -= 2
			}
			if i == behind {
				behind++
			}
			i++
			if depth < 0 {
				return fields, lineEnd(text, i), lines + 1, errors.New("closing parenthesis without an opening one")
			}
		case charControl:
			return fields, lineEnd(text, i), lines + 1, fmt.Errorf("control character 0x%02x", text[i])
		}
	}
	switch {
	case depth > 0:
		return fields, len(text), lines, errors.New("opening parenthesis without a closing one")
	case len(text) > MaxEntry:
		return fields, len(text), lines, fmt.Errorf("entry longer than %d octets", MaxEntry)
	}
	return fields, len(text), lines, nil
}

// scanWord finds the end of the unquoted field that begins at i.
func scanWord(text []byte, i int) (int, error) {
	for i < len(text) {
		switch charClass[text[i]] {
		case charPlain:
			i++
		case charEscape:
			if i+1 >= len(text) || isLineEnd(text[i+1]) {
				return i, errors.New("nothing after the backslash")
			}
			i += 2
		case charQuote:
			// As in SVCB's alpn="h2,h3". What takes no quotes refuses them.
			end, err := scanQuoted(text, i+1)
			if err != nil {
				return end, err
			}
			i = end + 1
		default:
			return i, nil
		}
	}
	return i, nil
}

// scanQuoted finds the closing quote of the field whose text begins at i.
func scanQuoted(text []byte, i int) (int, error) {
	for i < len(text) {
		switch c := text[i]; charClass[c] {
		case charQuote:
			if i+1 < len(text) && (charClass[text[i+1]] == charPlain || charClass[text[i+1]] == charEscape || text[i+1] == '"') {
				return i, errors.New("no blank after a closing quote")
			}
			return i, nil
		case charEscape:
			if i+1 >= len(text) || isLineEnd(text[i+1]) {
				return i, errors.New("nothing after the backslash")
			}
			i += 2
		case charNewline, charReturn:
			return i, errors.New("quote not closed on its line")
		case charControl:
			return i, fmt.Errorf("control character 0x%02x", c)
		default:
			i++
		}
	}
	return i, errors.New("quote not closed on its line")
}

func isLineEnd(c byte) bool { return c == '\n' || c == '\r' }

// lineEnd is the offset behind the line that i is in.
func lineEnd(text []byte, i int) int {
	if i >= len(text) {
		return len(text)
	}
	if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(text)
}

// appendUnescaped appends the octets a field stands for.
func appendUnescaped(dst, text []byte) ([]byte, error) {
	for i := 0; i < len(text); i++ {
		if text[i] == '"' {
			return nil, errors.New("quote within a field")
		}
		if text[i] != '\\' {
			dst = append(dst, text[i])
			continue
		}
		c, used, err := unescape(string(text[i+1 : min(len(text), i+4)]))
		if err != nil {
			return nil, err
		}
		dst = append(dst, c)
		i += used
	}
	return dst, nil
}
