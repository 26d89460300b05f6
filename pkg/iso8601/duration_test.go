package iso8601

import (
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT0S":       0,
		"P0D":        0,
		"P10D":       10 * Day,
		"P3W":        21 * Day,
		"P1W1D":      8 * Day,
		"PT60M":      time.Hour,
		"PT3600S":    time.Hour,
		"PT1H30M":    90 * time.Minute,
		"P1DT1S":     Day + time.Second,
		"P007D":      7 * Day,
		"P36525D":    36525 * Day,
		"PT1H1M1S":   time.Hour + time.Minute + time.Second,
		"P1W2DT3H4M": 9*Day + 3*time.Hour + 4*time.Minute,
	} {
		got, err := ParseDuration(text)
		if err != nil || got != want {
			t.Errorf("%s is %v (%v), want %v", text, got, err, want)
		}
	}
}

func TestParseDurationRefuses(t *testing.T) {
	for _, text := range []string{
		"", "P", "PT", "P1DT", "10D", "p10D", "P10", "PT10", "P10d", " P10D", "P10D ", "P 10D",
		"P1Y", "P1M", "P1M1D", "P1H", "PT1D", "PT1W", "P1D1W", "P1D1D", "PT1M1H", "PT1S1S", "P1DT1H1D",
		"-P1D", "P-1D", "P+1D", "P1.5D", "PT0.5S", "PT1,5S", "PD", "PTS", "P1DP1D", "PT1HT1M",
		"P36526D", "P36525DT1S", "P5218W", "P99999999999999999999D", "P9223372036854775807D",
		"PT9223372036854775807S", "P\u0661D", "P1D\x00",
	} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                             "PT0S",
		time.Second:                   "PT1S",
		90 * time.Minute:              "PT1H30M",
		Day:                           "P1D",
		21 * Day:                      "P21D",
		Day + time.Hour + time.Second: "P1DT1H1S",
		400 * Day:                     "P400D",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
}

func TestFormatDurationPanics(t *testing.T) {
	for _, d := range []time.Duration{-time.Second, time.Millisecond, -1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v was written", d)
				}
			}()
			FormatDuration(d)
		}()
	}
}

// What is accepted is written in one way, which reads back the same.
func FuzzParseDuration(f *testing.F) {
	for _, text := range []string{"PT0S", "P10D", "P3W", "PT60M", "P1W2DT3H4M5S", "P36525D", "P1M", "PT0.5S", "-P1D", "P5218W"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if d < 0 || d > maxDuration {
			t.Fatalf("%q is %v", text, d)
		}
		again := FormatDuration(d)
		back, err := ParseDuration(again)
		if err != nil || back != d || FormatDuration(back) != again || strings.Contains(again, "W") {
			t.Fatalf("%q is written %s, which is %v (%v)", text, again, back, err)
		}
	})
}
