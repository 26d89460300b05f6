package rr

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

var (
	base64Strict = base64.StdEncoding.Strict()
	base32Hex    = base32.HexEncoding.WithPadding(base32.NoPadding)
)

// parse appends the wire form of one field.
func (p part) parse(dst []byte, f Field, origin Name) ([]byte, error) {
	if p == partString {
		return appendCharString(dst, f.Text)
	}
	if f.Quoted {
		return nil, fmt.Errorf("unexpected quotes around %q", f.Text)
	}
	switch p {
	case partName:
		return appendNameField(dst, f.Text, origin, &foldedCase)
	case partNameAsIs:
		return appendNameField(dst, f.Text, origin, &keptCase)
	case partIPv4:
		return appendIPv4(dst, f.Text)
	case partIPv6:
		return appendIPv6(dst, f.Text)
	case part64:
		return append64(dst, f.Text)
	case partU8:
		n, err := parseNumber(f.Text, 1<<8-1)
		return append(dst, byte(n)), err
	case partAlgorithm:
		if n, ok := algorithms[string(f.Text)]; ok {
			return append(dst, n), nil
		}
		n, err := parseNumber(f.Text, 1<<8-1)
		return append(dst, byte(n)), err
	case partU16:
		n, err := parseNumber(f.Text, 1<<16-1)
		return binary.BigEndian.AppendUint16(dst, uint16(n)), err
	case partU32:
		n, err := parseNumber(f.Text, 1<<32-1)
		return binary.BigEndian.AppendUint32(dst, uint32(n)), err
	case partPeriod:
		n, err := parsePeriod(f.Text)
		return binary.BigEndian.AppendUint32(dst, uint32(n)), err
	case partTime:
		n, err := parseTime(f.Text)
		return binary.BigEndian.AppendUint32(dst, n), err
	case partType:
		t, ok := ParseTypeField(f.Text)
		if !ok {
			return nil, fmt.Errorf("unknown type %q", f.Text)
		}
		return binary.BigEndian.AppendUint16(dst, uint16(t)), nil
	case partTag:
		return appendTag(dst, f.Text)
	case partSalt:
		return appendSalt(dst, f.Text)
	case partHash:
		return appendHash(dst, f.Text)
	}
	panic("rr: part without a field")
}

// parseRest appends the wire form of all fields that are left.
func (p part) parseRest(dst []byte, fields []Field) ([]byte, error) {
	if p == partBitmap {
		return parseBitmapFields(dst, fields)
	}
	if len(fields) == 0 {
		return nil, errors.New("a field is missing")
	}
	switch p {
	case partStrings:
		for _, f := range fields {
			var err error
			if dst, err = appendCharString(dst, f.Text); err != nil {
				return nil, err
			}
		}
		return dst, nil
	case partText:
		if len(fields) > 1 {
			return nil, fmt.Errorf("unexpected field %q", fields[1].Text)
		}
		return appendUnescaped(dst, fields[0].Text)
	case partHex:
		digits, err := joinFields(fields)
		if err != nil {
			return nil, err
		}
		return appendHex(dst, digits)
	case partBase64:
		digits, err := joinFields(fields)
		if err != nil {
			return nil, err
		}
		dst, err = base64Strict.AppendDecode(dst, digits)
		if err != nil {
			return nil, errors.New("faulty base64")
		}
		return dst, nil
	}
	panic("rr: part that is no rest")
}

// joinFields is the text of fields without the blanks between them.
func joinFields(fields []Field) ([]byte, error) {
	var joined []byte
	for _, f := range fields {
		if f.Quoted {
			return nil, fmt.Errorf("unexpected quotes around %q", f.Text)
		}
		if len(fields) == 1 {
			return f.Text, nil
		}
		joined = append(joined, f.Text...)
	}
	return joined, nil
}

// length is how many octets the part takes at the start of wire.
func (p part) length(wire []byte) (int, error) {
	n := 0
	switch p {
	case partU8, partAlgorithm:
		n = 1
	case partU16, partType:
		n = 2
	case partU32, partPeriod, partTime, partIPv4:
		n = 4
	case part64:
		n = 8
	case partIPv6:
		n = 16
	case partName, partNameAsIs:
		return wireNameLength(wire)
	case partString, partSalt, partHash:
		n = 1
		if len(wire) > 0 {
			n += int(wire[0])
		}
	case partTag:
		return tagLength(wire)
	case partStrings:
		return stringsLength(wire)
	case partText:
		n = len(wire)
	case partHex, partBase64:
		n = max(1, len(wire))
	case partBitmap:
		return len(wire), checkTypeBitmap(wire)
	}
	if len(wire) < n {
		return 0, errors.New("RDATA too short")
	}
	return n, nil
}

// append appends the presentation form of the part.
func (p part) append(dst, wire []byte) []byte {
	switch p {
	case partU8, partAlgorithm:
		return strconv.AppendUint(dst, uint64(wire[0]), 10)
	case partU16:
		return strconv.AppendUint(dst, uint64(binary.BigEndian.Uint16(wire)), 10)
	case partU32, partPeriod:
		return strconv.AppendUint(dst, uint64(binary.BigEndian.Uint32(wire)), 10)
	case partTime:
		return appendTimeText(dst, binary.BigEndian.Uint32(wire))
	case partType:
		return Type(binary.BigEndian.Uint16(wire)).Append(dst)
	case partIPv4:
		return appendIPv4Text(dst, wire)
	case partIPv6:
		return appendIPv6Text(dst, wire)
	case part64:
		return append64Text(dst, wire)
	case partName, partNameAsIs:
		return appendWireName(dst, wire)
	case partString:
		return appendQuoted(dst, wire[1:])
	case partTag:
		return append(dst, wire[1:]...)
	case partSalt:
		if len(wire) == 1 {
			return append(dst, '-')
		}
		return appendHexText(dst, wire[1:])
	case partHash:
		return base32Hex.AppendEncode(dst, wire[1:])
	case partStrings:
		for i := 0; i < len(wire); i += 1 + int(wire[i]) {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = appendQuoted(dst, wire[i+1:i+1+int(wire[i])])
		}
		return dst
	case partText:
		return appendQuoted(dst, wire)
	case partHex:
		return appendHexText(dst, wire)
	case partBase64:
		return base64.StdEncoding.AppendEncode(dst, wire)
	case partBitmap:
		return appendBitmapText(dst, wire)
	}
	panic("rr: part without a form")
}

// parseNumber reads an unsigned decimal number up to most.
func parseNumber(text []byte, most uint64) (uint64, error) {
	var n uint64
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%q is no number", text)
		}
		if n = n*10 + uint64(c-'0'); n > most {
			return 0, fmt.Errorf("%q is above %d", text, most)
		}
	}
	if len(text) == 0 {
		return 0, errors.New("empty number")
	}
	return n, nil
}

// rrsigTime is the form of RFC 4034, Section 3.2.
const rrsigTime = "20060102150405"

// parseTime reads an RRSIG time: fourteen digits, or seconds since 1970.
func parseTime(text []byte) (uint32, error) {
	if len(text) != len(rrsigTime) {
		n, err := parseNumber(text, 1<<32-1)
		return uint32(n), err
	}
	t, err := time.Parse(rrsigTime, string(text))
	if err != nil {
		return 0, fmt.Errorf("time %q is not in the form YYYYMMDDHHmmSS", text)
	}
	if s := t.Unix(); s < 0 || s > 1<<32-1 {
		return 0, fmt.Errorf("time %q is not between 1970 and 2106", text)
	}
	return uint32(t.Unix()), nil
}

// algorithms are the mnemonics of RFC 4034, Appendix A.1 and its successors in
// the IANA registry, as far as readers know them.
var algorithms = map[string]uint8{
	"RSAMD5": 1, "DH": 2, "DSA": 3, "RSASHA1": 5, "DSA-NSEC3-SHA1": 6, "RSASHA1-NSEC3-SHA1": 7, "RSASHA256": 8,
	"RSASHA512": 10, "ECC-GOST": 12, "ECDSAP256SHA256": 13, "ECDSAP384SHA384": 14, "ED25519": 15, "ED448": 16,
	"INDIRECT": 252, "PRIVATEDNS": 253, "PRIVATEOID": 254,
}

// appendCharString appends a character-string (RFC 1035, Section 3.3).
func appendCharString(dst, text []byte) ([]byte, error) {
	at := len(dst)
	dst, err := appendUnescaped(append(dst, 0), text)
	if err != nil {
		return nil, err
	}
	n := len(dst) - at - 1
	if n > 255 {
		return nil, errors.New("character-string longer than 255 octets")
	}
	dst[at] = byte(n)
	return dst, nil
}

func stringsLength(wire []byte) (int, error) {
	if len(wire) == 0 {
		return 0, errors.New("RDATA too short")
	}
	i := 0
	for i < len(wire) {
		i += 1 + int(wire[i])
	}
	if i > len(wire) {
		return 0, errors.New("RDATA ends within a character-string")
	}
	return i, nil
}

// appendTag appends the tag of a CAA record. See RFC 8659, Section 4.1.
func appendTag(dst, text []byte) ([]byte, error) {
	at := len(dst)
	dst = append(append(dst, byte(len(text))), text...)
	if len(text) > 255 {
		return nil, errors.New("tag longer than 255 octets")
	}
	if _, err := tagLength(dst[at:]); err != nil {
		return nil, err
	}
	return dst, nil
}

func tagLength(wire []byte) (int, error) {
	if len(wire) == 0 || len(wire) < 1+int(wire[0]) {
		return 0, errors.New("RDATA too short")
	}
	tag := wire[1 : 1+int(wire[0])]
	if len(tag) == 0 {
		return 0, errors.New("empty tag")
	}
	for _, c := range tag {
		if l := lower(c); (l < 'a' || l > 'z') && (c < '0' || c > '9') {
			return 0, fmt.Errorf("tag %q has more than letters and digits", tag)
		}
	}
	return 1 + len(tag), nil
}

func appendSalt(dst, text []byte) ([]byte, error) {
	if string(text) == "-" {
		return append(dst, 0), nil
	}
	at := len(dst)
	dst, err := appendHex(append(dst, 0), text)
	if err != nil {
		return nil, err
	}
	if len(dst)-at-1 > 255 {
		return nil, errors.New("salt longer than 255 octets")
	}
	dst[at] = byte(len(dst) - at - 1)
	return dst, nil
}

func appendHash(dst, text []byte) ([]byte, error) {
	at := len(dst)
	up := make([]byte, len(text))
	for i, c := range text {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		up[i] = c
	}
	dst, err := base32Hex.AppendDecode(append(dst, 0), up)
	if err != nil {
		return nil, errors.New("faulty base32hex")
	}
	n := len(dst) - at - 1
	if n == 0 || n > 255 || string(base32Hex.AppendEncode(nil, dst[at+1:])) != string(up) {
		return nil, errors.New("faulty base32hex")
	}
	dst[at] = byte(n)
	return dst, nil
}

func appendHex(dst, digits []byte) ([]byte, error) {
	if len(digits) == 0 {
		return nil, errors.New("empty hex")
	}
	dst, err := hex.AppendDecode(dst, digits)
	if err != nil {
		return nil, errors.New("faulty hex")
	}
	return dst, nil
}

func appendHexText(dst, wire []byte) []byte {
	const digits = "0123456789ABCDEF"
	start := len(dst)
	dst = slices.Grow(dst, 2*len(wire))[:start+2*len(wire)]
	room := dst[start:]
	for i, c := range wire {
		room[2*i], room[2*i+1] = digits[c>>4], digits[c&15]
	}
	return dst
}

// appendQuoted appends text in quotes. Quotes, backslashes and what is not
// printable ASCII are escaped.
func appendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ' || c > '~':
			dst = append(dst, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// parseBitmapFields appends the bitmap of types in any order, each once.
func parseBitmapFields(dst []byte, fields []Field) ([]byte, error) {
	var room [32]Type
	types := room[:0]
	ascending := true
	for _, f := range fields {
		t, ok := ParseTypeField(f.Text)
		if !ok || f.Quoted {
			return nil, fmt.Errorf("unknown type %q", f.Text)
		}
		if n := len(types); n > 0 && types[n-1] >= t {
			ascending = false
		}
		types = append(types, t)
	}
	if !ascending {
		slices.Sort(types)
		for i := 1; i < len(types); i++ {
			if types[i] == types[i-1] {
				return nil, fmt.Errorf("type %s twice", types[i])
			}
		}
	}
	return AppendTypeBitmap(dst, types), nil
}
