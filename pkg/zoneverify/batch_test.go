package zoneverify_test

import (
	"strings"
	"testing"

	"countersign/pkg/p256verify"
	"countersign/pkg/zoneverify"
)

// TestTablesChangeNoVerdict: with many signatures by one key package p256verify
// verifies them. Every fault is found as without it.
func TestTablesChangeNoVerdict(t *testing.T) {
	tried := 0
	for _, f := range faults {
		if f.algorithm != 0 && f.algorithm != 13 || f.on != "" && f.on != shapes[1].name {
			continue
		}
		tried++
		t.Run(f.name, func(t *testing.T) {
			m := shapes[1].model(13)
			if f.plain != nil {
				f.plain(m)
			}
			m.chained, m.signed = f.chained, f.signed
			z := m.finish(t)
			c := zoneverify.Config{At: at, Anchors: m.anchors(), Limits: limits(), Published: published(t, shapes[1].model(13), nil)}
			if f.config != nil {
				f.config(m, &c)
			}
			slow, fast := zoneverify.Verify(z, c), zoneverify.VerifyWithTables(z, c)
			if !sameReport(slow, fast) {
				t.Errorf("with tables\n%v\nwithout\n%v", fast.Findings, slow.Findings)
			}
		})
	}
	if tried < 50 {
		t.Errorf("only %d faults were tried", tried)
	}
}

func TestDisagreementOfTwoVerifiersIsAFault(t *testing.T) {
	m := newModel(13)
	z := m.finish(t)
	c := zoneverify.Config{At: at, Anchors: m.anchors()}
	r := zoneverify.VerifyWith(z, c, func(batch []p256verify.Signed, bad []int) ([]int, error) {
		return append(bad, 0), p256verify.ErrDisagreement
	})
	expect(t, r, only("ZONE-RRSIG-VALID"), "trust no verdict of this machine")
	if r.Judged() != nil {
		t.Error("there is a proof")
	}
}

// TestSignaturesThatTheTablesRefuseAreLookedAtAgain: a batch only ever says yes.
func TestSignaturesThatTheTablesRefuseAreLookedAtAgain(t *testing.T) {
	m := newModel(13)
	z := m.finish(t)
	c := zoneverify.Config{At: at, Anchors: m.anchors()}
	asked := 0
	r := zoneverify.VerifyWith(z, c, func(batch []p256verify.Signed, bad []int) ([]int, error) {
		asked += len(batch)
		for i := range batch {
			bad = append(bad, i)
		}
		return bad, nil
	})
	if err := r.Err(); err != nil {
		t.Error(err, r.Findings)
	}
	if asked < 20 || asked >= r.Signatures {
		t.Errorf("%d signatures of %d were in a batch", asked, r.Signatures)
	}
}

// TestLargeZoneWithTables is a zone with enough signatures that tables are made.
func TestLargeZoneWithTables(t *testing.T) {
	m := newModelOf(13, delegations(800))
	spoil := 0
	m.signed = func(m *model) {
		for _, owner := range m.owners() {
			for _, set := range m.sets[owner] {
				for i := range set.sigs {
					if spoil++; spoil%100 == 0 {
						set.sigs[i].Signature[40] ^= 1
					}
				}
			}
		}
	}
	z := m.finish(t)
	c := zoneverify.Config{At: at, Workers: 1}
	r := zoneverify.Verify(z, c)
	if len(r.Findings) != spoil/100 {
		t.Errorf("%d faults, want %d", len(r.Findings), spoil/100)
	}
	for _, f := range r.Findings {
		if !strings.Contains(f.Text, "does not verify") {
			t.Error(f)
		}
	}
	for _, workers := range []int{2, 8} {
		c.Workers = workers
		if other := zoneverify.Verify(z, c); !sameReport(other, r) {
			t.Errorf("with %d workers the report differs", workers)
		}
	}
}
