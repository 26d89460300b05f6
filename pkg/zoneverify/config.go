package zoneverify

import (
	"runtime"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
	"countersign/pkg/trustanchor"
	"countersign/pkg/zone"
)

// Config is what a zone is judged by. A check whose input is missing is
// reported as not checked.
type Config struct {
	// At is the moment of publishing.
	At time.Time

	// Anchors is the pinned trust anchors: those that validators have, or the
	// DS RRset of the parent.
	Anchors *trustanchor.Anchors

	// Published is the version in service.
	Published *zone.Zone

	// SKR has the bundle in force at At.
	SKR *ksr.Response

	// Signers is the ZSKs that are meant to sign at At; empty: any in the
	// DNSKEY RRset may.
	Signers []rr.DNSKEY

	// Limits is the operator's policy.
	Limits *Limits

	// ApexOnly judges the apex alone and asks for signatures over its SOA and
	// DNSKEY RRsets only: for archived zones from which the other signatures
	// were stripped.
	ApexOnly bool

	// Workers is how many goroutines verify; 0: one for each processor.
	Workers int
}

func (c *Config) workers() int {
	if c.Workers > 0 {
		return c.Workers
	}
	return runtime.GOMAXPROCS(0)
}
