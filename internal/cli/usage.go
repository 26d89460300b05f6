package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
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
	for _, begin := range []string{"unknown command", "unknown flag", "unknown shorthand flag", "bad flag syntax", "flag needs an argument", "invalid argument", "accepts ", "requires ", "required flag"} {
		if strings.HasPrefix(err.Error(), begin) {
			return true
		}
	}
	return false
}

// Group is what a command does that only has commands below it. Without it a
// mistyped command would print its help and end well.
func Group(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Usage("unknown command %q for %q", args[0], cmd.CommandPath())
	}
	return Usage("%s needs a command", cmd.CommandPath())
}
