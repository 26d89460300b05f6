package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"countersign/internal/cli"
	"countersign/internal/document"
	"countersign/internal/readaloud"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
	"countersign/pkg/trustanchor"
	"countersign/zskd/internal/config"
	"countersign/zskd/internal/state"
)

func skrCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "skr", Short: "take in SKRs", Args: cobra.ArbitraryArgs, RunE: cli.Group}
	cmd.AddCommand(skrImportCommand())
	return cmd
}

func skrImportCommand() *cobra.Command {
	var path, at string
	cmd := &cobra.Command{
		Use:   "import -c FILE SKR",
		Short: "verify an SKR in full and install it in one step",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			now, err := presentOr(at)
			if err != nil {
				return err
			}
			if now.Before(time.Now().Truncate(time.Second)) {
				return cli.Usage("--at %s has passed: an SKR that is no longer good must not be installed as if it were", at)
			}
			return importSKR(cmd, path, args[0], now)
		},
	}
	addConfig(cmd, &path)
	cmd.Flags().StringVar(&at, "at", "", "judge as if at this `time`, which must not have passed (default: now)")
	return cmd
}

func importSKR(cmd *cobra.Command, configPath, path string, now time.Time) error {
	d, err := openDesk(configPath, "")
	if err != nil {
		return err
	}
	defer d.close()
	limits, s := d.limits, d.state
	anchors, err := loadAnchors(d.cfg)
	if err != nil {
		return err
	}
	doc, err := document.Read(path)
	if err != nil {
		return err
	}
	response, err := ksr.ParseResponse(doc)
	if err != nil {
		return document.Malformed(cmd.OutOrStdout(), ksr.SKR, path, err)
	}
	matching, err := s.Matching(response)
	if err != nil {
		return err
	}
	if len(matching) == 0 {
		return document.RefusedBy(cmd.OutOrStdout(), cmd.ErrOrStderr(), "SKR", unasked(response))
	}
	request, verified, report := judge(s, limits, anchors, response, matching, now)
	if verified == nil {
		return document.Refused(cmd.OutOrStdout(), cmd.ErrOrStderr(), "SKR", report)
	}
	return install(cmd, s, verified, request.Document, doc, now)
}

// unasked is the violation of an SKR that answers none of our KSRs.
func unasked(response *ksr.Response) policy.Violation {
	v := policy.Violation{Check: "SKR-MATCH", Hint: "it answers a KSR that was not made here, or from another state directory"}
	v.Text = fmt.Sprintf("no KSR of ours has the id %q of the SKR", response.ID)
	if response.ID == "" {
		v.Text = "no KSR was made here that the SKR could answer"
	}
	return v
}

// judge finds the KSR of ours that the SKR answers, and judges the SKR by it. An
// SKR without an id is held against each KSR; if it answers none, the report is
// about the KSR made last.
func judge(s *state.State, limits policy.Limits, anchors *trustanchor.Anchors, response *ksr.Response,
	matching []state.Request, now time.Time) (state.Request, *policy.Verified, *policy.Report) {
	in := policy.ResponseInput{
		Response: response, Limits: limits, Now: now,
		Genesis: s.Last() == nil, Previous: s.Last(), Revoked: policy.RevokedKeys(s.Chain),
		Anchors: func(owner rr.Name, key rr.DNSKEY) error { return anchors.Match(owner, key, now) },
	}
	for _, installed := range s.Chain {
		in.Known = append(in.Known, policy.KnownResponse{ID: installed.ID, Digest: installed.Digest})
	}
	if last := s.Last(); last != nil {
		in.OnRecord = &last.Digest
	}
	var first *policy.Report
	for _, request := range matching {
		in.Request = request.Request
		verified, report := policy.CheckResponse(in)
		if verified != nil {
			return request, verified, report
		}
		if first == nil {
			first = report
		}
	}
	return matching[0], nil, first
}

// install puts a verified SKR in its place, beside the KSR it answers.
func install(cmd *cobra.Command, s *state.State, verified *policy.Verified, request, response []byte, now time.Time) error {
	if err := verified.Valid(); err != nil {
		return err
	}
	link, err := s.Archive.Add(request, response)
	if err != nil {
		return cli.Hint(fmt.Errorf("installing the SKR: %w", err), `"zskd status" says whether it is installed`)
	}
	chain := append(s.Chain, verified.Response())
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "installed  %s\n", link.SKRPath())
	if err := readaloud.Write(out, verified.Response().Digest); err != nil {
		return err
	}
	fmt.Fprintf(out, "runway     %s\n", runway(chain, now))
	return nil
}

// runway says how long DNSKEY RRsets are signed without a gap.
func runway(chain []*ksr.Response, now time.Time) string {
	if ksr.InForce(chain, now) == nil {
		for _, response := range chain {
			for _, bundle := range response.Bundles {
				if bundle.Inception.After(now) {
					return fmt.Sprintf("no signed DNSKEY RRset now; the next one is of %s", bundle.Inception.Format(time.RFC3339))
				}
			}
		}
		return "no signed DNSKEY RRset"
	}
	until := ksr.SignedUntil(chain, now)
	return fmt.Sprintf("%d days of signed DNSKEY RRsets, until %s", int(until.Sub(now).Hours()/24), until.Format(time.RFC3339))
}

func loadAnchors(cfg *config.Config) (*trustanchor.Anchors, error) {
	text, err := os.ReadFile(cfg.TrustAnchor)
	if errors.Is(err, os.ErrNotExist) {
		return nil, cli.Hint(fmt.Errorf("no trust anchor: %w", err),
			`get the KSK operator's ("kskd trust-anchor") by a way you trust and put it there`)
	}
	if err != nil {
		return nil, err
	}
	anchors, err := trustanchor.Parse(text, cfg.Zone)
	if err != nil {
		return nil, fmt.Errorf("trust anchor %s: %w", cfg.TrustAnchor, err)
	}
	return anchors, nil
}
