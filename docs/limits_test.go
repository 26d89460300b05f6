package docs

import (
	"strings"
	"testing"

	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rr"
)

// TestLimitsAreExplained holds limits.md to the limits files that init writes: a
// section for every limit, with its value in both profiles, and no other.
func TestLimitsAreExplained(t *testing.T) {
	page := read(t, "limits.md")
	example, err := rr.ParseName("example.com.")
	if err != nil {
		t.Fatal(err)
	}
	sections := 0
	for name, limits := range map[string]policy.Limits{"Root": policy.RootLimits(), "TLD profile": policy.TLDLimits(example)} {
		values := valuesOf(t, limits)
		for limit, value := range values {
			_, section, ok := strings.Cut(page, "\n### "+limit+"\n")
			if !ok {
				t.Errorf("limits.md has no section on %s", limit)
				continue
			}
			section, _, _ = strings.Cut(section, "\n#")
			if want := "\n- " + name + ": `" + value + "`"; !strings.Contains(section, want) {
				t.Errorf("the section on %s has no line %q", limit, want[1:])
			}
		}
		sections = len(values)
	}
	if n := strings.Count(page, "\n### "); n != sections || n < 25 {
		t.Errorf("%d sections for %d limits", n, sections)
	}
}

// valuesOf is the values of a limits file as they are written there, by the names
// of the limits. A limit that is a list or a table of free names has its rows as
// value.
func valuesOf(t *testing.T, limits policy.Limits) map[string]string {
	t.Helper()
	text, err := policyfile.Format(limits)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	var path []string // of the line above, by depth
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		path = path[:depth]
		if row, isRow := strings.CutPrefix(trimmed, "- "); isRow || depth > 0 && path[depth-1] == "remaining_of" {
			values[strings.Join(path, ".")] = row
			continue
		}
		key, value, _ := strings.Cut(trimmed, ":")
		path = append(path, key)
		if value != "" {
			values[strings.Join(path, ".")] = strings.TrimSpace(value)
		}
	}
	return values
}
