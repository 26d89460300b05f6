package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/bundletable"
	"countersign/internal/cli"
	"countersign/internal/document"
	"countersign/internal/keystore"
	"countersign/internal/readaloud"
	"countersign/internal/strictyaml"
	"countersign/kskd/internal/config"
	"countersign/kskd/internal/kskplan"
	"countersign/kskd/internal/records"
	"countersign/pkg/ceremony"
	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rr"
)

// signing is the flags of sign.
type signing struct {
	config   string
	previous string
	genesis  bool
	at       string
	until    string
	format   string
	out      string
	yes      bool
}

func signCommand() *cobra.Command {
	var s signing
	cmd := &cobra.Command{
		Use:   "sign -c FILE [--previous SKR | --genesis] -o OUT KSR",
		Short: "check a KSR and, after a Yes, answer it with an SKR",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return s.run(cmd, args[0]) },
	}
	addConfig(cmd, &s.config)
	flags := cmd.Flags()
	flags.StringVar(&s.previous, "previous", "", "the SKR made last, as a `file` (default: the last one on record here)")
	flags.BoolVar(&s.genesis, "genesis", false, "make the first SKR ever of the zone")
	flags.StringVar(&s.at, "at", "", "judge as if at this `time`; with test keys only")
	flags.StringVar(&s.until, "until", "", "`time` up to which a KSR of BIND asks, which its form does not tell")
	flags.StringVar(&s.format, "format", "", "form of the SKR: icann, knot or bind (default: that of the KSR; knot where ICANN's has no room for CDS)")
	flags.StringVarP(&s.out, "output", "o", "", "`file` to write the SKR to, which must not exist (required)")
	flags.BoolVar(&s.yes, "yes", false, "do not ask")
	return cmd
}

func (s *signing) run(cmd *cobra.Command, path string) error {
	now, until, err := s.times()
	if err != nil {
		return err
	}
	switch {
	case s.out == "":
		return cli.Usage("--output is required")
	case s.genesis && s.previous != "":
		return cli.Usage("--genesis is the first SKR ever: there can be no --previous")
	case !slices.Contains([]ksr.Format{"", ksr.ICANN, ksr.Knot, ksr.BIND}, ksr.Format(s.format)):
		return cli.Usage("--format %q: want icann, knot or bind", s.format)
	}
	if _, err := os.Lstat(s.out); err == nil {
		return fmt.Errorf("%s exists already", s.out)
	}
	if info, err := os.Stat(filepath.Dir(s.out)); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s to write the SKR to", filepath.Dir(s.out))
	}
	d, err := openDesk(s.config)
	if err != nil {
		return err
	}
	defer d.close()
	cfg, past, plan := d.cfg, d.past, d.plan
	limits, limitsText, err := policyfile.LoadText(cfg.Limits, cfg.Zone)
	if err != nil {
		return err
	}
	doc, request, err := readRequest(cmd.OutOrStdout(), path)
	if err != nil {
		return err
	}
	approved, err := s.approve(cmd, past, plan, limits, request, now, until)
	if err != nil {
		return err
	}
	if s.at != "" {
		if err := testKeysOnly(plan, approved.Plan()); err != nil {
			return err
		}
	}
	format, err := s.chooseFormat(request, approved.Limits())
	if err != nil {
		return err
	}
	if err := show(cmd.ErrOrStderr(), cfg, path, document.SHA256(limitsText), approved, format); err != nil {
		return err
	}
	if err := confirmed(cmd, s.yes, "Sign this KSR?"); err != nil {
		return err
	}
	return s.sign(cmd, cfg, past, plan, doc, approved, format)
}

// times are the moment to judge at and the end of the period asked for.
func (s *signing) times() (now, until time.Time, err error) {
	now = time.Now().UTC().Truncate(time.Second)
	if s.at != "" {
		if now, err = strictyaml.ParseTime(s.at); err != nil {
			return now, until, cli.Usage("--at: %w", err)
		}
	}
	if s.until != "" {
		if until, err = strictyaml.ParseTime(s.until); err != nil {
			return now, until, cli.Usage("--until: %w", err)
		}
	}
	return now, until, nil
}

func readRequest(out io.Writer, path string) ([]byte, *ksr.Request, error) {
	doc, err := document.Read(path)
	if err != nil {
		return nil, nil, err
	}
	request, err := ksr.ParseRequest(doc)
	if err != nil {
		return nil, nil, document.Malformed(out, ksr.KSR, path, err)
	}
	return doc, request, nil
}

// approve remembers the KSR and has it judged, with the SKR planned for it.
func (s *signing) approve(cmd *cobra.Command, past *records.Records, plan *kskplan.Plan, limits policy.Limits,
	request *ksr.Request, now, until time.Time) (*policy.Approved, error) {
	known, err := past.Known()
	if err != nil {
		return nil, err
	}
	if err := past.Remember(request, time.Now()); err != nil {
		return nil, fmt.Errorf("remembering the KSR: %w", err)
	}
	previous, onRecord, err := s.chain(cmd, past)
	if err != nil {
		return nil, err
	}
	planned, err := ceremony.NewPlan(request, plan.KSKs(), limits, until)
	if err != nil {
		return nil, cli.Refuse(err)
	}
	var ksks []rr.DNSKEY
	for _, entry := range plan.Entries {
		ksks = append(ksks, entry.Key)
	}
	approved, report := policy.CheckRequest(policy.RequestInput{
		Request: request, Limits: limits, Now: now, Genesis: s.genesis, Previous: previous,
		OnRecord: onRecord, Known: known, KSKs: ksks, Revoked: policy.RevokedKeys(past.Chain), Plan: planned,
	})
	if approved == nil {
		err := document.Refused(cmd.OutOrStdout(), cmd.ErrOrStderr(), "KSR", report)
		if link, ok := past.Answer(request.Digest); ok {
			err = cli.Hint(err, "this KSR was signed before; its SKR is %s", link.SKRPath())
		}
		return nil, err
	}
	return approved, nil
}

// chain is the SKR that the new one continues, nil for a genesis, and the digest
// of the last one on record, nil where nothing is.
func (s *signing) chain(cmd *cobra.Command, past *records.Records) (previous *ksr.Response, onRecord *ksr.Digest, err error) {
	if last := past.Last(); last != nil {
		previous, onRecord = last, &last.Digest
	}
	switch {
	case s.genesis && previous != nil:
		return nil, nil, document.RefusedBy(cmd.OutOrStdout(), cmd.ErrOrStderr(), "KSR", policy.Violation{
			Check: "KSR-GENESIS", Text: "an SKR of this zone is on record: it cannot have a first one again", Hint: "leave out --genesis",
		})
	case s.previous != "":
		doc, err := document.Read(s.previous)
		if err != nil {
			return nil, nil, err
		}
		if previous, err = ksr.ParseResponse(doc); err != nil {
			return nil, nil, document.Malformed(cmd.OutOrStdout(), ksr.SKR, s.previous, err)
		}
	case previous == nil && !s.genesis:
		return nil, nil, cli.Hint(errors.New("no SKR of this zone is on record"),
			"give the last one with --previous, or make the first one ever with --genesis")
	}
	return previous, onRecord, nil
}

// testKeysOnly refuses a time other than the present unless every KSK that would
// sign is marked as a test key.
func testKeysOnly(plan *kskplan.Plan, planned policy.Plan) error {
	for _, bundle := range planned {
		for _, ksk := range bundle.KSKs {
			entry, _ := plan.Find(ksk.Label)
			if ksk.Signs && !entry.Test {
				return cli.Hint(fmt.Errorf("--at works with test keys only, and KSK %s is none", ksk.Label),
					"a production key signs at the present time, by the clock of this host")
			}
		}
	}
	return nil
}

// markedInStore refuses a software key that was not made as a test key: the plan
// is edited by hand, and the mark there alone must not make one of a production
// key. A token keeps no marks.
func markedInStore(store keystore.Store, ref dnssec.KeyRef) error {
	info, err := store.Describe(ref)
	if err == nil && !info.TestOnly {
		err = errors.New("--at works with test keys only, and in its store the key is none, whatever the plan says")
	}
	return err
}

// chooseFormat is the form of the SKR: the one asked for, else that of the KSR,
// else, where that has no room for CDS and CDNSKEY, Knot's. One that the limits
// refuse is found out before anybody is asked.
func (s *signing) chooseFormat(request *ksr.Request, limits policy.Limits) (ksr.Format, error) {
	format := ksr.Format(s.format)
	switch {
	case format != "":
	case request.Format == ksr.ICANN && limits.Parent == policy.ParentCDS:
		format = ksr.Knot
	default:
		format = request.Format
	}
	if !slices.Contains(limits.Documents.Formats, format) {
		return "", cli.Hint(fmt.Errorf("an SKR in form %s is not within the limits", format),
			"choose another form with --format, or have documents.formats in the limits of both operators changed")
	}
	return format, nil
}

// show prints all that a person compares and decides by. It reads no file again:
// what is shown is what was judged.
func show(w io.Writer, cfg *config.Config, path, limitsDigest string, approved *policy.Approved, format ksr.Format) error {
	request := approved.Request()
	fmt.Fprintf(w, "Zone       %s\n", request.Zone)
	fmt.Fprintf(w, "KSR        %s, form %s, id %s\n", cli.Printable(path), request.Format, orNone(request.ID))
	if err := readaloud.Write(w, request.Digest); err != nil {
		return err
	}
	fmt.Fprintf(w, "Limits     %s, SHA-256 %s\n", cfg.Limits, limitsDigest)
	if previous := approved.Previous(); previous != nil {
		fmt.Fprintf(w, "Previous   id %s, SHA-256 %s\n", orNone(previous.ID), previous.Digest)
	} else {
		fmt.Fprintln(w, "Previous   none: this is the first SKR ever of the zone")
	}
	fmt.Fprintf(w, "Judged at  %s; SKR in form %s\n\n", approved.Now().Format(time.RFC3339), format)
	for _, warning := range request.Warnings {
		fmt.Fprintf(w, "warning: line %d: %s\n", warning.Line, warning.Text)
	}
	if err := bundletable.Write(w, ceremony.Preview(approved)); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, bundletable.Legend)
	return err
}

func orNone(id string) string {
	if id == "" {
		return "none"
	}
	return id
}

// sign makes the SKR, puts it on record, writes it, and reads back what was
// written. The record comes first: were the file first and the record failed, two
// different SKRs could come to continue the same one.
func (s *signing) sign(cmd *cobra.Command, cfg *config.Config, past *records.Records, plan *kskplan.Plan, doc []byte,
	approved *policy.Approved, format ksr.Format) error {
	store, err := keystore.Open(cfg.Keys)
	if err != nil {
		return err
	}
	defer store.Close()
	signed, err := ceremony.Sign(approved, plan.KSKs(), func(label string) (dnssec.Signer, error) {
		entry, ok := plan.Find(label)
		if !ok {
			return nil, fmt.Errorf("is not in %s", cfg.KSKs)
		}
		ref := dnssec.KeyRef{Label: label, Algorithm: entry.Key.Algorithm, Flags: entry.Key.Flags}
		if s.at != "" && cfg.Keys.Directory != "" {
			if err := markedInStore(store, ref); err != nil {
				return nil, err
			}
		}
		return store.Open(ref)
	}, format)
	if err != nil {
		return carryHint(err)
	}
	link, err := past.Archive.Add(doc, signed.Document)
	if err != nil {
		return fmt.Errorf("putting the SKR on record: %w", err)
	}
	if err := durable.WriteNew(s.out, signed.Document, 0o644); err != nil {
		return cli.Hint(fmt.Errorf("writing SKR: %w", err), "the SKR is on record: copy it from %s", link.SKRPath())
	}
	written, err := os.ReadFile(s.out)
	if err == nil && !slices.Equal(written, signed.Document) {
		err = errors.New("what was read back is not what was written")
	}
	if err == nil {
		_, err = ceremony.Reread(approved, written)
	}
	if err != nil {
		return cli.Hint(fmt.Errorf("checking %s: %w", s.out, err), "do not use that file; the SKR is on record: copy it from %s", link.SKRPath())
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "SKR        %s, %d bundles\n", s.out, len(signed.Verified.Response().Bundles))
	return readaloud.Write(out, signed.Verified.Response().Digest)
}

// carryHint says how to get past a form that has no room for what was asked.
func carryHint(err error) error {
	var carry *ksr.CarryError
	if errors.As(err, &carry) {
		return cli.Hint(err, "choose another form with --format (%s)", strings.Join([]string{string(ksr.Knot), string(ksr.BIND)}, " or "))
	}
	return err
}
