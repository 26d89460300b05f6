package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

func newCheck(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Judge a KSR or SKR by the limits of its zone",
		RunE:  group,
		Args:  cobra.ArbitraryArgs,
	}
	cmd.AddCommand(newCheckKSR(t), newCheckSKR(t))
	return cmd
}

// checkFlags are what both kinds are judged by.
type checkFlags struct {
	limits   string
	previous string
	genesis  bool
	at       timeFlag
	asJSON   bool
}

func (f *checkFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.limits, "limits", "", "limits `FILE` of the zone (default: the limits of the root, for the root)")
	cmd.Flags().StringVar(&f.previous, "previous", "", "the `SKR` before, which this document continues")
	cmd.Flags().BoolVar(&f.genesis, "genesis", false, "this is the zone's first exchange: there is no SKR before")
	cmd.Flags().Var(&f.at, "at", "judge as of this moment, such as 2027-01-01T00:00:00Z (default: the present)")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
}

// conflict refuses flags that contradict each other.
func (f *checkFlags) conflict(cmd *cobra.Command) error {
	if f.genesis && f.previous != "" {
		return misused(cmd, errors.New("--genesis says that there is no SKR before, and --previous names one"))
	}
	return nil
}

func newCheckKSR(t *tool) *cobra.Command {
	var f checkFlags
	var anchor string
	cmd := &cobra.Command{
		Use:   "ksr [--limits FILE] [--previous SKR [--anchor FILE] | --genesis] [--at TIME] [--json] KSR",
		Short: "Judge a KSR",
		Long: "Check ksr makes every check on a KSR for which the input suffices, prints every\n" +
			"violation on a line of its own with the name of the check first, then what became\n" +
			"of each check. Without --previous and --genesis the chain is not checked; with\n" +
			"--anchor the previous SKR must be signed by KSKs that are trust anchors. What it\n" +
			"accepts is not signed: \"kskd sign\" judges again, and tolerates no missing input.",
		DisableFlagsInUseLine: true,
		Args:                  takes("KSR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.conflict(cmd); err != nil {
				return err
			}
			if anchor != "" && f.previous == "" {
				return misused(cmd, errors.New("--anchor is for the SKR before, which --previous would name"))
			}
			return t.checkKSR(args[0], anchor, &f)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&anchor, "anchor", "", anchorUsage)
	return cmd
}

func newCheckSKR(t *tool) *cobra.Command {
	var f checkFlags
	var request, anchor string
	cmd := &cobra.Command{
		Use:   "skr [--limits FILE] [--ksr KSR] [--previous SKR | --genesis] [--anchor FILE] [--at TIME] [--json] SKR",
		Short: "Judge an SKR",
		Long: "Check skr makes every check on an SKR for which the input suffices, prints every\n" +
			"violation on a line of its own with the name of the check first, then what became\n" +
			"of each check. It needs --ksr to see whether the SKR answers what was asked,\n" +
			"--previous or --genesis for the chain, and --anchor to know the KSKs. What it\n" +
			"accepts is not installed: \"zskd skr import\" judges again, and tolerates no\n" +
			"missing input.",
		DisableFlagsInUseLine: true,
		Args:                  takes("SKR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.conflict(cmd); err != nil {
				return err
			}
			return t.checkSKR(args[0], request, anchor, &f)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&request, "ksr", "", "the `KSR` that the SKR answers")
	cmd.Flags().StringVar(&anchor, "anchor", "", anchorUsage)
	return cmd
}

func (t *tool) checkKSR(name, anchor string, f *checkFlags) error {
	request, err := t.readRequest(name)
	if err != nil {
		return t.syntaxVerdict(ksr.KSR, name, f, err)
	}
	limits, source, err := t.limitsFor(f.limits, request.Zone)
	if err != nil {
		return err
	}
	in := policy.RequestInput{Request: request, Limits: limits, Now: f.at.or(t.now), Genesis: f.genesis}
	if in.Previous, err = t.optionalResponse(f.previous); err != nil {
		return err
	}
	if anchor != "" {
		if in.KSKs, err = t.trustedKSKs(anchor, f.previous, in.Previous, in.Now); err != nil {
			return err
		}
	}
	return t.verdict(requestDocument(name, request), source, in.Now, policy.JudgeRequest(in)).deliver(t, f.asJSON)
}

func (t *tool) checkSKR(name, request, anchor string, f *checkFlags) error {
	response, err := t.readResponse(name)
	if err != nil {
		return t.syntaxVerdict(ksr.SKR, name, f, err)
	}
	limits, source, err := t.limitsFor(f.limits, response.Zone)
	if err != nil {
		return err
	}
	in := policy.ResponseInput{Response: response, Limits: limits, Now: f.at.or(t.now), Genesis: f.genesis}
	if in.Previous, err = t.optionalResponse(f.previous); err != nil {
		return err
	}
	if request != "" {
		if in.Request, err = t.readRequest(request); err != nil {
			return err
		}
	}
	if anchor != "" {
		anchors, err := t.readAnchors(anchor, response.Zone)
		if err != nil {
			return err
		}
		in.Anchors = func(owner rr.Name, key rr.DNSKEY) error { return anchors.Match(owner, key, in.Now) }
	}
	return t.verdict(responseDocument(name, response), source, in.Now, policy.JudgeResponse(in)).deliver(t, f.asJSON)
}

// optionalResponse reads an SKR if one was named.
func (t *tool) optionalResponse(name string) (*ksr.Response, error) {
	if name == "" {
		return nil, nil
	}
	return t.readResponse(name)
}

// syntaxCheck is what reading a document comes to: its faults are reported like
// those of a check, and nothing else can be checked then.
func syntaxCheck(kind ksr.Kind) policy.Check {
	c := policy.Check{
		Name:     "KSR-SYNTAX",
		Verifies: "the KSR is well-formed in one of the three formats, complete and not too large",
		Source:   "draft-icann-dnssec-keymgmt-01; formats of Knot's keymgr and BIND's dnssec-ksr",
		Applies:  []string{policy.OnKSR},
	}
	if kind == ksr.SKR {
		c.Name, c.Applies = "SKR-SYNTAX", []string{policy.OnSKR}
		c.Verifies = "the SKR is well-formed in one of the three formats, complete and not too large"
	}
	return c
}

// syntaxVerdict refuses a document that could not be parsed. Files that could
// not be read are no verdict.
func (t *tool) syntaxVerdict(kind ksr.Kind, name string, f *checkFlags, err error) error {
	var malformed *malformedError
	if !errors.As(err, &malformed) {
		return err
	}
	check := syntaxCheck(kind).Name
	v := &verdict{File: name, Kind: string(kind), At: moment(f.at.or(t.now)), Limits: f.limits, Warnings: []warning{}}
	for _, fault := range faults(malformed.err) {
		violation := policy.Violation{Check: check, Text: fault.Error()}
		var syntax *ksr.SyntaxError
		if errors.As(fault, &syntax) {
			violation.Line, violation.Text = syntax.Line, syntax.Text
		}
		v.Violations = append(v.Violations, violation)
	}
	v.Checks = []policy.Outcome{{Name: check, Result: policy.Violated}}
	return v.deliver(t, f.asJSON)
}

// verdict is what check says of a document. Its JSON is documented in
// ksrtool.1.md: names stay, new ones may come.
type verdict struct {
	File       string             `json:"file"`
	Kind       string             `json:"kind"`
	Format     string             `json:"format,omitempty"`
	Zone       string             `json:"zone,omitempty"`
	ID         string             `json:"id,omitempty"`
	SHA256     string             `json:"sha256,omitempty"`
	At         string             `json:"at"`
	Limits     string             `json:"limits"` // the file; "root" for those of the root zone
	Accepted   bool               `json:"accepted"`
	Violations []policy.Violation `json:"violations"`
	Checks     []policy.Outcome   `json:"checks"`
	Warnings   []warning          `json:"warnings"`
}

func (t *tool) verdict(doc *document, limits string, at time.Time, report *policy.Report) *verdict {
	v := &verdict{
		File: doc.name, Kind: string(doc.kind), Format: string(doc.format), Zone: doc.zone.String(), ID: doc.id,
		SHA256: doc.digest.String(), At: moment(at), Limits: limits, Accepted: report.Err() == nil,
		Violations: []policy.Violation{}, Warnings: []warning{},
	}
	v.Violations = append(v.Violations, report.Violations...)
	v.Checks = append([]policy.Outcome{{Name: syntaxCheck(doc.kind).Name, Result: policy.Passed}}, report.Checks...)
	for _, w := range doc.warnings {
		v.Warnings = append(v.Warnings, warning{w.Line, w.Text})
	}
	return v
}

// deliver prints the verdict and returns it as the error that ends the program.
func (v *verdict) deliver(t *tool, asJSON bool) error {
	if asJSON {
		if err := writeJSON(t.out, v); err != nil {
			return err
		}
	} else {
		v.write(t)
	}
	if v.Accepted {
		return nil
	}
	err := cli.Refuse(fmt.Errorf("%s is refused: %s", v.File, count(len(v.Violations), "violation")))
	for i := len(v.Violations) - 1; i >= 0; i-- {
		if hint := v.Violations[i].Hint; hint != "" && !v.hintedBefore(i) {
			err = cli.Hint(err, "%s: %s", v.Violations[i].Check, hint)
		}
	}
	return err
}

// hintedBefore says whether an earlier violation has the same hint.
func (v *verdict) hintedBefore(i int) bool {
	for _, earlier := range v.Violations[:i] {
		if earlier.Check == v.Violations[i].Check && earlier.Hint == v.Violations[i].Hint {
			return true
		}
	}
	return false
}

// write prints the violations, one a line, then every check, then the verdict in
// one sentence.
func (v *verdict) write(t *tool) {
	for _, w := range v.Warnings {
		t.warn("%s: line %d: %s", v.File, w.Line, w.Text)
	}
	for _, violation := range v.Violations {
		fmt.Fprint(t.out, violation)
		if violation.Line > 0 {
			fmt.Fprintf(t.out, " (line %d)", violation.Line)
		}
		fmt.Fprintln(t.out)
	}
	if len(v.Violations) > 0 {
		fmt.Fprintln(t.out)
	}
	results := map[policy.Result]int{}
	for _, outcome := range v.Checks {
		results[outcome.Result]++
		word := string(outcome.Result)
		if outcome.Result == policy.Violated {
			word = "VIOLATED"
		}
		writeOutcome(t.out, word, outcome.Name, outcome.Why)
	}
	limits := "the limits in " + v.Limits
	switch v.Limits {
	case rootLimits:
		limits = "the limits of the root zone"
	case "":
		limits = "no limits"
	}
	result := "accepted"
	if !v.Accepted {
		result = "REFUSED"
	}
	fmt.Fprintf(t.out, "\n%s, judged as of %s by %s: %s; %d checks passed, %d violated, %d not checked\n",
		v.File, v.At, limits, result, results[policy.Passed], results[policy.Violated], results[policy.NotChecked])
}
