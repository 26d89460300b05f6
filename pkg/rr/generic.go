package rr

import (
	"errors"
	"fmt"
	"strconv"
)

// parseGeneric reads what follows "\#": the length and the octets in hex. See
// RFC 3597, Section 5.
func parseGeneric(fields []Field) ([]byte, error) {
	if len(fields) == 0 || fields[0].Quoted {
		return nil, errors.New(`no length after \#`)
	}
	n, err := parseNumber(fields[0].Text, maxRdata)
	if err != nil {
		return nil, fmt.Errorf(`length after \#: %w`, err)
	}
	digits, err := joinFields(fields[1:])
	if err != nil {
		return nil, err
	}
	var wire []byte
	if len(digits) > 0 {
		if wire, err = appendHex(nil, digits); err != nil {
			return nil, err
		}
	}
	if uint64(len(wire)) != n {
		return nil, fmt.Errorf("%d octets, stated were %d", len(wire), n)
	}
	return wire, nil
}

func appendGeneric(dst, rdata []byte) []byte {
	dst = strconv.AppendInt(append(dst, `\# `...), int64(len(rdata)), 10)
	if len(rdata) == 0 {
		return dst
	}
	return appendHexText(append(dst, ' '), rdata)
}
