package zone

import (
	"fmt"
	"strings"
)

// Fault is one thing wrong with the text of a zone, and where.
type Fault struct {
	File string // as the caller names it; "" when the records came from no file
	Line int    // 0 when it concerns the zone as a whole
	Text string
}

// String is file:line: text.
func (f Fault) String() string {
	switch {
	case f.File == "":
		return f.Text
	case f.Line == 0:
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Warning is something in a zone that can be served but was hardly meant.
type Warning = Fault

// Faults are the reasons why a zone is refused. As an error they are one a
// line.
type Faults []Fault

// maxFaults is how many faults end the reading: beyond them more say little.
const maxFaults = 20

var stopped = fmt.Sprintf("stopped after %d faults", maxFaults)

// maxWarnings is how many warnings are kept.
const maxWarnings = 100

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// findings collects what a reading finds.
type findings struct {
	faults   Faults
	warnings []Warning
	unkept   int // warnings beyond maxWarnings
}

func (f *findings) fault(file string, line int, format string, args ...any) {
	if !f.full() {
		f.add(Fault{file, line, clip(fmt.Sprintf(format, args...))})
	}
}

func (f *findings) add(fault Fault) {
	if f.full() {
		return
	}
	f.faults = append(f.faults, fault)
	if len(f.faults) == maxFaults {
		f.faults = append(f.faults, Fault{Text: stopped})
	}
}

// isFaulty says whether there is a fault.
func (f *findings) isFaulty() bool { return len(f.faults) > 0 }

// join adds what another reading found.
func (f *findings) join(o *findings) {
	for _, fault := range o.faults {
		if fault.File == "" && fault.Line == 0 && fault.Text == stopped {
			continue
		}
		f.add(fault)
	}
	for _, w := range o.warnings {
		if len(f.warnings) == maxWarnings {
			f.unkept++
			continue
		}
		f.warnings = append(f.warnings, w)
	}
	f.unkept += o.unkept
}

// shift moves all lines by so many.
func (f *findings) shift(lines int) {
	for _, list := range [][]Fault{f.faults, f.warnings} {
		for i := range list {
			if list[i].Line > 0 {
				list[i].Line += lines
			}
		}
	}
}

// full says whether there are enough faults.
func (f *findings) full() bool { return len(f.faults) > maxFaults }

func (f *findings) warn(file string, line int, format string, args ...any) {
	if len(f.warnings) == maxWarnings {
		f.unkept++
		return
	}
	f.warnings = append(f.warnings, Warning{file, line, clip(fmt.Sprintf(format, args...))})
}

// maxText is the length in octets of the longest message. Messages quote the
// zone's text, of which one entry may have a mebioctet, and the longest name
// takes about a thousand.
const maxText = 2048

func clip(text string) string {
	if len(text) <= maxText {
		return text
	}
	return text[:maxText] + "..."
}

// result is the warnings, and the faults as an error if there are any.
func (f *findings) result() ([]Warning, error) {
	warnings := f.warnings
	if f.unkept > 0 {
		warnings = append(warnings, Warning{Text: fmt.Sprintf("and %d more warnings", f.unkept)})
	}
	if len(f.faults) > 0 {
		return warnings, f.faults
	}
	return warnings, nil
}
