package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"countersign/internal/rootlike"
	"countersign/pkg/rr"
)

// helpers is what this program runs itself as: a process of ours for each of the
// others', and the making of zones, which needs memory. Each prints one result.
var helpers = map[string]func(arguments []string, in io.Reader, out io.Writer) error{
	"sign":    signHelper,
	"parse":   parseHelper,
	"verify":  verifyHelper,
	"updates": updatesHelper,
	"strip":   stripHelper,
	"change":  changeHelper,
	"make":    makeHelper,
}

// task is the flags that the processes of ours have.
type task struct {
	zone, origin, keys, denial, signer, backend, output string
	zonemd                                              bool
}

func parseTask(name string, arguments []string) (task, rr.Name, error) {
	var t task
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.StringVar(&t.zone, "zone", "", "`file` of the zone")
	flags.StringVar(&t.origin, "origin", ".", "`name` of the zone")
	flags.StringVar(&t.keys, "keys", "", "`folder` of the keys")
	flags.StringVar(&t.denial, "denial", "nsec", "nsec or nsec3")
	flags.StringVar(&t.signer, "signer", "keys", "keys or noop")
	flags.StringVar(&t.backend, "backend", "", "what signs")
	flags.BoolVar(&t.zonemd, "zonemd", false, "with a ZONEMD record")
	flags.StringVar(&t.output, "o", "", "`file` to write")
	if err := flags.Parse(arguments); err != nil {
		return t, "", err
	}
	if flags.NArg() > 0 || t.zone == "" {
		return t, "", errors.New("want -zone and no other argument")
	}
	origin, err := rr.ParseName(t.origin)
	return t, origin, err
}

// result is what a process of ours prints, as JSON on one line.
type result struct {
	Records    int                `json:"records,omitempty"`    // in the zone
	Signatures int                `json:"signatures,omitempty"` // made
	Seconds    map[string]float64 `json:"seconds"`              // by phase
	Error      string             `json:"error,omitempty"`
}

func (r result) print(out io.Writer) error { return json.NewEncoder(out).Encode(r) }

// stopwatch notes how long the phases take.
type stopwatch struct {
	last    time.Time
	seconds map[string]float64
}

func newStopwatch() *stopwatch { return &stopwatch{time.Now(), map[string]float64{}} }

func (s *stopwatch) lap(phase string) {
	now := time.Now()
	s.seconds[phase] = now.Sub(s.last).Seconds()
	s.last = now
}

// signHelper reads, signs and writes a zone. It verifies nothing.
func signHelper(arguments []string, _ io.Reader, out io.Writer) error {
	t, origin, err := parseTask("sign", arguments)
	if err != nil {
		return err
	}
	watch := newStopwatch()
	keys, err := openKeyring(t.keys, t.backend)
	if err != nil {
		return err
	}
	c, err := keys.config(t, origin, time.Now().UTC().Truncate(time.Second))
	if err != nil {
		return err
	}
	c, signer, err := clocked(c)
	if err != nil {
		return err
	}
	watch.lap("keys")
	z, err := readZone(t.zone, origin)
	if err != nil {
		return err
	}
	watch.lap("read")
	signed, err := signZone(z, c)
	if err != nil {
		return err
	}
	z = nil // its memory may go while the signed zone is written
	watch.lap("sign")
	if err := writeZone(t.output, signed); err != nil {
		return err
	}
	watch.lap("write")
	spent, signatures := signer.take()
	watch.seconds["crypto"] = spent.Seconds()
	// The KSK made one more.
	return result{Records: signed.Records(), Signatures: signatures + 1, Seconds: watch.seconds}.print(out)
}

// parseHelper reads a zone.
func parseHelper(arguments []string, _ io.Reader, out io.Writer) error {
	t, origin, err := parseTask("parse", arguments)
	if err != nil {
		return err
	}
	watch := newStopwatch()
	z, err := readZone(t.zone, origin)
	if err != nil {
		return err
	}
	watch.lap("read")
	return result{Records: z.Records(), Seconds: watch.seconds}.print(out)
}

// verifyHelper reads a signed zone and judges it.
func verifyHelper(arguments []string, _ io.Reader, out io.Writer) error {
	t, origin, err := parseTask("verify", arguments)
	if err != nil {
		return err
	}
	watch := newStopwatch()
	z, err := readZone(t.zone, origin)
	if err != nil {
		return err
	}
	watch.lap("read")
	if err := verifyZone(z); err != nil {
		return err
	}
	watch.lap("verify")
	return result{Records: z.Records(), Seconds: watch.seconds}.print(out)
}

// makeHelper makes a zone.
func makeHelper(arguments []string, _ io.Reader, out io.Writer) error {
	var o rootlike.Options
	flags := flag.NewFlagSet("make", flag.ContinueOnError)
	flags.IntVar(&o.Delegations, "delegations", 0, "`number`; of a top-level domain")
	root := flags.Bool("root", false, "in the shape of the root")
	serial := flags.Uint("serial", firstSerial, "of the SOA record")
	flags.BoolVar(&o.Unsorted, "unsorted", false, "in no order")
	output := flags.String("o", "", "`file`")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	o.Seed, o.Serial = 42, uint32(*serial)
	if !*root {
		// With the hosters in the zone that is three in a hundred with glue.
		o.Shape, o.Origin, o.OwnServers = rootlike.TLD, "example.", 2
	}
	watch := newStopwatch()
	if err := writeWhole(*output, func(w io.Writer) error { return rootlike.Write(w, o) }); err != nil {
		return err
	}
	watch.lap("make")
	return result{Seconds: watch.seconds}.print(out)
}

// writeWhole writes a file that is there when it is complete.
func writeWhole(path string, write func(io.Writer) error) error {
	file, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return fmt.Errorf("making %s: %w", path, errors.Join(err, os.Remove(path+".part")))
	}
	return os.Rename(path+".part", path)
}
