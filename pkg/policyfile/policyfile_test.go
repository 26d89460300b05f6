package policyfile

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

func profiles() map[string]policy.Limits {
	odd := policy.TLDLimits("\x05a'b\"c\x03\xc3\xa4\x00\x00")
	odd.Published.RemainingOf = map[rr.Type]time.Duration{rr.Type(65280): time.Hour, rr.TypeSOA: 90 * time.Minute}
	none := policy.RootLimits()
	none.Published.RemainingOf = nil
	nsec3 := policy.TLDLimits("\x03com\x00")
	nsec3.Published.NSEC3 = policy.NSEC3Limits{Iterations: 100, Salt: 255}
	return map[string]policy.Limits{
		"NSEC3": nsec3,
		"root":  policy.RootLimits(), "tld": policy.TLDLimits("\x03com\x00"), "odd": odd, "no single types": none,
	}
}

func TestWrittenLimitsReadBackTheSame(t *testing.T) {
	for name, limits := range profiles() {
		text, err := Format(limits)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := Parse(name, text)
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
			continue
		}
		if !reflect.DeepEqual(got, limits) {
			t.Errorf("%s: read back\n%+v\nwant\n%+v", name, got, limits)
		}
	}
}

// Every limit has a comment above it: that is the practice statement.
func TestEveryLimitIsExplained(t *testing.T) {
	text, err := Format(policy.RootLimits())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	explained := false
	for n, line := range lines {
		switch trimmed := strings.TrimSpace(line); {
		case strings.HasPrefix(trimmed, "#"):
			explained = true
		case trimmed == "", !strings.HasPrefix(line, " ") && strings.HasSuffix(line, ":"):
			explained = false
		case strings.HasPrefix(line, "    "):
		case !explained:
			t.Errorf("line %d, %q, has no explanation", n+1, line)
		default:
			explained = false
		}
	}
}

func TestWritingRefusesLimitsWithoutSense(t *testing.T) {
	limits := policy.RootLimits()
	limits.Bundles.Validity.Min = limits.Bundles.Validity.Max + 1
	if text, err := Format(limits); err == nil {
		t.Errorf("written:\n%s", text)
	}
}

func TestReadingIsStrict(t *testing.T) {
	good, err := Format(policy.RootLimits())
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) string {
		if !strings.Contains(string(good), old) {
			t.Fatalf("the file has no %q", old)
		}
		return strings.Replace(string(good), old, new, 1)
	}
	for name, row := range map[string]struct{ text, want string }{
		"empty":             {"", "empty"},
		"too large":         {string(good) + strings.Repeat("#", MaxFile), "larger"},
		"two documents":     {string(good) + "\n---\nzone: '.'\n", "more than one"},
		"unknown limit":     {edit("  horizon:", "  horizno: P1D\n  horizon:"), "horizno"},
		"repeated limit":    {edit("  horizon:", "  horizon: P1D\n  horizon:"), "line"},
		"missing limit":     {edit("  horizon: P180D\n", ""), "bundles.horizon"},
		"missing range end": {edit("{min: P9D, max: P11D}", "{min: P9D}"), "bundles.interval.max"},
		"missing section":   {string(good)[:strings.Index(string(good), "\npublished:")], "published"},
		"null":              {edit("  horizon: P180D", "  horizon:"), "bundles.horizon"},
		"duration":          {edit("P180D", "180d"), "180d"},
		"month":             {edit("P180D", "P6M"), "P6M"},
		"not a number":      {edit("dnskey_ttl: 172800", "dnskey_ttl: two days"), "line"},
		"negative":          {edit("dnskey_ttl: 172800", "dnskey_ttl: -1"), "line"},
		"zone":              {edit("zone: '.'", "zone: com"), "final dot"},
		"algorithm":         {edit("algorithm: RSASHA256", "algorithm: RSASHA1"), "RSASHA1"},
		"no algorithm":      {edit("algorithm: RSASHA256, ", ""), "without algorithm"},
		"unknown choice":    {edit("withdrawal: revoke-first", "withdrawal: never"), "never"},
		"no sense":          {edit("{min: P9D, max: P11D}", "{min: P11D, max: P9D}"), "above max"},
		"type twice":        {edit("    DNSKEY: P9D", "    DNSKEY: P9D\n    dnskey: P8D"), "twice"},
		"unknown type":      {edit("    DNSKEY: P9D", "    DNSKY: P9D"), "DNSKY"},
		"no NSEC3":          {edit("  nsec3: {iterations: 0, salt: 0, opt_out: false}\n", ""), "missing: [published.nsec3]"},
		"part of NSEC3":     {edit("{iterations: 0, salt: 0, opt_out: false}", "{iterations: 0, salt: 0}"), "missing: [published.nsec3.opt_out]"},
		"NSEC3 iterations":  {edit("iterations: 0", "iterations: 101"), "published.nsec3.iterations"},
		"salt in hex":       {edit("salt: 0", "salt: ab"), "line"},
		"off switch":        {edit("  retire_safety: P28D", "  retire_safety: off"), "off"},
	} {
		_, err := Parse("limits.yaml", []byte(row.text))
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.HasPrefix(err.Error(), "limits.yaml: ") {
			t.Errorf("%s: %v, want an error with %q", name, err, row.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, limits := range profiles() {
		text, err := Format(limits)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("zone: &a .\nparent: *a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		limits, err := Parse("f", text)
		if err != nil {
			return
		}
		again, err := Format(limits)
		if err != nil {
			t.Fatalf("cannot be written: %v", err)
		}
		got, err := Parse("f", again)
		if err != nil {
			t.Fatalf("cannot be read back: %v\n%s", err, again)
		}
		if !reflect.DeepEqual(got, limits) {
			t.Fatalf("read back %+v, want %+v", got, limits)
		}
	})
}
