package main

import (
	"github.com/spf13/cobra"

	"countersign/internal/cli"
)

func newVersion() *cobra.Command {
	cmd := cli.VersionCommand("Signatures are verified by Go crypto; none are made.")
	cmd.Short = "Say which version this is"
	cmd.Args = takes()
	return cmd
}
