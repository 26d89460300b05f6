// Package iso8601 reads and writes durations as KSRs, SKRs and configuration
// files have them: P21D, PT1H. Months and years have no fixed length and are
// refused.
package iso8601

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Day is 24 hours: all times are UTC, which has no other days.
const Day = 24 * time.Hour

// units in the order in which a duration has them. W stands alone in the
// standard but is taken together with the others, as ICANN's tools take it.
var dateUnits = []unit{{'W', 7 * Day}, {'D', Day}}
var timeUnits = []unit{{'H', time.Hour}, {'M', time.Minute}, {'S', time.Second}}

type unit struct {
	letter byte
	length time.Duration
}

// ParseDuration reads a duration of weeks, days, hours, minutes and seconds,
// each at most once and in that order, as whole numbers.
func ParseDuration(text string) (time.Duration, error) {
	rest, ok := strings.CutPrefix(text, "P")
	if !ok || rest == "" {
		return 0, fmt.Errorf("duration %q: want the form P10D or PT1H", text)
	}
	date, clock, hasClock := strings.Cut(rest, "T")
	if hasClock && clock == "" {
		return 0, fmt.Errorf("duration %q: nothing after the T", text)
	}
	days, err := sum(date, dateUnits)
	if err != nil {
		return 0, fmt.Errorf("duration %q: %w", text, err)
	}
	seconds, err := sum(clock, timeUnits)
	if err != nil {
		return 0, fmt.Errorf("duration %q: %w", text, err)
	}
	if days > maxDuration-seconds {
		return 0, fmt.Errorf("duration %q: longer than 100 years", text)
	}
	return days + seconds, nil
}

const maxDuration = 36525 * Day

func sum(text string, units []unit) (time.Duration, error) {
	var total time.Duration
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			return 0, errors.New("number without a unit")
		}
		if end == 0 {
			return 0, fmt.Errorf("%q where a number should be", text[:1])
		}
		n, err := strconv.ParseInt(text[:end], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("number %s is too large", text[:end])
		}
		i := 0
		for i < len(units) && units[i].letter != text[end] {
			i++
		}
		if i == len(units) {
			return 0, fmt.Errorf("unit %q is unknown here, repeated or out of order", text[end:end+1])
		}
		if n > int64(maxDuration/units[i].length) {
			return 0, errors.New("longer than 100 years")
		}
		total += time.Duration(n) * units[i].length
		if total > maxDuration {
			return 0, errors.New("longer than 100 years")
		}
		units = units[i+1:]
		text = text[end+1:]
	}
	return total, nil
}

// FormatDuration writes whole seconds in the shortest form without weeks: P21D,
// PT90M as PT1H30M, zero as PT0S. It panics on a negative duration or a fraction
// of a second, which no valid duration here has.
func FormatDuration(d time.Duration) string {
	if d < 0 || d%time.Second != 0 {
		panic(fmt.Sprintf("iso8601: duration %v is negative or not in whole seconds", d))
	}
	if d == 0 {
		return "PT0S"
	}
	var b strings.Builder
	b.WriteByte('P')
	if days := d / Day; days > 0 {
		fmt.Fprintf(&b, "%dD", days)
	}
	clock := d % Day
	if clock > 0 {
		b.WriteByte('T')
	}
	for _, u := range timeUnits {
		if n := clock / u.length; n > 0 {
			fmt.Fprintf(&b, "%d%c", n, u.letter)
		}
		clock %= u.length
	}
	return b.String()
}
