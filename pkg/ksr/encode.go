package ksr

import (
	"fmt"
	"time"

	"countersign/pkg/iso8601"
)

// EncodeRequest writes r in format f. The bytes depend on nothing else, and read
// back they say the same as r (its Format, Digest, Warnings and lines aside).
// What the format cannot carry, or needs and r lacks, is a *CarryError. Other
// errors mean that no reader would accept the document: a time before 1970, an
// empty key.
func EncodeRequest(r *Request, f Format) ([]byte, error) {
	if err := carryError(KSR, f, requestLosses(r, f)); err != nil {
		return nil, err
	}
	if err := checkDurations(&r.Policy); err != nil {
		return nil, err
	}
	var doc []byte
	if f == ICANN {
		doc = writeXMLRequest(r)
	} else {
		doc = writeTextRequest(r, f)
	}
	back, err := ParseRequest(doc)
	if err != nil {
		return nil, fmt.Errorf("this KSR would not be accepted as %s: %w", f, err)
	}
	if what := r.difference(back); what != "" {
		return nil, fmt.Errorf("this KSR would not read back the same as %s: %s", f, what)
	}
	return doc, nil
}

// EncodeResponse writes r in format f, as EncodeRequest writes a KSR.
func EncodeResponse(r *Response, f Format) ([]byte, error) {
	if err := carryError(SKR, f, responseLosses(r, f)); err != nil {
		return nil, err
	}
	if err := checkDurations(&r.KSKPolicy, &r.ZSKPolicy); err != nil {
		return nil, err
	}
	var doc []byte
	if f == ICANN {
		doc = writeXMLResponse(r)
	} else {
		doc = writeTextResponse(r, f)
	}
	back, err := ParseResponse(doc)
	if err != nil {
		return nil, fmt.Errorf("this SKR would not be accepted as %s: %w", f, err)
	}
	if what := r.difference(back); what != "" {
		return nil, fmt.Errorf("this SKR would not read back the same as %s: %s", f, what)
	}
	return doc, nil
}

// maxDuration is the longest duration that is read.
const maxDuration = 36525 * iso8601.Day

// checkDurations refuses what has no form in ISO 8601.
func checkDurations(policies ...*StatedPolicy) error {
	for _, p := range policies {
		for i, d := range p.fields() {
			if *d < 0 || *d%time.Second != 0 || *d > maxDuration {
				return fmt.Errorf("stated %s is %v, want whole seconds up to 100 years", durationNames[i], *d)
			}
		}
	}
	return nil
}
