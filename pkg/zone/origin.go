package zone

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"countersign/pkg/rr"
)

// Origin finds the name of the zone that text holds, for those who were not
// told: the owner of its first record, which must be the SOA record and have an
// absolute name or one below a $ORIGIN that is.
func Origin(text []byte) (rr.Name, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var origin rr.Name
	var fields []rr.Field
	for len(text) > 0 {
		blank := text[0] == ' ' || text[0] == '\t'
		var used int
		var err error
		if fields, used, _, err = rr.ScanEntry(text, fields[:0]); err != nil {
			return "", err
		}
		text = text[used:]
		switch {
		case len(fields) == 0:
		case blank:
			return "", errors.New("the first record has no owner name")
		case strings.EqualFold(string(fields[0].Text), "$ORIGIN") && len(fields) == 2:
			wire, err := rr.AppendName(nil, fields[1].Text, origin)
			if err != nil {
				return "", fmt.Errorf("$ORIGIN: %w", err)
			}
			origin = rr.Name(wire)
		case !fields[0].Quoted && fields[0].Text[0] == '$':
		default:
			return soaOwner(fields, origin)
		}
	}
	return "", errors.New("no records")
}

// soaOwner is the owner name in the fields of an SOA record.
func soaOwner(fields []rr.Field, origin rr.Name) (rr.Name, error) {
	for _, f := range fields[1:] {
		if t, ok := rr.ParseTypeField(f.Text); ok && !isClass(f.Text) {
			if t != rr.TypeSOA {
				break
			}
			wire, err := rr.AppendName(nil, fields[0].Text, origin)
			return rr.Name(wire), err
		}
	}
	return "", errors.New("the first record is not the SOA record")
}
