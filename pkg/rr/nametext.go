package rr

import (
	"errors"
	"fmt"
)

// AppendName appends the wire form of a name as a master file has it, in lower
// case: "@" is origin, and a name without a final dot is relative to origin.
// It is ParseRelativeName for those who read a million names.
func AppendName(dst, text []byte, origin Name) ([]byte, error) {
	return appendNameField(dst, text, origin, &foldedCase)
}

var foldedCase, keptCase = func() (folded, kept [256]byte) {
	for c := range 256 {
		folded[c], kept[c] = lower(byte(c)), byte(c)
	}
	return folded, kept
}()

// appendNameField maps each octet through fold: canonical form asks for lower
// case in the RDATA of some types only.
func appendNameField(dst, text []byte, origin Name, fold *[256]byte) ([]byte, error) {
	start := len(dst)
	switch {
	case len(text) == 0:
		return nil, errors.New("empty name")
	case len(text) == 1 && text[0] == '.':
		return append(dst, 0), nil
	case len(text) == 1 && text[0] == '@' && origin != "":
		return append(dst, origin...), nil
	}
	label := start
	dst = append(dst, 0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '.' {
			n := len(dst) - label - 1
			if n == 0 || n > maxLabel {
				return nil, labelError(text, n)
			}
			dst[label] = byte(n)
			label = len(dst)
			dst = append(dst, 0)
			continue
		}
		if c == '\\' {
			var used int
			var err error
			c, used, err = unescape(string(text[i+1 : min(len(text), i+4)]))
			if err != nil {
				return nil, fmt.Errorf("name %q: %w", text, err)
			}
			i += used
		} else if c == '"' {
			return nil, fmt.Errorf("name %q: quote within a name", text)
		}
		dst = append(dst, fold[c])
	}
	if n := len(dst) - label - 1; n > 0 {
		if n > maxLabel {
			return nil, labelError(text, n)
		}
		if origin == "" {
			return nil, fmt.Errorf("relative name %q without an origin", text)
		}
		dst[label] = byte(n)
		dst = append(dst, origin...)
	}
	if len(dst)-start > maxName {
		return nil, fmt.Errorf("name %q is longer than 255 octets", text)
	}
	return dst, nil
}

func labelError(text []byte, n int) error {
	if n == 0 {
		return fmt.Errorf("name %q: empty label", text)
	}
	return fmt.Errorf("name %q: label longer than 63 octets", text)
}

// wireNameLength is the length of the uncompressed name at the start of wire.
func wireNameLength(wire []byte) (int, error) {
	for i := 0; i < len(wire); {
		n := int(wire[i])
		switch {
		case n == 0 && i+1 > maxName:
			return 0, errors.New("name longer than 255 octets")
		case n == 0:
			return i + 1, nil
		case n > maxLabel:
			return 0, fmt.Errorf("label type 0x%02x in an uncompressed name", n)
		}
		i += 1 + n
	}
	return 0, errors.New("name without its end")
}

// plainChar says which octets stand for themselves in a name.
var plainChar = func() (plain [256]bool) {
	for c := range 256 {
		plain[c] = len(appendEscaped(nil, byte(c))) == 1
	}
	return plain
}()

// appendWireName appends the presentation form of a well-formed wire name in
// the case it has.
func appendWireName(dst, wire []byte) []byte {
	if wire[0] == 0 {
		return append(dst, '.')
	}
	for i := 0; wire[i] != 0; {
		end := i + 1 + int(wire[i])
		for _, c := range wire[i+1 : end] {
			if plainChar[c] {
				dst = append(dst, c)
			} else {
				dst = appendEscaped(dst, c)
			}
		}
		dst = append(dst, '.')
		i = end
	}
	return dst
}
