package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// VersionCommand is the command that says which build of its program this is, and
// more lines of the program's own.
func VersionCommand(more ...string) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "say which version this is, and what signs",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			lines := append([]string{
				cmd.Root().Name() + " " + version(debug.ReadBuildInfo()),
				"built with " + runtime.Version() + " for " + runtime.GOOS + "/" + runtime.GOARCH,
			}, more...)
			_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.Join(lines, "\n"))
			return err
		},
	}
}

// version is what the go command noted of the source: a tag, or the time and commit.
func version(info *debug.BuildInfo, ok bool) string {
	if !ok || info.Main.Version == "" {
		return "(unknown)"
	}
	return info.Main.Version
}
