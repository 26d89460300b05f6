package rr

import (
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"slices"
)

// What is written here are the types that large zones are made of, without
// going through their layout. Each gives up, with nil, where RDATA is not
// well-formed; AppendRdata goes on in its general way then. The text is the
// same; tests compare the two.

// appendPlainRdataText appends the presentation form of RDATA of some types.
func appendPlainRdataText(dst []byte, t Type, rdata []byte) []byte {
	switch t {
	case TypeA:
		if len(rdata) != 4 {
			return nil
		}
		return appendIPv4Text(dst, rdata)
	case TypeNS, TypeCNAME, TypePTR, TypeDNAME:
		dst, n := appendNameText(dst, rdata)
		if n != len(rdata) {
			return nil
		}
		return dst
	case TypeDS, TypeCDS:
		return appendDSText(dst, rdata)
	case TypeRRSIG:
		return appendRRSIGText(dst, rdata)
	case TypeNSEC:
		return appendNSECText(dst, rdata)
	}
	return nil
}

// appendNameText appends the name at the front of wire, and says how many octets
// it took: 0 if it is not well-formed.
func appendNameText(dst, wire []byte) (text []byte, used int) {
	if len(wire) > 0 && wire[0] == 0 {
		return append(dst, '.'), 1
	}
	start := len(dst)
	dst = slices.Grow(dst, 4*maxName)
	room := dst[start : start+4*maxName]
	n, i := 0, 0
	for i < len(wire) && i < maxName {
		size := int(wire[i])
		i++
		if size == 0 {
			return dst[:start+n], i
		}
		if size > maxLabel || i+size >= len(wire) || i+size >= maxName {
			return nil, 0
		}
		for _, c := range wire[i : i+size] {
			if plainChar[c] {
				room[n] = c
				n++
			} else {
				n = len(appendEscaped(room[:n], c))
			}
		}
		room[n] = '.'
		n++
		i += size
	}
	return nil, 0
}

// decimals is the numbers of an octet, and how many digits each has.
var decimals = func() (table [256]struct {
	text [3]byte
	size uint8
}) {
	for v := range 256 {
		text := appendDecimal(nil, uint32(v))
		table[v].size = uint8(copy(table[v].text[:], text))
	}
	return table
}()

func appendOctetText(dst []byte, v byte) []byte {
	d := &decimals[v]
	return append(dst, d.text[:d.size]...)
}

// appendDecimal appends a number.
func appendDecimal(dst []byte, v uint32) []byte {
	var room [10]byte
	i := len(room)
	for {
		i--
		room[i] = '0' + byte(v%10)
		if v /= 10; v == 0 {
			return append(dst, room[i:]...)
		}
	}
}

func appendDSText(dst, rdata []byte) []byte {
	if len(rdata) < 5 {
		return nil
	}
	dst = append(appendDecimal(dst, uint32(binary.BigEndian.Uint16(rdata))), ' ')
	dst = append(appendOctetText(dst, rdata[2]), ' ')
	dst = append(appendOctetText(dst, rdata[3]), ' ')
	return appendHexText(dst, rdata[4:])
}

func appendRRSIGText(dst, rdata []byte) []byte {
	const fixed = 18
	if len(rdata) < fixed {
		return nil
	}
	dst = append(Type(binary.BigEndian.Uint16(rdata)).Append(dst), ' ')
	dst = append(appendOctetText(dst, rdata[2]), ' ')
	dst = append(appendOctetText(dst, rdata[3]), ' ')
	dst = append(appendDecimal(dst, binary.BigEndian.Uint32(rdata[4:])), ' ')
	dst = append(appendTimeText(dst, binary.BigEndian.Uint32(rdata[8:])), ' ')
	dst = append(appendTimeText(dst, binary.BigEndian.Uint32(rdata[12:])), ' ')
	dst = append(appendDecimal(dst, uint32(binary.BigEndian.Uint16(rdata[16:]))), ' ')
	dst, n := appendNameText(dst, rdata[fixed:])
	if n == 0 || fixed+n == len(rdata) {
		return nil
	}
	return base64.StdEncoding.AppendEncode(append(dst, ' '), rdata[fixed+n:])
}

func appendNSECText(dst, rdata []byte) []byte {
	dst, n := appendNameText(dst, rdata)
	if n == 0 || checkTypeBitmap(rdata[n:]) != nil {
		return nil
	}
	if n == len(rdata) {
		return dst
	}
	return appendBitmapText(append(dst, ' '), rdata[n:])
}

// appendBitmapText appends the types of a well-formed bitmap.
func appendBitmapText(dst, wire []byte) []byte {
	first := true
	for i := 0; i < len(wire); i += 2 + int(wire[i+1]) {
		for j, octet := range wire[i+2 : i+2+int(wire[i+1])] {
			for octet != 0 {
				bit := bits.LeadingZeros8(octet)
				octet &^= 0x80 >> bit
				if !first {
					dst = append(dst, ' ')
				}
				first = false
				dst = Type(int(wire[i])<<8 | j<<3 | bit).Append(dst)
			}
		}
	}
	return dst
}

// appendTimeText appends fourteen digits. See RFC 4034, Section 3.2.
func appendTimeText(dst []byte, seconds uint32) []byte {
	year, month, day := dateSince1970(seconds / 86400)
	second := seconds % 86400
	dst = appendTwo(dst, year/100)
	dst = appendTwo(dst, year%100)
	dst = appendTwo(dst, month)
	dst = appendTwo(dst, day)
	dst = appendTwo(dst, second/3600)
	dst = appendTwo(dst, second/60%60)
	return appendTwo(dst, second%60)
}

func appendTwo(dst []byte, n uint32) []byte { return append(dst, '0'+byte(n/10), '0'+byte(n%10)) }

// dateSince1970 is the inverse of daysSince1970, for days up to 2106. It counts
// from a leap day's end on; up to 2099 every fourth year has one, and 2100 has
// none.
func dateSince1970(days uint32) (year, month, day uint32) {
	const from1968, to2100 = 671, 47541 // 1968-03-01 to 1970-01-01, and from there to 2100-03-01
	if days >= to2100 {
		days++
	}
	days += from1968
	cycle, rest := days/1461, days%1461 // four years
	n := min(rest/365, 3)
	rest -= n * 365
	month = (5*rest + 2) / 153 // from March
	day = rest - (153*month+2)/5 + 1
	year = 1968 + 4*cycle + n
	if month += 3; month > 12 {
		return year + 1, month - 12, day
	}
	return year, month, day
}
