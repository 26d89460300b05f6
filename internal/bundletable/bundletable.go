// Package bundletable prints the bundles of a KSR or SKR as the table by which
// people compare what was asked, what is about to be signed and what was signed.
package bundletable

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"countersign/pkg/ksr"
)

// Legend explains the last column.
const Legend = "KSKs: S signs, P is published only, R is revoked, RS is revoked and signs"

// Write writes one line a bundle, below a line of titles: its number from 1,
// inception and expiration, the key tags of its ZSKs, and its KSKs as
// tag(identifier)/action. Tags are computed from the keys. A key signs if a
// signature names it, by its identifier, else by its tag and algorithm: nothing
// is verified here, so a plan can be shown with signatures that are not made yet.
func Write(w io.Writer, bundles []ksr.Bundle) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	kskTitle := ""
	for i := range bundles {
		if hasKSK(&bundles[i]) {
			kskTitle = "\tKSKs"
		}
	}
	fmt.Fprintf(t, " #\tInception\tExpiration\tZSKs%s\n", kskTitle)
	for i := range bundles {
		b := &bundles[i]
		fmt.Fprintf(t, "%2d\t%s\t%s\t%s", i+1, moment(b.Inception), moment(b.Expiration), zsks(b))
		if kskTitle != "" {
			fmt.Fprintf(t, "\t%s", ksks(b))
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func hasKSK(b *ksr.Bundle) bool {
	for i := range b.Keys {
		if b.Keys[i].IsSEP() {
			return true
		}
	}
	return false
}

// zsks are the tags of the keys without the SEP flag. That one of them signs is
// said beside KSKs only: in a KSR all do, to prove that they are held.
func zsks(b *ksr.Bundle) string {
	var tags []string
	for i := range b.Keys {
		key := &b.Keys[i]
		if key.IsSEP() {
			continue
		}
		tag := strconv.Itoa(int(key.KeyTag()))
		if hasKSK(b) && Action(b, key) != "P" {
			tag += "/" + Action(b, key)
		}
		tags = append(tags, tag)
	}
	return orDash(tags)
}

func ksks(b *ksr.Bundle) string {
	var list []string
	for i := range b.Keys {
		key := &b.Keys[i]
		if !key.IsSEP() {
			continue
		}
		text := strconv.Itoa(int(key.KeyTag()))
		if key.Identifier != "" {
			text += "(" + label(key.Identifier) + ")"
		}
		list = append(list, text+"/"+Action(b, key))
	}
	return orDash(list)
}

func orDash(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, " ")
}

// label quotes an identifier that could be taken for more than one.
func label(identifier string) string {
	if strings.ContainsAny(identifier, ` ()/"`) {
		return strconv.Quote(identifier)
	}
	return identifier
}

// Action is what a bundle does with one of its keys: S, P, R or RS.
func Action(b *ksr.Bundle, key *ksr.Key) string {
	switch signs := isSigner(b, key); {
	case key.IsRevoked() && signs:
		return "RS"
	case key.IsRevoked():
		return "R"
	case signs:
		return "S"
	}
	return "P"
}

func isSigner(b *ksr.Bundle, key *ksr.Key) bool {
	for i := range b.Signatures {
		s := &b.Signatures[i]
		if s.KeyIdentifier != "" && s.KeyIdentifier == key.Identifier {
			return true
		}
		if s.KeyIdentifier == "" && s.KeyTag == key.KeyTag() && s.Algorithm == key.Algorithm {
			return true
		}
	}
	return false
}
