package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/pkg/policy"
	"countersign/pkg/zoneverify"
)

// TestManualIsTrue holds the manual page to the commands: every verb is in the
// synopsis as its help has it, every flag in its section, and nothing else.
func TestManualIsTrue(t *testing.T) {
	manual := read(t, "ksrtool.1.md")
	synopsis := strings.Join(strings.Fields(section(t, manual, "## SYNOPSIS")), " ")
	sections := map[string]string{}
	var verbs int
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.HasSubCommands() {
			for _, below := range cmd.Commands() {
				visit(below)
			}
			return
		}
		verbs++
		if !strings.Contains(synopsis, cmd.UseLine()) {
			t.Errorf("the synopsis has no %q", cmd.UseLine())
		}
		heading := "### " + strings.TrimPrefix(cmd.CommandPath(), "ksrtool ")
		if cmd.Parent().Name() == "check" {
			heading = "### check ksr, check skr"
		}
		text := section(t, manual, heading)
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(text, "`--"+f.Name+"`") {
				t.Errorf("%q does not explain --%s", heading, f.Name)
			}
			sections[heading] += "`--" + f.Name + "`"
		})
		if _, ok := sections[heading]; !ok {
			sections[heading] = ""
		}
	}
	visit(newRoot(&tool{}))
	if verbs != 9 {
		t.Errorf("%d verbs", verbs)
	}
	if n := strings.Count(manual, "\n### "); n != len(sections) {
		t.Errorf("%d sections for %d", n, len(sections))
	}
	for heading, flags := range sections {
		for line := range strings.Lines(section(t, manual, heading)) {
			if !strings.HasPrefix(line, "`-") {
				continue
			}
			name := line[strings.Index(line, "`--"):]
			name = name[:strings.Index(name[1:], "`")+2]
			if !strings.Contains(flags, name) {
				t.Errorf("%q explains %s, which is no flag", heading, name)
			}
		}
	}
}

// section is what is below a heading until the next.
func section(t *testing.T, manual, heading string) string {
	t.Helper()
	_, after, ok := strings.Cut(manual, "\n"+heading+"\n")
	if !ok {
		t.Fatalf("the manual has no %q", heading)
	}
	before, _, _ := strings.Cut(after, "\n#")
	return before
}

// TestManualNamesEveryField holds the section on JSON to what is written.
func TestManualNamesEveryField(t *testing.T) {
	text := section(t, read(t, "ksrtool.1.md"), "## JSON")
	names := map[string]bool{"check": true, "owner": true, "type": true, "text": true, "documents": true, "zones": true}
	for _, v := range []any{description{}, verdict{}, zoneVerdict{}, policy.Check{}, zoneverify.Check{}} {
		fieldNames(reflect.TypeOf(v), names)
	}
	if len(names) < 60 {
		t.Fatalf("only %d names of fields were found", len(names))
	}
	for name := range names {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the manual does not name the field %s", name)
		}
	}
	values := []string{"ksr", "skr", "KSK", "ZSK", "root", string(policy.Passed), string(policy.Violated), string(policy.NotChecked), string(zoneverify.Failed), "show", "verify-zone"}
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 && !names[part] && !slices.Contains(values, part) {
			t.Errorf("the manual names %q, which is no field", part)
		}
	}
}

// fieldNames gathers the names in the JSON of a type.
func fieldNames(t reflect.Type, names map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		fieldNames(t.Elem(), names)
	case reflect.Struct:
		if t == reflect.TypeFor[zoneverify.Finding]() {
			return // it writes itself
		}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name != "" {
				names[name] = true
			}
			if name != "" || f.Anonymous {
				fieldNames(f.Type, names)
			}
		}
	}
}
