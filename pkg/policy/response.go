package policy

import (
	"errors"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// Anchors says whether a KSK of owner is a pinned trust anchor: nil is the yes.
// The key is as published, never revoked.
type Anchors func(owner rr.Name, key rr.DNSKEY) error

// ResponseInput is what an SKR is judged by.
type ResponseInput struct {
	Response *ksr.Response
	Limits   Limits
	Now      time.Time

	// Request is our own KSR, as it was sent.
	Request *ksr.Request

	// Genesis is the named act of taking in the first SKR ever; Previous is
	// the SKR installed last, in all other cases.
	Genesis  bool
	Previous *ksr.Response

	// OnRecord is the digest of the last SKR on record, nil if the record
	// does not go back that far.
	OnRecord *ksr.Digest

	// Known is every SKR that was installed.
	Known []KnownResponse

	// Revoked is every KSK that an installed SKR published as revoked: see
	// RevokedKeys. Previous is looked at without it.
	Revoked []rr.DNSKEY

	Anchors Anchors
}

// KnownResponse is an SKR that was installed before.
type KnownResponse struct {
	ID     string
	Digest ksr.Digest
}

// Verified is an SKR that may be installed. Only CheckResponse makes one. What
// its methods return must not be changed.
type Verified struct {
	response *ksr.Response
	request  *ksr.Request
	previous *ksr.Response
	limits   Limits
	now      time.Time
	genesis  bool
}

// Valid refuses the nil and the zero value, which nothing verified.
func (v *Verified) Valid() error {
	if v == nil || v.response == nil {
		return errors.New("the SKR was not verified")
	}
	return nil
}

// Response is the SKR.
func (v *Verified) Response() *ksr.Response { return v.response }

// Request is our KSR that it answers.
func (v *Verified) Request() *ksr.Request { return v.request }

// Previous is the SKR it is chained to, nil for a genesis.
func (v *Verified) Previous() *ksr.Response { return v.previous }

// Limits are those it was judged by.
func (v *Verified) Limits() Limits { return v.limits }

// Now is the time it was judged at.
func (v *Verified) Now() time.Time { return v.now }

// Genesis says whether it is the first SKR ever.
func (v *Verified) Genesis() bool { return v.genesis }

// CheckResponse judges an SKR. Verified is nil unless every check that applies
// was made and passed.
func CheckResponse(in ResponseInput) (*Verified, *Report) {
	j := judgeResponse(in, false)
	if !j.accepted() {
		return nil, j.report
	}
	return &Verified{
		response: in.Response, request: in.Request, previous: in.Previous,
		limits: in.Limits, now: in.Now, genesis: in.Genesis,
	}, j.report
}

// JudgeResponse makes the checks for which the input suffices. Nothing may be
// installed because of it.
func JudgeResponse(in ResponseInput) *Report {
	return judgeResponse(in, true).report
}

func judgeResponse(in ResponseInput, tolerant bool) *judgement {
	j := &judgement{
		limits: in.Limits, now: in.Now, genesis: in.Genesis,
		request: in.Request, response: in.Response, previous: in.Previous,
		anchor: in.Anchors, revoked: in.Revoked, onRecord: in.OnRecord, answers: in.Known, tolerant: tolerant,
	}
	if in.Response == nil {
		return j.nothing(skrFormat.Name)
	}
	j.begin()
	j.run(responseChecks)
	return j
}
