// Ksrtool is for everybody who has to do with KSRs and SKRs: it shows, judges,
// compares and converts them, and judges signed zones. It holds no keys and can
// sign for nobody. See ksrtool.1.md.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
)

func main() {
	env := environment{in: os.Stdin, out: os.Stdout, errors: os.Stderr, now: time.Now().UTC().Truncate(time.Second)}
	cli.Exit("ksrtool", run(env, os.Args[1:]))
}

// environment is what a run has of the world besides the files it is told of.
type environment struct {
	in     io.Reader
	out    io.Writer // results
	errors io.Writer // everything else
	now    time.Time
}

// run carries out one command line. The error is the verdict too: see package
// cli. Results that could not be written are a failure, whatever the verdict.
func run(env environment, args []string) error {
	results := bufio.NewWriter(env.out)
	env.out = results
	root := newRoot(&tool{environment: env})
	root.SetArgs(args)
	err := root.Execute()
	if lost := results.Flush(); lost != nil {
		return fmt.Errorf("writing the results: %w", lost)
	}
	return err
}

// tool is what the verbs share within one run.
type tool struct {
	environment
	inRead bool // standard input was given as a file
}

func newRoot(t *tool) *cobra.Command {
	root := &cobra.Command{
		Use:           "ksrtool",
		Short:         "Show, judge, compare and convert KSRs and SKRs, and judge signed zones",
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          group,
		Args:          cobra.ArbitraryArgs,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.errors)
	root.SetFlagErrorFunc(misused)
	root.AddCommand(newShow(t), newCheck(t), newChecks(t), newConvert(t), newWords(t), newDiff(t), newVerifyZone(t), newVersion())
	return root
}

// group is what a command does that only has commands below it.
func group(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misused(cmd, fmt.Errorf("unknown command %q for %s", args[0], cmd.CommandPath()))
	}
	return misused(cmd, fmt.Errorf("%s needs a command", cmd.CommandPath()))
}

// takes says which arguments a command takes, by the names they have in its
// usage.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return misused(cmd, fmt.Errorf("the argument %s is missing", names[len(args)]))
		case len(args) > len(names):
			return misused(cmd, fmt.Errorf("the argument %q is one too many", args[len(names)]))
		}
		return nil
	}
}

// misused adds to err how the command is used.
func misused(cmd *cobra.Command, err error) error {
	return cli.Hint(err, "usage: %s; \"%s --help\" says more", cmd.UseLine(), cmd.CommandPath())
}
