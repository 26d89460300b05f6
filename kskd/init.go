package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/newzone"
	"countersign/kskd/internal/config"
	"countersign/kskd/internal/kskplan"
	"countersign/pkg/durable"
	"countersign/pkg/policyfile"
)

func initCommand() *cobra.Command {
	var flags newzone.Flags
	cmd := &cobra.Command{
		Use:   "init DIR --zone NAME",
		Short: "make a directory with configuration, limits and an empty KSK plan",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			choice, err := flags.Choose()
			if err != nil {
				return cli.Usage("%w", err)
			}
			if err := initialize(args[0], choice); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "made %s for zone %s\n", args[0], choice.Zone)
			fmt.Fprintf(cmd.OutOrStdout(), "next: review %s, then make a KSK with \"kskd key generate\"\n", filepath.Join(args[0], policyfile.FileName))
			return nil
		},
	}
	flags.Add(cmd)
	return cmd
}

// initialize makes the directory, the configuration file last: without it no
// other command works there.
func initialize(dir string, choice newzone.Choice) (err error) {
	if err := durable.MakeDir(dir, 0o755); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s exists already", dir)
		}
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir) // it is ours: it did not exist
		}
	}()
	keys := choice.Keys
	if keys.Directory != "" {
		if err := durable.MakeDir(filepath.Join(dir, keys.Directory), 0o700); err != nil {
			return err
		}
	}
	if keys, err = keys.RelativeTo(dir); err != nil {
		return err
	}
	if err := durable.MakeDir(filepath.Join(dir, "state"), 0o755); err != nil {
		return err
	}
	limits, err := policyfile.Format(choice.Limits)
	if err != nil {
		return err
	}
	plan, err := (&kskplan.Plan{Zone: choice.Zone}).Encode()
	if err != nil {
		return err
	}
	settings, err := config.Write(config.Template{Zone: choice.Zone, Keys: keys})
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{policyfile.FileName, limits}, {"ksks.yaml", plan}, {config.FileName, settings}} {
		if err := durable.WriteNew(filepath.Join(dir, f.name), f.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
