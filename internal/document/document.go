// Package document is how the programs read KSRs and SKRs from files, name them
// to people, and say why one is refused.
package document

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"countersign/internal/cli"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
)

// Read reads a document of at most ksr.MaxDocument octets; "-" is standard
// input.
func Read(path string) ([]byte, error) {
	in := os.Stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	doc, err := io.ReadAll(io.LimitReader(in, ksr.MaxDocument+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if len(doc) > ksr.MaxDocument {
		return nil, fmt.Errorf("%s is larger than %d octets: it is no KSR or SKR", path, ksr.MaxDocument)
	}
	return doc, nil
}

// SHA256 is the digest in hexadecimal.
func SHA256(doc []byte) string { return ksr.Digest(sha256.Sum256(doc)).String() }

// Refused writes every violation to out, one a line with the stable name first,
// and each hint once to hints, and returns the error that ends the program.
func Refused(out, hints io.Writer, kind string, report *policy.Report) error {
	given := map[string]bool{}
	for _, v := range report.Violations {
		fmt.Fprintln(out, v)
		if hint := v.Check + ": " + v.Hint; v.Hint != "" && !given[hint] {
			given[hint] = true
			fmt.Fprintf(hints, "hint: %s\n", hint)
		}
	}
	if len(report.Violations) == 0 {
		return cli.Refuse(errors.New("the " + kind + " is refused: not every check could be made"))
	}
	count := "1 violation"
	if n := len(report.Violations); n > 1 {
		count = fmt.Sprintf("%d violations", n)
	}
	return cli.Refuse(fmt.Errorf("the %s is refused: %s, listed above", kind, count))
}

// Malformed is Refused for a document of this kind that could not be parsed: each
// fault violates KSR-SYNTAX or SKR-SYNTAX.
func Malformed(out io.Writer, kind ksr.Kind, path string, err error) error {
	name := strings.ToUpper(string(kind))
	for _, fault := range faults(err) {
		fmt.Fprintf(out, "%s-SYNTAX: %v\n", name, fault)
	}
	return cli.Refuse(fmt.Errorf("%s is no %s that can be read, as listed above; nothing was changed", path, name))
}

// faults are the errors that were joined to err.
func faults(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// RefusedBy is Refused for a single check that was made outside package policy.
func RefusedBy(out, hints io.Writer, kind string, violation policy.Violation) error {
	return Refused(out, hints, kind, &policy.Report{Violations: []policy.Violation{violation}})
}
