package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"countersign/internal/cli"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// maxZone is the most octets of zone text that are read, with all it includes.
const maxZone = 1 << 32

// readZone reads a zone file. Without an origin the owner of its SOA record is.
// Files that $INCLUDE names are relative to the folder of the zone file.
func (t *tool) readZone(name string, origin rr.Name) (*zone.Zone, error) {
	text, err := t.read(name, maxZone)
	if err != nil {
		return nil, err
	}
	if origin == "" {
		if origin, err = findOrigin(text); err != nil {
			return nil, originError(name, err)
		}
	}
	dir := filepath.Dir(name)
	if name == standardInput {
		dir = "."
	}
	z, warnings, err := zone.Parse(text, zone.ParseOptions{
		Origin:    origin,
		Name:      name,
		MaxOctets: maxZone,
		Include: func(path string) ([]byte, error) {
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			return t.read(path, maxZone)
		},
	})
	for _, w := range warnings {
		t.warn("%s", w)
	}
	if err != nil {
		return nil, &malformedZoneError{err}
	}
	return z, nil
}

// malformedZoneError is what a zone file cannot be; its lines name the file.
type malformedZoneError struct{ error }

func (e *malformedZoneError) Unwrap() error { return e.error }

var (
	errNoSOA    = errors.New("no SOA record")
	errRelative = errors.New("the SOA record has a relative owner name, and no $ORIGIN is before it")
)

func originError(name string, err error) error {
	if errors.Is(err, errRelative) {
		return cli.Hint(fmt.Errorf("%s: %w", name, err), "name the zone with --origin")
	}
	return &malformedZoneError{fmt.Errorf("%s: %w", name, err)}
}

// findOrigin is the owner of the first SOA record. It reads no more than it
// must: whether the zone is well-formed is for package zone to say.
func findOrigin(text []byte) (rr.Name, error) {
	var origin rr.Name
	var owner string
	var fields []rr.Field
	for len(text) > 0 {
		blank := text[0] == ' ' || text[0] == '\t'
		var used int
		var err error
		fields, used, _, err = rr.ScanEntry(text, fields[:0])
		text = text[used:]
		if err != nil || len(fields) == 0 {
			continue
		}
		rest := fields
		if !blank {
			owner, rest = string(fields[0].Text), fields[1:]
			if strings.EqualFold(owner, "$ORIGIN") && len(rest) > 0 {
				if name, err := rr.ParseRelativeName(string(rest[0].Text), origin); err == nil {
					origin = name
				}
			}
		}
		if isSOA(rest) {
			name, err := rr.ParseRelativeName(owner, origin)
			if err != nil {
				return "", errRelative
			}
			return name, nil
		}
	}
	return "", errNoSOA
}

// isSOA says whether an entry without its owner is an SOA record: TTL and class
// may be before the type.
func isSOA(fields []rr.Field) bool {
	for i := 0; i < len(fields) && i < 3; i++ {
		text := string(fields[i].Text)
		switch {
		case strings.EqualFold(text, "SOA"):
			return true
		case strings.EqualFold(text, "IN"), strings.EqualFold(text, "CLASS1"), text != "" && text[0] >= '0' && text[0] <= '9':
		default:
			return false
		}
	}
	return false
}
