// Command benchpeers compares the signing engine with BIND, ldns and Knot: whole
// processes in turn, on the same zones with the same keys, several rounds. See
// docs/benchmarks.md.
//
//	go run ./deployments/benchpeers [-run CASE,...] [-rounds N] [-dir DIR] [-data DIR] [-markdown FILE] [...]
//
// Our part are processes too: this program runs itself, with the commands of
// helper.go. Nothing it makes is published, and the signer that does nothing
// exists nowhere else.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "benchpeers: error: %v\n", err)
		os.Exit(2)
	}
}

// run is the benchmark, or one of our own processes in it.
func run(ctx context.Context, arguments []string, in io.Reader, out io.Writer) error {
	if len(arguments) > 0 {
		if help, ok := helpers[arguments[0]]; ok {
			return help(arguments[1:], in, out)
		}
	}
	o, usage, err := parseOptions(arguments)
	if errors.Is(err, flag.ErrHelp) {
		_, err = out.Write(usage)
		return err
	} else if err != nil {
		return err
	}
	b, err := newBench(ctx, o, out)
	if err != nil {
		return err
	}
	return errors.Join(b.runAll(), b.close())
}

// parseOptions reads the arguments of the benchmark.
func parseOptions(arguments []string) (options, []byte, error) {
	o := options{}
	var usage bytes.Buffer
	flags := flag.NewFlagSet("benchpeers", flag.ContinueOnError)
	flags.SetOutput(&usage)
	run := flags.String("run", defaultCases, "`cases`, separated by commas")
	flags.IntVar(&o.rounds, "rounds", 3, "`number` of rounds, at least 1")
	flags.StringVar(&o.dir, "dir", "", "`folder` for zones and keys, which stays and is used again (default a temporary one)")
	flags.StringVar(&o.data, "data", os.Getenv("COUNTERSIGN_DATA"), "`folder` of real data with root-zone/*.zone.gz (default $COUNTERSIGN_DATA)")
	flags.StringVar(&o.markdown, "markdown", "", "`file` for the tables in Markdown")
	flags.StringVar(&o.backend, "backend", "", "what signs for us (default what the build has)")
	flags.DurationVar(&o.patience, "patience", defaultPatience, "how long to wait for an idle machine before each measurement")
	flags.DurationVar(&o.limit, "limit", defaultLimit, "how long one program may take")
	flags.IntVar(&o.floorSeconds, "floor", 3, "`seconds` for which openssl speed signs in each round; 0 leaves the limit out")
	flags.IntVar(&o.rootDelegations, "root-delegations", 1450, "`number` of delegations where the root is made up")
	flags.IntVar(&o.versions, "versions", 20, "`number` of versions that follow the first, in root-versions and updates")
	slopes := flags.String("slopes", "10k,100k,1m,4m", "`sizes` for slopes, in delegations")
	flags.BoolVar(&o.unchecked, "unchecked", false, "do not have the outputs judged by the four checkers")
	if err := flags.Parse(arguments); err != nil {
		return o, usage.Bytes(), err
	}
	if flags.NArg() > 0 {
		return o, nil, fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	if o.rounds < 1 || o.versions < 1 || o.floorSeconds < 0 || o.rootDelegations < 1 {
		return o, nil, errors.New("a number is too small: want at least 1 round, 1 version and 1 delegation")
	}
	var err error
	if o.cases, err = parseCases(*run); err != nil {
		return o, nil, err
	}
	o.slopes, err = parseSizes(*slopes)
	return o, nil, err
}
