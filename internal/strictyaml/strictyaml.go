// Package strictyaml reads the files that people write: one YAML document, no
// unknown and no repeated keys, no aliases and no numbers but decimal ones,
// durations in ISO 8601 and times in RFC 3339, every error with its line.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"go.yaml.in/yaml/v4"

	"countersign/pkg/iso8601"
)

// maxFile is far above any file a person writes.
const maxFile = 1 << 20

// Decode reads the one document in text into v, a pointer to a struct. name is
// for messages.
func Decode(name string, text []byte, v any) error {
	if len(text) > maxFile {
		return fmt.Errorf("%s: larger than %d octets", name, maxFile)
	}
	var document yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&document); err == nil {
		if err := checkPlain(&document); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	} // else the same error comes again
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: the file is empty", name)
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	var more yaml.Node
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: more than one document in the file", name)
	}
	return nil
}

// Duration is a time.Duration written in ISO 8601.
type Duration time.Duration

// UnmarshalText reads ISO 8601.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := iso8601.ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = Duration(parsed)
	return nil
}

// MarshalText writes ISO 8601.
func (d Duration) MarshalText() ([]byte, error) {
	return []byte(iso8601.FormatDuration(time.Duration(d))), nil
}

// Time is a moment in UTC and whole seconds, written as RFC 3339 has it with Z.
type Time struct{ time.Time }

// UnmarshalText reads RFC 3339. Offsets other than Z and fractions are refused.
func (t *Time) UnmarshalText(text []byte) error {
	parsed, err := ParseTime(string(text))
	if err != nil {
		return err
	}
	t.Time = parsed
	return nil
}

// MarshalText writes RFC 3339 in UTC.
func (t Time) MarshalText() ([]byte, error) {
	return []byte(t.UTC().Format(time.RFC3339)), nil
}

// ParseTime reads a time as files and flags have it: 2027-01-01T00:00:00Z.
func ParseTime(text string) (time.Time, error) {
	parsed, err := time.Parse("2006-01-02T15:04:05Z", text)
	if err != nil || parsed.Format("2006-01-02T15:04:05Z") != text {
		return time.Time{}, fmt.Errorf("time %q: want the form 2027-01-01T00:00:00Z", text)
	}
	return parsed, nil
}
