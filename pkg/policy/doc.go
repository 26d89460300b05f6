// Package policy decides whether a KSR may be signed and an SKR may be used. It
// reads no clock and no file: the caller passes the time, the documents and the
// reviewed limits.
//
// Every check has a stable public name and is listed by Checks. There are
// limits, and no switch that turns a check off. A check that lacks an input is
// reported as not checked; CheckRequest and CheckResponse, which make the values
// that signing and importing take, refuse then, and only JudgeRequest and
// JudgeResponse, which make nothing, tolerate it.
//
// What a document says of itself binds nobody. Of two checks that one fault
// could fail, the one that names the fault reports it, and the one that can no
// longer decide says so.
package policy
