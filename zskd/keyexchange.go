package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/keystore"
	"countersign/pkg/dnssec"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/zskd/internal/newkey"
)

func keyImportCommand() *cobra.Command {
	var path, from, of string
	cmd := &cobra.Command{
		Use:   "import -c FILE --cycle 2027Q1 --from FILE",
		Short: "take the ZSK of a cycle into the store from a file",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" || of == "" {
				return cli.Usage("--cycle and --from are required")
			}
			cycle, err := rollover.ParseCycle(of)
			if err != nil {
				return cli.Usage("--cycle: %w", err)
			}
			return importKey(cmd, path, cycle, from)
		},
	}
	addConfig(cmd, &path)
	cmd.Flags().StringVar(&of, "cycle", "", "the calendar quarter in which it signs, such as 2027Q1 (required)")
	cmd.Flags().StringVar(&from, "from", "", "private key, not encrypted, mode 0600: a PEM `file`, or a .private file of BIND with its .key (required)")
	return cmd
}

func importKey(cmd *cobra.Command, path string, cycle rollover.Cycle, from string) error {
	d, err := openDesk(path, "")
	if err != nil {
		return err
	}
	defer d.close()
	cfg, s := d.cfg, d.state
	if there := s.Index.Of(cycle); len(there) > 0 {
		return fmt.Errorf("cycle %s has ZSK %s already", cycle, there[0].Label)
	}
	store, err := keystore.Open(cfg.Keys)
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = newkey.Add(s, cfg.Schedule, cfg.Keys, cycle, time.Now(), func(p dnssec.KeyParams) (dnssec.KeyInfo, error) {
		return keystore.Import(store, p, from)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "ZSK %s of %s is in the store\n", newkey.Label(cfg.Zone, cycle), cycle)
	return nil
}

func keyExportCommand() *cobra.Command {
	var path, label, to string
	var yes bool
	cmd := &cobra.Command{
		Use:   "export -c FILE --label NAME --to DIR",
		Short: "write a software ZSK as BIND's pair of files, not encrypted",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if label == "" || to == "" {
				return cli.Usage("--label and --to are required")
			}
			cfg, err := loadConfig(path, "")
			if err != nil {
				return err
			}
			store, err := keystore.Open(cfg.Keys)
			if err != nil {
				return err
			}
			defer store.Close()
			question := fmt.Sprintf("The private key of %s will be in %s without encryption. Whoever has the file has the key.", label, to)
			if err := cli.Confirm(cmd.InOrStdin(), cmd.ErrOrStderr(), yes, question); err != nil {
				return err
			}
			stem, err := keystore.Export(store, dnssec.KeyRef{Label: label, Flags: rr.FlagZone}, to)
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
