// Command kskd is the KSK operator's half: it makes the KSKs, plans what each
// slot does with them, and answers a KSR with an SKR.
package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/nodump"
	"countersign/kskd/internal/config"
	"countersign/pkg/hsm"
	"countersign/pkg/keyfile"
)

func main() {
	if err := nodump.Forbid(); err != nil {
		cli.Exit("kskd", err)
	}
	hsm.RunHelperIfAsked()
	err := program().Execute()
	if err != nil && cli.IsUsage(err) {
		err = cli.Hint(err, `"kskd help" shows the commands and their flags`)
	}
	cli.Exit("kskd", err)
}

// program is the command line.
func program() *cobra.Command {
	root := &cobra.Command{
		Use:           "kskd",
		Short:         "the KSK operator's half of a zone's split custody",
		Args:          cobra.ArbitraryArgs,
		RunE:          cli.Group,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(initCommand(), keyCommand(), signCommand(), trustAnchorCommand(),
		cli.VersionCommand(keyfile.Auto.Describe()))
	return root
}

// loadConfig loads the configuration.
func loadConfig(path string) (*config.Config, error) {
	cfg, err := config.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cli.Hint(err, `name the file with -c, or make one with "kskd init"`)
	}
	return cfg, err
}

// addConfig defines the flag that every command but init and version has.
func addConfig(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", "kskd.yaml", "configuration `file`")
}

// confirmed wants the exact word on standard input, unless yes was given.
func confirmed(cmd *cobra.Command, yes bool, question string) error {
	return cli.Confirm(cmd.InOrStdin(), cmd.ErrOrStderr(), yes, question)
}
