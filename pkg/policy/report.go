package policy

import (
	"errors"
	"fmt"
	"strings"
)

// Violation is one fault of a document.
type Violation struct {
	Check string `json:"check"`           // the stable name
	Place string `json:"place,omitempty"` // "bundle ID" or "bundle 3"; "" if it is about the whole document
	Text  string `json:"text"`            // what was found and what is wanted
	Hint  string `json:"hint,omitempty"`  // what to do next
	Line  int    `json:"line,omitempty"`  // in the document; 0 if unknown
}

// String is the form in which people see a violation:
//
//	KSR-BUNDLE-POP: bundle c: no signature by key 31830
func (v Violation) String() string {
	if v.Place == "" {
		return v.Check + ": " + v.Text
	}
	return v.Check + ": " + v.Place + ": " + v.Text
}

// Error is String: a violation is an error too.
func (v Violation) Error() string { return v.String() }

// Result is how a check ended.
type Result string

// The results.
const (
	Passed     Result = "passed"
	Violated   Result = "violated"
	NotChecked Result = "not checked"
)

// Outcome is the result of one check.
type Outcome struct {
	Name   string `json:"name"`
	Result Result `json:"result"`
	Why    string `json:"why,omitempty"` // why it was not checked, or how far it could be
}

// Report is everything that was found, in the order of the checks.
type Report struct {
	Violations []Violation `json:"violations"`
	Checks     []Outcome   `json:"checks"`
}

// Err joins the violations; nil is the yes.
func (r *Report) Err() error {
	var all []error
	for _, v := range r.Violations {
		all = append(all, v)
	}
	return errors.Join(all...)
}

// Failed is the names of the checks that were violated, in order.
func (r *Report) Failed() []string {
	var names []string
	for _, o := range r.Checks {
		if o.Result == Violated {
			names = append(names, o.Name)
		}
	}
	return names
}

// String is the violations, one a line.
func (r *Report) String() string {
	var b strings.Builder
	for _, v := range r.Violations {
		fmt.Fprintln(&b, v)
	}
	return b.String()
}
