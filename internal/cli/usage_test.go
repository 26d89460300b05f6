package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// sample is a program with a flag, an argument and a group of commands.
func sample() *cobra.Command {
	root := &cobra.Command{Use: "sample", Args: cobra.ArbitraryArgs, RunE: Group, SilenceUsage: true, SilenceErrors: true}
	root.SetOut(&strings.Builder{})
	root.SetErr(&strings.Builder{})
	do := &cobra.Command{Use: "do FILE", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		return fmt.Errorf("reading %s: %w", args[0], fs.ErrNotExist)
	}}
	do.Flags().Int("bits", 0, "")
	group := &cobra.Command{Use: "group", Args: cobra.ArbitraryArgs, RunE: Group}
	group.AddCommand(&cobra.Command{Use: "one", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return nil }})
	root.AddCommand(do, group)
	return root
}

func TestEveryFaultOfTheCommandLineIsUsage(t *testing.T) {
	for _, line := range []string{
		"", "wrong", "group", "group wrong", "group one more", "do", "do a b", "do --wrong a", "do -w a", "do --bits x a", "do a --bits", "do --=1 a",
	} {
		root := sample()
		root.SetArgs(strings.Fields(line))
		err := root.Execute()
		if err == nil || !IsUsage(err) {
			t.Errorf("%q: %v, want an error of usage", line, err)
		}
		if Status(err) != Failed {
			t.Errorf("%q: status %d", line, Status(err))
		}
	}
}

func TestOtherErrorsAreNotUsage(t *testing.T) {
	root := sample()
	root.SetArgs([]string{"do", "a"})
	if err := root.Execute(); !errors.Is(err, fs.ErrNotExist) || IsUsage(err) {
		t.Errorf("%v is taken for usage", err)
	}
}

func TestUsageIsSeenThroughHints(t *testing.T) {
	cause := errors.New("cause")
	err := Hint(fmt.Errorf("wrapped: %w", Usage("--at: %w", cause)), "look it up")
	if !IsUsage(err) || !errors.Is(err, cause) || err.Error() != "wrapped: --at: cause" {
		t.Errorf("%v: usage %t", err, IsUsage(err))
	}
}
