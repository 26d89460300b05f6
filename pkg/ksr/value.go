package ksr

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countersign/pkg/iso8601"
	"countersign/pkg/rr"
)

// maxTTL is the largest TTL. See RFC 2181, Section 8.
const maxTTL = 1<<31 - 1

// maxTime is the last second an RRSIG can name. See RFC 4034, Section 3.1.5.
const maxTime = 1<<32 - 1

// parseNumber reads decimal digits and nothing else: no sign, no space. Leading
// zeros are fine, since ICANN's older tools pad key tags.
func parseNumber(text string, max uint64) (uint64, error) {
	if text == "" {
		return 0, errors.New("empty number")
	}
	if len(text) > 20 || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("%s is not a plain number", clip(text))
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > max {
		return 0, fmt.Errorf("%s is above %d", text, max)
	}
	return n, nil
}

const (
	dateTimeLayout = "2006-01-02T15:04:05"
	digitsLayout   = "20060102150405"
)

// parseDateTime reads an xsd:dateTime in UTC, whether it says so (Z, +00:00,
// -00:00) or not. A fraction may be there if it is zero.
func parseDateTime(text string) (time.Time, error) {
	if len(text) < len(dateTimeLayout) {
		return time.Time{}, fmt.Errorf("time %s: want the form 2027-01-01T00:00:00Z", clip(text))
	}
	t, err := parseLayout(dateTimeLayout, text[:len(dateTimeLayout)])
	if err != nil {
		return time.Time{}, err
	}
	zone := text[len(dateTimeLayout):]
	if fraction, ok := strings.CutPrefix(zone, "."); ok {
		zone = strings.TrimLeft(fraction, "0")
		digits := len(fraction) - len(zone)
		if digits == 0 || digits > 9 || zone != "" && zone[0] >= '1' && zone[0] <= '9' {
			return time.Time{}, fmt.Errorf("time %s is not in whole seconds", clip(text))
		}
	}
	switch zone {
	case "", "Z", "+00:00", "-00:00":
		return t, nil
	}
	return time.Time{}, fmt.Errorf("time %s is not in UTC: nothing, Z or +00:00 may follow the seconds", clip(text))
}

// parseDigits reads the 14 digits of RFC 4034, Section 3.2.
func parseDigits(text string) (time.Time, error) {
	return parseLayout(digitsLayout, text)
}

// parseLayout reads text in exactly the given layout: package time is lenient,
// so what it read must come out as it went in.
func parseLayout(layout, text string) (time.Time, error) {
	t, err := time.Parse(layout, text)
	if err != nil || t.Format(layout) != text {
		return time.Time{}, fmt.Errorf("time %s does not exist or is malformed", clip(text))
	}
	if u := t.Unix(); u < 0 || u > maxTime {
		return time.Time{}, fmt.Errorf("time %s is outside 1970 to 2106", clip(text))
	}
	return t, nil
}

// parseUnix reads seconds since 1970 in up to ten digits.
func parseUnix(text string) (time.Time, error) {
	if len(text) > 10 {
		return time.Time{}, fmt.Errorf("time %s has neither 14 digits nor up to 10", clip(text))
	}
	n, err := parseNumber(text, maxTime)
	if err != nil {
		return time.Time{}, fmt.Errorf("time: %w", err)
	}
	return time.Unix(int64(n), 0).UTC(), nil
}

// parseTextTime reads either form of time of the text formats.
func parseTextTime(text string) (time.Time, error) {
	if len(text) == len(digitsLayout) {
		return parseDigits(text)
	}
	return parseUnix(text)
}

// parseName reads an absolute name. Four octets are the most that an octet of a
// name takes.
func parseName(text string) (rr.Name, error) {
	if len(text) > 4*255 {
		return "", errors.New("name is too long")
	}
	return rr.ParseName(text)
}

// parseDuration reads a duration. A longer text would be leading zeros.
func parseDuration(text string) (time.Duration, error) {
	if len(text) > 64 {
		return 0, fmt.Errorf("%s is no duration", clip(text))
	}
	return iso8601.ParseDuration(text)
}

// parseBase64 reads padded base64 whose unused bits are zero. White space is
// taken out and spaced says whether there was any.
func parseBase64(text string) (data []byte, spaced bool, err error) {
	packed := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n':
			return -1
		}
		return r
	}, text)
	if packed == "" {
		return nil, false, errors.New("empty base64")
	}
	// DecodeString skips line ends, of which only a carriage return can be left.
	if strings.Contains(packed, "\r") {
		return nil, false, errors.New("base64 with a carriage return in it")
	}
	data, err = base64.StdEncoding.Strict().DecodeString(packed)
	if err != nil {
		return nil, false, errors.New("malformed base64")
	}
	if len(data) > MaxData {
		return nil, false, fmt.Errorf("%d octets of data, want at most %d", len(data), MaxData)
	}
	return data, len(packed) != len(text), nil
}

// checkLabel accepts what can be an identifier: printable text. It is shown to
// people who must trust what they see, so nothing may move the cursor, hide, or
// end the line.
func checkLabel(text string) error {
	switch {
	case text == "":
		return errors.New("empty")
	case len(text) > MaxAttribute:
		return fmt.Errorf("longer than %d octets", MaxAttribute)
	case !utf8.ValidString(text):
		return errors.New("not UTF-8")
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("has the unprintable character %U", r)
		}
	}
	return nil
}
