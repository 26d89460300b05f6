package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
)

func newConvert(t *tool) *cobra.Command {
	var to, out string
	var drop []string
	cmd := &cobra.Command{
		Use:   "convert --to icann|knot|bind [--drop NAME,...] [-o OUT] FILE",
		Short: "Write a KSR or SKR in another format",
		Long: "Convert writes a KSR or SKR of any format in the format named with --to. What that\n" +
			"format cannot carry is not dropped in silence: the conversion is refused and lists\n" +
			"it, name first, and --drop says by name what may go.",
		DisableFlagsInUseLine: true,
		Args:                  takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			format := ksr.Format(to)
			if !slices.Contains([]ksr.Format{ksr.ICANN, ksr.Knot, ksr.BIND}, format) {
				return misused(cmd, fmt.Errorf("--to %q: want icann, knot or bind", to))
			}
			return t.convert(args[0], format, drop, out)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the `FORMAT` to write: icann, knot or bind")
	cmd.Flags().StringSliceVar(&drop, "drop", nil, "`NAME` of what may be dropped if the format cannot carry it; several with commas")
	cmd.Flags().StringVarP(&out, "output", "o", "", "the file `OUT` to write, which must not exist yet (default: standard output)")
	return cmd
}

func (t *tool) convert(name string, to ksr.Format, drop []string, out string) error {
	doc, err := t.readDocument(name)
	if err != nil {
		return refuseMalformed(err)
	}
	var text []byte
	options := ksr.Options{Drop: drop}
	if doc.kind == ksr.KSR {
		text, err = ksr.ConvertRequest(doc.request, to, options)
	} else {
		text, err = ksr.ConvertResponse(doc.response, to, options)
	}
	if err != nil {
		return notCarried(name, err)
	}
	if out == "" || out == standardOutput {
		_, err := t.out.Write(text)
		return err
	}
	return durable.WriteNew(out, text, 0o644)
}

// notCarried makes what a format cannot carry a refusal, with the flag that
// would let it pass if there is one.
func notCarried(name string, err error) error {
	var carry *ksr.CarryError
	if !errors.As(err, &carry) {
		return fmt.Errorf("converting %s: %w", name, err)
	}
	var names []string
	for _, loss := range carry.Losses {
		if !loss.Droppable {
			return cli.Refuse(err)
		}
		names = append(names, loss.Name)
	}
	return cli.Hint(cli.Refuse(err), "--drop %s writes it without", strings.Join(names, ","))
}
