// Command kskd is the KSK operator's half: it makes the KSKs, plans what each
// slot does with them, and answers a KSR with an SKR.
package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/nodump"
)

func main() {
	if err := nodump.Forbid(); err != nil {
		cli.Exit("kskd", err)
	}
	root := &cobra.Command{
		Use:           "kskd",
		Short:         "the KSK operator's half of a zone's split custody",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(initCommand(), keyCommand(), signCommand(), trustAnchorCommand())
	err := root.Execute()
	if err != nil && cli.IsUsage(err) {
		err = cli.Hint(err, `"kskd help" shows the commands and their flags`)
	}
	cli.Exit("kskd", err)
}

// addConfig defines the flag that every command but init has.
func addConfig(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", "kskd.yaml", "configuration `file`")
}

// confirmed wants the exact word on standard input, unless yes was given.
func confirmed(cmd *cobra.Command, yes bool, question string) error {
	if yes {
		return nil
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s\nType \"Yes\" exactly to go on: ", question)
	return cli.ReadYes(cmd.InOrStdin())
}
