package pkg

import (
	"bytes"
	"cmp"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "countersign"

// layer is a row of the map: what a package may import besides the standard
// library.
type layer struct {
	core    bool     // no I/O, no clock
	ours    []string // packages below pkg
	modules []string // packages of others, and of internal
}

const (
	miekgDNS    = "github.com/miekg/dns"
	miekgPKCS11 = "github.com/miekg/pkcs11"
	pkcs11URI   = "github.com/stefanberger/go-pkcs11uri"
	pkcs8       = "github.com/youmark/pkcs8"
	yaml        = "go.yaml.in/yaml/v4"
	term        = "golang.org/x/term"
	sysUnix     = "golang.org/x/sys/unix"
	strictyaml  = module + "/internal/strictyaml"
	nodump      = module + "/internal/nodump"
)

// layers is what doc.go prints. A package below pkg is in both, or the tests
// here fail; so is each import.
var layers = map[string]layer{
	"rr":          {core: true, modules: []string{miekgDNS}},
	"iso8601":     {core: true},
	"pgpwords":    {core: true},
	"p256verify":  {core: true},
	"dnssec":      {core: true, ours: []string{"rr"}},
	"zone":        {core: true, ours: []string{"rr"}, modules: []string{miekgDNS, "unsafe"}}, // owner names are strings within pages
	"trustanchor": {core: true, ours: []string{"rr", "dnssec", "iso8601"}},
	"rollover":    {core: true, ours: []string{"rr", "dnssec", "iso8601"}},
	"ksr":         {core: true, ours: []string{"rr", "dnssec", "iso8601"}},
	"policy":      {core: true, ours: []string{"rr", "dnssec", "iso8601", "trustanchor", "rollover", "ksr"}},
	"ceremony":    {core: true, ours: []string{"rr", "dnssec", "pgpwords", "rollover", "ksr", "policy"}},
	"zonesign":    {core: true, ours: []string{"rr", "dnssec", "zone"}},
	"zoneverify":  {core: true, ours: []string{"rr", "dnssec", "zone", "trustanchor", "ksr", "p256verify"}},
	"durable":     {modules: []string{sysUnix}},
	"libcrypto":   {},
	"keyfile":     {ours: []string{"rr", "dnssec", "iso8601", "durable", "libcrypto"}, modules: []string{pkcs8, sysUnix, term}},
	"hsm":         {ours: []string{"rr", "dnssec", "durable"}, modules: []string{nodump, miekgPKCS11, pkcs11URI, sysUnix}},
	"policyfile":  {ours: []string{"rr", "dnssec", "iso8601", "policy"}, modules: []string{strictyaml}},
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
			t.Errorf("pkg/%s is on the map and has no Go file", name)
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
		miekgDNS:                         {"pkg/rr", "pkg/zone"},
		miekgPKCS11:                      {"pkg/hsm"},
		pkcs11URI:                        {"pkg/hsm"},
		pkcs8:                            {"pkg/keyfile"},
		yaml:                             {"internal/strictyaml"},
		module + "/internal/testenv":     {"internal/softhsm"},
		module + "/internal/commandtest": nil,
		module + "/internal/faulttest":   nil,
		module + "/internal/softhsm":     nil,
		module + "/internal/rootlike":    {"deployments/rootlike", "deployments/benchpeers"},
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
	deps := strings.Fields(goCommand(t, "list", "-deps", "./ksrtool"))
	if !slices.Contains(deps, module+"/pkg/rr") {
		t.Fatal("go list -deps ./ksrtool does not list pkg/rr: this test looks in the wrong place")
	}
	for _, dep := range []string{module + "/pkg/hsm", module + "/pkg/keyfile", module + "/pkg/libcrypto", miekgPKCS11, pkcs11URI, pkcs8} {
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
