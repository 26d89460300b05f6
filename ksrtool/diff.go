package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/pkg/ksr"
)

func newDiff(t *tool) *cobra.Command {
	return &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two KSRs or two SKRs over time",
		Long: "Diff compares two KSRs or two SKRs, of any formats, by what they say of each moment:\n" +
			"the DNSKEY RRset with its TTL, CDS and CDNSKEY, and in SKRs by which keys it is\n" +
			"signed and how long the signatures are valid. How it is cut into bundles, the\n" +
			"identifiers and the bytes of signatures do not count. A period in which they differ\n" +
			"is printed with what only A has (-) and what only B has (+). The exit status is 0 if\n" +
			"they say the same, 1 if they differ, 2 if they cannot be compared.",
		Args: takes("A", "B"),
		RunE: func(_ *cobra.Command, args []string) error { return t.diff(args[0], args[1]) },
	}
}

func (t *tool) diff(nameA, nameB string) error {
	a, err := t.readDocument(nameA)
	if err != nil {
		return err
	}
	b, err := t.readDocument(nameB)
	if err != nil {
		return err
	}
	switch {
	case a.kind != b.kind:
		return cli.Hint(errors.New("a KSR and an SKR cannot be compared"),
			"whether an SKR answers a KSR is for \"ksrtool check skr --ksr KSR SKR\"")
	case a.zone != b.zone:
		fmt.Fprintf(t.out, "zone: %s in %s, %s in %s\n", a.zone, nameA, b.zone, nameB)
		return cli.Refuse(errors.New("the documents are of different zones"))
	}
	expirations := a.kind == ksr.KSR && statesExpirations(a) && statesExpirations(b)
	found := differences(timeline(a, expirations), timeline(b, expirations))
	for i := range found {
		found[i].write(t, nameA, nameB)
	}
	if len(found) > 0 {
		return cli.Refuse(fmt.Errorf("the documents differ in %s", count(len(found), "period")))
	}
	fmt.Fprintf(t.out, "the %ss say the same from %s on\n", kindName(a.kind), moment(earliest(a.bundles)))
	return nil
}

func earliest(bundles []ksr.Bundle) time.Time {
	first := bundles[0].Inception
	for i := range bundles {
		if bundles[i].Inception.Before(first) {
			first = bundles[i].Inception
		}
	}
	return first
}

func (d *difference) write(t *tool, nameA, nameB string) {
	until := "on"
	if !d.until.IsZero() {
		until = "to " + moment(d.until)
	}
	fmt.Fprintf(t.out, "from %s %s\n", moment(d.from), until)
	if d.noneA {
		fmt.Fprintf(t.out, "  nothing is in force in %s\n", nameA)
	}
	for _, f := range d.onlyA {
		fmt.Fprintf(t.out, "- %s\n", f.text)
	}
	if d.noneB {
		fmt.Fprintf(t.out, "  nothing is in force in %s\n", nameB)
	}
	for _, f := range d.onlyB {
		fmt.Fprintf(t.out, "+ %s\n", f.text)
	}
}
