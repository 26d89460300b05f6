package trustanchor

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// parseRecords reads DS and DNSKEY records in zone file text: as BIND's
// dsset- and .key files have them. Each record names its owner, which is zone;
// TTL and class may be left out. There are no directives.
func parseRecords(text []byte, zone rr.Name) (*Anchors, error) {
	a := &Anchors{Zone: zone}
	var fields []rr.Field
	for line := 1; len(text) > 0; {
		var used, lines int
		var err error
		blank := text[0] == ' ' || text[0] == '\t'
		fields, used, lines, err = rr.ScanEntry(text, fields[:0])
		at := line
		if err != nil {
			return nil, &SyntaxError{Line: at, Text: err.Error()}
		}
		text, line = text[used:], line+lines
		if len(fields) == 0 {
			continue
		}
		if blank {
			return nil, &SyntaxError{Line: at, Text: "record without an owner name"}
		}
		if err := a.addRecord(fields); err != nil {
			return nil, &SyntaxError{Line: at, Text: err.Error()}
		}
	}
	return a, nil
}

// addRecord takes one entry: owner, TTL and class in either order, type, RDATA.
func (a *Anchors) addRecord(fields []rr.Field) error {
	text := make([]string, len(fields))
	for i, field := range fields {
		if field.Quoted {
			return fmt.Errorf("quoted text %q", field.Text)
		}
		text[i] = string(field.Text)
	}
	if strings.HasPrefix(text[0], "$") {
		return fmt.Errorf("directive %s: trust anchors are records with full names", text[0])
	}
	owner, err := rr.ParseName(text[0])
	if err != nil {
		return err
	}
	if owner != a.Zone {
		return fmt.Errorf("record of %s, want %s", owner, a.Zone)
	}
	rest, err := skipTTLAndClass(text[1:])
	if err != nil {
		return err
	}
	if len(rest) < 5 {
		return fmt.Errorf("record of %d fields after class and TTL, want a type and four more", len(rest))
	}
	anchor, err := recordAnchor(a.Zone, strings.ToUpper(rest[0]), rest[1:])
	if err != nil {
		return err
	}
	return a.add(anchor)
}

func skipTTLAndClass(fields []string) ([]string, error) {
	var ttl, class bool
	for len(fields) > 0 {
		switch _, err := rr.ParseTTL([]byte(fields[0])); {
		case strings.EqualFold(fields[0], "IN") && !class:
			class = true
		case err == nil && !ttl:
			ttl = true
		default:
			return fields, nil
		}
		fields = fields[1:]
	}
	return nil, fmt.Errorf("record ends before its type")
}

func recordAnchor(zone rr.Name, recordType string, fields []string) (Anchor, error) {
	var numbers [3]uint16
	limits := [3]int{16, 8, 8}
	for i := range numbers {
		n, err := strconv.ParseUint(fields[i], 10, limits[i])
		if err != nil {
			return Anchor{}, fmt.Errorf("field %q of a %s record is no number of %d bits", fields[i], recordType, limits[i])
		}
		numbers[i] = uint16(n)
	}
	data := strings.Join(fields[3:], "")
	switch recordType {
	case "DS":
		digest, err := hex.DecodeString(data)
		if err != nil {
			return Anchor{}, fmt.Errorf("digest %q is not hexadecimal", data)
		}
		return Anchor{DS: dnssec.DS{KeyTag: numbers[0], Algorithm: uint8(numbers[1]), DigestType: uint8(numbers[2]), Digest: digest}}, nil
	case "DNSKEY":
		public, err := base64.StdEncoding.Strict().DecodeString(data)
		if err != nil {
			return Anchor{}, fmt.Errorf("public key is not base64: %v", err)
		}
		key := rr.DNSKEY{Flags: numbers[0], Protocol: uint8(numbers[1]), Algorithm: uint8(numbers[2]), PublicKey: public}
		if _, err := dnssec.PublicKey(key); err != nil {
			return Anchor{}, err
		}
		return NewAnchor(zone, "", key, time.Time{}, time.Time{})
	}
	return Anchor{}, fmt.Errorf("record of type %s, want DS or DNSKEY", recordType)
}

// AppendDS appends the anchors as DS records, one a line, in their order, for
// those whose tools take no document. Validity periods have no place in them.
func (a *Anchors) AppendDS(dst []byte) []byte {
	for _, anchor := range a.Anchors {
		dst = a.Zone.Append(dst)
		dst = fmt.Appendf(dst, " IN DS %d %d %d %s\n", anchor.DS.KeyTag, anchor.DS.Algorithm, anchor.DS.DigestType, upperHex(anchor.DS.Digest))
	}
	return dst
}

func upperHex(octets []byte) []byte {
	return bytes.ToUpper(hex.AppendEncode(nil, octets))
}
