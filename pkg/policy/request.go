package policy

import (
	"errors"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// RequestInput is what a KSR is judged by.
type RequestInput struct {
	Request *ksr.Request
	Limits  Limits
	Now     time.Time

	// Genesis is the named act of making the first SKR ever; Previous is the
	// SKR made last, in all other cases.
	Genesis  bool
	Previous *ksr.Response

	// OnRecord is the digest of the last SKR on record, nil if the record
	// does not go back that far.
	OnRecord *ksr.Digest

	// Known is every KSR ever seen.
	Known []KnownRequest

	// KSKs is the public half, with flags 257, of every KSK the operator
	// holds or held: those that signed Previous, and those of Plan.
	KSKs []rr.DNSKEY

	// Revoked is every KSK that an SKR on record published as revoked: see
	// RevokedKeys. Previous is looked at without it.
	Revoked []rr.DNSKEY

	// Plan is the SKR that is to be signed if the KSR is good.
	Plan Plan
}

// KnownRequest is a KSR that was seen before.
type KnownRequest struct {
	ID     string
	Digest ksr.Digest
	Signed bool // an SKR was made for it
}

// Approved is a KSR that may be signed, with the plan it is to be signed by.
// Only CheckRequest makes one. What its methods return must not be changed.
type Approved struct {
	request  *ksr.Request
	previous *ksr.Response
	limits   Limits
	plan     Plan
	now      time.Time
	genesis  bool
}

// Valid refuses the nil and the zero value, which nothing approved.
func (a *Approved) Valid() error {
	if a == nil || a.request == nil {
		return errors.New("the KSR was not approved")
	}
	return nil
}

// Request is the KSR.
func (a *Approved) Request() *ksr.Request { return a.request }

// Previous is the SKR it is chained to, nil for a genesis.
func (a *Approved) Previous() *ksr.Response { return a.previous }

// Limits are those it was judged by.
func (a *Approved) Limits() Limits { return a.limits }

// Plan is the SKR to sign.
func (a *Approved) Plan() Plan { return a.plan }

// Now is the time it was judged at.
func (a *Approved) Now() time.Time { return a.now }

// Genesis says whether it asks for the first SKR ever.
func (a *Approved) Genesis() bool { return a.genesis }

// CheckRequest judges a KSR and the SKR planned for it. Approved is nil unless
// every check that applies was made and passed.
func CheckRequest(in RequestInput) (*Approved, *Report) {
	j := judgeRequest(in, false)
	if !j.accepted() {
		return nil, j.report
	}
	return &Approved{
		request: in.Request, previous: in.Previous, limits: in.Limits,
		plan: in.Plan, now: in.Now, genesis: in.Genesis,
	}, j.report
}

// JudgeRequest makes the checks for which the input suffices. Nothing may be
// signed because of it.
func JudgeRequest(in RequestInput) *Report {
	return judgeRequest(in, true).report
}

func judgeRequest(in RequestInput, tolerant bool) *judgement {
	j := &judgement{
		limits: in.Limits, now: in.Now, genesis: in.Genesis,
		request: in.Request, previous: in.Previous, plan: in.Plan,
		held: in.KSKs, revoked: in.Revoked, onRecord: in.OnRecord, requests: in.Known, tolerant: tolerant,
	}
	if in.Request == nil {
		return j.nothing(ksrFormat.Name)
	}
	j.begin()
	j.run(requestChecks)
	switch {
	case in.Plan != nil:
		j.answered = in.Plan.slots(j.asked, in.Limits.Bundles.TTL)
		j.run(plannedChecks)
	case !tolerant:
		j.current = skrMatch.Name
		j.violate("no SKR is planned for the KSR")
		j.report.Checks = append(j.report.Checks, Outcome{Name: skrMatch.Name, Result: Violated})
	}
	return j
}

// nothing is the report of a document that is not there.
func (j *judgement) nothing(check string) *judgement {
	j.report = &Report{Checks: []Outcome{{Name: check, Result: Violated}}}
	j.failed = map[string]bool{}
	j.current = check
	j.violate("no document given")
	return j
}
