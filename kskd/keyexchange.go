package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/keystore"
	"countersign/pkg/dnssec"
)

func keyImportCommand() *cobra.Command {
	var n newKey
	var from string
	cmd := &cobra.Command{
		Use:   "import -c FILE --label NAME --from FILE",
		Short: "take a KSK into the store from a file, and add it to the plan",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				return cli.Usage("--from is required")
			}
			return addKey(cmd, n, dnssec.BackupNone, func(store keystore.Store, p dnssec.KeyParams) (dnssec.KeyInfo, error) {
				return keystore.Import(store, p, from)
			})
		},
	}
	n.add(cmd)
	cmd.Flags().StringVar(&from, "from", "", "private key, not encrypted, mode 0600: a PEM `file`, or a .private file of BIND with its .key (required)")
	return cmd
}

func keyExportCommand() *cobra.Command {
	var path, label, to string
	var yes bool
	cmd := &cobra.Command{
		Use:   "export -c FILE --label NAME --to DIR",
		Short: "write a software KSK as BIND's pair of files, not encrypted",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if label == "" || to == "" {
				return cli.Usage("--label and --to are required")
			}
			cfg, err := loadConfig(path)
			if err != nil {
				return err
			}
			store, err := keystore.Open(cfg.Keys)
			if err != nil {
				return err
			}
			defer store.Close()
			question := fmt.Sprintf("The private key of %s will be in %s without encryption. Whoever has the file has the key.", label, to)
			if err := confirmed(cmd, yes, question); err != nil {
				return err
			}
			stem, err := keystore.Export(store, dnssec.KeyRef{Label: label, Flags: kskFlags}, to)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "wrote %s.key and %s.private\n", stem, stem)
			return nil
		},
	}
	addConfig(cmd, &path)
	cmd.Flags().StringVar(&label, "label", "", "`name` of the key in the store (required)")
	cmd.Flags().StringVar(&to, "to", "", "`directory` to write to (required)")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}
