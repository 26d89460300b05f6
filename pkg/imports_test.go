package pkg

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

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
	case first == module || strings.Contains(first, "."):
		if !slices.Contains(l.modules, imported) {
			return "not for this package"
		}
	case slices.Contains(l.modules, imported): // "unsafe", where the table has it
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
// a time.Time that is set later, and whatever is named so.
func isClock(v *ast.ValueSpec, imports map[string]string) bool {
	for _, name := range v.Names {
		if lower := strings.ToLower(name.Name); lower == "now" || strings.Contains(lower, "clock") {
			return true
		}
	}
	if len(v.Values) == 0 && isTime(v.Type, imports) {
		return true
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
	return slices.ContainsFunc(f.Results.List, func(result *ast.Field) bool { return isTime(result.Type, imports) })
}

func isTime(expression ast.Expr, imports map[string]string) bool {
	s, ok := expression.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != "Time" {
		return false
	}
	id, ok := s.X.(*ast.Ident)
	return ok && imports[id.Name] == "time"
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
		{"outside pkg", edge, `import "countersign/internal/rootlike"; var _ = rootlike.Zone`, "not for this package"},
		{"module", edge, `import "github.com/miekg/dns"; var _ dns.RR`, "imports github.com/miekg/dns: not for"},
		{"module below one", core, `import "github.com/miekg/dns/dnsutil"`, "not for this package"},
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
		{"time set later", core, `import "time"; var fakeNow time.Time`, "variable fakeNow is a clock"},
		{"clock by name", core, `var wallClock source; type source struct{}`, "variable wallClock is a clock"},
		{"fixed time", core, `import "time"; var first = time.Unix(0, 0); var skrNow = "SKR-NOW"`, ""},
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
