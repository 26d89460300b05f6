package manpage

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Examples wants every command line of the program in a page to be one that it
// takes: a command, flags and a number of arguments that exist. Command lines are
// in indented blocks; what a shell makes of the rest of the line is left out. It
// wants least of them.
func (p Page) Examples(t *testing.T, program func() *cobra.Command, least int) {
	t.Helper()
	name, found := program().Name(), 0
	for line := range strings.Lines(strings.ReplaceAll(string(p), "\\\n", " ")) {
		words := strings.Fields(line)
		if !strings.HasPrefix(line, "    ") || len(words) == 0 || strings.HasSuffix(words[0], ":") {
			continue
		}
		start := -1
		for i, word := range words {
			if word == name || word == "$("+name || strings.HasSuffix(word, "=$("+name) {
				start = i
				break
			}
		}
		if start < 0 {
			continue
		}
		found++
		var args []string
		for _, word := range words[start+1:] {
			if strings.ContainsAny(word, "|&;<>)") {
				break
			}
			args = append(args, strings.Trim(word, "'"))
		}
		if err := taken(program(), args); err != nil {
			t.Errorf("%s: %v", strings.TrimSpace(line), err)
		}
	}
	if found < least {
		t.Errorf("%d command lines of %s, want %d at least", found, name, least)
	}
}

// taken says why a program would not take a command line.
func taken(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
