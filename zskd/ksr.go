package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/bundletable"
	"countersign/internal/cli"
	"countersign/internal/document"
	"countersign/internal/keystore"
	"countersign/internal/readaloud"
	"countersign/internal/strictyaml"
	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/zskd/internal/config"
	"countersign/zskd/internal/newkey"
	"countersign/zskd/internal/request"
	"countersign/zskd/internal/state"
)

// asking is the flags of ksr.
type asking struct {
	config  string
	zone    string
	cycle   string
	genesis bool
	at      string
	out     string
}

func ksrCommand() *cobra.Command {
	var a asking
	cmd := &cobra.Command{
		Use:   "ksr -c FILE --cycle 2027Q1 [-o OUT]",
		Short: "make the KSR of a cycle, and the ZSKs it needs",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.run(cmd) },
	}
	addConfig(cmd, &a.config)
	flags := cmd.Flags()
	flags.StringVar(&a.zone, "zone", "", "`name` of the zone, to be sure: an error if the configuration is for another")
	flags.StringVar(&a.cycle, "cycle", "", "the calendar quarter, such as 2027Q1 (required)")
	flags.BoolVar(&a.genesis, "genesis", false, "ask for the first SKR ever: only the slots that have not ended")
	flags.StringVar(&a.at, "at", "", "as if at this `time` (default: now)")
	flags.StringVarP(&a.out, "output", "o", "", "`file` to write, which must not exist (default: standard output)")
	return cmd
}

func (a *asking) run(cmd *cobra.Command) error {
	if a.cycle == "" {
		return cli.Usage("--cycle is required")
	}
	cycle, err := rollover.ParseCycle(a.cycle)
	if err != nil {
		return cli.Usage("--cycle: %w", err)
	}
	now, err := presentOr(a.at)
	if err != nil {
		return err
	}
	d, err := openDesk(a.config, a.zone)
	if err != nil {
		return err
	}
	defer d.close()
	cfg, limits, s := d.cfg, d.limits, d.state
	if err := a.checkGenesis(s); err != nil {
		return err
	}
	slots, err := request.Slots(cfg.Schedule, cycle, a.genesis, now)
	if err != nil {
		return err
	}
	if last := slots[len(slots)-1].Expiration; last.Sub(now) > limits.Bundles.Horizon {
		// Found out before keys are made for a quarter that is far ahead.
		return cli.Hint(fmt.Errorf("cycle %s ends at %s, beyond the horizon of %s", cycle, last.Format(time.RFC3339),
			iso8601.FormatDuration(limits.Bundles.Horizon)), "ask again from %s on", last.Add(-limits.Bundles.Horizon).Format(time.RFC3339))
	}
	doc, made, err := a.make(cmd, cfg, limits, s, cycle, slots, now)
	if err != nil {
		return err
	}
	path, err := s.SaveRequest(cycle, made, doc)
	if err != nil {
		return fmt.Errorf("keeping the KSR: %w", err)
	}
	if a.out == "" {
		_, err := cmd.OutOrStdout().Write(doc)
		return err
	}
	if err := durable.WriteNew(a.out, doc, 0o644); err != nil {
		return cli.Hint(fmt.Errorf("writing KSR: %w", err), "the KSR is kept: copy it from %s", path)
	}
	return a.show(cmd.OutOrStdout(), made)
}

func (a *asking) checkGenesis(s *state.State) error {
	switch last := s.Last(); {
	case a.genesis && last != nil:
		return cli.Hint(errors.New("an SKR of this zone is installed: it cannot have a first one again"), "leave out --genesis")
	case !a.genesis && last == nil:
		return cli.Hint(errors.New("no SKR of this zone is installed yet"),
			"import the last one, or ask for the first one ever with --genesis")
	}
	return nil
}

// make makes the ZSKs that are missing, signs the KSR with them, and judges what
// came out by our own limits, as the KSK operator will.
func (a *asking) make(cmd *cobra.Command, cfg *config.Config, limits policy.Limits, s *state.State, cycle rollover.Cycle,
	slots []rollover.Slot, now time.Time) ([]byte, *ksr.Request, error) {
	store, err := keystore.Open(cfg.Keys)
	if err != nil {
		return nil, nil, err
	}
	defer store.Close()
	for _, needed := range []rollover.Cycle{cycle, cycle.Next()} {
		made, err := newkey.Make(store, s, cfg.Schedule, cfg.Keys, needed, now)
		if err != nil {
			return nil, nil, err
		}
		if made {
			fmt.Fprintf(cmd.ErrOrStderr(), "made ZSK %s\n", newkey.Label(cfg.Zone, needed))
		}
	}
	signers := opener(store)
	draft, err := request.Draft(cfg.Zone, &limits, slots, s.Index.ZSKs(), now, signers)
	if err != nil {
		return nil, nil, err
	}
	made, err := ksr.NewRequest(draft)
	if err != nil {
		return nil, nil, fmt.Errorf("signing the KSR: %w", err)
	}
	doc, err := encode(made, cfg.Exchange, limits.Documents.Possession)
	if err != nil {
		return nil, nil, err
	}
	read, err := ksr.ParseRequest(doc)
	if err != nil {
		return nil, nil, fmt.Errorf("the KSR just made cannot be read: %w", err)
	}
	report := policy.JudgeRequest(policy.RequestInput{
		Request: read, Limits: limits, Now: now, Genesis: a.genesis, Previous: s.Last(),
	})
	if report.Err() != nil {
		return nil, nil, document.Refused(cmd.OutOrStdout(), cmd.ErrOrStderr(), "KSR just made", report)
	}
	return doc, read, nil
}

// encode writes the KSR. The text formats have no room for the proofs of
// possession, and lose them only where the limits say that it is proved out of
// band.
func encode(made *ksr.Request, format ksr.Format, possession policy.Possession) ([]byte, error) {
	if format == ksr.ICANN {
		doc, err := ksr.EncodeRequest(made, format)
		if err != nil {
			return nil, fmt.Errorf("writing the KSR: %w", err)
		}
		return doc, nil
	}
	var options ksr.Options
	if possession == policy.PossessionOutOfBand {
		options.Drop = []string{ksr.LossPossession}
	}
	doc, err := ksr.ConvertRequest(made, format, options)
	var carry *ksr.CarryError
	switch {
	case errors.As(err, &carry):
		return nil, cli.Hint(fmt.Errorf("writing the KSR: %w", err),
			"exchange KSRs in XML, or have possession: out-of-band in the limits of both operators")
	case err != nil:
		return nil, fmt.Errorf("writing the KSR: %w", err)
	}
	return doc, nil
}

// opener opens each ZSK once, and wants the key that the index has.
func opener(store keystore.Store) func(rollover.ZSK) (dnssec.Signer, error) {
	opened := map[string]dnssec.Signer{}
	return func(zsk rollover.ZSK) (dnssec.Signer, error) {
		if signer, ok := opened[zsk.Label]; ok {
			return signer, nil
		}
		signer, err := store.Open(dnssec.KeyRef{Label: zsk.Label, Algorithm: zsk.Key.Algorithm, Flags: zsk.Key.Flags})
		if err != nil {
			return nil, err
		}
		if !dnssec.SameKey(signer.Key(), zsk.Key) {
			return nil, fmt.Errorf("the key in the store is not the one of the key index")
		}
		opened[zsk.Label] = signer
		return signer, nil
	}
}

func (a *asking) show(w io.Writer, made *ksr.Request) error {
	fmt.Fprintf(w, "KSR        %s, zone %s, id %s\n", a.out, made.Zone, made.ID)
	if err := readaloud.Write(w, made.Digest); err != nil {
		return err
	}
	return bundletable.Write(w, made.Bundles)
}

// presentOr is the time of a flag, or the present.
func presentOr(at string) (time.Time, error) {
	if at == "" {
		return time.Now().UTC().Truncate(time.Second), nil
	}
	now, err := strictyaml.ParseTime(at)
	if err != nil {
		return now, cli.Usage("--at: %w", err)
	}
	return now, nil
}

// loadConfig loads the configuration, which must be for zone if that is given.
func loadConfig(path, zone string) (*config.Config, error) {
	cfg, err := config.Load(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, cli.Hint(err, `name the file with -c, or make one with "zskd init"`)
	}
	if err != nil {
		return nil, err
	}
	if zone == "" {
		return cfg, nil
	}
	if name, err := rr.ParseName(zone); err != nil {
		return nil, cli.Usage("--zone: %w", err)
	} else if name != cfg.Zone {
		return nil, fmt.Errorf("%s is for zone %s, not %s", path, cfg.Zone, name)
	}
	return cfg, nil
}
