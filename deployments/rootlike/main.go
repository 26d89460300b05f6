// Command rootlike writes an unsigned zone in the shape of the root zone, or of
// a top-level domain, for demonstrations and benchmarks:
//
//	go run ./deployments/rootlike [-seed N] [-delegations N] [-serial N] [-shape root|tld] [-origin NAME] [-own N] [-unsorted] [-o FILE]
//
// The same arguments give the same bytes.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"countersign/internal/rootlike"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "rootlike: error: %v\n", err)
		os.Exit(2)
	}
}

// run writes the zone that the arguments ask for to a file, or to out.
func run(arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("rootlike", flag.ContinueOnError)
	var o rootlike.Options
	flags.Uint64Var(&o.Seed, "seed", 0, "another number gives other names")
	flags.IntVar(&o.Delegations, "delegations", 1450, "`number` of delegations, at least 1")
	flags.StringVar(&o.Origin, "origin", "", "`name` of the zone (default . or, for a tld, example.)")
	serial := flags.Uint64("serial", 2026010100, "SOA serial, at least 1")
	shape := flags.String("shape", "root", "root or tld")
	flags.IntVar(&o.OwnServers, "own", 0, "how many of a hundred delegations of a tld have name servers of their own (default 10)")
	flags.BoolVar(&o.Unsorted, "unsorted", false, "have the delegations of a tld come in no order")
	file := flags.String("o", "", "`file` to write (default standard output)")
	var usage bytes.Buffer
	flags.SetOutput(&usage)
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		_, err = out.Write(usage.Bytes())
		return err
	} else if err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unknown argument %q", flags.Arg(0))
	case *serial < 1 || *serial > math.MaxUint32:
		return fmt.Errorf("serial %d, want 1 to %d", *serial, uint32(math.MaxUint32))
	case o.Delegations < 1:
		return fmt.Errorf("%d delegations, want 1 or more", o.Delegations)
	}
	o.Serial = uint32(*serial)
	switch *shape {
	case "root":
		o.Shape = rootlike.Root
	case "tld":
		o.Shape = rootlike.TLD
	default:
		return fmt.Errorf("unknown shape %q, want root or tld", *shape)
	}
	if err := o.Check(); err != nil {
		return err
	}
	if *file == "" {
		return rootlike.Write(out, o)
	}
	target, err := os.Create(*file)
	if err != nil {
		return err
	}
	if err := rootlike.Write(target, o); err != nil {
		return errors.Join(err, target.Close())
	}
	return target.Close()
}
