package main

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// fact is one thing that holds while a bundle is in force. Equal keys mean the
// same; text is for people.
type fact struct {
	key, text string
}

// period is from one moment until another, and what holds between them. A
// period that has no end has the zero time for until.
type period struct {
	from, until time.Time
	facts       []fact
}

// timeline is what a document says of every moment, whichever way it was cut
// into bundles: of the bundles that have begun the last one holds. In an SKR it
// holds until its signatures run out. In a KSR, where text has no expirations,
// it holds until the next one begins and the last one without end.
func timeline(doc *document, withExpirations bool) []period {
	bundles := slices.Clone(doc.bundles)
	slices.SortStableFunc(bundles, func(a, b ksr.Bundle) int { return a.Inception.Compare(b.Inception) })
	var line []period
	for i := range bundles {
		b := &bundles[i]
		p := period{from: b.Inception, facts: facts(doc, b, withExpirations)}
		if doc.kind == ksr.SKR {
			p.until = b.Expiration
		}
		if i+1 < len(bundles) {
			if next := bundles[i+1].Inception; p.until.IsZero() || next.Before(p.until) {
				p.until = next
			}
		}
		if p.until.IsZero() || p.from.Before(p.until) {
			line = append(line, p)
		}
	}
	return line
}

// facts is what a bundle says.
func facts(doc *document, b *ksr.Bundle, withExpirations bool) []fact {
	var list []fact
	add := func(key, format string, a ...any) {
		list = append(list, fact{key, fmt.Sprintf(format, a...)})
	}
	for i := range b.Keys {
		k := &b.Keys[i]
		add(fmt.Sprintf("DNSKEY %d %x", k.TTL, k.Append(nil)), "%s %d, %s, flags %d, TTL %d",
			role(k.DNSKEY), k.KeyTag(), dnssec.AlgorithmName(k.Algorithm), k.Flags, k.TTL)
	}
	for _, set := range []*rr.Set{b.CDS, b.CDNSKEY} {
		if set == nil {
			continue
		}
		for _, data := range set.Data {
			add(fmt.Sprintf("%d %d %s", set.Type, set.TTL, hex.EncodeToString(data)),
				"%s %s, TTL %d", set.Type, rr.AppendRdata(nil, set.Type, data), set.TTL)
		}
	}
	switch {
	case doc.kind == ksr.SKR:
		for _, s := range slices.Concat(b.Signatures, b.CDSSignatures) {
			text := fmt.Sprintf("signature over %s by %d, %s, valid %s to %s", s.TypeCovered, s.KeyTag,
				dnssec.AlgorithmName(s.Algorithm), moment(s.Inception), moment(s.Expiration))
			add(text, "%s", text)
		}
	case withExpirations:
		text := "signatures are asked for until " + moment(b.Expiration)
		add(text, "%s", text)
	}
	slices.SortFunc(list, func(x, y fact) int { return cmp.Compare(x.key, y.key) })
	return slices.CompactFunc(list, func(x, y fact) bool { return x.key == y.key })
}

// statesExpirations says whether every bundle says when it expires.
func statesExpirations(doc *document) bool {
	return !slices.ContainsFunc(doc.bundles, func(b ksr.Bundle) bool { return b.Expiration.IsZero() })
}

// difference is a period in which two documents do not say the same.
type difference struct {
	from, until  time.Time
	onlyA, onlyB []fact
	noneA, noneB bool // nothing is in force
}

// differences compares two timelines. Neighbouring periods that differ in the
// same way are one.
func differences(a, b []period) []difference {
	var list []difference
	edges := edges(a, b)
	for i, from := range edges {
		d := difference{from: from}
		if i+1 < len(edges) {
			d.until = edges[i+1]
		}
		pa, pb := at(a, from), at(b, from)
		if pa == nil && pb == nil {
			continue
		}
		d.noneA, d.noneB = pa == nil, pb == nil
		d.onlyA, d.onlyB = without(pa, pb), without(pb, pa)
		if len(d.onlyA) == 0 && len(d.onlyB) == 0 {
			continue
		}
		if n := len(list); n > 0 && list[n-1].until.Equal(from) && list[n-1].sameAs(&d) {
			list[n-1].until = d.until
			continue
		}
		list = append(list, d)
	}
	return list
}

// edges is every moment at which either timeline changes, in order.
func edges(lines ...[]period) []time.Time {
	var all []time.Time
	for _, line := range lines {
		for _, p := range line {
			all = append(all, p.from)
			if !p.until.IsZero() {
				all = append(all, p.until)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// at is the period that a moment lies in; nil if there is none.
func at(line []period, t time.Time) *period {
	for i := range line {
		p := &line[i]
		if !t.Before(p.from) && (p.until.IsZero() || t.Before(p.until)) {
			return p
		}
	}
	return nil
}

// without is the facts of one period that the other does not have.
func without(p, other *period) []fact {
	if p == nil {
		return nil
	}
	if other == nil {
		return p.facts
	}
	var list []fact
	for _, f := range p.facts {
		if !slices.ContainsFunc(other.facts, func(o fact) bool { return o.key == f.key }) {
			list = append(list, f)
		}
	}
	return list
}

func (d *difference) sameAs(o *difference) bool {
	return d.noneA == o.noneA && d.noneB == o.noneB && slices.Equal(d.onlyA, o.onlyA) && slices.Equal(d.onlyB, o.onlyB)
}
