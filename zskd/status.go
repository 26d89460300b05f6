package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/document"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policyfile"
	"countersign/pkg/rollover"
	"countersign/zskd/internal/config"
	"countersign/zskd/internal/published"
	"countersign/zskd/internal/state"
)

func statusCommand() *cobra.Command {
	var path, at string
	cmd := &cobra.Command{
		Use:   "status -c FILE",
		Short: "show the runway, the bundle in force, the keys and what comes next",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now, err := presentOr(at)
			if err != nil {
				return err
			}
			cfg, err := loadConfig(path, "")
			if err != nil {
				return err
			}
			s, err := state.Read(cfg.State, cfg.Zone)
			if err != nil {
				return err
			}
			if err := showStatus(cmd.OutOrStdout(), cfg, s, now); err != nil {
				return err
			}
			return showKeys(cmd.OutOrStdout(), cfg, s, now)
		},
	}
	addConfig(cmd, &path)
	cmd.Flags().StringVar(&at, "at", "", "as if at this `time` (default: now)")
	return cmd
}

func keysCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "keys -c FILE",
		Short: "show the ZSKs, their dates and states",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(path, "")
			if err != nil {
				return err
			}
			s, err := state.Read(cfg.State, cfg.Zone)
			if err != nil {
				return err
			}
			return showKeys(cmd.OutOrStdout(), cfg, s, time.Now().UTC())
		},
	}
	addConfig(cmd, &path)
	return cmd
}

func showStatus(w io.Writer, cfg *config.Config, s *state.State, now time.Time) error {
	fmt.Fprintf(w, "zone       %s\n", cfg.Zone)
	fmt.Fprintf(w, "at         %s\n", now.Format(time.RFC3339))
	_, limits, err := policyfile.LoadText(cfg.Limits, cfg.Zone)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "limits     SHA-256 %s\n", document.SHA256(limits))
	fmt.Fprintf(w, "runway     %s\n", runway(s.Chain, now))
	if bundle := ksr.InForce(s.Chain, now); bundle != nil {
		fmt.Fprintf(w, "in force   bundle of %s, signed until %s\n", bundle.Inception.Format(time.RFC3339), bundle.Expiration.Format(time.RFC3339))
	}
	if last := s.Last(); last != nil {
		fmt.Fprintf(w, "last SKR   SHA-256 %s\n", last.Digest)
	} else {
		fmt.Fprintf(w, "last SKR   none installed\n")
	}
	last, err := published.Last(cfg.State)
	if err != nil {
		return err
	}
	if last != nil {
		fmt.Fprintf(w, "serial     %d was published last\n", last.Serial)
	}
	next, at := nextStep(cfg, s, now)
	fmt.Fprintf(w, "next       %s: %s\n\n", at.Format(time.RFC3339), next)
	return nil
}

// nextStep is the next change of a key or a slot, or the end of the runway.
func nextStep(cfg *config.Config, s *state.State, now time.Time) (what string, at time.Time) {
	at = ksr.SignedUntil(s.Chain, now)
	what = "the signed DNSKEY RRsets end"
	consider := func(moment time.Time, text string) {
		if moment.After(now) && (moment.Before(at) || !at.After(now)) {
			what, at = text, moment
		}
	}
	for _, slot := range cfg.Schedule.SlotsOf(rollover.CycleAt(now)) {
		consider(slot.End, "the next slot begins")
	}
	for _, entry := range s.Index.Entries {
		consider(entry.Publish, entry.Label+" is published")
		consider(entry.Activate, entry.Label+" begins to sign")
		consider(entry.Retire, entry.Label+" stops signing")
		consider(entry.Remove, entry.Label+" is removed")
	}
	return what, at
}

// showKeys is the key table: one key a line with its dates and its state now.
func showKeys(w io.Writer, cfg *config.Config, s *state.State, now time.Time) error {
	limits, err := policyfile.Load(cfg.Limits, cfg.Zone)
	if err != nil {
		return err
	}
	safety := rollover.Safety{Publish: limits.ZSK.PublishSafety, Retire: limits.ZSK.RetireSafety}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ZSK\tTAG\tALGORITHM\tCYCLE\tSTATE\tPUBLISH\tACTIVATE\tRETIRE\tREMOVE")
	for _, entry := range s.Index.Entries {
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", entry.Label, entry.Key.KeyTag(),
			dnssec.AlgorithmName(entry.Key.Algorithm), entry.Cycle, entry.State(now, safety),
			date(entry.Publish), date(entry.Activate), date(entry.Retire), date(entry.Remove))
	}
	return table.Flush()
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02") }
