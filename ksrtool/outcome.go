package main

import (
	"fmt"
	"io"
)

// writeOutcome writes the line of one check: what became of it, its name, and
// the reason if there is one.
func writeOutcome(w io.Writer, result, name, why string) {
	if why != "" {
		why = ": " + why
	}
	fmt.Fprintf(w, "%-11s  %s%s\n", result, name, why)
}

// warn tells the operator something that changes no verdict.
func (t *tool) warn(format string, a ...any) {
	fmt.Fprintf(t.errors, "ksrtool: warning: "+format+"\n", a...)
}

// count is a number of things in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
