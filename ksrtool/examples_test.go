package main

import (
	"testing"

	"github.com/spf13/cobra"

	"countersign/internal/manpage"
)

// The command lines that people copy are ones that ksrtool takes.
func TestExamplesAreTaken(t *testing.T) {
	program := func() *cobra.Command { return newRoot(&tool{}) }
	examples := manpage.Read(t, "ksrtool.1.md").Section(t, "## EXAMPLES")
	manpage.Page(examples).Examples(t, program, 8)
	for page, least := range map[string]int{"../README.md": 1, "../docs/handbook.md": 6, "../docs/formats.md": 2} {
		manpage.Read(t, page).Examples(t, program, least)
	}
}
