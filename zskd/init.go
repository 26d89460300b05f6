package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/keystore"
	"countersign/internal/newzone"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rollover"
	"countersign/zskd/internal/config"
	"countersign/zskd/internal/newkey"
	"countersign/zskd/internal/state"
)

func initCommand() *cobra.Command {
	var flags newzone.Flags
	var cycle string
	cmd := &cobra.Command{
		Use:   "init DIR --zone NAME",
		Short: "make a directory with configuration, limits, state and the first ZSK",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			choice, err := flags.Choose()
			if err != nil {
				return cli.Usage("%w", err)
			}
			first := rollover.CycleAt(time.Now())
			if cycle != "" {
				if first, err = rollover.ParseCycle(cycle); err != nil {
					return cli.Usage("--cycle: %w", err)
				}
			}
			if err := initialize(args[0], choice, first); err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "made %s for zone %s, with a ZSK for %s\n", args[0], choice.Zone, first)
			fmt.Fprintf(out, "next: review %s, and put the KSK operator's trust anchor at %s\n",
				filepath.Join(args[0], policyfile.FileName), filepath.Join(args[0], "trust-anchor.xml"))
			return nil
		},
	}
	flags.Add(cmd)
	cmd.Flags().StringVar(&cycle, "cycle", "", "the first cycle, such as 2027Q1 (default: the present one)")
	return cmd
}

// rootSchedule is that of the root: nine slots of ten days, signed for 21 days.
// Every profile has it.
var rootSchedule = rollover.Schedule{Slots: 9, Interval: 10 * 24 * time.Hour, Validity: 21 * 24 * time.Hour}

// rootValidity is that of the root's own signatures. They need to be as long as
// they are short of what the limits allow, for the inception offset.
const rootValidity = 13 * 24 * time.Hour

// refreshUnder is half of the validity, or what the limits ask for if that is more.
func refreshUnder(limits policy.Limits) time.Duration {
	return max(rootValidity/2, limits.Published.MostRemaining())
}

// initialize makes the directory, the configuration file last: without it no
// other command works there.
func initialize(dir string, choice newzone.Choice, first rollover.Cycle) (err error) {
	if err := durable.MakeDir(dir, 0o755); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s exists already", dir)
		}
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir) // it is ours: it did not exist
		}
	}()
	keys, err := choice.Keys.RelativeTo(dir)
	if err != nil {
		return err
	}
	limits, err := policyfile.Format(choice.Limits)
	if err != nil {
		return err
	}
	settings, err := config.Write(config.Template{
		Zone: choice.Zone, Keys: keys, Schedule: rootSchedule, Exchange: ksr.ICANN, Validity: rootValidity, Refresh: refreshUnder(choice.Limits),
	})
	if err != nil {
		return err
	}
	stateDir := filepath.Join(dir, "state")
	if err := state.Create(stateDir); err != nil {
		return err
	}
	if err := firstKey(dir, stateDir, keys, choice.Limits, first); err != nil {
		return err
	}
	if err := durable.WriteNew(filepath.Join(dir, policyfile.FileName), limits, 0o644); err != nil {
		return err
	}
	return durable.WriteNew(filepath.Join(dir, config.FileName), settings, 0o644)
}

// firstKey makes the ZSK of the first cycle.
func firstKey(dir, stateDir string, keys keystore.Config, limits policy.Limits, first rollover.Cycle) error {
	keys, err := keys.Under(dir)
	if err != nil {
		return err
	}
	s, unlock, err := state.Lock(stateDir, limits.Zone)
	if err != nil {
		return err
	}
	defer unlock()
	store, err := keystore.Create(keys)
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = newkey.Make(store, s, rootSchedule, keys, first, time.Now())
	return err
}
