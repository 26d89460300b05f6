package rr

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// Types without a layout of ours are rare (SVCB, LOC, CERT ...). They go
// through miekg/dns, and are believed only when they come back the same. None
// of them has names that canonical form wants in lower case.

// parseOdd reads the fields of a type without a layout.
func parseOdd(dst []byte, t Type, fields []Field, origin Name) ([]byte, error) {
	if !isOdd(t) {
		return nil, fmt.Errorf(`the form of its data is not known: write it as \# length hex (RFC 3597)`)
	}
	if len(fields) == 0 {
		return nil, errors.New("a field is missing")
	}
	var text strings.Builder
	fmt.Fprintf(&text, ". 0 IN %s", dns.TypeToString[uint16(t)])
	for _, f := range fields {
		text.WriteByte(' ')
		if f.Quoted {
			text.WriteByte('"')
		}
		text.Write(f.Text)
		if f.Quoted {
			text.WriteByte('"')
		}
	}
	text.WriteByte('\n')
	parser := dns.NewZoneParser(strings.NewReader(text.String()), origin.String(), "")
	record, ok := parser.Next()
	if !ok {
		return nil, oddError(parser.Err())
	}
	if _, more := parser.Next(); more || parser.Err() != nil {
		return nil, errors.New("more than one record")
	}
	wire, err := packOdd(record)
	if err != nil {
		return nil, err
	}
	if err := checkOdd(t, wire); err != nil {
		return nil, err
	}
	return append(dst, wire...), nil
}

// oddError is the reason without the position within our one line.
func oddError(err error) error {
	if err == nil {
		return errors.New("no data")
	}
	text := strings.TrimPrefix(err.Error(), "dns: ")
	if i := strings.LastIndex(text, " at line:"); i >= 0 {
		text = text[:i]
	}
	return errors.New(text)
}

// isOdd says whether miekg/dns knows the form of the type.
func isOdd(t Type) bool {
	_, known := dns.TypeToRR[uint16(t)]
	return known && !t.IsMeta()
}

// packOdd is the RDATA of a record.
func packOdd(record dns.RR) ([]byte, error) {
	buffer := make([]byte, maxRdata+512)
	n, err := dns.PackRR(record, buffer, 0, nil, false)
	if err != nil {
		return nil, oddError(err)
	}
	return buffer[oddHeader:n], nil
}

// oddHeader is the length of a record before its RDATA when the root owns it.
const oddHeader = 11

func unpackOdd(t Type, rdata []byte) (dns.RR, error) {
	wire := make([]byte, oddHeader, oddHeader+len(rdata))
	binary.BigEndian.PutUint16(wire[1:], uint16(t))
	binary.BigEndian.PutUint16(wire[3:], ClassIN)
	binary.BigEndian.PutUint16(wire[9:], uint16(len(rdata)))
	record, n, err := dns.UnpackRR(append(wire, rdata...), 0)
	if err != nil {
		return nil, oddError(err)
	}
	if n != oddHeader+len(rdata) {
		return nil, errors.New("octets too many")
	}
	return record, nil
}

// checkOdd checks the form of RDATA without a layout. Where the form is not
// known, any is good.
func checkOdd(t Type, rdata []byte) error {
	if !isOdd(t) {
		return nil
	}
	if len(rdata) == 0 {
		return errors.New("RDATA too short")
	}
	record, err := unpackOdd(t, rdata)
	if err != nil {
		return err
	}
	again, err := packOdd(record)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, rdata) {
		return errors.New("RDATA not in the form of its type")
	}
	return nil
}

// appendOdd writes the form of the type only where it reads back the same.
func appendOdd(dst []byte, t Type, rdata []byte) []byte {
	if len(rdata) > 0 {
		if record, err := unpackOdd(t, rdata); err == nil {
			text := []byte(strings.TrimPrefix(record.String(), record.Header().String()))
			if !bytes.ContainsAny(text, "\n\r") && readsBack(t, text, rdata) {
				return append(dst, text...)
			}
		}
	}
	return appendGeneric(dst, rdata)
}
