package policy_test

import (
	"testing"
	"time"

	"countersign/internal/ksrfixture"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
)

// FuzzRequest judges whatever the readers let through, with and without a
// previous SKR that is as strange: no panic, and nothing is approved that is not
// the good KSR.
func FuzzRequest(f *testing.F) {
	seed(f, func(w *ksrfixture.World) ([]byte, error) { return ksr.EncodeRequest(w.Second, w.Second.Format) })
	f.Fuzz(func(t *testing.T, doc, previous []byte, second int64) {
		request, err := ksr.ParseRequest(doc)
		if err != nil {
			return
		}
		for _, w := range worlds() {
			in := w.Chained()
			in.Request, in.Plan, in.Now = request, w.Plan(request), time.Unix(second%(1<<33), 0).UTC()
			if response, err := ksr.ParseResponse(previous); err == nil {
				in.Previous = response
			}
			approved, report := policy.CheckRequest(in)
			if (approved == nil) == (report.Err() == nil) {
				t.Fatalf("approved: %v, violations: %v", approved != nil, report.Err())
			}
			in.Genesis = true
			policy.CheckRequest(in)
			policy.JudgeRequest(policy.RequestInput{Request: request, Previous: in.Previous, Limits: w.Limits, Now: in.Now})
		}
	})
}

// FuzzResponse does the same with SKRs.
func FuzzResponse(f *testing.F) {
	seed(f, func(w *ksrfixture.World) ([]byte, error) {
		return ksr.EncodeResponse(w.SecondAnswer, w.SecondAnswer.Format)
	})
	f.Fuzz(func(t *testing.T, doc, previous []byte, second int64) {
		response, err := ksr.ParseResponse(doc)
		if err != nil {
			return
		}
		for _, w := range worlds() {
			in := w.ChainedAnswer()
			in.Response, in.Now = response, time.Unix(second%(1<<33), 0).UTC()
			if before, err := ksr.ParseResponse(previous); err == nil {
				in.Previous = before
			}
			verified, report := policy.CheckResponse(in)
			if (verified == nil) == (report.Err() == nil) {
				t.Fatalf("verified: %v, violations: %v", verified != nil, report.Err())
			}
			in.Genesis = true
			policy.CheckResponse(in)
			policy.JudgeResponse(policy.ResponseInput{Response: response, Previous: in.Previous, Limits: w.Limits, Now: in.Now})
		}
	})
}

func worlds() []*ksrfixture.World {
	return []*ksrfixture.World{ksrfixture.TLD(), ksrfixture.Text()}
}

func seed(f *testing.F, encode func(*ksrfixture.World) ([]byte, error)) {
	f.Helper()
	previous, err := ksr.EncodeResponse(ksrfixture.TLD().FirstAnswer, ksr.ICANN)
	if err != nil {
		f.Fatal(err)
	}
	for _, w := range worlds() {
		doc, err := encode(w)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc, previous, w.SecondStart().Unix())
		f.Add(doc, []byte{}, int64(0))
	}
}

// Documents changed in memory, in ways that no reader would let through.
func TestStrangeValuesDoNotPanic(t *testing.T) {
	w := ksrfixture.TLD()
	for name, change := range map[string]func(*ksr.Bundle){
		"no keys":       func(b *ksr.Bundle) { b.Keys = nil },
		"no signatures": func(b *ksr.Bundle) { b.Signatures = nil },
		"zero times":    func(b *ksr.Bundle) { b.Inception, b.Expiration = time.Time{}, time.Time{} },
		"far times":     func(b *ksr.Bundle) { b.Expiration = time.Unix(1<<40, 0) },
		"empty key":     func(b *ksr.Bundle) { b.Keys[0].PublicKey = nil },
		"short RSA key": func(b *ksr.Bundle) { b.Keys[0].Algorithm = 8; b.Keys[0].PublicKey = []byte{1, 3, 1} },
		"unknown":       func(b *ksr.Bundle) { b.Keys[0].Algorithm = 253 },
		"empty":         func(b *ksr.Bundle) { *b = ksr.Bundle{} },
	} {
		in := w.Chained()
		change(&in.Request.Bundles[4])
		if approved, _ := policy.CheckRequest(in); approved != nil {
			t.Errorf("%s: KSR approved", name)
		}
		in = w.Chained()
		change(&in.Previous.Bundles[4])
		if approved, _ := policy.CheckRequest(in); approved != nil {
			t.Errorf("%s: KSR approved after such an SKR", name)
		}
		answer := w.ChainedAnswer()
		change(&answer.Response.Bundles[4])
		if verified, _ := policy.CheckResponse(answer); verified != nil {
			t.Errorf("%s: SKR verified", name)
		}
	}
	in := w.Chained()
	in.Request.Bundles = nil
	if approved, _ := policy.CheckRequest(in); approved != nil {
		t.Error("a KSR without bundles is approved")
	}
	answer := w.ChainedAnswer()
	answer.Response.Bundles = nil
	if verified, _ := policy.CheckResponse(answer); verified != nil {
		t.Error("an SKR without bundles is verified")
	}
}

func TestHostileDocumentGetsAShortReport(t *testing.T) {
	w := ksrfixture.TLD()
	in := w.Chained()
	for len(in.Request.Bundles) < ksr.MaxBundles {
		in.Request.Bundles = append(in.Request.Bundles, in.Request.Bundles...)
	}
	for i := range in.Request.Bundles {
		in.Request.Bundles[i].ID = ""
	}
	_, report := policy.CheckRequest(in)
	counts := map[string]int{}
	for _, v := range report.Violations {
		counts[v.Check]++
	}
	for check, n := range counts {
		if n > 101 {
			t.Errorf("%s: %d violations", check, n)
		}
	}
	if counts["KSR-BUNDLE-UNIQUE"] != 101 {
		t.Errorf("%d violations of KSR-BUNDLE-UNIQUE, want 100 and one that says so", counts["KSR-BUNDLE-UNIQUE"])
	}
}
