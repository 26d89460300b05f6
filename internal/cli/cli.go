// Package cli is how the three programs end: the form of their errors and hints
// and their exit status; and what they say of themselves. Only their main functions
// call Exit.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// The exit statuses of the three programs.
const (
	Good    = 0
	Refused = 1 // the document or zone was refused
	Failed  = 2 // the command could not do its work
)

// refusal marks an error as the verdict on a document or zone.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// Refuse marks err as a refusal: exit status 1. Lines that name each violation
// were printed by the caller, or are the error's own text.
func Refuse(err error) error { return refusal{err} }

// hinted carries what the operator should do next.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// Hint adds to err what the operator should do next.
func Hint(err error, format string, a ...any) error {
	return hinted{err, fmt.Sprintf(format, a...)}
}

// Status is the exit status for err.
func Status(err error) int {
	var r refusal
	switch {
	case err == nil:
		return Good
	case errors.As(err, &r):
		return Refused
	}
	return Failed
}

// Report writes err as "program: error: ..." and its hints, the outermost first,
// as "program: hint: ...". Each line of a text of several lines has the prefix.
// File names, tokens and documents speak in errors: only what is printable is
// printed.
func Report(w io.Writer, program string, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(w, "%s: error: %s\n", program, Printable(line))
	}
	for _, hint := range hints(err) {
		fmt.Fprintf(w, "%s: hint: %s\n", program, Printable(hint))
	}
}

func hints(err error) []string {
	var all []string
	for err != nil {
		var h hinted
		if !errors.As(err, &h) {
			break
		}
		all = append(all, h.hint)
		err = h.error
	}
	return all
}

// Exit reports err to standard error, if there is one, and ends the process with
// its status.
func Exit(program string, err error) {
	if err != nil {
		Report(os.Stderr, program, err)
	}
	os.Exit(Status(err))
}
