package cli

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestVersionSaysWhatWasBuilt(t *testing.T) {
	var out strings.Builder
	root := &cobra.Command{Use: "program"}
	root.AddCommand(VersionCommand("one more line"))
	root.SetOut(&out)
	root.SetArgs([]string{"version"})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "program ") || !strings.Contains(lines[1], runtime.Version()) || lines[2] != "one more line" {
		t.Errorf("%q", lines)
	}
}

func TestVersionIsThatOfTheSource(t *testing.T) {
	if got := version(&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, true); got != "v1.2.3" {
		t.Error(got)
	}
	for _, got := range []string{version(nil, false), version(&debug.BuildInfo{}, true)} {
		if got != "(unknown)" {
			t.Error(got)
		}
	}
}
