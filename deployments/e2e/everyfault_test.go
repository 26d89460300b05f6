package e2e

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/internal/ksrfixture"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
)

// Every faulty KSR that package policy is tested with is refused by kskd for the
// same checks. The KSKs are in its plan, and their private halves nowhere: it
// must not come to signing.
func TestEveryFaultyRequestIsRefused(t *testing.T) {
	t.Parallel()
	w := ksrfixture.Root()
	base := &site{t: t, dir: t.TempDir(), zone: "."}
	write(t, base.path("passphrase"), []byte("correct horse\n"))
	base.good("kskd", "init", "ksk", "--zone", ".", "--passphrase-file", "passphrase")
	writeLimits(t, base.path("ksk/limits.yaml"), w.Limits)
	write(t, base.path("ksk/ksks.yaml"), planOf(w))
	base.encoded("first.skr", w.FirstAnswer)

	good, err := ksr.EncodeRequest(w.Second, ksr.ICANN)
	if err != nil {
		t.Fatal(err)
	}
	write(t, base.path("good.ksr"), good)
	r := run(t, base.copyOf(t).dir, nil, "kskd", "sign", "-c", "ksk/kskd.yaml", "--at", w.Chained().Now.Format(time.RFC3339), "--yes",
		"-o", "good.skr", "--previous", "first.skr", "good.ksr")
	if r.status != 2 || r.stdout != "" { // it passes every check, and then there is no key
		t.Errorf("%s\nstatus %d, want 2 without a violation", r, r.status)
	}

	judgedCases := 0
	for _, c := range ksrfixture.RequestCases() {
		if !onlyRequest(w, c.In) {
			continue
		}
		doc, err := ksr.EncodeRequest(c.In.Request, ksr.ICANN)
		if err != nil {
			continue // nobody could write it
		}
		judgedCases++
		t.Run(c.Name, func(t *testing.T) {
			want := slices.Sorted(slices.Values(c.Want))
			if _, err := ksr.ParseRequest(doc); err != nil {
				want = []string{"KSR-SYNTAX"}
			}
			s := base.copyOf(t)
			write(t, s.path("hostile.ksr"), doc)
			args := []string{"sign", "-c", "ksk/kskd.yaml", "--at", c.In.Now.Format(time.RFC3339), "--yes", "-o", "hostile.skr"}
			if c.In.Genesis {
				args = append(args, "--genesis")
			} else {
				args = append(args, "--previous", "first.skr")
			}
			judged(t, run(t, s.dir, nil, "kskd", append(args, "hostile.ksr")...), want)
		})
	}
	if judgedCases < 30 {
		t.Errorf("%d cases only", judgedCases)
	}
}

// onlyRequest says whether the fault is in the KSR and not in what it is judged
// by.
func onlyRequest(w *ksrfixture.World, in policy.RequestInput) bool {
	good := w.Chained()
	if in.Genesis {
		good = w.Genesis()
	}
	return reflect.DeepEqual(in.Limits, good.Limits) && reflect.DeepEqual(in.Previous, good.Previous) &&
		reflect.DeepEqual(in.KSKs, good.KSKs) && reflect.DeepEqual(in.Known, good.Known) &&
		reflect.DeepEqual(in.OnRecord, good.OnRecord) && in.Request.Format == good.Request.Format &&
		in.Request.Digest == good.Request.Digest && in.Genesis == good.Genesis &&
		(reflect.DeepEqual(in.Plan, good.Plan) || reflect.DeepEqual(in.Plan, w.Plan(in.Request))) &&
		!reflect.DeepEqual(in.Request, good.Request)
}

// planOf is a ksks.yaml in which the first KSK signs and the second is held.
func planOf(w *ksrfixture.World) []byte {
	text := []byte("zone: \".\"\nksks:\n")
	for i, ksk := range w.KSKs {
		key := ksk.Key()
		text = fmt.Appendf(text, "  - label: %q\n    algorithm: RSASHA256\n    key_tag: %d\n    public_key: %s\n    test: true\n",
			ksk.Name, key.KeyTag(), base64.StdEncoding.EncodeToString(key.PublicKey))
		if i == 0 {
			from := w.Start.Format(time.RFC3339)
			text = fmt.Appendf(text, "    anchor_from: %[1]s\n    publish_from: %[1]s\n    sign_from: %[1]s\n", from)
		}
	}
	return text
}
