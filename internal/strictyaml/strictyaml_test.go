package strictyaml

import (
	"strings"
	"testing"
	"time"
)

type sample struct {
	Zone     string   `yaml:"zone"`
	Validity Duration `yaml:"validity"`
	From     Time     `yaml:"from"`
	Inner    struct {
		Count int `yaml:"count"`
	} `yaml:"inner"`
}

func TestDecodeReadsDurationsAndTimes(t *testing.T) {
	var s sample
	if err := Decode("f", []byte("zone: .\nvalidity: P21D\nfrom: 2027-01-01T00:00:00Z\ninner: {count: 9}\n"), &s); err != nil {
		t.Fatal(err)
	}
	if err := Decode("f", []byte("zone: 010.com.\ninner: {count: 0}\n"), &sample{}); err != nil {
		t.Error(err)
	}
	if err := Decode("f", []byte("zone: \"010\"\ninner: {count: -12}\n"), &sample{}); err != nil {
		t.Error(err)
	}
	if s.Zone != "." || time.Duration(s.Validity) != 21*24*time.Hour || s.From.Year() != 2027 || s.Inner.Count != 9 {
		t.Errorf("read %+v", s)
	}
}

func TestDecodeRefusesWithTheLine(t *testing.T) {
	for name, row := range map[string]struct{ text, want string }{
		"unknown key":      {"zone: .\nzoen: .\n", "line 2"},
		"unknown, nested":  {"inner:\n  count: 1\n  size: 2\n", "line 3"},
		"repeated key":     {"zone: .\nvalidity: P1D\nzone: com.\n", "line 3"},
		"duration":         {"zone: .\nvalidity: 21d\n", "21d"},
		"time with offset": {"from: 2027-01-01T00:00:00+01:00\n", "want the form"},
		"date":             {"from: 2027-01-01\n", "want the form"},
		"not a number":     {"inner: {count: nine}\n", "line 1"},
		"octal number":     {"zone: .\ninner: {count: 010}\n", "line 2"},
		"octal with an o":  {"inner: {count: 0o10}\n", "decimal"},
		"hexadecimal":      {"inner: {count: 0x10}\n", "decimal"},
		"binary":           {"inner: {count: 0b11}\n", "decimal"},
		"underscore":       {"inner: {count: 1_0}\n", "decimal"},
		"plus sign":        {"inner: {count: +9}\n", "decimal"},
		"exponent":         {"inner: {count: 1e1}\n", "decimal"},
		"fraction":         {"inner: {count: 1.0}\n", "decimal"},
		"alias":            {"zone: &z P1D\nvalidity: *z\n", "line 1"},
		"merge":            {"inner:\n  <<: {count: 3}\n  count: 4\n", "line 2"},
		"tag":              {"zone: !!str 7\n", "tags"},
		"tag of a mapping": {"inner: !!map {count: 9}\n", "tags"},
		"empty":            {"", "empty"},
		"two documents":    {"zone: .\n---\nzone: com.\n", "more than one"},
		"too large":        {strings.Repeat("#", maxFile+1), "larger"},
	} {
		var s sample
		err := Decode("f", []byte(row.text), &s)
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, row.want)
		}
	}
}
