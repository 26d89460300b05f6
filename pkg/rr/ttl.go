package rr

import (
	"errors"
	"fmt"
)

// MaxTTL is the largest TTL, in seconds. See RFC 2181, Section 8.
const MaxTTL = 1<<31 - 1

// ParseTTL reads a TTL in seconds, or with the units w, d, h, m and s in either
// case, as in 1h30m, each unit once and the larger before the smaller.
func ParseTTL(text []byte) (uint32, error) {
	seconds, err := parsePeriod(text)
	if err != nil {
		return 0, err
	}
	if seconds > MaxTTL {
		return 0, fmt.Errorf("TTL %q is above 2^31-1", text)
	}
	return uint32(seconds), nil
}

// parsePeriod reads seconds, with or without units, up to 2^32-1.
func parsePeriod(text []byte) (uint64, error) {
	const most = 1<<32 - 1
	var total, number, last uint64
	digits := false
	for _, c := range text {
		if c >= '0' && c <= '9' {
			number = number*10 + uint64(c-'0')
			digits = true
			if number > most {
				return 0, fmt.Errorf("period %q is above 2^32-1", text)
			}
			continue
		}
		unit := periodUnit(c)
		if !digits || unit == 0 || last != 0 && unit >= last {
			return 0, fmt.Errorf("period %q is neither seconds nor a form like 1h30m", text)
		}
		total += number * unit
		number, digits, last = 0, false, unit
	}
	switch {
	case digits && last != 0:
		return 0, fmt.Errorf("period %q ends without a unit", text)
	case digits:
		total = number
	case last == 0:
		return 0, errors.New("empty period")
	}
	if total > most {
		return 0, fmt.Errorf("period %q is above 2^32-1", text)
	}
	return total, nil
}

// periodUnit is the unit in seconds, or 0.
func periodUnit(c byte) uint64 {
	switch lower(c) {
	case 's':
		return 1
	case 'm':
		return 60
	case 'h':
		return 60 * 60
	case 'd':
		return 24 * 60 * 60
	case 'w':
		return 7 * 24 * 60 * 60
	}
	return 0
}
