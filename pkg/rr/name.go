package rr

import (
	"errors"
	"fmt"
	"strings"
)

// Name is an absolute domain name in uncompressed wire form with ASCII letters
// in lower case: the canonical form of RFC 4034, Section 6.2. The root is
// "\x00". The zero value "" is no name.
type Name string

// Root is the name of the root zone.
const Root Name = "\x00"

// maxName and maxLabel are the limits of RFC 1035, Section 2.3.4, in octets.
const (
	maxName  = 255
	maxLabel = 63
)

// ParseName reads an absolute name in presentation form, final dot included,
// with the escapes of RFC 1035, Section 5.1. It lowers the case.
func ParseName(text string) (Name, error) {
	if text == "." {
		return Root, nil
	}
	if text == "" {
		return "", errors.New("empty name")
	}
	wire, absolute, err := appendName(nil, text)
	if err != nil {
		return "", fmt.Errorf("name %q: %w", text, err)
	}
	if !absolute {
		return "", fmt.Errorf("name %q has no final dot", text)
	}
	return Name(wire), nil
}

// ParseRelativeName reads a name as a zone file has it: "@" is origin, a name
// without a final dot is relative to origin.
func ParseRelativeName(text string, origin Name) (Name, error) {
	switch {
	case text == "@" && origin != "":
		return origin, nil
	case text == ".":
		return Root, nil
	case text == "":
		return "", errors.New("empty name")
	}
	wire, absolute, err := appendName(nil, text)
	if err != nil {
		return "", fmt.Errorf("name %q: %w", text, err)
	}
	if absolute {
		return Name(wire), nil
	}
	if origin == "" {
		return "", fmt.Errorf("relative name %q without an origin", text)
	}
	wire = append(wire[:len(wire)-1], origin...)
	if len(wire) > maxName {
		return "", fmt.Errorf("name %q is longer than 255 octets with its origin", text)
	}
	return Name(wire), nil
}

// appendName appends the wire form of text, root label included, and says
// whether text ended in a dot.
func appendName(dst []byte, text string) (wire []byte, absolute bool, err error) {
	start := len(dst)
	label := len(dst)
	dst = append(dst, 0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		absolute = false
		switch c {
		case '.':
			n := len(dst) - label - 1
			if n == 0 {
				return nil, false, errors.New("empty label")
			}
			dst[label] = byte(n)
			label = len(dst)
			dst = append(dst, 0)
			absolute = true
			continue
		case '\\':
			var used int
			c, used, err = unescape(text[i+1:])
			if err != nil {
				return nil, false, err
			}
			i += used
		}
		dst = append(dst, lower(c))
		if len(dst)-label-1 > maxLabel {
			return nil, false, errors.New("label longer than 63 octets")
		}
	}
	if n := len(dst) - label - 1; n > 0 {
		dst[label] = byte(n)
		dst = append(dst, 0)
	}
	if len(dst)-start > maxName {
		return nil, false, errors.New("longer than 255 octets")
	}
	return dst, absolute, nil
}

// unescape reads what follows a backslash and says how many bytes it used.
func unescape(s string) (c byte, used int, err error) {
	if s == "" {
		return 0, 0, errors.New("nothing after the backslash")
	}
	if s[0] < '0' || s[0] > '9' {
		return s[0], 1, nil
	}
	if len(s) < 3 || s[1] < '0' || s[1] > '9' || s[2] < '0' || s[2] > '9' {
		return 0, 0, errors.New("a decimal escape has three digits")
	}
	n := int(s[0]-'0')*100 + int(s[1]-'0')*10 + int(s[2]-'0')
	if n > 255 {
		return 0, 0, fmt.Errorf("escape \\%s is above 255", s[:3])
	}
	return byte(n), 3, nil
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// UnpackName reads an uncompressed name at the start of wire and says how many
// octets it took. It lowers the case.
func UnpackName(wire []byte) (Name, int, error) {
	for i := 0; i < len(wire); {
		n := int(wire[i])
		switch {
		case n == 0:
			if i+1 > maxName {
				return "", 0, errors.New("name longer than 255 octets")
			}
			return lowerWire(wire[:i+1]), i + 1, nil
		case n > maxLabel:
			return "", 0, fmt.Errorf("label type 0x%02x in an uncompressed name", n)
		}
		i += 1 + n
	}
	return "", 0, errors.New("name without its end")
}

// lowerWire copies a well-formed wire name with its letters in lower case.
// Length octets are at most 63 and so are never letters.
func lowerWire(wire []byte) Name {
	for _, c := range wire {
		if c >= 'A' && c <= 'Z' {
			low := make([]byte, len(wire))
			for i, c := range wire {
				low[i] = lower(c)
			}
			return Name(low)
		}
	}
	return Name(wire)
}

// String is the presentation form with the final dot.
func (n Name) String() string {
	return string(n.Append(nil))
}

// Append appends the presentation form with the final dot.
func (n Name) Append(dst []byte) []byte {
	if n == Root {
		return append(dst, '.')
	}
	for i := 0; i < len(n) && n[i] != 0; {
		end := i + 1 + int(n[i])
		for _, c := range []byte(n[i+1 : end]) {
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

func appendEscaped(dst []byte, c byte) []byte {
	switch {
	case c == '.' || c == '\\' || c == '"' || c == ';' || c == '(' || c == ')' || c == '@' || c == '$':
		return append(dst, '\\', c)
	case c <= ' ' || c > '~':
		return append(dst, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
	}
	return append(dst, c)
}

// LabelCount is the number of labels without the root label: 0 for the root.
// A leading asterisk counts.
func (n Name) LabelCount() int {
	count := 0
	for i := 0; i < len(n) && n[i] != 0; i += 1 + int(n[i]) {
		count++
	}
	return count
}

// SignatureLabels is the Labels field of an RRSIG over an RRset of this owner:
// a leading asterisk does not count. See RFC 4034, Section 3.1.3.
func (n Name) SignatureLabels() uint8 {
	count := n.LabelCount()
	if n.IsWildcard() {
		count--
	}
	return uint8(count)
}

// IsWildcard says whether the first label is a lone asterisk.
func (n Name) IsWildcard() bool {
	return strings.HasPrefix(string(n), "\x01*")
}

// Parent is the name without its first label; the parent of the root is "".
func (n Name) Parent() Name {
	if n == Root || n == "" {
		return ""
	}
	return n[1+int(n[0]):]
}

// IsBelow says whether n is apex or a name below it.
func (n Name) IsBelow(apex Name) bool {
	if len(n) < len(apex) || !strings.HasSuffix(string(n), string(apex)) {
		return false
	}
	for i := 0; i < len(n); i += 1 + int(n[i]) {
		if len(n)-i == len(apex) {
			return true
		}
		if n[i] == 0 {
			break
		}
	}
	return false
}

// Compare orders names canonically: label by label from the right, each as an
// octet string. See RFC 4034, Section 6.1. The result is -1, 0 or 1.
func Compare(a, b Name) int {
	if a == b {
		return 0
	}
	var ao, bo [128]uint8
	an, bn := labelOffsets(a, &ao), labelOffsets(b, &bo)
	for an > 0 && bn > 0 {
		an--
		bn--
		la := a[ao[an]+1 : int(ao[an])+1+int(a[ao[an]])]
		lb := b[bo[bn]+1 : int(bo[bn])+1+int(b[bo[bn]])]
		if c := strings.Compare(string(la), string(lb)); c != 0 {
			return c
		}
	}
	switch {
	case an < bn:
		return -1
	case an > bn:
		return 1
	}
	return 0
}

func labelOffsets(n Name, offsets *[128]uint8) int {
	count := 0
	for i := 0; i < len(n) && n[i] != 0; i += 1 + int(n[i]) {
		offsets[count] = uint8(i)
		count++
	}
	return count
}
