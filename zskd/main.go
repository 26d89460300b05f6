// Command zskd is the ZSK operator's half: it makes the ZSKs and the KSRs, takes
// in SKRs, and signs the zone.
package main

import (
	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/nodump"
	"countersign/pkg/hsm"
	"countersign/pkg/keyfile"
)

func main() {
	if err := nodump.Forbid(); err != nil {
		cli.Exit("zskd", err)
	}
	hsm.RunHelperIfAsked()
	err := program().Execute()
	if err != nil && cli.IsUsage(err) {
		err = cli.Hint(err, `"zskd help" shows the commands and their flags`)
	}
	cli.Exit("zskd", err)
}

// program is the command line.
func program() *cobra.Command {
	root := &cobra.Command{
		Use:           "zskd",
		Short:         "the ZSK operator's half of a zone's split custody",
		Args:          cobra.ArbitraryArgs,
		RunE:          cli.Group,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(initCommand(), ksrCommand(), skrCommand(), signCommand(), statusCommand(), keysCommand(), keyCommand(),
		cli.VersionCommand(keyfile.Auto.Describe()))
	return root
}

// addConfig defines the flag that every command but init and version has.
func addConfig(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", "zskd.yaml", "configuration `file`")
}
