package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/keystore"
	"countersign/internal/zonefile"
	"countersign/internal/zonelimits"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zonesign"
	"countersign/pkg/zoneverify"
	"countersign/zskd/internal/config"
	"countersign/zskd/internal/published"
	"countersign/zskd/internal/state"
)

// signing is the flags of sign.
type signing struct {
	config    string
	at        string
	out       string
	republish bool
	anew      bool

	allowApexNS bool
}

func signCommand() *cobra.Command {
	var s signing
	cmd := &cobra.Command{
		Use:   "sign -c FILE [--at TIME] [-o OUT] ZONEFILE",
		Short: "sign a zone once, verify it, and put it in its place",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return s.run(cmd, args[0]) },
	}
	addConfig(cmd, &s.config)
	flags := cmd.Flags()
	flags.StringVar(&s.at, "at", "", "rehearse signing as if at this `time`: OUT must not exist, and no serial is noted")
	flags.StringVarP(&s.out, "output", "o", "", "`file` to write or replace (default: standard output); the version that is there is the published one")
	flags.BoolVar(&s.republish, "republish", false, "the serial published last may be used once more, for another copy of that version")
	flags.BoolVar(&s.anew, "anew", false, "make all signatures anew: keep none of the version at --output")
	flags.BoolVar(&s.allowApexNS, "allow-apex-ns-change", false, "the apex NS RRset may differ from the published one, this once")
	return cmd
}

func (s *signing) run(cmd *cobra.Command, path string) error {
	now, err := presentOr(s.at)
	if err != nil {
		return err
	}
	if s.out == "-" {
		s.out = "" // standard output has no version in service
	}
	d, err := openDesk(s.config, "")
	if err != nil {
		return err
	}
	defer d.close()
	cfg, limits, st := d.cfg, d.limits, d.state
	if err := checkSigning(cfg.Signing, limits.Published); err != nil {
		return err
	}
	unsigned, err := readZone(cmd.ErrOrStderr(), path, cfg.Zone)
	if err != nil {
		return err
	}
	before, err := s.before(cfg, unsigned)
	if err != nil {
		return err
	}
	in, err := inForce(st, now)
	if err != nil {
		return err
	}
	next, stats, err := sign(cfg, limits, in, unsigned, before, now)
	if err != nil {
		return err
	}
	if err := checkStep(before.serial, stats.Serial, limits.Published.SerialStep); err != nil {
		return err
	}
	version, err := published.VersionOf(next.Unsigned, stats.Serial)
	if err != nil {
		return err
	}
	if err := before.sameVersion(version); err != nil {
		return err
	}
	if err := s.verify(cmd, cfg, limits, in, next.Signed, before.zone, stats.Kept, now); err != nil {
		return err
	}
	if err := s.put(cmd, cfg, next.Signed, version, now); err != nil {
		return err
	}
	if before.zone == nil && before.serial != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "warning: serial %d was published, and there is no such version at --output to compare with: how much has changed was not checked\n", *before.serial)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "signed zone %s with serial %d: %d records, %d %s, %d signatures made, valid until %s, and %d kept; verified\n",
		cfg.Zone, stats.Serial, stats.Records, stats.NSECs, strings.ToUpper(cfg.Signing.Denial.String()),
		stats.Signatures, stats.Expiration.Format(time.RFC3339), stats.Kept)
	return nil
}

// checkStep holds a serial to the one that is on record, which is there even when
// the version that had it is not at hand.
func checkStep(last *uint32, next, most uint32) error {
	if last == nil || next-*last <= most {
		return nil
	}
	err := fmt.Errorf("ZONE-SERIAL-STEP: the serial grows by %d from %d to %d, at most %d is allowed", next-*last, *last, next, most)
	return cli.Refuse(cli.Hint(err, "a serial cannot be taken back; if this one is meant, raise published.serial_step under review"))
}

func readZone(warn io.Writer, path string, origin rr.Name) (*zone.Zone, error) {
	z, warnings, err := zonefile.Read(path, origin)
	for _, warning := range warnings {
		fmt.Fprintf(warn, "warning: %s\n", cli.Printable(warning.String())) // it names included files
	}
	if err != nil {
		var faults zone.Faults
		if errors.As(err, &faults) {
			return nil, cli.Refuse(err)
		}
		return nil, err
	}
	return z, nil
}

// past is what the new version is compared with, and takes signatures from; its
// fields are nil where there is nothing.
type past struct {
	serial *uint32            // that the new one has to be above
	zone   *zone.Zone         // in service, to compare with
	signed *zone.Zone         // in service, whose signatures may be kept
	same   *published.Version // that it has to be a copy of
}

// before is what was published before. A rehearsal has no past. A version that is
// published once more must have the data of that version; it is compared with
// the one in service if that is another.
func (s *signing) before(cfg *config.Config, unsigned *zone.Zone) (past, error) {
	if s.at != "" {
		if _, err := os.Lstat(s.out); s.out != "" && !errors.Is(err, fs.ErrNotExist) {
			return past{}, cli.Hint(fmt.Errorf("%s exists", s.out), "--at rehearses: give the name of a new file")
		}
		return past{}, nil
	}
	last, err := published.Last(cfg.State)
	if err != nil {
		return past{}, err
	}
	var p past
	if last != nil {
		p.serial = &last.Serial
	}
	if s.out != "" {
		if p.zone, _, err = zonefile.Read(s.out, cfg.Zone); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return past{}, cli.Hint(fmt.Errorf("reading the published version: %w", err), "move %s away if it is no version of the zone", s.out)
		}
	}
	if !s.anew {
		p.signed = p.zone
	}
	soa, err := unsigned.SOA()
	if err != nil {
		return past{}, err
	}
	if s.republish && last != nil && cfg.Signing.Serial == zonesign.Keep && soa.Serial == last.Serial {
		p.serial, p.same = nil, last
		if p.zone != nil {
			if in, err := p.zone.SOA(); err == nil && in.Serial == last.Serial {
				p.zone = nil
			}
		}
	}
	return p, nil
}

// sameVersion refuses a copy that is none of the version it has to be: who feeds
// the zone must not change it under a serial that is out, unseen by the limits of
// change.
func (p *past) sameVersion(v published.Version) error {
	if p.same == nil || *p.same == v {
		return nil
	}
	return cli.Refuse(cli.Hint(fmt.Errorf("the zone has serial %d, and other data than the version published with it", v.Serial),
		"give the new version a serial of its own, and leave out --republish"))
}

// force is what holds at the moment of signing: there is always one of each.
type force struct {
	zsks   []rollover.ZSK
	skr    *ksr.Response
	bundle *ksr.Bundle
}

func inForce(st *state.State, now time.Time) (force, error) {
	f := force{zsks: rollover.ActiveZSKs(st.Index.ZSKs(), now), bundle: ksr.InForce(st.Chain, now)}
	if f.bundle == nil {
		return force{}, cli.Hint(fmt.Errorf("no SKR covers %s", now.Format(time.RFC3339)),
			`make a KSR with "zskd ksr", have it signed, and import the SKR with "zskd skr import"`)
	}
	for i := len(st.Chain) - 1; i >= 0 && f.skr == nil; i-- {
		if ksr.InForce(st.Chain[i:i+1], now) == f.bundle {
			f.skr = st.Chain[i]
		}
	}
	if len(f.zsks) == 0 {
		return force{}, cli.Hint(fmt.Errorf("no ZSK is active at %s", now.Format(time.RFC3339)), `"zskd keys" shows their dates`)
	}
	return f, nil
}

// sign signs with the ZSKs that are active and the bundle that is in force, and
// keeps the signatures of the version in service that are as good. The file they
// come from is trusted with nothing: verify judges them like those made here.
func sign(cfg *config.Config, limits policy.Limits, in force, unsigned *zone.Zone, before past, now time.Time) (zonesign.Version, zonesign.Stats, error) {
	store, err := keystore.Open(cfg.Keys)
	if err != nil {
		return zonesign.Version{}, zonesign.Stats{}, err
	}
	defer store.Close()
	open := opener(store)
	var zsks []zonesign.ActiveKey
	for _, zsk := range in.zsks {
		signer, err := open(zsk)
		if err != nil {
			return zonesign.Version{}, zonesign.Stats{}, fmt.Errorf("ZSK %s: %w", zsk.Label, err)
		}
		zsks = append(zsks, zonesign.ActiveKey{Key: zsk.Key, Signer: signer})
	}
	return zonesign.Update(zonesign.Version{Signed: before.signed}, unsigned, zonesign.Config{
		Now:             now,
		InceptionOffset: cfg.Signing.InceptionOffset,
		Validity:        cfg.Signing.Validity,
		ZSKs:            zsks,
		Bundle:          bundleOf(in.bundle, cfg.Zone),
		Denial:          cfg.Signing.Denial,
		NSEC3:           cfg.Signing.NSEC3,
		Refresh:         cfg.Signing.Refresh,
		ZONEMD:          cfg.Signing.ZONEMD,
		Serial:          cfg.Signing.Serial,
		LastSerial:      before.serial,
		MaxTTL:          limits.Published.MaxTTL,
	})
}

// bundleOf is the part of an SKR in the form that signing takes.
func bundleOf(bundle *ksr.Bundle, owner rr.Name) zonesign.Bundle {
	b := zonesign.Bundle{DNSKEY: zonesign.SignedSet{Set: *bundle.DNSKEYSet(owner), Signatures: over(rr.TypeDNSKEY, bundle.Signatures)}}
	if bundle.CDS != nil {
		b.CDS = zonesign.SignedSet{Set: *bundle.CDS, Signatures: over(rr.TypeCDS, bundle.CDSSignatures)}
	}
	if bundle.CDNSKEY != nil {
		b.CDNSKEY = zonesign.SignedSet{Set: *bundle.CDNSKEY, Signatures: over(rr.TypeCDNSKEY, bundle.CDSSignatures)}
	}
	return b
}

func over(t rr.Type, signatures []ksr.Signature) []rr.RRSIG {
	var sigs []rr.RRSIG
	for _, sig := range signatures {
		if sig.TypeCovered == t {
			sigs = append(sigs, sig.RRSIG)
		}
	}
	return sigs
}

// verify is the gate: what it does not pass is not written. kept is how many
// signatures of the version before are in it.
func (s *signing) verify(cmd *cobra.Command, cfg *config.Config, limits policy.Limits, in force, signed, before *zone.Zone, kept int, now time.Time) error {
	anchors, err := loadAnchors(cfg)
	if err != nil {
		return err
	}
	zoneLimits := zonelimits.From(limits)
	zoneLimits.RequireZONEMD = cfg.Signing.ZONEMD
	zoneLimits.AllowApexNSChange = s.allowApexNS
	var signers []rr.DNSKEY
	for _, zsk := range in.zsks {
		signers = append(signers, zsk.Key)
	}
	report := zoneverify.Verify(signed, zoneverify.Config{
		At: now, Anchors: anchors, Published: before, SKR: in.skr, Signers: signers, Limits: zoneLimits,
	})
	if err := report.Err(); err != nil {
		for _, finding := range report.Findings {
			fmt.Fprintln(cmd.OutOrStdout(), finding)
		}
		return cli.Refuse(hintAnew(fmt.Errorf("the signed zone is not good and was not written: %w", err), report.Findings, kept))
	}
	return nil
}

// hintAnew says how to be rid of signatures that were kept, where it is signatures
// that are at fault: who can write to the version in service may have changed it.
func hintAnew(err error, findings []zoneverify.Finding, kept int) error {
	if kept == 0 || !slices.ContainsFunc(findings, func(f zoneverify.Finding) bool { return strings.HasPrefix(f.Check, "ZONE-RRSIG-") }) {
		return err
	}
	return cli.Hint(err, "%d signatures were kept of the version at --output: find out whether that file was changed, and make all anew with --anew", kept)
}

// put notes the version and then puts the zone in its place, each in one rename.
func (s *signing) put(cmd *cobra.Command, cfg *config.Config, signed *zone.Zone, version published.Version, now time.Time) error {
	text := func(w io.Writer) error {
		_, err := signed.WriteTo(w)
		return err
	}
	if s.at != "" {
		if s.out != "" {
			return durable.WriteNewFrom(s.out, 0o644, text)
		}
		return text(cmd.OutOrStdout())
	}
	if err := published.Save(cfg.State, version, now); err != nil {
		return fmt.Errorf("noting the serial: %w", err)
	}
	if s.out != "" {
		return durable.ReplaceFrom(s.out, 0o644, text)
	}
	return text(cmd.OutOrStdout())
}
