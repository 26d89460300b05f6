package ksrfixture

import (
	"slices"
	"sync"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// Text is the world of TLD with documents as Knot writes them: without ids,
// expirations and proofs, with refresh bundles where nothing changes, and with
// CDS and CDNSKEY. Only its second cycle is in text.
var Text = sync.OnceValue(func() *World {
	w := *TLD()
	w.Limits.Documents.Possession = policy.PossessionOutOfBand
	w.Second = w.textRequest()
	w.SecondPlan = w.textPlan(w.Second)
	w.SecondAnswer = w.textAnswer(w.Second, w.SecondPlan)
	return &w
})

// textRequest has a bundle where keys change, and one at the end of the period.
func (w *World) textRequest() *ksr.Request {
	r := &ksr.Request{Format: ksr.Knot, Zone: w.Limits.Zone, Digest: ksr.Digest{'k', 's', 'r'}}
	start := w.SecondStart()
	for _, change := range []struct {
		day  int
		keys []*Key
	}{{0, w.ZSKs[1:3]}, {10, w.ZSKs[2:3]}, {80, w.ZSKs[2:4]}, {91, w.ZSKs[2:4]}} {
		b := ksr.Bundle{Inception: start.Add(time.Duration(change.day) * Day)}
		for _, key := range change.keys {
			b.Keys = append(b.Keys, w.keyOf("", key.key))
		}
		r.Bundles = append(r.Bundles, b)
	}
	return r
}

// textPlan cuts a bundle every ten days, and where the keys change.
func (w *World) textPlan(r *ksr.Request) policy.Plan {
	var plan policy.Plan
	for d := 0; d <= 91; d++ {
		from := w.SecondStart().Add(time.Duration(d) * Day)
		if d%10 != 0 && d != 91 {
			continue
		}
		plan = append(plan, policy.PlannedBundle{
			From: from, Inception: from.Add(-time.Hour), Expiration: from.Add(21 * Day),
			KSKs: []policy.PlannedKSK{Signing(w.KSKs[0])},
		})
	}
	return plan
}

func (w *World) textAnswer(r *ksr.Request, plan policy.Plan) *ksr.Response {
	answer := &ksr.Response{Format: ksr.Knot, Zone: r.Zone, Digest: ksr.Digest{'s', 'k', 'r'}}
	for _, p := range plan {
		b := ksr.Bundle{Inception: p.From, Expiration: p.Expiration, Keys: slices.Clone(r.BundleAt(p.From).Keys)}
		for _, ksk := range p.KSKs {
			b.Keys = append(b.Keys, w.keyOf("", ksk.Key))
		}
		w.signText(answer.Zone, &b, p)
		answer.Bundles = append(answer.Bundles, b)
	}
	return answer
}

// signText signs the DNSKEY RRset and, with the KSKs that sign, CDS and CDNSKEY
// for them.
func (w *World) signText(zone rr.Name, b *ksr.Bundle, p policy.PlannedBundle) {
	w.Sign(zone, b, p)
	for i := range b.Signatures {
		b.Signatures[i].KeyIdentifier = ""
	}
	b.CDS = &rr.Set{Owner: zone, Type: rr.TypeCDS, TTL: 0}
	b.CDNSKEY = &rr.Set{Owner: zone, Type: rr.TypeCDNSKEY, TTL: 0}
	for _, ksk := range p.KSKs {
		ds, err := dnssec.NewDS(zone, ksk.Key, dnssec.DigestSHA256)
		if err != nil {
			panic(err)
		}
		b.CDS.Data = append(b.CDS.Data, ds.Append(nil))
		b.CDNSKEY.Data = append(b.CDNSKEY.Data, ksk.Key.Append(nil))
	}
	w.signParent(b, p)
}

func (w *World) signParent(b *ksr.Bundle, p policy.PlannedBundle) {
	b.CDSSignatures = nil
	for _, set := range []*rr.Set{b.CDS, b.CDNSKEY} {
		set.Canonicalize()
		for _, ksk := range p.KSKs {
			b.CDSSignatures = append(b.CDSSignatures, sign(set, set.Owner, w.signers[identity(ksk.Key)], w.keyOf("", ksk.Key), p.Inception, p.Expiration))
		}
	}
}

// TextRequestCases is the faults that only text KSRs have, and those that need a
// fast algorithm.
func TextRequestCases() []RequestCase {
	l := &requestList{w: Text()}
	w := l.w
	l.chained("possession required", want("KSR-BUNDLE-POP"), func(in *policy.RequestInput) { in.Limits.Documents.Possession = policy.PossessionRequired })
	l.chained("bytes that were signed before", want("KSR-ID"), func(in *policy.RequestInput) {
		in.Known = append(in.Known, policy.KnownRequest{Digest: in.Request.Digest, Signed: true})
	})
	l.chained("no bundle planned where keys change", want("SKR-MATCH"), func(in *policy.RequestInput) {
		p := &in.Plan[8] // a day late
		p.From, p.Inception, p.Expiration = p.From.Add(Day), p.Inception.Add(Day), p.Expiration.Add(Day)
	})
	l.chained("a bundle planned before the KSR begins", want("SKR-MATCH"), func(in *policy.RequestInput) {
		in.Plan[0].From = in.Plan[0].From.Add(-time.Hour)
		in.Plan = slices.Insert(in.Plan, 1, policy.PlannedBundle{From: w.SecondStart(), Inception: w.SecondStart(), Expiration: w.SecondStart().Add(21 * Day), KSKs: in.Plan[0].KSKs})
	})
	l.chained("planned validity of 30 days", want("SKR-SIG-VALIDITY"), func(in *policy.RequestInput) { in.Plan[3].Expiration = in.Plan[3].Expiration.Add(9 * Day) })
	l.chained("planned overlap of one day", want("SKR-SIG-OVERLAP"), func(in *policy.RequestInput) { in.Plan = slices.Delete(in.Plan, 4, 5) })
	l.chained("planned beyond the horizon", want("SKR-SIG-HORIZON"), func(in *policy.RequestInput) { in.Limits.Bundles.Horizon = 120 * Day })
	l.chained("planned in the past", want("SKR-SIG-HORIZON"), func(in *policy.RequestInput) { in.Now = in.Plan[0].Expiration })
	l.chained("a genesis plans a bundle that has ended", want("SKR-SIG-HORIZON"), func(in *policy.RequestInput) {
		in.Genesis, in.Previous, in.OnRecord, in.Known = true, nil, nil, nil
		in.Now = in.Plan[1].From // the first has ended, and its signatures have not
	})
	l.chained("two planned bundles at one time", want("SKR-BUNDLE-ORDER"), func(in *policy.RequestInput) { in.Plan = slices.Insert(in.Plan, 3, in.Plan[3]) })
	l.chained("a key that was never published stands alone", want("KSR-ZSK-PUBLISH-SAFETY"), func(in *policy.RequestInput) {
		in.Request.Bundles[2].Keys = []ksr.Key{w.keyOf("", w.ZSKs[3].key)}
		in.Request.Bundles[3].Keys = in.Request.Bundles[2].Keys
	})
	l.chained("a key twice in a bundle", want("KSR-BUNDLE-KEYS"), func(in *policy.RequestInput) {
		in.Request.Bundles[1].Keys = append(in.Request.Bundles[1].Keys, in.Request.Bundles[1].Keys[0])
	})
	l.chained("a KSK as a ZSK", want("KSR-BUNDLE-KEYS"), func(in *policy.RequestInput) {
		ksk := w.KSKs[1].key
		ksk.Flags = 256
		b := &in.Request.Bundles[3]
		b.Keys = append(slices.Clone(b.Keys), w.keyOf("", ksk))
	})
	first, second := SameTag("a", "b", dnssec.ECDSAP256SHA256, 256)
	l.chained("two ZSKs with one key tag", want("KSR-KEY-TAG"), func(in *policy.RequestInput) {
		for i := 2; i < 4; i++ {
			in.Request.Bundles[i].Keys = []ksr.Key{w.keyOf("", w.ZSKs[2].key), w.keyOf("", first.key), w.keyOf("", second.key)}
		}
	})
	one, other := SameTag("a", "b", dnssec.ECDSAP256SHA256, 257)
	l.chained("two planned KSKs with one key tag", want("SKR-KEY-TAG"), func(in *policy.RequestInput) {
		in.KSKs = append(in.KSKs, one.key, other.key)
		in.Plan[10].KSKs = append(in.Plan[10].KSKs, Publishing(one), Publishing(other))
	})
	small := &Key{Name: "small", key: rr.DNSKEY{Flags: 256, Protocol: 3, Algorithm: dnssec.ED25519, PublicKey: append([]byte{1}, make([]byte, 31)...)}}
	l.chained("an Ed25519 key of small order", want("KSR-KEY-WEAK"), func(in *policy.RequestInput) {
		in.Limits.ZSK.Algorithms = append(slices.Clone(in.Limits.ZSK.Algorithms), policy.AlgorithmLimit{Algorithm: dnssec.ED25519})
		in.Limits.KSK.Algorithms = in.Limits.ZSK.Algorithms
		edKSK := NewKey("ed", dnssec.ED25519, 0, 257)
		w.Know(edKSK)
		in.KSKs = append(in.KSKs, edKSK.key)
		in.Request.Bundles[3].Keys = append(slices.Clone(in.Request.Bundles[3].Keys), w.keyOf("", small.key))
		in.Plan[10].KSKs = append(in.Plan[10].KSKs, Signing(edKSK))
	})
	return l.cases
}

// TextResponseCases is the faults that only text SKRs have, and those that need
// a fast algorithm.
func TextResponseCases() []ResponseCase {
	l := &responseList{w: Text()}
	w := l.w
	cds := func(name string, change func(*ksr.Bundle)) {
		l.chained(name, want("SKR-CDS"), func(in *policy.ResponseInput) { change(&in.Response.Bundles[4]) })
	}
	resigned := func(name string, change func(*ksr.Bundle)) {
		cds(name, func(b *ksr.Bundle) {
			change(b)
			w.signParent(b, w.SecondPlan[4])
		})
	}
	other, err := dnssec.NewDS(w.Limits.Zone, w.KSKs[1].key, dnssec.DigestSHA256)
	if err != nil {
		panic(err)
	}
	resigned("CDS of a KSK that is not published", func(b *ksr.Bundle) { b.CDS.Data = append(b.CDS.Data, other.Append(nil)) })
	resigned("CDNSKEY that is not published", func(b *ksr.Bundle) { b.CDNSKEY.Data = append(b.CDNSKEY.Data, w.KSKs[1].key.Append(nil)) })
	resigned("delete-CDS", func(b *ksr.Bundle) { b.CDS.Data = [][]byte{{0, 0, 0, 0, 0}} })
	resigned("delete-CDNSKEY", func(b *ksr.Bundle) { b.CDNSKEY.Data = [][]byte{{0, 0, 3, 0, 0}} })
	resigned("CDS that is kept too long in caches", func(b *ksr.Bundle) { b.CDS.TTL = w.Limits.Published.MaxTTL + 1 })
	cds("CDS signed for a year", func(b *ksr.Bundle) {
		p := w.SecondPlan[4]
		p.Expiration = p.Expiration.AddDate(1, 0, 0)
		w.signParent(b, p)
	})
	cds("CDS signed twice by one KSK", func(b *ksr.Bundle) {
		p := w.SecondPlan[4]
		p.Inception = p.Inception.Add(-time.Minute)
		again := b.CDSSignatures
		w.signParent(b, p)
		b.CDSSignatures = append(b.CDSSignatures, again[0])
	})
	cds("CDS of a KSK that does not sign", func(b *ksr.Bundle) {
		b.Keys = append(b.Keys, w.keyOf("", w.KSKs[1].key))
		w.signText(w.Limits.Zone, b, w.SecondPlan[4])
		b.CDS.Data = [][]byte{other.Append(nil)}
		b.CDNSKEY.Data = [][]byte{w.KSKs[1].key.Append(nil)}
		w.signParent(b, w.SecondPlan[4])
	})
	edKSK, edZSK := NewKey("ed", dnssec.ED25519, 0, 257), NewKey("ed", dnssec.ED25519, 0, 256)
	w.Know(edKSK)
	// The last bundle has a second algorithm, with and without a ZSK of it.
	second := func(in *policy.ResponseInput, zsks ...*Key) (*ksr.Bundle, policy.PlannedBundle) {
		in.Limits.ZSK.Algorithms = append(slices.Clone(in.Limits.ZSK.Algorithms), policy.AlgorithmLimit{Algorithm: dnssec.ED25519})
		in.Limits.KSK.Algorithms = in.Limits.ZSK.Algorithms
		asked, b, p := &in.Request.Bundles[3], &in.Response.Bundles[10], ClonePlan(w.SecondPlan)[10]
		for _, zsk := range zsks {
			asked.Keys = append(asked.Keys, w.keyOf("", zsk.key))
			b.Keys = append(b.Keys, w.keyOf("", zsk.key))
		}
		b.Keys = append(b.Keys, w.keyOf("", edKSK.key))
		p.KSKs = append(p.KSKs, Signing(edKSK))
		w.signText(in.Response.Zone, b, p)
		return b, p
	}
	l.chained("CDS signed by one of two algorithms", want("SKR-CDS"), func(in *policy.ResponseInput) {
		b, _ := second(in, edZSK)
		w.signParent(b, w.SecondPlan[10])
	})
	l.chained("KSK of an algorithm that no ZSK has", want("SKR-KSK-SIGNER"), func(in *policy.ResponseInput) { second(in) })
	l.chained("keys of an algorithm that signs nothing", want("SKR-KSK-SIGNER", "SKR-CDS"), func(in *policy.ResponseInput) {
		b, p := second(in, edZSK)
		p.KSKs[1].Signs = false
		w.Sign(in.Response.Zone, b, p)
		b.Signatures[0].KeyIdentifier = ""
	})
	cds("no CDS", func(b *ksr.Bundle) { b.CDS = nil })
	cds("CDS that is not signed", func(b *ksr.Bundle) { b.CDSSignatures = b.CDSSignatures[1:] })
	cds("CDS with a forged signature", func(b *ksr.Bundle) { b.CDSSignatures[0].Signature[3] ^= 1 })
	cds("CDS signed by a ZSK", func(b *ksr.Bundle) {
		p := w.SecondPlan[4]
		b.CDSSignatures = append(b.CDSSignatures, sign(b.CDS, b.CDS.Owner, w.ZSKs[2], b.Keys[0], p.Inception, p.Expiration))
	})
	l.chained("CDS where the parent takes none", want("SKR-CDS"), func(in *policy.ResponseInput) { in.Limits.Parent = policy.ParentManual })

	l.chained("begins too late", want("SKR-MATCH", "SKR-CHAIN-OVERLAP"), func(in *policy.ResponseInput) { in.Response.Bundles = in.Response.Bundles[1:] })
	l.chained("ends too early", want("SKR-MATCH"), func(in *policy.ResponseInput) { in.Response.Bundles = in.Response.Bundles[:7] })
	l.chained("another set while keys change", want("SKR-MATCH", "SKR-SIG-OVERLAP"), func(in *policy.ResponseInput) { in.Response.Bundles = slices.Delete(in.Response.Bundles, 8, 9) })
	l.chained("begins before the KSR does", want("SKR-MATCH"), func(in *policy.ResponseInput) {
		early := CloneResponse(in.Response).Bundles[0]
		p := w.SecondPlan[0]
		p.From, p.Inception, p.Expiration = p.From.Add(-Day), p.Inception.Add(-Day), p.Expiration.Add(-Day)
		early.Inception, early.Expiration = p.From, p.Expiration
		w.signText(in.Response.Zone, &early, p)
		in.Response.Bundles = append([]ksr.Bundle{early}, in.Response.Bundles...)
	})
	l.chained("comes into force before its signatures", want("SKR-SIG-FIELDS"), func(in *policy.ResponseInput) {
		b, p := &in.Response.Bundles[4], w.SecondPlan[4]
		p.Inception = p.From.Add(time.Hour)
		w.Sign(in.Response.Zone, b, p)
		b.Signatures[0].KeyIdentifier = ""
	})
	l.chained("one signature runs for 40 days", want("SKR-SIG-VALIDITY"), func(in *policy.ResponseInput) {
		b, p := &in.Response.Bundles[4], w.SecondPlan[4]
		p.Expiration = p.From.Add(40 * Day)
		w.Sign(in.Response.Zone, b, p)
		b.Signatures[0].KeyIdentifier = ""
	})
	l.chained("signatures beyond the horizon, which the bundle does not state", want("SKR-SIG-HORIZON"), func(in *policy.ResponseInput) {
		last := &in.Response.Bundles[len(in.Response.Bundles)-1]
		in.Now = last.Expiration.Add(-in.Limits.Bundles.Horizon - time.Hour)
		last.Expiration = last.Inception.Add(Day)
	})
	l.chained("our next ZSK published as a KSK", want("SKR-MATCH"), func(in *policy.ResponseInput) {
		b := &in.Response.Bundles[4]
		zsk := w.ZSKs[3].key
		zsk.Flags = 257
		b.Keys = append(b.Keys, w.keyOf("", zsk))
		w.signText(in.Response.Zone, b, w.SecondPlan[4])
	})
	one, two := SameTag("a", "b", dnssec.ECDSAP256SHA256, 257)
	l.chained("two KSKs with one key tag", want("SKR-KEY-TAG"), func(in *policy.ResponseInput) {
		b := &in.Response.Bundles[10]
		b.Keys = append(b.Keys, w.keyOf("", one.key), w.keyOf("", two.key))
		w.signText(in.Response.Zone, b, w.SecondPlan[10])
	})
	return l.cases
}
