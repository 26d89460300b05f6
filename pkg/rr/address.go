package rr

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
)

// appendIPv4 reads four decimal numbers without leading zeros.
func appendIPv4(dst, text []byte) ([]byte, error) {
	at := len(dst)
	number, digits := 0, 0
	for i := 0; i <= len(text); i++ {
		if i == len(text) || text[i] == '.' {
			if digits == 0 || len(dst)-at == 4 {
				return nil, fmt.Errorf("%q is no IPv4 address", text)
			}
			dst = append(dst, byte(number))
			number, digits = 0, 0
			continue
		}
		c := text[i]
		if c < '0' || c > '9' || digits > 0 && number == 0 {
			return nil, fmt.Errorf("%q is no IPv4 address", text)
		}
		number = number*10 + int(c-'0')
		digits++
		if number > 255 {
			return nil, fmt.Errorf("%q is no IPv4 address", text)
		}
	}
	if len(dst)-at != 4 {
		return nil, fmt.Errorf("%q is no IPv4 address", text)
	}
	return dst, nil
}

func appendIPv4Text(dst, wire []byte) []byte {
	for i, c := range wire {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = appendOctetText(dst, c)
	}
	return dst
}

// appendIPv6 reads the forms of RFC 4291, Section 2.2, without a zone. The
// common ones, in hex with or without "::", are read here.
func appendIPv6(dst, text []byte) ([]byte, error) {
	var wire [16]byte
	n, gap := 0, -1 // octets so far; where "::" stood
	i := 0
	if len(text) >= 2 && text[0] == ':' && text[1] == ':' {
		gap, i = 0, 2
	}
	for i < len(text) {
		group, digits := 0, 0
		for i < len(text) && digits < 5 {
			v, ok := hexValue(text[i])
			if !ok {
				break
			}
			group = group<<4 | v
			digits++
			i++
		}
		if digits == 0 || digits > 4 || n == 16 {
			return appendRareIPv6(dst, text)
		}
		binary.BigEndian.PutUint16(wire[n:], uint16(group))
		n += 2
		if i == len(text) {
			break
		}
		if text[i] != ':' || i+1 == len(text) {
			return appendRareIPv6(dst, text)
		}
		i++
		if text[i] == ':' {
			if gap >= 0 {
				return appendRareIPv6(dst, text)
			}
			gap = n
			i++
		}
	}
	switch {
	case gap < 0 && n == 16:
		return append(dst, wire[:]...), nil
	case gap >= 0 && n < 16:
		dst = append(dst, wire[:gap]...)
		for range 16 - n {
			dst = append(dst, 0)
		}
		return append(dst, wire[gap:n]...), nil
	}
	return appendRareIPv6(dst, text)
}

// appendRareIPv6 reads addresses that end in dotted decimal, and judges faulty
// ones.
func appendRareIPv6(dst, text []byte) ([]byte, error) {
	address, err := netip.ParseAddr(string(text))
	if err != nil || !address.Is6() || address.Zone() != "" {
		return nil, fmt.Errorf("%q is no IPv6 address", text)
	}
	wire := address.As16()
	return append(dst, wire[:]...), nil
}

// append64 reads four groups of one to four hex digits. See RFC 6742, Sections
// 2.1.2 and 2.3.2.
func append64(dst, text []byte) ([]byte, error) {
	groups := bytes.Split(text, []byte(":"))
	if len(groups) != 4 {
		return nil, fmt.Errorf("%q is not four groups of hex", text)
	}
	for _, group := range groups {
		n := 0
		for _, c := range group {
			v, ok := hexValue(c)
			if !ok {
				return nil, fmt.Errorf("%q is not four groups of hex", text)
			}
			n = n<<4 | v
		}
		if len(group) == 0 || len(group) > 4 {
			return nil, fmt.Errorf("%q is not four groups of hex", text)
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	}
	return dst, nil
}

// append64Text writes all four digits of each group: some readers want them.
func append64Text(dst, wire []byte) []byte {
	for i := 0; i < len(wire); i += 2 {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = hex.AppendEncode(dst, wire[i:i+2])
	}
	return dst
}

func hexValue(c byte) (int, bool) {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0'), true
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10, true
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10, true
	}
	return 0, false
}

// appendIPv6Text appends the form of RFC 5952.
func appendIPv6Text(dst, wire []byte) []byte {
	return netip.AddrFrom16([16]byte(wire)).AppendTo(dst)
}
