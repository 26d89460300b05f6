package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"countersign/internal/bundletable"
	"countersign/internal/readaloud"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
)

func newShow(t *tool) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show [--json] FILE",
		Short: "Show what a KSR or SKR says",
		Long: "Show prints what a KSR or SKR of any format says: zone and identifiers, SHA-256 and\n" +
			"PGP words, the policy it states, the table of its bundles, and every key in it. It\n" +
			"verifies nothing: \"ksrtool check\" does.",
		DisableFlagsInUseLine: true,
		Args:                  takes("FILE"),
		RunE:                  func(_ *cobra.Command, args []string) error { return t.show(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (t *tool) show(name string, asJSON bool) error {
	doc, err := t.readDocument(name)
	if err != nil {
		return refuseMalformed(err)
	}
	d := describe(doc)
	if asJSON {
		return writeJSON(t.out, d)
	}
	return d.write(t.out, doc)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// write writes the description for people.
func (d *description) write(w io.Writer, doc *document) error {
	d.writeHead(w)
	if err := readaloud.Write(w, doc.digest); err != nil {
		return err
	}
	d.writePolicies(w)
	fmt.Fprintln(w, "\nBundles")
	if err := bundletable.Write(w, doc.bundles); err != nil {
		return err
	}
	if doc.kind == ksr.SKR {
		fmt.Fprintln(w, bundletable.Legend)
	} else {
		fmt.Fprintln(w, proofs(doc.bundles))
	}
	d.writeSigners(w)
	if err := d.writeKeys(w); err != nil {
		return err
	}
	d.writeParent(w)
	for i, warning := range d.Warnings {
		if i == 0 {
			fmt.Fprintln(w, "\nWarnings")
		}
		fmt.Fprintf(w, "line %d: %s\n", warning.Line, warning.Text)
	}
	return nil
}

func (d *description) writeHead(w io.Writer) {
	line := func(title, text string) {
		if text != "" {
			fmt.Fprintf(w, "%-10s %s\n", title, text)
		}
	}
	line("File", d.File)
	line("Document", strings.ToUpper(d.Kind)+" in the "+d.Format+" format")
	line("Zone", d.Zone)
	line("Id", d.ID)
	if d.ID != "" {
		line("Serial", strconv.FormatUint(d.Serial, 10))
	}
	line("Timestamp", d.Timestamp)
}

func (d *description) writePolicies(w io.Writer) {
	for _, p := range d.Policies {
		fmt.Fprintf(w, "\nStated policy of the %s\n", p.Of)
		fmt.Fprintf(w, "publish safety     %s\n", p.PublishSafety)
		fmt.Fprintf(w, "retire safety      %s\n", p.RetireSafety)
		fmt.Fprintf(w, "validity           %s to %s\n", p.MinSignatureValidity, p.MaxSignatureValidity)
		fmt.Fprintf(w, "validity overlap   %s to %s\n", p.MinValidityOverlap, p.MaxValidityOverlap)
		for _, a := range p.Algorithms {
			fmt.Fprintf(w, "algorithm          %s, %d bits", dnssec.AlgorithmName(a.Algorithm), a.Bits)
			if a.Exponent != 0 {
				fmt.Fprintf(w, ", exponent %d", a.Exponent)
			}
			fmt.Fprintln(w)
		}
	}
}

// proofs says what the signatures of a KSR are there for, and how many.
func proofs(bundles []ksr.Bundle) string {
	missing, keys := 0, 0
	for i := range bundles {
		b := &bundles[i]
		for k := range b.Keys {
			keys++
			if bundletable.Action(b, &b.Keys[k]) != "S" {
				missing++
			}
		}
	}
	switch missing {
	case 0:
		return "Proof of possession: a signature by every key over every bundle (not verified here)"
	case keys:
		return "Proof of possession: none"
	}
	return fmt.Sprintf("Proof of possession: missing for %d of %d keys in bundles", missing, keys)
}

// writeSigners writes what a KSR says of who should sign, which binds nobody.
func (d *description) writeSigners(w io.Writer) {
	for _, b := range d.Bundles {
		if len(b.Signers) > 0 {
			fmt.Fprintf(w, "Bundle %d asks for the signers %q\n", b.Number, b.Signers)
		}
	}
}

func (d *description) writeKeys(w io.Writer) error {
	fmt.Fprintln(w, "\nKeys")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	identified := slices.ContainsFunc(d.Keys, func(k keyDescription) bool { return k.Identifier != "" })
	title := "Tag\tRole\tFlags\tAlgorithm\tSize\tTTL\tBundles"
	if identified {
		title += "\tIdentifier"
	}
	fmt.Fprintln(t, title)
	for _, k := range d.Keys {
		tag := strconv.Itoa(int(k.Tag))
		if k.StatedTag != k.Tag {
			tag += fmt.Sprintf(" (stated %d)", k.StatedTag)
		}
		size := fmt.Sprintf("%d bits", k.Bits)
		if k.Exponent != 0 {
			size += fmt.Sprintf(", exponent %d", k.Exponent)
		}
		if k.Fault != "" {
			size = k.Fault
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%d\t%s", tag, k.Role, k.Flags, dnssec.AlgorithmName(k.Algorithm), size, k.TTL, ranges(k.Bundles))
		if identified {
			fmt.Fprintf(t, "\t%s", k.Identifier)
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, k := range d.Keys {
		if k.DS != "" {
			fmt.Fprintf(w, "%s IN DS %s\n", d.Zone, k.DS)
		}
	}
	return nil
}

// writeParent writes the records that are for the parent, once for all bundles
// that have the same.
func (d *description) writeParent(w io.Writer) {
	var order []string
	bundles := map[string][]int{}
	for _, b := range d.Bundles {
		for _, set := range []*parentSet{b.CDS, b.CDNSKEY} {
			if set == nil {
				continue
			}
			for _, data := range set.Records {
				text := fmt.Sprintf("%s %d IN %s %s", d.Zone, set.TTL, set.Type, data)
				if bundles[text] == nil {
					order = append(order, text)
				}
				bundles[text] = append(bundles[text], b.Number)
			}
		}
	}
	if len(order) > 0 {
		fmt.Fprintln(w, "\nFor the parent")
	}
	for _, text := range order {
		fmt.Fprintf(w, "bundles %s: %s\n", ranges(bundles[text]), text)
	}
}

// ranges writes ascending numbers as 1-3,7.
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		part := strconv.Itoa(numbers[i])
		if j > i {
			part += "-" + strconv.Itoa(numbers[j])
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ",")
}
