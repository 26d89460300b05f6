package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/zonelimits"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zoneverify"
)

// zoneFlags are what a zone is judged by.
type zoneFlags struct {
	origin    string
	at        timeFlag
	anchor    string
	published string
	skr       string
	limits    string
	apexOnly  bool
	asJSON    bool
}

func newVerifyZone(t *tool) *cobra.Command {
	var f zoneFlags
	cmd := &cobra.Command{
		Use: "verify-zone [--origin NAME] [--at TIME] [--anchor FILE] [--published ZONEFILE] [--skr SKR] " +
			"[--limits FILE] [--apex-only] [--json] ZONEFILE",
		Short: "Judge a signed zone",
		Long: "Verify-zone judges a signed zone file as a validator and a careful operator would,\n" +
			"prints every fault on a line of its own with the name of the check first, then\n" +
			"what became of each check. A check whose input is missing is not made: some need\n" +
			"trust anchors, the version in service, the SKR in force, or limits.",
		DisableFlagsInUseLine: true,
		Args:                  takes("ZONEFILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			origin, err := f.originName()
			if err != nil {
				return misused(cmd, err)
			}
			return t.verifyZone(args[0], origin, &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.origin, "origin", "", "`NAME` of the zone (default: the owner of its SOA record)")
	flags.Var(&f.at, "at", "judge as of this moment, such as 2027-01-01T00:00:00Z (default: the present)")
	flags.StringVar(&f.anchor, "anchor", "", anchorUsage)
	flags.StringVar(&f.published, "published", "", "`ZONEFILE` of the version in service")
	flags.StringVar(&f.skr, "skr", "", "the `SKR` with the bundle in force")
	flags.StringVar(&f.limits, "limits", "", "limits `FILE` of the zone")
	flags.BoolVar(&f.apexOnly, "apex-only", false, "judge DNSKEY and SOA at the apex alone, for zones stripped of other signatures")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

// originName is the zone's name if one was given, with or without a final dot.
func (f *zoneFlags) originName() (rr.Name, error) {
	if f.origin == "" {
		return "", nil
	}
	name := f.origin
	if !strings.HasSuffix(name, ".") {
		name += "."
	}
	origin, err := rr.ParseName(name)
	if err != nil {
		return "", fmt.Errorf("--origin: %w", err)
	}
	return origin, nil
}

func (t *tool) verifyZone(name string, origin rr.Name, f *zoneFlags) error {
	at := f.at.or(t.now)
	z, err := t.readZone(name, origin)
	if err != nil {
		return t.zoneSyntaxVerdict(name, at, f.asJSON, err)
	}
	config, err := t.zoneConfig(z, at, f)
	if err != nil {
		return err
	}
	return newZoneVerdict(name, zoneverify.Verify(z, *config)).deliver(t, f.asJSON)
}

// zoneConfig reads everything that the zone is judged by.
func (t *tool) zoneConfig(z *zone.Zone, at time.Time, f *zoneFlags) (*zoneverify.Config, error) {
	config := &zoneverify.Config{At: at, ApexOnly: f.apexOnly}
	var err error
	if f.anchor != "" {
		if config.Anchors, err = t.readAnchors(f.anchor, z.Origin()); err != nil {
			return nil, err
		}
	}
	if f.published != "" {
		if config.Published, err = t.readZone(f.published, z.Origin()); err != nil {
			return nil, err
		}
	}
	if config.SKR, err = t.optionalResponse(f.skr); err != nil {
		return nil, err
	}
	if config.SKR != nil && config.SKR.Zone != z.Origin() {
		return nil, fmt.Errorf("%s is an SKR of zone %s, and the zone is %s", f.skr, config.SKR.Zone, z.Origin())
	}
	if f.limits != "" {
		limits, err := t.readLimits(f.limits)
		if err != nil {
			return nil, err
		}
		if limits.Zone != z.Origin() {
			return nil, fmt.Errorf("%s has the limits of zone %s, and the zone is %s", f.limits, limits.Zone, z.Origin())
		}
		config.Limits = zonelimits.From(limits)
	}
	return config, nil
}

// zoneSyntax is what reading a zone file comes to: its faults are reported like
// those of a check, and nothing else can be checked then.
var zoneSyntax = zoneverify.Check{
	Name:     "ZONE-SYNTAX",
	Number:   "C24",
	Title:    "the zone file is well-formed, and all names are within the zone",
	Citation: "RFC 1035, Section 5",
}

// zoneSyntaxVerdict refuses a zone file that could not be parsed. Files that
// could not be read are no verdict.
func (t *tool) zoneSyntaxVerdict(name string, at time.Time, asJSON bool, err error) error {
	var zoneFault *malformedZoneError
	var malformed *malformedError
	if !errors.As(err, &zoneFault) && !errors.As(err, &malformed) {
		return err
	}
	v := &zoneVerdict{File: name, At: moment(at), Findings: []zoneverify.Finding{}}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		v.Findings = append(v.Findings, zoneverify.Finding{Check: zoneSyntax.Name, Text: line})
	}
	v.Checks = []zoneverify.Result{{Check: zoneSyntax, Status: zoneverify.Failed, Count: len(v.Findings)}}
	v.err = fmt.Errorf("%s is no well-formed zone file: %s", name, count(len(v.Findings), "fault"))
	return v.deliver(t, asJSON)
}

// zoneVerdict is what verify-zone says of a zone. Its JSON is documented in
// ksrtool.1.md: names stay, new ones may come.
type zoneVerdict struct {
	File       string               `json:"file"`
	Zone       string               `json:"zone,omitempty"`
	Serial     uint32               `json:"serial"`
	At         string               `json:"at"`
	Accepted   bool                 `json:"accepted"`
	Names      int                  `json:"names"`
	Signatures int                  `json:"signatures"`
	Expires    string               `json:"expires,omitempty"`
	Findings   []zoneverify.Finding `json:"findings"`
	Checks     []zoneverify.Result  `json:"checks"`

	err error // why it is refused
}

func newZoneVerdict(name string, report *zoneverify.Report) *zoneVerdict {
	v := &zoneVerdict{
		File: name, Zone: report.Zone.String(), Serial: report.Serial, At: moment(report.At),
		Names: report.Names, Signatures: report.Signatures, Expires: moment(report.Expires),
		Findings: append([]zoneverify.Finding{}, report.Findings...), err: report.Err(),
	}
	v.Accepted = v.err == nil
	v.Checks = append([]zoneverify.Result{{Check: zoneSyntax, Status: zoneverify.Passed}}, report.Results...)
	return v
}

// deliver prints the verdict and returns it as the error that ends the program.
func (v *zoneVerdict) deliver(t *tool, asJSON bool) error {
	if asJSON {
		if err := writeJSON(t.out, v); err != nil {
			return err
		}
	} else {
		v.write(t)
	}
	if v.err != nil {
		return cli.Refuse(v.err)
	}
	return nil
}

// write prints the faults, one a line, then every check, then the verdict in one
// sentence.
func (v *zoneVerdict) write(t *tool) {
	numbers := map[string]string{}
	for _, c := range zoneChecks() {
		numbers[c.Name] = c.Number
	}
	for _, finding := range v.Findings {
		line := finding.String()
		if rest, ok := strings.CutPrefix(line, finding.Check); ok {
			line = finding.Check + "(" + numbers[finding.Check] + ")" + rest
		}
		fmt.Fprintln(t.out, line)
	}
	if len(v.Findings) > 0 {
		fmt.Fprintln(t.out)
	}
	results := map[zoneverify.Status]int{}
	for _, result := range v.Checks {
		results[result.Status]++
		word, why := string(result.Status), result.Why
		if result.Status == zoneverify.Failed {
			word, why = "FAILED", count(result.Count, "fault")
			if result.Count > zoneverify.MaxFindings {
				why += fmt.Sprintf(", the first %d are listed", zoneverify.MaxFindings)
			}
		}
		writeOutcome(t.out, word, fmt.Sprintf("%-4s %s", result.Number, result.Name), why)
	}
	fmt.Fprintln(t.out)
	if v.Zone != "" {
		fmt.Fprintf(t.out, "zone %s, serial %d, %d names, %d signatures verified", v.Zone, v.Serial, v.Names, v.Signatures)
		if v.Expires != "" {
			fmt.Fprintf(t.out, ", the first expires %s", v.Expires)
		}
		fmt.Fprintln(t.out)
	}
	result := "accepted"
	if !v.Accepted {
		result = "REFUSED"
	}
	fmt.Fprintf(t.out, "%s, judged as of %s: %s; %d checks passed, %d failed, %d not checked\n",
		v.File, v.At, result, results[zoneverify.Passed], results[zoneverify.Failed], results[zoneverify.NotChecked])
}
