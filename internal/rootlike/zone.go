package rootlike

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// Shape is what a zone looks like.
type Shape int

const (
	// Root is the root zone as it was in 2026: names of top-level domains, a
	// handful of name servers each, glue for all of them, DS for most.
	Root Shape = iota
	// TLD is a top-level domain: many names with two name servers each, most
	// of them elsewhere, and a DS for one in five.
	TLD
)

// Options is the zone to make. The zero value is a root-shaped zone of 1,450
// delegations.
type Options struct {
	Shape       Shape
	Origin      string // absolute and in lower case; "" is "." for Root and "example." for TLD
	Seed        uint64 // another seed, other names and addresses
	Delegations int    // 0 is 1450
	Serial      uint32 // 0 is 2026010100

	// OwnServers is how many of a hundred delegations of a TLD have name servers
	// of their own below them, and so glue, and as many have those of a hoster in
	// the zone. At least the hosters have, one in a hundred. 0 is 10.
	OwnServers int

	// Unsorted has the delegations of a TLD come in no order, as a registry's
	// database may give them, each with its glue. Else they are sorted by name, as
	// in the zone files that registries publish.
	Unsorted bool
}

// maxRootDelegations is far from what the root has, and leaves no doubt that
// enough names can be made up.
const maxRootDelegations = 100_000

// Check says whether Zone can make the zone.
func (o Options) Check() error {
	switch {
	case o.Shape != Root && o.Shape != TLD:
		return fmt.Errorf("unknown shape %d", o.Shape)
	case o.Delegations < 0:
		return fmt.Errorf("%d delegations, want 0 or more", o.Delegations)
	case o.Shape == Root && o.Delegations > maxRootDelegations:
		return fmt.Errorf("%d delegations, want at most %d in a root", o.Delegations, maxRootDelegations)
	case o.Shape == Root && o.Origin != "" && o.Origin != ".":
		return fmt.Errorf("origin %s, want . for a root", o.Origin)
	case o.Shape == Root && (o.OwnServers != 0 || o.Unsorted):
		return errors.New("a root has no share of own servers and no other order")
	case o.OwnServers < 0 || o.OwnServers > 50:
		return fmt.Errorf("%d in a hundred with servers of their own, want 0 to 50", o.OwnServers)
	case o.Shape == TLD && o.Origin != "":
		return checkOrigin(o.Origin)
	}
	return nil
}

// checkOrigin accepts what is surely a name: labels of letters, digits and
// hyphens. There is room for the names below it.
func checkOrigin(origin string) error {
	labels, absolute := strings.CutSuffix(origin, ".")
	if !absolute {
		return fmt.Errorf("origin %q has no final dot", origin)
	}
	if len(origin) > 150 {
		return errors.New("origin is longer than 150 octets")
	}
	for label := range strings.SplitSeq(labels, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return fmt.Errorf("origin %q: want labels of lower case letters, digits and hyphens", origin)
		}
	}
	return nil
}

// Zone is the text of the zone in master file form (RFC 1035, Section 5): one
// record a line, all names absolute, the SOA first. It panics if Check refuses
// the options.
func Zone(o Options) []byte {
	var text bytes.Buffer
	if err := Write(&text, o); err != nil {
		panic("rootlike: " + err.Error())
	}
	return text.Bytes()
}

// Write writes what Zone gives, piece by piece. Of a zone of four million
// delegations only the names are in memory, some 200 MB. The error is that of
// Check or of out.
func Write(out io.Writer, o Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	if o.Delegations == 0 {
		o.Delegations = 1450
	}
	if o.Serial == 0 {
		o.Serial = 2026010100
	}
	if o.OwnServers == 0 {
		o.OwnServers = 10
	}
	w := &writer{out: out, random: rand.New(rand.NewPCG(o.Seed, uint64(o.Shape)))}
	if o.Shape == Root {
		rootZone(w, o)
		return w.flush()
	}
	if o.Origin == "" {
		o.Origin = "example."
	}
	tldZone(w, o)
	return w.flush()
}
