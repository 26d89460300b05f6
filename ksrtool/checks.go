package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/zoneverify"
)

func newChecks(t *tool) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "checks [--json]",
		Short: "List every check on KSRs, SKRs and zones",
		Long: "Checks lists every check by its stable name, with what it verifies and who asks for\n" +
			"it: those on KSRs and SKRs, which \"check\" makes, and those on signed zones, which\n" +
			"\"verify-zone\" makes. There are limits, and no switch that turns a check off.",
		DisableFlagsInUseLine: true,
		Args:                  takes(),
		RunE:                  func(*cobra.Command, []string) error { return t.checks(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// documentChecks is every check on a KSR or SKR.
func documentChecks() []policy.Check {
	return append([]policy.Check{syntaxCheck(ksr.KSR), syntaxCheck(ksr.SKR)}, policy.Checks()...)
}

// zoneChecks is every check on a zone.
func zoneChecks() []zoneverify.Check {
	return append([]zoneverify.Check{zoneSyntax}, zoneverify.Checks()...)
}

func (t *tool) checks(asJSON bool) error {
	if asJSON {
		return writeJSON(t.out, struct {
			Documents []policy.Check     `json:"documents"`
			Zones     []zoneverify.Check `json:"zones"`
		}{documentChecks(), zoneChecks()})
	}
	fmt.Fprintln(t.out, "Checks on KSRs and SKRs")
	for _, c := range documentChecks() {
		fmt.Fprintf(t.out, "\n%s (%s)\n", c.Name, strings.Join(c.Applies, ", "))
		writeField(t, "verifies", c.Verifies)
		writeField(t, "source", c.Source)
		writeField(t, "limits", strings.Join(c.Limits, ", "))
	}
	fmt.Fprintln(t.out, "\nChecks on signed zones")
	for _, c := range zoneChecks() {
		fmt.Fprintf(t.out, "\n%s (%s)\n", c.Name, c.Number)
		writeField(t, "verifies", c.Title)
		writeField(t, "source", c.Citation)
		writeField(t, "needs", c.Needs)
	}
	return nil
}

func writeField(t *tool, title, text string) {
	if text != "" {
		fmt.Fprintf(t.out, "  %-9s %s\n", title, text)
	}
}
