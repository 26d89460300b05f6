// Command zskd is the ZSK operator's half: it makes the ZSKs and the KSRs, takes
// in SKRs, and signs the zone.
package main

import (
	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/nodump"
)

func main() {
	if err := nodump.Forbid(); err != nil {
		cli.Exit("zskd", err)
	}
	root := &cobra.Command{
		Use:           "zskd",
		Short:         "the ZSK operator's half of a zone's split custody",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(initCommand(), ksrCommand(), skrCommand(), signCommand(), statusCommand(), keysCommand(), keyCommand())
	err := root.Execute()
	if err != nil && cli.IsUsage(err) {
		err = cli.Hint(err, `"zskd help" shows the commands and their flags`)
	}
	cli.Exit("zskd", err)
}

// addConfig defines the flag that every command but init has.
func addConfig(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", "zskd.yaml", "configuration `file`")
}
