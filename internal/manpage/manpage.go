// Package manpage holds the manual page of a program to its commands and to the
// files it writes. It is for tests.
package manpage

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/internal/strictyaml"
)

// Page is the text of a manual page.
type Page string

// Read reads a page.
func Read(t *testing.T, path string) Page {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return Page(text)
}

// Section is what is below a heading, such as "## FILES", until the next of its
// level or above.
func (p Page) Section(t *testing.T, heading string) string {
	t.Helper()
	_, after, ok := strings.Cut(string(p), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("the manual has no %q", heading)
	}
	level := strings.Index(heading, " ")
	var section strings.Builder
	for line := range strings.Lines(after) {
		if marks, _, _ := strings.Cut(line, " "); strings.Trim(marks, "#") == "" && marks != "" && len(marks) <= level {
			break
		}
		section.WriteString(line)
	}
	return section.String()
}

// Commands wants for every command a line of the synopsis and a section of the
// description, each with exactly its flags, and nothing besides.
func (p Page) Commands(t *testing.T, root *cobra.Command) {
	t.Helper()
	synopsis := p.synopsis(t, root.Name())
	headings := 0
	for _, cmd := range leaves(root) {
		headings++
		flags := map[string]bool{}
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags[f.Name] = true })
		want := slices.Sorted(maps.Keys(flags))
		var line string
		for usage := range synopsis {
			if usage == cmd.CommandPath() || strings.HasPrefix(usage, cmd.CommandPath()+" ") {
				line = usage
				delete(synopsis, usage)
			}
		}
		if got := flagsIn(cmd, line); !slices.Equal(got, want) {
			t.Errorf("the synopsis has %q for %s with the flags %v, want %v", line, cmd.CommandPath(), got, want)
		}
		heading := "### " + strings.TrimPrefix(cmd.CommandPath(), root.Name()+" ")
		if got := flagsIn(cmd, strings.Join(definitions(p.Section(t, heading)), " ")); !slices.Equal(got, want) {
			t.Errorf("%q explains the flags %v, want %v", heading, got, want)
		}
	}
	for usage := range synopsis {
		t.Errorf("the synopsis has %q, which is no command", usage)
	}
	if n := strings.Count(p.Section(t, "## DESCRIPTION"), "\n### "); n != headings {
		t.Errorf("%d sections for %d commands", n, headings)
	}
}

// leaves are the commands that do something.
func leaves(cmd *cobra.Command) []*cobra.Command {
	if !cmd.HasSubCommands() {
		return []*cobra.Command{cmd}
	}
	var all []*cobra.Command
	for _, below := range cmd.Commands() {
		all = append(all, leaves(below)...)
	}
	return all
}

// synopsis is the usages, each in one line.
func (p Page) synopsis(t *testing.T, program string) map[string]bool {
	t.Helper()
	usages := map[string]bool{}
	last := ""
	for line := range strings.Lines(p.Section(t, "## SYNOPSIS")) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			continue
		case strings.HasPrefix(line, program+" "):
			last = line
		default:
			delete(usages, last)
			last += " " + line
		}
		usages[last] = true
	}
	return usages
}

var flagPattern = regexp.MustCompile("(^|[ `\\[])(--[a-z-]+|-[a-z])\\b")

// flagsIn are the long names of the flags in a text, sorted. A flag that the
// command does not have has its hyphens.
func flagsIn(cmd *cobra.Command, text string) []string {
	found := map[string]bool{}
	for _, match := range flagPattern.FindAllStringSubmatch(text, -1) {
		name, long := strings.CutPrefix(match[2], "--")
		f := cmd.Flags().Lookup(name)
		if !long {
			f = cmd.Flags().ShorthandLookup(name[1:])
		}
		if f == nil {
			found[match[2]] = true
		} else {
			found[f.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// definitions are the lines of a section that name what the line below explains.
func definitions(section string) []string {
	var names []string
	lines := strings.Split(section, "\n")
	for i := range len(lines) - 1 {
		if strings.HasPrefix(lines[i+1], ":   ") {
			names = append(names, lines[i])
		}
	}
	return names
}

// Keys wants a section to explain exactly these keys of a file.
func (p Page) Keys(t *testing.T, heading string, values map[string]string) {
	t.Helper()
	explained := map[string]bool{}
	for _, line := range definitions(p.Section(t, heading)) {
		for i, part := range strings.Split(line, "`") {
			if i%2 == 1 {
				explained[part] = true
			}
		}
	}
	got, want := slices.Sorted(maps.Keys(explained)), slices.Sorted(maps.Keys(values))
	if !slices.Equal(got, want) {
		t.Errorf("%q explains the keys\n%v, want\n%v", heading, got, want)
	}
}

// Initial wants the explanation of a key to end with the value that init writes.
func (p Page) Initial(t *testing.T, heading, key, value string) {
	t.Helper()
	_, after, _ := strings.Cut(p.Section(t, heading), "`"+key+"`\n")
	explanation, _, _ := strings.Cut(after, "\n\n")
	_, initial, _ := strings.Cut(strings.Join(strings.Fields(explanation), " "), "Init: ")
	if !strings.HasPrefix(initial, "`"+value+"`") {
		t.Errorf("%q says that init writes %s for %s, want %s", heading, initial, key, value)
	}
}

// Values are the keys of YAML texts, those below another after a dot, with the
// value each has in the last text that has it.
func Values(t *testing.T, texts ...[]byte) map[string]string {
	t.Helper()
	values := map[string]string{}
	for _, text := range texts {
		var tree map[string]any
		if err := strictyaml.Decode("file", text, &tree); err != nil {
			t.Fatal(err)
		}
		flatten("", tree, values)
	}
	return values
}

func flatten(prefix string, node any, values map[string]string) {
	switch node := node.(type) {
	case map[string]any:
		for key, below := range node {
			flatten(prefix+"."+key, below, values)
		}
	case []any:
		for _, below := range node {
			flatten(prefix, below, values)
		}
	default:
		values[strings.TrimPrefix(prefix, ".")] = fmt.Sprint(node)
	}
}
