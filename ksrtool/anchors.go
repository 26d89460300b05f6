package main

import (
	"fmt"
	"slices"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
	"countersign/pkg/trustanchor"
)

const anchorUsage = "trust anchors, in a `FILE` with the XML document or with DS or DNSKEY records"

// readAnchors reads the trust anchors of a zone: the document of RFC 9718, or DS
// or DNSKEY records.
func (t *tool) readAnchors(name string, zone rr.Name) (*trustanchor.Anchors, error) {
	text, err := t.read(name, trustanchor.MaxDocument)
	if err != nil {
		return nil, err
	}
	anchors, err := trustanchor.Parse(text, zone)
	if err != nil {
		return nil, &malformedError{name, err}
	}
	for _, warning := range anchors.Warnings {
		t.warn("%s: %s", name, warning)
	}
	return anchors, nil
}

// trustedKSKs is the KSKs of an SKR that are trust anchors at a moment, as they
// were before one was revoked.
func (t *tool) trustedKSKs(name, skr string, response *ksr.Response, at time.Time) ([]rr.DNSKEY, error) {
	anchors, err := t.readAnchors(name, response.Zone)
	if err != nil {
		return nil, err
	}
	var ksks []rr.DNSKEY
	for i := range response.Bundles {
		for _, k := range response.Bundles[i].Keys {
			key := k.DNSKEY
			key.Flags &^= rr.FlagRevoke
			known := slices.ContainsFunc(ksks, func(o rr.DNSKEY) bool { return dnssec.SameKey(o, key) })
			if key.IsSEP() && !known && anchors.Match(response.Zone, key, at) == nil {
				ksks = append(ksks, key)
			}
		}
	}
	if len(ksks) == 0 {
		return nil, fmt.Errorf("no KSK in %s is a trust anchor of %s at %s", skr, name, moment(at))
	}
	return ksks, nil
}
