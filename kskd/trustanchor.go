package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/kskd/internal/config"
	"countersign/kskd/internal/kskplan"
	"countersign/pkg/durable"
	"countersign/pkg/rollover"
	"countersign/pkg/trustanchor"
)

func trustAnchorCommand() *cobra.Command {
	var path, out string
	var ds bool
	cmd := &cobra.Command{
		Use:   "trust-anchor -c FILE [-o OUT]",
		Short: "write the trust anchor document (RFC 9718) of the KSKs that are anchors now",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(path)
			if err != nil {
				return err
			}
			document, err := trustAnchors(cfg, ds, time.Now())
			if err != nil {
				return err
			}
			if out == "" {
				_, err = cmd.OutOrStdout().Write(document)
				return err
			}
			return durable.Replace(out, document, 0o644)
		},
	}
	addConfig(cmd, &path)
	cmd.Flags().StringVarP(&out, "output", "o", "", "`file` to write, replacing one that is there (default: standard output)")
	cmd.Flags().BoolVar(&ds, "ds", false, "write DS records instead")
	return cmd
}

// trustAnchors is the document for the KSKs whose anchor-from has come and that
// are neither revoked nor removed.
func trustAnchors(cfg *config.Config, ds bool, now time.Time) ([]byte, error) {
	plan, err := kskplan.Load(cfg.KSKs, cfg.Zone)
	if err != nil {
		return nil, err
	}
	doc := trustanchor.Anchors{Zone: cfg.Zone, ID: now.UTC().Format("2006-01-02"), Source: "kskd trust-anchor"}
	for _, ksk := range rollover.AnchorsAt(plan.KSKs(), now) {
		anchor, err := trustanchor.NewAnchor(cfg.Zone, ksk.Label, ksk.Key, ksk.AnchorFrom, ksk.RevokeFrom)
		if err != nil {
			return nil, err
		}
		doc.Anchors = append(doc.Anchors, anchor)
	}
	if len(doc.Anchors) == 0 {
		return nil, cli.Hint(errors.New("no KSK is a trust anchor now"), "see anchor_from in %s", cfg.KSKs)
	}
	if ds {
		return doc.AppendDS(nil), nil
	}
	return doc.Document()
}
