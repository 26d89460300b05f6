package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/keystore"
	"countersign/internal/strictyaml"
	"countersign/kskd/internal/config"
	"countersign/kskd/internal/kskplan"
	"countersign/kskd/internal/records"
	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

const kskFlags = rr.FlagZone | rr.FlagSEP

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "make, move, list and destroy KSKs", Args: cobra.ArbitraryArgs, RunE: cli.Group}
	cmd.AddCommand(keyGenerateCommand(), keyImportCommand(), keyAdoptCommand(), keyExportCommand(), keyListCommand(), keyDeleteCommand())
	return cmd
}

// newKey is the flags of generate and adopt.
type newKey struct {
	config string
	label  string
	test   bool
	dates  map[string]*string
}

func (n *newKey) add(cmd *cobra.Command) {
	addConfig(cmd, &n.config)
	cmd.Flags().StringVar(&n.label, "label", "", "`name` of the key in the store and in documents (required)")
	cmd.Flags().BoolVar(&n.test, "test", false, `mark as a test key, with which "kskd sign --at" may sign`)
	n.dates = map[string]*string{}
	for _, name := range []string{"anchor-from", "publish-from", "sign-from"} {
		n.dates[name] = cmd.Flags().String(name, "", "`time` of this date in ksks.yaml, such as 2027-01-01T00:00:00Z")
	}
}

// kskDates are the dates given. The first KSK of a zone that has none needs
// none: it is published and signs from the start of the present cycle, so that
// the slot that is running can be signed with it.
func (n *newKey) kskDates(plan *kskplan.Plan, now time.Time) (rollover.KSKDates, error) {
	var d rollover.KSKDates
	given := false
	for name, to := range map[string]*time.Time{"anchor-from": &d.AnchorFrom, "publish-from": &d.PublishFrom, "sign-from": &d.SignFrom} {
		if text := *n.dates[name]; text != "" {
			at, err := strictyaml.ParseTime(text)
			if err != nil {
				return d, cli.Usage("--%s: %w", name, err)
			}
			*to, given = at, true
		}
	}
	if !given && len(plan.Entries) == 0 {
		start := rollover.CycleAt(now).Start()
		d = rollover.KSKDates{AnchorFrom: start, PublishFrom: start, SignFrom: start}
	}
	return d, d.Valid()
}

func keyGenerateCommand() *cobra.Command {
	var n newKey
	var backup string
	cmd := &cobra.Command{
		Use:   "generate -c FILE --label NAME",
		Short: "make a KSK and add it to the plan",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return addKey(cmd, n, dnssec.Backup(backup), func(store keystore.Store, p dnssec.KeyParams) (dnssec.KeyInfo, error) {
				info, adopted, err := keystore.Make(store, p)
				if adopted && err == nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "took over key %s, which was in the store and not in the plan\n", p.Label)
				}
				return info, err
			})
		},
	}
	n.add(cmd)
	cmd.Flags().StringVar(&backup, "backup", string(dnssec.BackupNone), "how a key in a token may leave it: none, or wrapped under a key of the token")
	return cmd
}

func keyAdoptCommand() *cobra.Command {
	var n newKey
	cmd := &cobra.Command{
		Use:   "adopt -c FILE --label NAME",
		Short: "add a KSK that is in the store already to the plan",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return addKey(cmd, n, dnssec.BackupNone, keystore.Adopt)
		},
	}
	n.add(cmd)
	return cmd
}

// addKey has make bring a key and notes it in the plan.
func addKey(cmd *cobra.Command, n newKey, backup dnssec.Backup, make func(keystore.Store, dnssec.KeyParams) (dnssec.KeyInfo, error)) error {
	if n.label == "" {
		return cli.Usage("--label is required")
	}
	d, err := openDesk(n.config)
	if err != nil {
		return err
	}
	defer d.close()
	cfg, past, plan := d.cfg, d.past, d.plan
	if _, ok := plan.Find(n.label); ok {
		return fmt.Errorf("KSK %s is in %s already", n.label, cfg.KSKs)
	}
	now := time.Now().UTC().Truncate(time.Second)
	dates, err := n.kskDates(plan, now)
	if err != nil {
		return err
	}
	store, err := keystore.Open(cfg.Keys)
	if err != nil {
		return err
	}
	defer store.Close()
	info, err := make(store, dnssec.KeyParams{
		Zone: cfg.Zone, Label: n.label, Algorithm: cfg.Keys.Algorithm, Bits: cfg.Keys.Bits, Flags: kskFlags,
		Avoid: takenTags(plan, past), Created: now, TestOnly: n.test, Backup: backup,
	})
	if err != nil {
		return err
	}
	if cfg.Keys.Directory != "" && info.TestOnly != n.test {
		return fmt.Errorf("KSK %s: its mark in the store (test key: %t) is not the one asked for", n.label, info.TestOnly)
	}
	plan.Entries = append(plan.Entries, kskplan.Entry{
		KSK:  rollover.KSK{Label: n.label, Key: info.Key, KSKDates: dates},
		Test: n.test,
	})
	if err := savePlan(cfg, plan); err != nil {
		return cli.Hint(err, "the key is in the store but not in the plan: run the command again to note it")
	}
	return describeNew(cmd.OutOrStdout(), cfg, info)
}

// takenTags are the key tags of the zone's keys, as far as they are known here,
// in both forms.
func takenTags(plan *kskplan.Plan, past *records.Records) []uint16 {
	tags := past.KeyTags()
	for _, entry := range plan.Entries {
		tags = append(tags, entry.Key.KeyTag(), entry.Key.Revoked().KeyTag())
	}
	return tags
}

// savePlan replaces ksks.yaml, once what is to be written reads back.
func savePlan(cfg *config.Config, plan *kskplan.Plan) error {
	text, err := plan.Encode()
	if err != nil {
		return err
	}
	if _, err := kskplan.Parse(cfg.KSKs, text, cfg.Zone); err != nil {
		return fmt.Errorf("the plan to be written is not valid: %w", err)
	}
	return durable.Replace(cfg.KSKs, text, 0o644)
}

// describeNew prints what the ZSK operator and the parent may want to know.
func describeNew(w io.Writer, cfg *config.Config, info dnssec.KeyInfo) error {
	ds, err := dnssec.NewDS(cfg.Zone, info.Key, dnssec.DigestSHA256)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "KSK %s: %s, %d bits, key tag %d, revoked %d\n", info.Label,
		dnssec.AlgorithmName(info.Key.Algorithm), info.Bits, info.Key.KeyTag(), info.Key.Revoked().KeyTag())
	fmt.Fprintf(w, "%s\tIN\tDS\t%d %d %d %X\n", cfg.Zone, ds.KeyTag, ds.Algorithm, ds.DigestType, ds.Digest)
	fmt.Fprintf(w, "Where it is: %s\n", info.Custody)
	fmt.Fprintf(w, "Its dates are in %s\n", cfg.KSKs)
	return nil
}

func keyListCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "list -c FILE",
		Short: "list the KSKs of the plan and the keys of the store",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(path)
			if err != nil {
				return err
			}
			plan, err := kskplan.Load(cfg.KSKs, cfg.Zone)
			if err != nil {
				return err
			}
			store, err := keystore.Open(cfg.Keys)
			if err != nil {
				return err
			}
			defer store.Close()
			infos, err := store.List()
			if err != nil {
				return err
			}
			return listKeys(cmd.OutOrStdout(), plan, infos, time.Now())
		},
	}
	addConfig(cmd, &path)
	return cmd
}

func listKeys(w io.Writer, plan *kskplan.Plan, infos []dnssec.KeyInfo, now time.Time) error {
	stored := map[string]dnssec.KeyInfo{}
	for _, info := range infos {
		stored[info.Label] = info
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "LABEL\tTAG\tREVOKED\tALGORITHM\tSTATE\tMARK\tIN STORE")
	for _, entry := range plan.Entries {
		mark, held := "-", "no"
		if entry.Test {
			mark = "test"
		}
		if _, ok := stored[entry.Label]; ok {
			held = "yes"
			delete(stored, entry.Label)
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\t%s\t%s\n", entry.Label, entry.Key.KeyTag(), entry.Key.Revoked().KeyTag(),
			dnssec.AlgorithmName(entry.Key.Algorithm), entry.State(now, rollover.Safety{}), mark, held)
	}
	for _, info := range infos {
		if _, left := stored[info.Label]; left {
			fmt.Fprintf(table, "%s\t-\t-\t%s\tnot in the plan\t-\tyes\n", cli.Printable(info.Label), info.Kind)
		}
	}
	return table.Flush()
}

func keyDeleteCommand() *cobra.Command {
	var path, label string
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete -c FILE --label NAME",
		Short: "destroy a KSK for good, after saying what is lost",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if label == "" {
				return cli.Usage("--label is required")
			}
			d, err := openDesk(path)
			if err != nil {
				return err
			}
			defer d.close()
			cfg, plan := d.cfg, d.plan
			if err := notNeeded(cfg, plan, label, time.Now()); err != nil {
				return err
			}
			store, err := keystore.Open(cfg.Keys)
			if err != nil {
				return err
			}
			defer store.Close()
			ref := dnssec.KeyRef{Label: label, Algorithm: cfg.Keys.Algorithm, Flags: kskFlags}
			if entry, ok := plan.Find(label); ok { // made when the configuration was another
				ref.Algorithm = entry.Key.Algorithm
			}
			return keystore.Destroy(store, ref, yes, cmd.InOrStdin(), cmd.ErrOrStderr())
		},
	}
	addConfig(cmd, &path)
	cmd.Flags().StringVar(&label, "label", "", "`name` of the key in the store (required)")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// notNeeded refuses a key that the plan still has a use for.
func notNeeded(cfg *config.Config, plan *kskplan.Plan, label string, now time.Time) error {
	entry, ok := plan.Find(label)
	if !ok || entry.State(now, rollover.Safety{}) == rollover.Removed {
		return nil
	}
	err := fmt.Errorf("the plan still needs KSK %s, which is %s", label, entry.State(now, rollover.Safety{}))
	return cli.Hint(err, "a key may be destroyed once its remove_from in %s has passed, or it is no longer listed there", cfg.KSKs)
}
