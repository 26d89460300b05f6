package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/internal/ksrfixture"
	"countersign/kskd/internal/config"
	"countersign/pkg/ceremony"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
)

// A limits file that was changed after it was read must not lend its digest to
// what was judged by another, and a file name must not rewrite the screen.
func TestShowPrintsWhatWasJudged(t *testing.T) {
	w := ksrfixture.Root()
	in := w.Chained()
	from := w.Start.AddDate(-1, 0, 0)
	ksks := []rollover.KSK{{
		Label: w.KSKs[0].Name, Key: w.KSKs[0].Key(),
		KSKDates: rollover.KSKDates{AnchorFrom: from, PublishFrom: from, SignFrom: from},
	}}
	var err error
	if in.Plan, err = ceremony.NewPlan(in.Request, ksks, w.Limits, time.Time{}); err != nil {
		t.Fatal(err)
	}
	approved, report := policy.CheckRequest(in)
	if approved == nil {
		t.Fatal(report.Err())
	}
	cfg := &config.Config{Zone: w.Limits.Zone, Limits: filepath.Join(t.TempDir(), "gone", "limits.yaml")}
	var out strings.Builder
	if err := show(&out, cfg, "\x1b[2Jgood.ksr", "the-digest", approved, ksr.ICANN); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SHA-256 the-digest\n", `KSR        \x1b[2Jgood.ksr, form`, in.Request.Digest.String()} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("an escape character was printed")
	}
}

// The plan is edited by hand: a slip there makes no test key of a production key.
func TestTheMarkInThePlanDoesNotMakeATestKey(t *testing.T) {
	inCopy(t, bases.fresh)
	edit(t, "ksk/keys/ksk-1.key", "; Countersign-Test-Key: yes\n", "")
	write(t, "first.ksr", firstKSR())
	before := files(t)
	ends(t, cli.Failed, "Yes\n", "sign -c ksk/kskd.yaml --genesis --at "+firstTime+" -o first.skr first.ksr", "test keys only", "whatever the plan says")
	onlySeen(t, before)
}
