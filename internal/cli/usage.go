package cli

import (
	"errors"
	"fmt"
	"strings"
)

// usage marks an error of the command line itself.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

// Usage is an error of the command line: a flag that is missing or wrong.
func Usage(format string, a ...any) error { return usage{fmt.Errorf(format, a...)} }

// IsUsage says whether err is about the command line: one made by Usage, or by
// the library that reads it.
func IsUsage(err error) bool {
	var u usage
	if errors.As(err, &u) {
		return true
	}
	for _, begin := range []string{"unknown command", "unknown flag", "unknown shorthand flag", "flag needs an argument", "invalid argument", "accepts ", "requires ", "required flag"} {
		if strings.HasPrefix(err.Error(), begin) {
			return true
		}
	}
	return false
}
