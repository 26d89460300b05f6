package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// runParse compares reading an unsigned zone.
func runParse(b *bench, c testCase) error {
	file, err := b.zoneFile(c)
	if err != nil {
		return err
	}
	programs := []program{
		{name: "kzonecheck", command: []string{"kzonecheck", "-o", c.origin(), file}},
		{name: ourName, ours: true, command: []string{b.self, "parse", "-zone", file, "-origin", c.origin()}},
	}
	contest, err := b.compete(programs, noFloor, noAfter)
	if err != nil {
		return err
	}
	t := table{title: "Case " + c.name + ": read", note: fmt.Sprintf("%s, unsigned; %d rounds.", b.describe(c), b.rounds)}
	t.head, t.rows = contest.rows(nil)
	if c.name == "parse-1m" {
		b.accept(3, c.name+", wall against kzonecheck", 0.10, paired(contest.of(ourName, wall), contest.of("kzonecheck", wall)), "")
	}
	return b.print(t)
}

// runVerify compares the judging of a zone that we signed.
func runVerify(b *bench, c testCase) error {
	file, err := b.zoneFile(c)
	if err != nil {
		return err
	}
	k, err := b.keys(c)
	if err != nil {
		return err
	}
	out, err := b.folder("out")
	if err != nil {
		return err
	}
	signed := filepath.Join(out, "signed")
	_, said, err := b.ours(false, append(b.signCommand(c, file, k, "keys"), "-o", signed)[1:]...)
	if err != nil {
		return err
	}
	contest, err := b.compete(b.checkers(c, signed), noFloor, noAfter)
	if err != nil {
		return err
	}
	t := table{title: "Case " + c.name + ": verify", note: fmt.Sprintf("%s; %d records, %d signatures; %d rounds.", b.describe(c), said.Records, said.Signatures, b.rounds)}
	t.head, t.rows = contest.rows(nil)
	if c.name == "verify-1m" {
		b.accept(6, c.name+", wall against the fastest checker", 0.5, paired(contest.of(ourName, wall), contest.fastest()), "")
	}
	return errors.Join(b.print(t), os.Remove(signed))
}

func noFloor() (float64, error)    { return 0, nil }
func noAfter(program, usage) error { return nil }
