package trustanchor

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// MaxDocument is the size in octets of the largest document that is read.
const MaxDocument = 1 << 20

// Anchors is the trust anchors of one zone. There is at least one.
type Anchors struct {
	Zone    rr.Name
	ID      string // of the document; "" if it was records
	Source  string // where the document says it is published; "" if it was records
	Anchors []Anchor

	// Warnings is what was left out and why: digests of types nobody should
	// trust any more.
	Warnings []string
}

// Anchor is one key that is trusted for a time.
type Anchor struct {
	ID         string    // "" if it was a record
	ValidFrom  time.Time // UTC, whole seconds; zero: always
	ValidUntil time.Time // the first moment at which it is no longer valid; zero: no end

	// DS is the digest of the key. For an anchor given as a DNSKEY it is the
	// SHA-256 digest, computed.
	DS dnssec.DS

	// Key is the key itself, nil if the anchor has only its digest.
	Key *rr.DNSKEY
}

// NewAnchor is the anchor for a key of zone with its SHA-256 digest. The
// anchor shares the octets of the public key.
func NewAnchor(zone rr.Name, id string, key rr.DNSKEY, validFrom, validUntil time.Time) (Anchor, error) {
	if err := usable(key); err != nil {
		return Anchor{}, err
	}
	ds, err := dnssec.NewDS(zone, key, dnssec.DigestSHA256)
	if err != nil {
		return Anchor{}, err
	}
	return Anchor{ID: id, ValidFrom: validFrom, ValidUntil: validUntil, DS: ds, Key: &key}, nil
}

// usable checks that a key can be a trust anchor at all.
func usable(key rr.DNSKEY) error {
	switch {
	case key.Protocol != 3:
		return fmt.Errorf("key %d has protocol %d, want 3", key.KeyTag(), key.Protocol)
	case key.Flags&rr.FlagZone == 0:
		return fmt.Errorf("key %d is no zone key", key.KeyTag())
	case key.IsRevoked():
		return fmt.Errorf("key %d is revoked", key.KeyTag())
	}
	return nil
}

// IsValid says whether the anchor is valid at a moment.
func (a *Anchor) IsValid(at time.Time) bool {
	return !at.Before(a.ValidFrom) && (a.ValidUntil.IsZero() || at.Before(a.ValidUntil))
}

// match checks that the anchor is for key, whatever the moment.
func (a *Anchor) match(owner rr.Name, key rr.DNSKEY) error {
	if a.Key != nil && !(a.Key.Flags == key.Flags && dnssec.SameKey(*a.Key, key)) {
		return errors.New("the anchor is for another key")
	}
	return a.DS.Match(owner, key)
}

// Match checks that key at owner is a trust anchor at a moment: nil is the yes.
// A revoked key never is. See RFC 5011, Section 2.1.
func (a *Anchors) Match(owner rr.Name, key rr.DNSKEY, at time.Time) error {
	if owner != a.Zone {
		return fmt.Errorf("the trust anchors are for %s, not for %s", a.Zone, owner)
	}
	if err := usable(key); err != nil {
		return err
	}
	var outside *Anchor
	for i := range a.Anchors {
		anchor := &a.Anchors[i]
		if anchor.match(owner, key) != nil {
			continue
		}
		if anchor.IsValid(at) {
			return nil
		}
		outside = anchor
	}
	if outside != nil {
		return fmt.Errorf("the trust anchor for key %d is not valid at %s (%s)", key.KeyTag(), at.UTC().Format(time.RFC3339), outside.period())
	}
	return fmt.Errorf("no trust anchor for key %d of algorithm %d; there %s", key.KeyTag(), key.Algorithm, a.tags())
}

func (a *Anchor) period() string {
	switch {
	case a.ValidUntil.IsZero():
		return "from " + a.ValidFrom.Format(time.RFC3339)
	case a.ValidFrom.IsZero():
		return "until " + a.ValidUntil.Format(time.RFC3339)
	}
	return "from " + a.ValidFrom.Format(time.RFC3339) + " until " + a.ValidUntil.Format(time.RFC3339)
}

// tags lists the keys there are anchors for, as the end of a sentence.
func (a *Anchors) tags() string {
	tags := make([]string, len(a.Anchors))
	for i, anchor := range a.Anchors {
		tags[i] = fmt.Sprintf("%d (algorithm %d)", anchor.DS.KeyTag, anchor.DS.Algorithm)
	}
	if len(tags) == 1 {
		return "is one for " + tags[0]
	}
	return "are some for " + strings.Join(tags, ", ")
}

// Parse reads a trust anchor document or DS and DNSKEY records of zone, at most
// MaxDocument octets; which of them is recognised from the content. An error
// about a place in the document is a *SyntaxError. The result shares no memory
// with doc.
func Parse(doc []byte, zone rr.Name) (*Anchors, error) {
	if len(doc) > MaxDocument {
		return nil, &SyntaxError{Text: fmt.Sprintf("trust anchors of %d octets, at most %d are read", len(doc), MaxDocument)}
	}
	var a *Anchors
	var err error
	text := bytes.TrimPrefix(doc, []byte("\ufeff"))
	if bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("<")) {
		a, err = parseXML(text, zone)
	} else {
		a, err = parseRecords(text, zone)
	}
	if err != nil {
		return nil, err
	}
	if len(a.Anchors) == 0 {
		return nil, &SyntaxError{Text: strings.Join(append([]string{"no usable trust anchor for " + zone.String()}, a.Warnings...), "; ")}
	}
	return a, nil
}

// SyntaxError says where a document is malformed and how.
type SyntaxError struct {
	Line int // from 1; 0 if it is about the whole document
	Text string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Text
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// add takes an anchor in, or leaves it out with a warning when its digest is of
// a type that proves nothing.
func (a *Anchors) add(anchor Anchor) error {
	want, ok := digestSizes[anchor.DS.DigestType]
	switch {
	case !ok && anchor.DS.DigestType == 1:
		a.Warnings = append(a.Warnings, fmt.Sprintf("anchor for key %d left out: SHA-1 is no proof (RFC 9905)", anchor.DS.KeyTag))
		return nil
	case !ok:
		a.Warnings = append(a.Warnings, fmt.Sprintf("anchor for key %d left out: digest type %d is not supported", anchor.DS.KeyTag, anchor.DS.DigestType))
		return nil
	case len(anchor.DS.Digest) != want:
		return fmt.Errorf("digest of %d octets, type %d has %d", len(anchor.DS.Digest), anchor.DS.DigestType, want)
	case !anchor.ValidUntil.IsZero() && !anchor.ValidFrom.Before(anchor.ValidUntil):
		return errors.New("validUntil is not after validFrom")
	}
	if anchor.Key != nil {
		if err := usable(*anchor.Key); err != nil {
			return err
		}
		if err := anchor.DS.Match(a.Zone, *anchor.Key); err != nil {
			return fmt.Errorf("the digest is not that of the public key beside it: %w", err)
		}
	}
	for i := range a.Anchors {
		if old := &a.Anchors[i]; anchor.ID != "" && old.ID == anchor.ID {
			return fmt.Errorf("identifier %q stands twice", anchor.ID)
		}
	}
	a.Anchors = append(a.Anchors, anchor)
	return nil
}

// digestSizes is in octets.
var digestSizes = map[uint8]int{dnssec.DigestSHA256: 32, dnssec.DigestSHA384: 48}
