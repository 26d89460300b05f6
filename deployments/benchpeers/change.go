package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
)

// changeHelper writes a made-up zone once more with ten delegations changed as
// changeOf changes them, as a registry writes its next file. It reads line by line:
// the zone may be large.
func changeHelper(arguments []string, _ io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("change", flag.ContinueOnError)
	from := flags.String("zone", "", "`file`")
	delegations := flags.Int("delegations", 0, "`number` in the zone")
	serial := flags.Uint("serial", 0, "of the changed zone")
	output := flags.String("o", "", "`file`")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	watch := newStopwatch()
	in, err := os.Open(*from)
	if err != nil {
		return err
	}
	defer in.Close()
	c := changer{every: max(*delegations/changedDelegations, 1), serial: uint32(*serial)}
	err = writeWhole(*output, func(w io.Writer) error {
		buffer := bufio.NewWriterSize(w, 1<<20)
		return errors.Join(c.copy(buffer, in), buffer.Flush())
	})
	if err != nil {
		return err
	}
	watch.lap("change")
	return result{Seconds: watch.seconds}.print(out)
}

// changer changes every so many-th delegation that has no glue.
type changer struct {
	every  int
	serial uint32

	seen    int      // delegations
	changed int      // of them
	group   [][]byte // the lines of one delegation: NS, DS, then glue
}

func (c *changer) copy(w io.Writer, r io.Reader) error {
	lines := bufio.NewScanner(r)
	if !lines.Scan() {
		return errors.Join(lines.Err(), errors.New("the zone is empty"))
	}
	soa, err := setSerial(bytes.Clone(lines.Bytes()), c.serial)
	if err != nil {
		return err
	}
	if _, err := w.Write(soa); err != nil {
		return err
	}
	for lines.Scan() {
		if c.begins(lines.Bytes()) {
			if err := c.flush(w); err != nil {
				return err
			}
		}
		c.group = append(c.group, bytes.Clone(lines.Bytes()))
	}
	if err := errors.Join(lines.Err(), c.flush(w)); err != nil {
		return err
	}
	if c.changed < changedDelegations {
		return fmt.Errorf("only %d delegations of the zone could be changed", c.changed)
	}
	return nil
}

// begins says whether a line is the first of another delegation.
func (c *changer) begins(line []byte) bool {
	owner, kind := ownerAndType(line)
	if kind != "NS" || len(c.group) == 0 {
		return false
	}
	before, _ := ownerAndType(c.group[0])
	return before != owner
}

func ownerAndType(line []byte) (owner, kind string) {
	fields := bytes.Fields(line)
	if len(fields) < 5 {
		return "", ""
	}
	return string(fields[0]), string(fields[3])
}

// flush writes the gathered delegation, changed if it is its turn.
func (c *changer) flush(w io.Writer) error {
	c.seen++
	group := c.group
	c.group = nil
	// The first group is the apex, the second nic.
	if c.seen > 2 && c.changed < changedDelegations && c.seen > c.changed*c.every && isLone(group) {
		group = c.change(group)
		c.changed++
	}
	for _, line := range group {
		if _, err := fmt.Fprintf(w, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

// isLone says whether a delegation has no glue.
func isLone(group [][]byte) bool {
	for _, line := range group {
		if _, kind := ownerAndType(line); kind != "NS" && kind != "DS" {
			return false
		}
	}
	return true
}

func (c *changer) change(group [][]byte) [][]byte {
	fields := bytes.Split(group[0], []byte("\t"))
	line := func(owner, kind, rdata string) []byte {
		return fmt.Appendf(nil, "%s\t%s\tIN\t%s\t%s", owner, fields[1], kind, rdata)
	}
	owner := string(fields[0])
	serial := strconv.FormatUint(uint64(c.serial), 10)
	_, last := ownerAndType(group[len(group)-1])
	switch {
	case c.changed < 4:
		return append([][]byte{line(owner, "NS", "ns"+serial+".changed.invalid.")}, group[1:]...)
	case c.changed < 7 && last == "DS":
		return group[:len(group)-1]
	case c.changed < 7:
		return append(group, line(owner, "DS", serial[len(serial)-4:]+" 13 2 "+fmt.Sprintf("%064s", serial)))
	case c.changed < 9:
		label, rest, _ := bytes.Cut(fields[0], []byte("."))
		added := fmt.Sprintf("%s-%sz.%s", label, serial[len(serial)-3:], rest)
		return append(group, line(added, "NS", "ns1.changed.invalid."), line(added, "NS", "ns2.changed.invalid."))
	}
	return nil
}
