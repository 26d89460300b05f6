package pkg

import (
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// tools are the edges that other edges may use: they write files and compute, and
// decide nothing.
var tools = []string{"durable", "libcrypto"}

// arrowFaults finds in a table an arrow to a package that is not there, from a
// core package to an edge, between edges other than to tools, and in a circle; and
// the one pair that must stay apart.
func arrowFaults(table map[string]layer) []string {
	var faults []string
	for _, from := range slices.Sorted(maps.Keys(table)) {
		l := table[from]
		for _, to := range l.ours {
			target, ok := table[to]
			switch {
			case !ok:
				faults = append(faults, fmt.Sprintf("arrow from %s to %s, which is not in the table", from, to))
			case !target.core && (l.core || !slices.Contains(tools, to)):
				faults = append(faults, fmt.Sprintf("arrow from %s to %s, an edge", from, to))
			}
		}
		if reaches(table, from, from, map[string]bool{}) {
			faults = append(faults, fmt.Sprintf("arrows from %s lead back to it", from))
		}
	}
	if reaches(table, "zoneverify", "zonesign", map[string]bool{}) {
		faults = append(faults, "zoneverify reaches zonesign: the judge shares code with the accused")
	}
	return faults
}

// reaches says whether arrows lead from one package to another.
func reaches(table map[string]layer, from, to string, seen map[string]bool) bool {
	for _, next := range table[from].ours {
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if reaches(table, next, to, seen) {
				return true
			}
		}
	}
	return false
}

// docFaults compares the tables in the comment of doc.go with layers.
func docFaults(source []byte, table map[string]layer) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", source, parser.ParseComments)
	if err != nil {
		return []string{err.Error()}
	}
	printed := map[string]bool{} // package to whether it is core
	arrows := map[string][]string{}
	section := ""
	for line := range strings.Lines(file.Doc.Text()) {
		line = strings.TrimRight(line, "\n")
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			section = heading
			continue
		}
		fields := strings.Fields(line)
		if !strings.HasPrefix(line, "\t") || len(fields) < 2 || fields[0] == "package" {
			continue
		}
		if section == "Arrows" && fields[1] == "->" {
			arrows[fields[0]] = fields[2:]
			continue
		}
		printed[fields[0]] = section == "Core"
	}
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(table)) {
		core, ok := printed[name]
		if !ok {
			faults = append(faults, "doc.go has no row for "+name)
		} else if core != table[name].core {
			faults = append(faults, "doc.go has "+name+" in the wrong section")
		}
		want := arrowText(table[name])
		if got := slices.Sorted(slices.Values(arrows[name])); !slices.Equal(got, want) {
			faults = append(faults, fmt.Sprintf("doc.go has %s -> %v, want %v", name, got, want))
		}
	}
	for _, rows := range []([]string){slices.Sorted(maps.Keys(printed)), slices.Sorted(maps.Keys(arrows))} {
		for _, name := range rows {
			if _, ok := table[name]; !ok {
				faults = append(faults, "doc.go has "+name+", which is not in the table")
			}
		}
	}
	return faults
}

// arrowText is what doc.go writes after an arrow, sorted.
func arrowText(l layer) []string {
	var text []string
	for _, m := range l.modules {
		text = append(text, strings.TrimPrefix(strings.TrimPrefix(m, "github.com/"), module+"/"))
	}
	text = append(text, l.ours...)
	if len(text) == 0 {
		return []string{"nothing"}
	}
	slices.Sort(text)
	return text
}

// TestTableCheckerSeesFaults gives the checkers of table and map faulty ones.
func TestTableCheckerSeesFaults(t *testing.T) {
	for name, table := range map[string]map[string]layer{
		"circle":       {"a": {core: true, ours: []string{"b"}}, "b": {core: true, ours: []string{"a"}}},
		"core to edge": {"a": {core: true, ours: []string{"durable"}}, "durable": {}},
		"edge to edge": {"a": {ours: []string{"b"}}, "b": {}},
		"to nothing":   {"a": {ours: []string{"b"}}},
		"judge": {"zoneverify": {core: true, ours: []string{"zone"}}, "zone": {core: true, ours: []string{"zonesign"}},
			"zonesign": {core: true}},
	} {
		if len(arrowFaults(table)) == 0 {
			t.Errorf("%s: no fault found", name)
		}
	}
	source := "// # Core\n//\n//\ta  job\n//\n// # Edge\n//\n//\tb  job\n//\n// # Arrows\n//\n//\ta -> nothing\n//\tb -> a\npackage pkg\n"
	good := map[string]layer{"a": {core: true}, "b": {ours: []string{"a"}}}
	if faults := docFaults([]byte(source), good); len(faults) != 0 {
		t.Errorf("faults %q, want none", faults)
	}
	for name, table := range map[string]map[string]layer{
		"a row too many": {"a": {core: true}},
		"a row missing":  {"a": {core: true}, "b": {ours: []string{"a"}}, "c": {}},
		"wrong section":  {"a": {}, "b": {ours: []string{"a"}}},
		"wrong arrow":    {"a": {core: true}, "b": {}},
		"wrong module":   {"a": {core: true, modules: []string{miekgDNS}}, "b": {ours: []string{"a"}}},
	} {
		if len(docFaults([]byte(source), table)) == 0 {
			t.Errorf("%s: no fault found", name)
		}
	}
}
