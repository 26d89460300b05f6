package rr

import (
	"encoding/binary"
	"slices"
)

// appendPlainIPv4 reads four decimal numbers without leading zeros.
func appendPlainIPv4(dst, line []byte) ([]byte, int) {
	var address uint32
	i := 0
	for k := range 4 {
		number, from := uint32(0), i
		for {
			c := line[i] - '0'
			if c > 9 {
				break
			}
			number = number*10 + uint32(c)
			i++
			if number > 255 {
				return nil, 0
			}
		}
		if i == from || line[from] == '0' && i > from+1 {
			return nil, 0
		}
		address = address<<8 | number
		if k < 3 {
			if line[i] != '.' {
				return nil, 0
			}
			i++
		}
	}
	if !endsPlain(line[i]) {
		return nil, 0
	}
	return binary.BigEndian.AppendUint32(dst, address), i
}

// hexDigit is the value of a hex digit in either case, 0xff for other octets.
var hexDigit = func() (table [256]uint8) {
	for c := range 256 {
		table[c] = 0xff
		if v, ok := hexValue(byte(c)); ok {
			table[c] = uint8(v)
		}
	}
	return table
}()

// appendPlainIPv6 reads groups of hex, with or without "::" among them.
func appendPlainIPv6(dst, line []byte) ([]byte, int) {
	var wire [16]byte
	n, gap := 0, -1 // octets so far; where "::" stood
	i := 0
	if line[0] == ':' {
		if line[1] != ':' {
			return nil, 0
		}
		gap, i = 0, 2
	}
	for !endsPlain(line[i]) {
		group, from := uint16(0), i
		for i < from+5 && hexDigit[line[i]] < 16 {
			group = group<<4 | uint16(hexDigit[line[i]])
			i++
		}
		if i == from || i == from+5 || n == 16 {
			return nil, 0
		}
		wire[n], wire[n+1] = byte(group>>8), byte(group)
		n += 2
		if endsPlain(line[i]) {
			break
		}
		if line[i] != ':' || endsPlain(line[i+1]) {
			return nil, 0
		}
		i++
		if line[i] == ':' {
			if gap >= 0 {
				return nil, 0
			}
			gap = n
			i++
		}
	}
	switch {
	case gap < 0 && n == 16:
		return append(dst, wire[:]...), i
	case gap >= 0 && n < 16:
		var full [16]byte
		copy(full[:], wire[:gap])
		copy(full[16-(n-gap):], wire[gap:n])
		return append(dst, full[:]...), i
	}
	return nil, 0
}

// appendPlainHex reads one or more fields of an even number of digits.
func appendPlainHex(dst, line []byte) ([]byte, int) {
	i := 0
	for {
		from := i
		for {
			high := hexDigit[line[i]]
			if high > 15 {
				break
			}
			low := hexDigit[line[i+1]] // there is a line end at least
			if low > 15 {
				return nil, 0
			}
			dst = append(dst, high<<4|low)
			i += 2
		}
		if i == from || !endsPlain(line[i]) {
			return nil, 0
		}
		if i = skipBlanks(line, i); isLineEnd(line[i]) {
			return dst, i
		}
	}
}

// base64Digit is the value of a base64 digit, 0xff for other octets.
var base64Digit = func() (table [256]uint8) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for c := range table {
		table[c] = 0xff
	}
	for v, c := range []byte(digits) {
		table[c] = uint8(v)
	}
	return table
}()

// appendPlainBase64 reads one or more fields of whole groups of four digits.
func appendPlainBase64(dst, line []byte) ([]byte, int) {
	i := 0
	for {
		from := i
		for i+4 < len(line) {
			group := line[i : i+4]
			a, b, c, d := base64Digit[group[0]], base64Digit[group[1]], base64Digit[group[2]], base64Digit[group[3]]
			if a|b|c|d > 63 {
				break
			}
			v := uint32(a)<<18 | uint32(b)<<12 | uint32(c)<<6 | uint32(d)
			dst = append(dst, byte(v>>16), byte(v>>8), byte(v))
			i += 4
		}
		if line[i] != '\n' && i+4 < len(line) && line[i+3] == '=' {
			var n int
			if dst, n = appendPadded(dst, line[i:i+4]); n == 0 {
				return nil, 0
			}
			i += n
			last := skipBlanks(line, i)
			if !endsPlain(line[i]) || !isLineEnd(line[last]) {
				return nil, 0
			}
			return dst, last
		}
		if i == from || !endsPlain(line[i]) {
			return nil, 0
		}
		if i = skipBlanks(line, i); isLineEnd(line[i]) {
			return dst, i
		}
	}
}

// appendPadded reads a last group with one or two "=" (RFC 4648, Section 4):
// the bits that stand for nothing are zero.
func appendPadded(dst, group []byte) ([]byte, int) {
	a, b, c := base64Digit[group[0]], base64Digit[group[1]], base64Digit[group[2]]
	if group[2] == '=' {
		if a|b > 63 || b&15 != 0 {
			return nil, 0
		}
		return append(dst, a<<2|b>>4), 4
	}
	if a|b|c > 63 || c&3 != 0 {
		return nil, 0
	}
	return append(dst, a<<2|b>>4, b<<4|c>>2), 4
}

func appendPlainSalt(dst, line []byte) ([]byte, int) {
	if line[0] == '-' && endsPlain(line[1]) {
		return append(dst, 0), 1
	}
	at := len(dst)
	dst = append(dst, 0)
	i := 0
	for hexDigit[line[i]] < 16 && hexDigit[line[i+1]] < 16 {
		dst = append(dst, hexDigit[line[i]]<<4|hexDigit[line[i+1]])
		i += 2
	}
	if i == 0 || i > 2*255 || !endsPlain(line[i]) {
		return nil, 0
	}
	dst[at] = byte(i / 2)
	return dst, i
}

// base32Digit is the value of a base32hex digit in either case, 0xff for other
// octets.
var base32Digit = func() (table [256]uint8) {
	for c := range table {
		table[c] = 0xff
	}
	for v, c := range []byte("0123456789abcdefghijklmnopqrstuv") {
		table[c] = uint8(v)
		if c >= 'a' {
			table[c-'a'+'A'] = uint8(v)
		}
	}
	return table
}()

// appendPlainHash reads whole groups of eight digits: the 32 of SHA-1, which is
// the only hash there is (RFC 5155, Section 11).
func appendPlainHash(dst, line []byte) ([]byte, int) {
	at := len(dst)
	dst = append(slices.Grow(dst, 64), 0)
	i := 0
	for i+8 < len(line) && i < 8*51 {
		var v uint64
		var wrong uint8
		for _, c := range line[i : i+8] {
			d := base32Digit[c]
			v, wrong = v<<5|uint64(d&31), wrong|d
		}
		if wrong > 31 {
			break
		}
		dst = append(dst, byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
		i += 8
	}
	if i == 0 || !endsPlain(line[i]) {
		return nil, 0
	}
	dst[at] = byte(i / 8 * 5)
	return dst, i
}

// plainTime reads fourteen digits.
func plainTime(line []byte) (seconds uint32, used int) {
	const digits = len(rrsigTime)
	if len(line) <= digits || !endsPlain(line[digits]) {
		return 0, 0
	}
	var pairs [digits / 2]int
	for i := range pairs {
		high, low := line[2*i]-'0', line[2*i+1]-'0'
		if high > 9 || low > 9 {
			return 0, 0
		}
		pairs[i] = int(high)*10 + int(low)
	}
	year, month, day := pairs[0]*100+pairs[1], pairs[2], pairs[3]
	hour, minute, second := pairs[4], pairs[5], pairs[6]
	if month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, 0
	}
	s := int64(daysSince1970(year, month, day))*86400 + int64(hour*3600+minute*60+second)
	if s < 0 || s > 1<<32-1 {
		return 0, 0
	}
	return uint32(s), digits
}

// daysOf is the number of days of a month.
func daysOf(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts days in years that begin in March, so that the leap day
// is the last.
func daysSince1970(year, month, day int) int {
	if month <= 2 {
		year, month = year-1, month+12
	}
	return year*365 + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468
}
