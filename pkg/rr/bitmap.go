package rr

import (
	"errors"
	"fmt"
)

// AppendTypeBitmap appends the type bitmap of an NSEC, NSEC3 or CSYNC record.
// Types must ascend. See RFC 4034, Section 4.1.2.
func AppendTypeBitmap(dst []byte, types []Type) []byte {
	for i := 0; i < len(types); {
		window := byte(types[i] >> 8)
		head := len(dst)
		dst = append(dst, window, 0)
		for ; i < len(types) && byte(types[i]>>8) == window; i++ {
			octet := int(byte(types[i]) >> 3)
			for len(dst)-head-2 <= octet {
				dst = append(dst, 0)
			}
			dst[head+2+octet] |= 0x80 >> (types[i] & 7)
		}
		dst[head+1] = byte(len(dst) - head - 2)
	}
	return dst
}

// ParseTypeBitmap reads a type bitmap that fills wire, and appends its types,
// ascending. It refuses what RFC 4034, Section 4.1.2 does not allow: windows
// out of order, empty windows, trailing zero octets.
func ParseTypeBitmap(dst []Type, wire []byte) ([]Type, error) {
	if err := checkTypeBitmap(wire); err != nil {
		return nil, err
	}
	for i := 0; i < len(wire); i += 2 + int(wire[i+1]) {
		for j, octet := range wire[i+2 : i+2+int(wire[i+1])] {
			for bit := range 8 {
				if octet&(0x80>>bit) != 0 {
					dst = append(dst, Type(int(wire[i])<<8|j<<3|bit))
				}
			}
		}
	}
	return dst, nil
}

func checkTypeBitmap(wire []byte) error {
	last := -1
	for i := 0; i < len(wire); {
		if len(wire)-i < 2 {
			return errors.New("type bitmap ends within a window")
		}
		window, n := int(wire[i]), int(wire[i+1])
		switch {
		case window <= last:
			return fmt.Errorf("type bitmap window %d after %d", window, last)
		case n == 0 || n > 32:
			return fmt.Errorf("type bitmap window of %d octets, want 1 to 32", n)
		case len(wire)-i-2 < n:
			return errors.New("type bitmap ends within a window")
		case wire[i+2+n-1] == 0:
			return errors.New("type bitmap window ends in a zero octet")
		}
		last = window
		i += 2 + n
	}
	return nil
}
