package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// options is what the arguments say.
type options struct {
	cases           []testCase
	rounds          int
	dir             string
	data            string
	markdown        string
	backend         string
	patience        time.Duration
	limit           time.Duration
	floorSeconds    int
	rootDelegations int
	versions        int
	slopes          []int
	unchecked       bool
}

const (
	defaultPatience = 60 * time.Second
	defaultLimit    = 15 * time.Minute
)

// bench is one run of the benchmark. It stays small: what a child process has at
// its peak cannot be seen below what its parent had when it was born (measure.go).
// So zones are made and read by other processes.
type bench struct {
	options
	ctx      context.Context
	out      io.Writer
	self     string // this program
	cores    int
	kept     bool // the folder stays
	busy     int  // measurements that began on a machine that was not idle
	page     page
	accepted []acceptance
}

// newBench makes the folder and says what machine it runs on.
func newBench(ctx context.Context, o options, out io.Writer) (*bench, error) {
	b := &bench{options: o, ctx: ctx, out: out, cores: runtime.NumCPU(), kept: o.dir != ""}
	var err error
	if b.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if err := needPrograms(o.cases); err != nil {
		return nil, err
	}
	if b.kept {
		if b.dir, err = filepath.Abs(o.dir); err == nil {
			err = os.MkdirAll(b.dir, 0o755)
		}
	} else {
		b.dir, err = os.MkdirTemp("", "benchpeers-")
	}
	if err != nil {
		return nil, err
	}
	return b, b.say(machine(ctx, b.backend))
}

// runAll runs the cases, and prints the table of each when it is there.
func (b *bench) runAll() error {
	for _, c := range b.cases {
		if err := c.run(b, c); err != nil {
			return fmt.Errorf("case %s: %w", c.name, err)
		}
	}
	if err := b.print(acceptanceTable(b.accepted)); err != nil {
		return err
	}
	if b.busy > 0 {
		if err := b.say(fmt.Sprintf("%d measurements began on a machine that was not idle for %s: trust the ratios less.\n", b.busy, b.patience)); err != nil {
			return err
		}
	}
	if b.markdown == "" {
		return nil
	}
	return os.WriteFile(b.markdown, b.page.markdown(), 0o644)
}

// close removes what nobody asked to keep.
func (b *bench) close() error {
	if b.kept {
		return nil
	}
	return os.RemoveAll(b.dir)
}

// say prints text.
func (b *bench) say(text string) error {
	b.page.text(text)
	_, err := io.WriteString(b.out, text+"\n")
	return err
}

// print prints a table.
func (b *bench) print(t table) error {
	b.page.table(t)
	_, err := io.WriteString(b.out, t.plain()+"\n")
	return err
}

// accept notes a ratio that the project promised.
func (b *bench) accept(point int, what string, wanted, measured float64, unit string) {
	b.accepted = append(b.accepted, acceptance{point, what, wanted, measured, unit})
}

// folder makes a folder of the run.
func (b *bench) folder(names ...string) (string, error) {
	path := filepath.Join(append([]string{b.dir}, names...)...)
	return path, os.MkdirAll(path, 0o755)
}
