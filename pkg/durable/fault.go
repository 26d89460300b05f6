package durable

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
)

// Op is one kind of step that changes what is stored.
type Op string

// The steps. Every change to the disk that this package makes is one of them.
const (
	OpCreate  Op = "create"  // a file or directory comes into being, empty
	OpWrite   Op = "write"   // the data of a file
	OpSync    Op = "sync"    // fsync of a file
	OpRename  Op = "rename"  // a file takes its final name
	OpDirSync Op = "dirsync" // fsync of a directory
	OpRemove  Op = "remove"  // a file goes
)

// Effect is what a Fault does to one step.
type Effect int

// The effects. A write that fails or is killed leaves half of its data, as a
// full disk does.
const (
	Proceed Effect = iota // the step is made
	Fail                  // the step is not made, and reports that
	Lose                  // the step is made, and reported as failed
	Kill                  // the process dies before the step, as by kill -9
)

// Fault decides what becomes of one step. It may be called from several
// goroutines.
type Fault func(op Op, path string) Effect

// ErrInjected is in the chain of every error that a Fault caused.
var ErrInjected = errors.New("injected fault")

// active is the fault in force; nil in every program that is not under test.
var active atomic.Pointer[Fault]

// Inject puts f between this package and the disk, for the whole process, until
// restore is called. It is for tests: no program calls it. A program that runs
// as a process of its own under test is built with the tag faultinject and told
// by the environment, see fault_inject.go.
func Inject(f Fault) (restore func()) {
	before := active.Swap(&f)
	return func() { active.Store(before) }
}

// step makes one step, unless a fault says otherwise.
func step(op Op, path string, do func() error) error {
	return stepPart(op, path, do, func() {})
}

// stepPart is step for a change that can be made in part: part is what is left
// of it when it fails.
func stepPart(op Op, path string, do func() error, part func()) error {
	fault := active.Load()
	if fault == nil {
		return do()
	}
	effect := (*fault)(op, path)
	switch effect {
	case Fail:
		part()
		return fmt.Errorf("%s %s: %w", op, path, ErrInjected)
	case Lose:
		if err := do(); err != nil {
			return err
		}
		return fmt.Errorf("%s %s: %w after it was made", op, path, ErrInjected)
	case Kill:
		part()
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // SIGKILL cannot be handled, but it may take a moment
	}
	return do()
}
