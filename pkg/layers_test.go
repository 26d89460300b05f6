package pkg

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "countersign"

// layer is a row of the map: the packages of ours and the modules of others that
// a package may import besides the standard library.
type layer struct {
	core    bool // no I/O, no clock
	ours    []string
	modules []string
}

const (
	miekgDNS    = "github.com/miekg/dns"
	miekgPKCS11 = "github.com/miekg/pkcs11"
	pkcs11URI   = "github.com/stefanberger/go-pkcs11uri"
	pkcs8       = "github.com/youmark/pkcs8"
	yaml        = "go.yaml.in/yaml/v4"
)

// layers is what doc.go prints. A package below pkg is in both, or the tests
// here fail; so is each import.
var layers = map[string]layer{
	"rr":          {core: true, modules: []string{miekgDNS}},
	"iso8601":     {core: true},
	"pgpwords":    {core: true},
	"dnssec":      {core: true, ours: []string{"rr"}},
	"zone":        {core: true, ours: []string{"rr"}, modules: []string{miekgDNS}},
	"trustanchor": {core: true, ours: []string{"rr", "dnssec", "iso8601"}},
	"rollover":    {core: true, ours: []string{"rr", "dnssec", "iso8601"}},
	"ksr":         {core: true, ours: []string{"rr", "dnssec", "iso8601"}},
	"policy":      {core: true, ours: []string{"rr", "dnssec", "iso8601", "trustanchor", "rollover", "ksr"}},
	"ceremony":    {core: true, ours: []string{"rr", "dnssec", "pgpwords", "rollover", "ksr", "policy"}},
	"zonesign":    {core: true, ours: []string{"rr", "dnssec", "zone"}},
	"zoneverify":  {core: true, ours: []string{"rr", "dnssec", "zone", "trustanchor", "ksr"}},
	"durable":     {},
	"keyfile":     {ours: []string{"rr", "dnssec", "iso8601", "durable"}, modules: []string{pkcs8}},
	"hsm":         {ours: []string{"rr", "dnssec"}, modules: []string{miekgPKCS11, pkcs11URI}},
	"policyfile":  {ours: []string{"rr", "dnssec", "iso8601", "policy"}, modules: []string{yaml}},
}

// impure lists what a core package may not import from the standard library: the
// ways out of the process. A name covers what is below it, so "net" is net/http
// too; netip, which is arithmetic, is let through by name.
var impure = []string{"os", "net", "log", "syscall", "plugin", "flag", "io/fs", "io/ioutil", "embed", "unsafe", "C", "math/rand", "crypto/rand", "testing"}

var pure = []string{"net/netip"}

// forbidden lists what a core package may not use of packages it may import:
// reads of the clock, waits, the machine's settings, and output. In miekg/dns it
// is what reads the clock, the network or a file.
var forbidden = map[string][]string{
	"time": {"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep",
		"Timer", "Ticker", "Local", "LoadLocation"},
	"context": {"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"},
	"fmt":     {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
	miekgDNS: {"Client", "Conn", "Server", "Transfer", "Exchange", "ExchangeContext", "ExchangeConn", "Dial", "DialTimeout",
		"DialWithTLS", "DialTimeoutWithTLS", "ListenAndServe", "ListenAndServeTLS", "ActivateAndServe",
		"ClientConfigFromFile", "Id"},
}

// forbiddenMethods is the same for methods, whose receiver cannot be told
// without types, in files that import the package.
var forbiddenMethods = map[string][]string{
	miekgDNS: {"ValidityPeriod", "SetIncludeAllowed", "SetIncludeFS"},
}

// TestDocAgrees holds doc.go to the table: the packages, which of them are core,
// and the arrows.
func TestDocAgrees(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range docFaults(source, layers) {
		t.Error(fault)
	}
}

func TestArrowsGoDown(t *testing.T) {
	for _, fault := range arrowFaults(layers) {
		t.Error(fault)
	}
}

// TestPackages finds packages that are on disk and not in the table, or in the
// table and not on disk.
func TestPackages(t *testing.T) {
	onDisk := map[string]bool{}
	for _, file := range goFiles(t, ".") {
		if dir := path.Dir(file); dir != "." {
			onDisk[dir] = true
		}
	}
	for dir := range onDisk {
		if _, ok := layers[dir]; !ok {
			t.Errorf("pkg/%s is not in the table and not on the map", dir)
		}
	}
	for name := range layers {
		if !onDisk[name] {
			t.Logf("pkg/%s has no Go file yet", name)
		}
	}
}

// TestLayers holds every file that goes into a program to its row of the table.
func TestLayers(t *testing.T) {
	for _, file := range goFiles(t, ".") {
		l, ok := layers[path.Dir(file)]
		if !ok || strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range fileFaults(file, source, l) {
			t.Error(fault)
		}
	}
}

// TestOneUserOfALibrary looks at the whole module, programs too.
func TestOneUserOfALibrary(t *testing.T) {
	users := map[string][]string{
		miekgDNS:                      {"pkg/rr", "pkg/zone"},
		miekgPKCS11:                   {"pkg/hsm"},
		pkcs11URI:                     {"pkg/hsm"},
		pkcs8:                         {"pkg/keyfile"},
		module + "/internal/testenv":  nil,
		module + "/internal/rootlike": {"deployments/rootlike"},
	}
	for _, file := range goFiles(t, "..") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", file), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			imported := unquote(spec)
			allowed, limited := users[imported]
			if limited && !slices.Contains(allowed, path.Dir(file)) {
				t.Errorf("%s imports %s, which is for %s", file, imported, cmp.Or(strings.Join(allowed, " and "), "tests"))
			}
		}
	}
}

// TestJudgeCannotSign holds ksrtool to its promise: no key store is in it, and
// it builds without cgo.
func TestJudgeCannotSign(t *testing.T) {
	if files, _ := filepath.Glob("../ksrtool/*.go"); len(files) == 0 {
		t.Skip("ksrtool has no Go file yet")
	}
	deps := strings.Fields(goCommand(t, "list", "-deps", "./ksrtool"))
	if !slices.Contains(deps, module+"/pkg/rr") {
		t.Fatal("go list -deps ./ksrtool does not list pkg/rr: this test looks in the wrong place")
	}
	for _, dep := range []string{module + "/pkg/hsm", module + "/pkg/keyfile", miekgPKCS11, pkcs11URI, pkcs8} {
		if slices.Contains(deps, dep) {
			t.Errorf("ksrtool links %s", dep)
		}
	}
	goCommand(t, "build", "-o", os.DevNull, "./ksrtool")
}

// goCommand runs the go command in the root of the module without cgo, and
// returns what it prints.
func goCommand(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.Command("go", arguments...)
	command.Dir = ".."
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("CGO_ENABLED=0 go %s: %v\n%s", strings.Join(arguments, " "), err, &stderr)
	}
	return string(out)
}

// goFiles is every Go file below root, as slash-separated paths relative to it,
// without what the go command leaves out too.
func goFiles(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			base := d.Name()
			if name != "." && (base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_') {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no Go file below %s", root)
	}
	return files
}

// fileFaults says what of a file its row does not allow.
func fileFaults(name string, source []byte, l layer) []string {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	fault := func(node ast.Node, format string, a ...any) {
		faults = append(faults, fmt.Sprintf("%s: %s", set.Position(node.Pos()), fmt.Sprintf(format, a...)))
	}
	imports := map[string]string{} // name in this file to path
	for _, spec := range file.Imports {
		imported := unquote(spec)
		if reason := l.refuses(imported); reason != "" {
			fault(spec, "imports %s: %s", imported, reason)
		}
		local := localName(spec, imported)
		if local == "." {
			fault(spec, "imports %s with a dot, which hides what is used of it", imported)
		}
		imports[local] = imported
	}
	if !l.core {
		return faults
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			if what := forbiddenUse(node, imports); what != "" {
				fault(node, "uses %s: a core package has no clock and no I/O", what)
			}
		case *ast.CallExpr:
			if id, ok := node.Fun.(*ast.Ident); ok && (id.Name == "print" || id.Name == "println") {
				fault(node, "uses %s: a core package has no clock and no I/O", id.Name)
			}
		}
		return true
	})
	for _, v := range packageVariables(file) {
		if isClock(v, imports) {
			fault(v, "variable %s is a clock that can be set: pass the time as an argument", v.Names[0].Name)
		}
	}
	return faults
}

// refuses gives the reason why a package of this layer may not import another,
// or "".
func (l layer) refuses(imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	switch ours, isOurs := strings.CutPrefix(imported, module+"/pkg/"); {
	case isOurs:
		if !slices.Contains(l.ours, ours) {
			return "no arrow on the map"
		}
	case first == module:
		return "a package below pkg stands by itself"
	case strings.Contains(first, "."):
		if !slices.Contains(l.modules, imported) {
			return "not a module for this package"
		}
	case l.core && !slices.Contains(pure, imported):
		for _, name := range impure {
			if imported == name || strings.HasPrefix(imported, name+"/") {
				return "a core package has no clock and no I/O"
			}
		}
	}
	return ""
}

// localName is the name that the file uses for an import. Without one in the
// file it is the last element of the path, or the one before a major version.
func localName(spec *ast.ImportSpec, imported string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	base := path.Base(imported)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(imported))
	}
	return base
}

// forbiddenUse names what of forbidden and forbiddenMethods a selector is, or "".
func forbiddenUse(s *ast.SelectorExpr, imports map[string]string) string {
	member := s.Sel.Name
	if id, ok := s.X.(*ast.Ident); ok {
		if imported, ok := imports[id.Name]; ok && slices.Contains(forbidden[imported], member) {
			return imported + "." + member
		}
	}
	for _, imported := range imports {
		if slices.Contains(forbiddenMethods[imported], member) {
			return "the method " + member + " of " + imported
		}
	}
	return ""
}

// packageVariables is the declarations of variables outside functions.
func packageVariables(file *ast.File) []*ast.ValueSpec {
	var specs []*ast.ValueSpec
	for _, decl := range file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok || general.Tok != token.VAR {
			continue
		}
		for _, spec := range general.Specs {
			specs = append(specs, spec.(*ast.ValueSpec))
		}
	}
	return specs
}

// isClock finds variables that give the time: functions that return a time.Time,
// and whatever is named so.
func isClock(v *ast.ValueSpec, imports map[string]string) bool {
	for _, name := range v.Names {
		lower := strings.ToLower(name.Name)
		if strings.Contains(lower, "clock") || lower == "now" || strings.HasSuffix(name.Name, "Now") {
			return true
		}
	}
	if f, ok := v.Type.(*ast.FuncType); ok && returnsTime(f, imports) {
		return true
	}
	for _, value := range v.Values {
		if f, ok := value.(*ast.FuncLit); ok && returnsTime(f.Type, imports) {
			return true
		}
	}
	return false
}

func returnsTime(f *ast.FuncType, imports map[string]string) bool {
	if f.Results == nil {
		return false
	}
	for _, result := range f.Results.List {
		s, ok := result.Type.(*ast.SelectorExpr)
		if !ok || s.Sel.Name != "Time" {
			continue
		}
		if id, ok := s.X.(*ast.Ident); ok && imports[id.Name] == "time" {
			return true
		}
	}
	return false
}

// arrowFaults finds in a table an arrow to a package that is not there, from a
// core package to an edge, between edges other than to durable, and in a circle;
// and the one pair that must stay apart.
func arrowFaults(table map[string]layer) []string {
	var faults []string
	for _, from := range slices.Sorted(maps.Keys(table)) {
		l := table[from]
		for _, to := range l.ours {
			target, ok := table[to]
			switch {
			case !ok:
				faults = append(faults, fmt.Sprintf("arrow from %s to %s, which is not in the table", from, to))
			case !target.core && (l.core || to != "durable"):
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
		text = append(text, strings.TrimPrefix(m, "github.com/"))
	}
	text = append(text, l.ours...)
	if len(text) == 0 {
		return []string{"nothing"}
	}
	slices.Sort(text)
	return text
}

func unquote(spec *ast.ImportSpec) string {
	return strings.Trim(spec.Path.Value, "\"`")
}

// TestCheckerSeesFaults gives the checker files with one fault each.
func TestCheckerSeesFaults(t *testing.T) {
	core := layer{core: true, ours: []string{"rr"}, modules: []string{miekgDNS}}
	edge := layer{ours: []string{"rr"}}
	for _, row := range []struct {
		name   string
		layer  layer
		source string
		fault  string // part of the fault; "" for none
	}{
		{"pure", core, `import ("net/netip"; "time"; "countersign/pkg/rr"; "github.com/miekg/dns")
			var _ = rr.Root; var _ netip.Addr; var _ dns.RR; func f(now time.Time) time.Time { return now.Add(time.Hour) }`, ""},
		{"edge with a clock", edge, `import ("os"; "time"); var _ = os.Args; var _ = time.Now`, ""},
		{"no arrow", edge, `import "countersign/pkg/zone"; var _ zone.Zone`, "imports countersign/pkg/zone: no arrow"},
		{"outside pkg", edge, `import "countersign/internal/rootlike"; var _ = rootlike.Zone`, "stands by itself"},
		{"module", edge, `import "github.com/miekg/dns"; var _ dns.RR`, "imports github.com/miekg/dns: not a module"},
		{"module below one", core, `import "github.com/miekg/dns/dnsutil"`, "not a module"},
		{"os", core, `import "os"; var _ = os.Args`, "imports os: "},
		{"os/exec", core, `import "os/exec"; var _ = exec.Command`, "imports os/exec: "},
		{"net/http", core, `import "net/http"; var _ = http.Get`, "imports net/http: "},
		{"slog", core, `import "log/slog"; var _ = slog.Info`, "imports log/slog: "},
		{"blank", core, `import _ "os"`, "imports os: "},
		{"now", core, `import "time"; func f() time.Time { return time.Now() }`, "uses time.Now"},
		{"renamed", core, `import clk "time"; func f(at clk.Time) clk.Duration { return clk.Since(at) }`, "uses time.Since"},
		{"as a value", core, `import "time"; func f() func() time.Time { return time.Now }`, "uses time.Now"},
		{"timer", core, `import "time"; func f() { <-time.NewTimer(1).C }`, "uses time.NewTimer"},
		{"dot", core, `import . "time"; func f() Time { return Now() }`, "with a dot"},
		{"deadline", core, `import "context"; var _, _ = context.WithTimeout(nil, 1)`, "uses context.WithTimeout"},
		{"print", core, `import "fmt"; func f() { fmt.Println() }`, "uses fmt.Println"},
		{"builtin", core, `func f() { println() }`, "uses println"},
		{"hidden clock", core, `import "github.com/miekg/dns"; func f(s *dns.RRSIG) bool { return s.ValidityPeriod(z) }`, "method ValidityPeriod"},
		{"hidden network", core, `import "github.com/miekg/dns"; var c dns.Client`, "uses github.com/miekg/dns.Client"},
		{"clock variable", core, `import "time"; var wall func() time.Time`, "variable wall is a clock"},
		{"clock literal", core, `import "time"; var wall = func() time.Time { return time.Time{} }`, "variable wall is a clock"},
		{"clock by name", core, `import "time"; var fakeNow time.Time`, "variable fakeNow is a clock"},
	} {
		t.Run(row.name, func(t *testing.T) {
			faults := fileFaults("file.go", []byte("package x\n"+row.source), row.layer)
			if row.fault == "" {
				if len(faults) != 0 {
					t.Errorf("faults %q, want none", faults)
				}
				return
			}
			if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, row.fault) }) {
				t.Errorf("faults %q, want one with %q", faults, row.fault)
			}
		})
	}
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
