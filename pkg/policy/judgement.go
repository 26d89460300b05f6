package policy

import (
	"fmt"
	"time"

	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// judgement is one document on its way through the checks.
type judgement struct {
	limits   Limits
	now      time.Time
	genesis  bool
	request  *ksr.Request
	response *ksr.Response
	previous *ksr.Response
	plan     Plan
	held     []rr.DNSKEY // the KSKs of the KSK operator
	anchor   Anchors     // the trust anchors of the ZSK operator
	revoked  []rr.DNSKEY // KSKs that SKRs on record published as revoked
	onRecord *ksr.Digest
	requests []KnownRequest
	answers  []KnownResponse

	asked    []slot // of the request
	answered []slot // of the response or the plan
	before   []slot // of the previous SKR

	report   *Report
	failed   map[string]bool
	current  string
	outcome  Outcome
	tolerant bool // a missing input leaves a check out
	missed   bool // an input was missing, or a check could not decide
	rolls    *kskHistory
}

func (j *judgement) begin() {
	j.report = &Report{Violations: []Violation{}, Checks: []Outcome{}}
	j.failed = map[string]bool{}
	if j.request != nil {
		j.asked = slotsOf(j.request.Zone, j.request.Bundles, true)
	}
	if j.response != nil {
		j.answered = slotsOf(j.response.Zone, j.response.Bundles, false)
	}
	if j.previous != nil {
		j.before = slotsOf(j.previous.Zone, j.previous.Bundles, false)
	}
}

func (j *judgement) run(checks []check) {
	for _, c := range checks {
		j.current = c.Name
		j.outcome = Outcome{Name: c.Name, Result: Passed}
		c.run(j)
		if j.failed[c.Name] {
			j.outcome.Result = Violated
			j.outcome.Why = ""
		}
		j.report.Checks = append(j.report.Checks, j.outcome)
	}
}

// violate reports a fault of the whole document.
func (j *judgement) violate(format string, a ...any) {
	j.add(Violation{Text: fmt.Sprintf(format, a...)})
}

// violateAt reports a fault of one bundle. line is 0 for that of the bundle.
func (j *judgement) violateAt(s *slot, line int, format string, a ...any) {
	if line == 0 {
		line = s.line
	}
	j.add(Violation{Place: s.place, Line: line, Text: fmt.Sprintf(format, a...)})
}

// maxViolations is how many violations of one check are listed. The root's
// documents have 9 bundles; a hostile one should not cost more than it has to.
const maxViolations = 100

// add lists a violation once.
func (j *judgement) add(v Violation) {
	v.Check = j.current
	j.failed[j.current] = true
	n := 0
	for i := len(j.report.Violations) - 1; i >= 0 && j.report.Violations[i].Check == v.Check; i-- {
		if j.report.Violations[i] == v {
			return
		}
		n++
	}
	switch {
	case n < maxViolations:
		j.report.Violations = append(j.report.Violations, v)
	case n == maxViolations:
		j.report.Violations = append(j.report.Violations, Violation{Check: v.Check, Text: "more of the same are not listed"})
	}
}

// hint says what to do about the violation that was reported last.
func (j *judgement) hint(text string) {
	j.report.Violations[len(j.report.Violations)-1].Hint = text
}

// inapplicable: the check has nothing to judge in such a document.
func (j *judgement) inapplicable(format string, a ...any) {
	j.outcome.Result = NotChecked
	j.outcome.Why = fmt.Sprintf(format, a...)
}

// missing: the caller did not give what the check needs. Where a verdict is to
// carry weight that is a violation.
func (j *judgement) missing(what string) {
	j.missed = true
	j.inapplicable("no %s given", what)
	if !j.tolerant {
		j.violate("no %s given", what)
	}
}

// chained says whether there is a previous SKR to chain to. GENESIS reports the
// lack of one.
func (j *judgement) chained() bool {
	switch {
	case j.previous != nil && !j.genesis:
		return true
	case j.genesis:
		j.inapplicable("the first SKR ever has nothing before it")
	default:
		j.missed = true
		j.inapplicable("no previous SKR given")
	}
	return false
}

// blocked: an earlier violation leaves nothing to decide.
func (j *judgement) blocked(by string) {
	j.missed = true
	j.inapplicable("not decided: see %s", by)
}

// after leaves the check undecided if one of the others failed.
func (j *judgement) after(others ...string) bool {
	for _, other := range others {
		if j.failed[other] {
			j.blocked(other)
			return false
		}
	}
	return true
}

// partly says how far a check that passed could look.
func (j *judgement) partly(why string) { j.outcome.Why = why }

// accepted says whether the document is good and was judged in full.
func (j *judgement) accepted() bool {
	return len(j.report.Violations) == 0 && len(j.failed) == 0 && !j.missed
}

// isText says whether the document that is judged is in a text format: it has no
// room for the proof of possession, and has room for CDS.
func (j *judgement) isText() bool {
	if j.response != nil {
		return j.response.Format != ksr.ICANN
	}
	return j.request.Format != ksr.ICANN
}

// isBare says whether it is a text that others wrote: without ids, with bundles
// that are cut where something changes, and in a KSR without expirations.
func (j *judgement) isBare() bool {
	if j.response != nil {
		return j.isText() && j.response.ID == ""
	}
	return j.isText() && j.request.ID == ""
}

// timedByKSR leaves a check of times out for a plan whose times are the KSR's,
// which were judged with it.
func (j *judgement) timedByKSR() bool {
	if j.response == nil && !j.isBare() {
		j.inapplicable("the times planned are those of the KSR, judged with it")
		return true
	}
	return false
}

func formatDuration(d time.Duration) string { return iso8601.FormatDuration(d) }
