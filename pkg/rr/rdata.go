package rr

import (
	"bytes"
	"errors"
	"fmt"
)

// maxRdata is the largest RDATA, in octets.
const maxRdata = 65535

// ParseRdata appends the RDATA that fields state, in canonical wire form (RFC
// 4034, Section 6.2) without compression. Names may be relative to origin. The
// generic form of RFC 3597, Section 5 is read for every type. dst is not
// changed up to its length; on an error nothing appended to it is to be used.
func ParseRdata(dst []byte, t Type, fields []Field, origin Name) ([]byte, error) {
	start := len(dst)
	dst, err := parseRdata(dst, t, fields, origin)
	if err == nil && len(dst)-start > maxRdata {
		err = errors.New("RDATA longer than 65535 octets")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	return dst, nil
}

func parseRdata(dst []byte, t Type, fields []Field, origin Name) ([]byte, error) {
	if t.IsMeta() {
		return nil, errors.New("no type that a zone can hold")
	}
	if len(fields) > 0 && !fields[0].Quoted && string(fields[0].Text) == `\#` {
		wire, err := parseGeneric(fields[1:])
		if err != nil {
			return nil, err
		}
		return appendCanonical(dst, t, wire)
	}
	layout := layoutOf(t)
	if layout == nil {
		return parseOdd(dst, t, fields, origin)
	}
	start := len(dst)
	for _, p := range layout {
		if p.isRest() {
			var err error
			if dst, err = p.parseRest(dst, fields); err != nil {
				return nil, err
			}
			fields = nil
			break
		}
		if len(fields) == 0 {
			return nil, errors.New("a field is missing")
		}
		var err error
		if dst, err = p.parse(dst, fields[0], origin); err != nil {
			return nil, err
		}
		fields = fields[1:]
	}
	if len(fields) > 0 {
		return nil, fmt.Errorf("unexpected field %q", fields[0].Text)
	}
	return dst, checkLengths(t, dst[start:])
}

// ParseRdataText is ParseRdata for RDATA in one text, as in a configuration
// file or a message.
func ParseRdataText(t Type, text string, origin Name) ([]byte, error) {
	fields, used, _, err := ScanEntry([]byte(text), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	if used != len(text) {
		return nil, fmt.Errorf("%s: more than one line", t)
	}
	return ParseRdata(nil, t, fields, origin)
}

// CanonicalRdata appends RDATA that came in wire form, without compression, as
// canonical RDATA: it checks the form and lowers the case of names where RFC
// 4034, Section 6.2 says so. The content of a type without a known form is not
// looked at.
func CanonicalRdata(dst []byte, t Type, rdata []byte) ([]byte, error) {
	if t.IsMeta() {
		return nil, fmt.Errorf("%s: no type that a zone can hold", t)
	}
	dst, err := appendCanonical(dst, t, rdata)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	return dst, nil
}

func appendCanonical(dst []byte, t Type, rdata []byte) ([]byte, error) {
	if len(rdata) > maxRdata {
		return nil, errors.New("RDATA longer than 65535 octets")
	}
	layout := layoutOf(t)
	if layout == nil {
		if err := checkOdd(t, rdata); err != nil {
			return nil, err
		}
		return append(dst, rdata...), nil
	}
	start := len(dst)
	dst = append(dst, rdata...)
	wire := dst[start:]
	for _, p := range layout {
		n, err := p.length(wire)
		if err != nil {
			return nil, err
		}
		if p == partName {
			for i, c := range wire[:n] {
				wire[i] = lower(c)
			}
		}
		wire = wire[n:]
	}
	if len(wire) > 0 {
		return nil, fmt.Errorf("%d octets too many", len(wire))
	}
	return dst, checkLengths(t, dst[start:])
}

// AppendRdata appends the presentation form of canonical RDATA, on one line.
// RDATA that is not well-formed, and types that Type.Append does not name, are
// written in the generic form of RFC 3597, Section 5.
func AppendRdata(dst []byte, t Type, rdata []byte) []byte {
	if text := appendPlainRdataText(dst, t, rdata); text != nil {
		return text
	}
	return appendRdataText(dst, t, rdata)
}

// appendRdataText is AppendRdata for any type.
func appendRdataText(dst []byte, t Type, rdata []byte) []byte {
	if !t.hasName() {
		return appendGeneric(dst, rdata)
	}
	layout := layoutOf(t)
	if layout == nil {
		return appendOdd(dst, t, rdata)
	}
	start := len(dst)
	wire := rdata
	for i, p := range layout {
		n, err := p.length(wire)
		if err != nil {
			return appendGeneric(dst[:start], rdata)
		}
		if i > 0 && (n > 0 || p != partBitmap) {
			dst = append(dst, ' ')
		}
		dst = p.append(dst, wire[:n])
		wire = wire[n:]
	}
	if len(wire) > 0 {
		return appendGeneric(dst[:start], rdata)
	}
	return dst
}

// digestSizes are the octets of digests whose type is known: DS and CDS by
// digest type, ZONEMD by hash algorithm.
var (
	digestSizes = map[uint8]int{1: 20, 2: 32, 4: 48}
	zonemdSizes = map[uint8]int{ZONEMDSHA384: 48, ZONEMDSHA512: 64}
)

// checkLengths checks what the layout alone does not say.
func checkLengths(t Type, rdata []byte) error {
	switch t {
	case TypeDS, TypeCDS:
		if want, ok := digestSizes[rdata[3]]; ok && len(rdata)-4 != want {
			return fmt.Errorf("digest of %d octets, want %d for digest type %d", len(rdata)-4, want, rdata[3])
		}
	case TypeZONEMD:
		if want, ok := zonemdSizes[rdata[5]]; ok && len(rdata)-6 != want {
			return fmt.Errorf("digest of %d octets, want %d for hash algorithm %d", len(rdata)-6, want, rdata[5])
		}
		if len(rdata)-6 < 12 {
			return errors.New("digest below 12 octets")
		}
	case TypeNSEC3:
		if n := rdata[5+int(rdata[4])]; n == 0 {
			return errors.New("empty hash")
		}
	}
	return nil
}

// readsBack says whether a text that was written for rdata reads back as it.
func readsBack(t Type, text, rdata []byte) bool {
	fields, used, _, err := ScanEntry(text, nil)
	if err != nil || used != len(text) {
		return false
	}
	wire, err := parseRdata(nil, t, fields, Root)
	return err == nil && bytes.Equal(wire, rdata)
}
