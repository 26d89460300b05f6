package ksr

import (
	"fmt"
	"strings"
)

// The names of what a format cannot carry. They are part of the interface:
// people type them and scripts match them.
const (
	LossPossession  = "possession"  // the ZSKs' own signatures in a KSR
	LossCDS         = "cds"         // CDS and CDNSKEY records and their signatures
	LossSigners     = "signers"     // Signer elements, which only a KSR has
	LossKeyTag      = "key-tag"     // stated key tags that are not the computed ones
	LossOrder       = "order"       // bundles that are not in the order of their times
	LossInception   = "inception"   // bundles that begin at one time
	LossExpiration  = "expiration"  // when a bundle expires
	LossPolicy      = "policy"      // the stated policy
	LossIdentifiers = "identifiers" // ids of the document, its bundles and keys
)

// Loss is one thing that would be lost, or that is needed and missing.
type Loss struct {
	Name      string
	Text      string
	Droppable bool // without it there still is a document of use
}

// CarryError is a document that a format cannot carry whole.
type CarryError struct {
	Kind   Kind
	Format Format
	Losses []Loss
}

// Error has one line for each loss, its name first.
func (e *CarryError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the %s format cannot carry this %s:", e.Format, strings.ToUpper(string(e.Kind)))
	for _, loss := range e.Losses {
		fmt.Fprintf(&b, "\n%s: %s", loss.Name, loss.Text)
		if loss.Droppable {
			b.WriteString(" (can be dropped)")
		}
	}
	return b.String()
}

func carryError(kind Kind, f Format, losses []Loss) error {
	if f != ICANN && f != Knot && f != BIND {
		return fmt.Errorf("format %q is unknown, want icann, knot or bind", string(f))
	}
	if len(losses) == 0 {
		return nil
	}
	return &CarryError{Kind: kind, Format: f, Losses: losses}
}

// requestLosses lists what format f cannot carry of r.
func requestLosses(r *Request, f Format) []Loss {
	l := lossList{bundles: r.Bundles}
	l.count(LossCDS, true, "with CDS or CDNSKEY records, which no KSR has", (*Bundle).hasCDS)
	if f == ICANN {
		l.count(LossPossession, false, "without the proof of possession that each ZSK signs", func(b *Bundle) bool { return len(b.Signatures) == 0 })
		l.needs(r.ID, r.Policy)
		return l.list
	}
	l.count(LossPossession, true, "with proofs of possession", func(b *Bundle) bool { return len(b.Signatures) > 0 })
	l.ordered()
	return l.list
}

// responseLosses lists what format f cannot carry of r.
func responseLosses(r *Response, f Format) []Loss {
	l := lossList{bundles: r.Bundles}
	l.count(LossSigners, true, "with Signer elements, which no SKR has", func(b *Bundle) bool { return len(b.Signers) > 0 })
	if f == ICANN {
		l.count(LossCDS, true, "with CDS or CDNSKEY records", (*Bundle).hasCDS)
		l.needs(r.ID, r.KSKPolicy, r.ZSKPolicy)
		return l.list
	}
	l.ordered()
	return l.list
}

func (b *Bundle) hasCDS() bool {
	return b.CDS != nil || b.CDNSKEY != nil || len(b.CDSSignatures) > 0
}

// lossList gathers losses, most of which are about bundles.
type lossList struct {
	bundles []Bundle
	list    []Loss
}

func (l *lossList) add(name string, droppable bool, format string, args ...any) {
	l.list = append(l.list, Loss{Name: name, Droppable: droppable, Text: fmt.Sprintf(format, args...)})
}

// count adds a loss if any bundle has it.
func (l *lossList) count(name string, droppable bool, what string, has func(*Bundle) bool) {
	n := 0
	for i := range l.bundles {
		if has(&l.bundles[i]) {
			n++
		}
	}
	if n > 0 {
		l.add(name, droppable, "%d of %d bundles %s", n, len(l.bundles), what)
	}
}

// needs adds what the XML requires.
func (l *lossList) needs(id string, policies ...StatedPolicy) {
	for _, p := range policies {
		if len(p.Algorithms) == 0 {
			l.add(LossPolicy, false, "no stated policy with its algorithms")
			break
		}
	}
	if id == "" {
		l.add(LossIdentifiers, false, "the document has no id")
	}
	l.count(LossIdentifiers, false, "without an id, or with keys or signatures that lack an identifier", (*Bundle).lacksIdentifier)
	l.count(LossExpiration, false, "without an expiration", func(b *Bundle) bool { return b.Expiration.IsZero() })
}

func (b *Bundle) lacksIdentifier() bool {
	if b.ID == "" {
		return true
	}
	for _, k := range b.Keys {
		if k.Identifier == "" {
			return true
		}
	}
	for _, s := range b.Signatures {
		if s.KeyIdentifier == "" {
			return true
		}
	}
	return false
}

// ordered adds what stands against the text formats, where a bundle is known by
// the time it begins.
func (l *lossList) ordered() {
	begins := map[int64]int{}
	for i := range l.bundles {
		begins[l.bundles[i].Inception.Unix()]++
	}
	l.count(LossInception, false, "begin at the same time as another", func(b *Bundle) bool {
		return begins[b.Inception.Unix()] > 1
	})
	for i := 1; i < len(l.bundles); i++ {
		if l.bundles[i].Inception.Before(l.bundles[i-1].Inception) {
			l.add(LossOrder, true, "bundle %d begins before the one above it", i+1)
			break
		}
	}
	l.count(LossKeyTag, true, "with a wrong key tag", func(b *Bundle) bool {
		for _, k := range b.Keys {
			if k.Tag != k.KeyTag() {
				return true
			}
		}
		return false
	})
}
