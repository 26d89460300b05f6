package zoneverify

import (
	"encoding/json"
	"fmt"
	"time"

	"countersign/pkg/rr"
)

// Status is what became of a check.
type Status string

// The statuses.
const (
	Passed     Status = "passed"
	Failed     Status = "failed"
	NotChecked Status = "not checked"
)

// Report is the verdict on a zone.
type Report struct {
	Zone    rr.Name
	Serial  uint32
	At      time.Time
	Results []Result // of all checks, in the order of Checks

	// Findings is all faults, ordered by check and then by owner name, at most
	// MaxFindings for each check.
	Findings []Finding

	Names      int       // owner names that were judged
	Signatures int       // RRSIG records over authoritative RRsets that were judged
	Expires    time.Time // when the first of them expires; zero if there is none

	judged *Judged
}

// MaxFindings is how many faults of one check are listed. The Count of its
// result is that of all.
const MaxFindings = 1000

// Result is what became of one check.
type Result struct {
	Check
	Status Status `json:"status"`
	Why    string `json:"why,omitempty"`   // it was not checked
	Count  int    `json:"count,omitempty"` // of faults
}

// Finding is one fault.
type Finding struct {
	Check string  // the name of the check
	Owner rr.Name // where; "" if it is about the whole zone
	Type  rr.Type // of the RRset; 0 if it is about the name
	Text  string  // what was found, and what is right
}

// String is one line: the check, the place, the fault.
func (f Finding) String() string {
	text := f.Check + ": "
	if f.Owner != "" {
		text += f.Owner.String()
		if f.Type != 0 {
			text += " " + f.Type.String()
		}
		text += ": "
	}
	return text + f.Text
}

// MarshalJSON has the owner and the type in presentation form.
func (f Finding) MarshalJSON() ([]byte, error) {
	out := struct {
		Check string `json:"check"`
		Owner string `json:"owner,omitempty"`
		Type  string `json:"type,omitempty"`
		Text  string `json:"text"`
	}{Check: f.Check, Text: f.Text}
	if f.Owner != "" {
		out.Owner = f.Owner.String()
	}
	if f.Type != 0 {
		out.Type = f.Type.String()
	}
	return json.Marshal(out)
}

// Err is nil if no check failed, and else says how many did.
func (r *Report) Err() error {
	checks, faults := 0, 0
	for _, result := range r.Results {
		if result.Status == Failed {
			checks++
			faults += result.Count
		}
	}
	if checks == 0 {
		return nil
	}
	plural := "s"
	if faults == 1 {
		plural = ""
	}
	return fmt.Errorf("zone %s with serial %d fails %d of %d checks with %d fault%s", r.Zone, r.Serial, checks, len(r.Results), faults, plural)
}

// faults gathers what one worker finds in one chunk.
type faults struct {
	counts [checkCount]int
	lists  [checkCount][]Finding
}

func (f *faults) add(id checkID, owner rr.Name, t rr.Type, format string, args ...any) {
	f.counts[id]++
	if len(f.lists[id]) < MaxFindings {
		f.lists[id] = append(f.lists[id], Finding{Check: checks[id].Name, Owner: owner, Type: t, Text: fmt.Sprintf(format, args...)})
	}
}

// join appends the faults of a later chunk.
func (f *faults) join(o *faults) {
	for id := range o.lists {
		f.counts[id] += o.counts[id]
		room := MaxFindings - len(f.lists[id])
		f.lists[id] = append(f.lists[id], o.lists[id][:min(room, len(o.lists[id]))]...)
	}
}

// replace puts one fault in the place of all of a check.
func (f *faults) replace(id checkID, owner rr.Name, t rr.Type, format string, args ...any) {
	f.counts[id], f.lists[id] = 0, nil
	f.add(id, owner, t, format, args...)
}
