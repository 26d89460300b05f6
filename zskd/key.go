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
	"countersign/zskd/internal/state"
)

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "move and destroy ZSKs", Args: cobra.ArbitraryArgs, RunE: cli.Group}
	cmd.AddCommand(keyImportCommand(), keyExportCommand(), keyDeleteCommand())
	return cmd
}

func keyDeleteCommand() *cobra.Command {
	var path, label string
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete -c FILE --label NAME",
		Short: "destroy a ZSK for good, after saying what is lost",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if label == "" {
				return cli.Usage("--label is required")
			}
			d, err := openDesk(path, "")
			if err != nil {
				return err
			}
			defer d.close()
			cfg, s := d.cfg, d.state
			if err := notNeeded(s, label, time.Now()); err != nil {
				return err
			}
			store, err := keystore.Open(cfg.Keys)
			if err != nil {
				return err
			}
			defer store.Close()
			ref := dnssec.KeyRef{Label: label, Algorithm: algorithmOf(s, label, cfg.Keys.Algorithm), Flags: rr.FlagZone}
			return keystore.Destroy(store, ref, yes, cmd.InOrStdin(), cmd.ErrOrStderr())
		},
	}
	addConfig(cmd, &path)
	cmd.Flags().StringVar(&label, "label", "", "`name` of the key in the store (required)")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// notNeeded refuses a key that the zone still has or will have a use for.
func notNeeded(s *state.State, label string, now time.Time) error {
	for _, entry := range s.Index.Entries {
		state := entry.State(now, rollover.Safety{})
		if entry.Label == label && state != rollover.Removed {
			return cli.Hint(fmt.Errorf("ZSK %s is still needed: it is %s", label, state),
				"it leaves the zone on %s", entry.Remove.Format(time.RFC3339))
		}
	}
	return nil
}

// algorithmOf is the algorithm of a key of the index, or for others that of new
// keys. The configuration may have changed since the key was made.
func algorithmOf(s *state.State, label string, otherwise uint8) uint8 {
	for _, entry := range s.Index.Entries {
		if entry.Label == label {
			return entry.Key.Algorithm
		}
	}
	return otherwise
}
