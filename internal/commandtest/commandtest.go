// Package commandtest runs the command line of a program within a test, on a copy
// of a folder that was made once.
package commandtest

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
)

// Program is a command line under test.
type Program struct {
	Name    string
	Command func() *cobra.Command // a fresh one for each run
}

// Outcome is how a command ended.
type Outcome struct {
	Stdout, Stderr string
	Err            error
	program        string
}

// String is all that people see: the error with its hints, too.
func (o Outcome) String() string {
	var b strings.Builder
	b.WriteString(o.Stdout + o.Stderr)
	if o.Err != nil {
		cli.Report(&b, o.program, o.Err)
	}
	return b.String()
}

// Run runs a command line with in as its standard input.
func (p Program) Run(in string, args ...string) Outcome {
	var stdout, stderr strings.Builder
	cmd := p.Command()
	cmd.SetArgs(args)
	cmd.SetIn(strings.NewReader(in))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	err := cmd.Execute()
	return Outcome{stdout.String(), stderr.String(), err, p.Name}
}

// Ends runs a command line and wants an exit status and parts of what is said.
func (p Program) Ends(t *testing.T, status int, in, line string, want ...string) Outcome {
	t.Helper()
	o := p.Run(in, strings.Fields(line)...)
	if cli.Status(o.Err) != status {
		t.Fatalf("%s %s\n%sends with %d, want %d", p.Name, line, o, cli.Status(o.Err), status)
	}
	for _, part := range want {
		if !strings.Contains(o.String(), part) {
			t.Errorf("%s %s\n%swithout %q", p.Name, line, o, part)
		}
	}
	return o
}

// InCopy makes a copy of a folder the working directory of the test.
func InCopy(t *testing.T, base func() (string, error)) {
	t.Helper()
	from, err := base()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if out, err := exec.Command("cp", "-a", from, dir).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	t.Chdir(dir)
}

// Files is the content of all files of the working directory but locks.
func Files(t *testing.T) map[string]string {
	t.Helper()
	content := map[string]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || entry.Name() == ".lock" {
			return err
		}
		text, err := os.ReadFile(path)
		content[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// Unchanged checks that the files are those of before, but for those below one
// folder ("" for none).
func Unchanged(t *testing.T, before map[string]string, but string) {
	t.Helper()
	without := func(all map[string]string) map[string]string {
		all = maps.Clone(all)
		maps.DeleteFunc(all, func(path, _ string) bool { return but != "" && strings.HasPrefix(path, but) })
		return all
	}
	if after := Files(t); !maps.Equal(without(after), without(before)) {
		t.Errorf("something was changed: %v, before %v", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
	}
}
