package hsm

import "fmt"

// Pace is how a key signs.
type Pace struct {
	Key      string  // label and id
	Sessions int     // in this process
	Helpers  int     // processes, each with a session
	Rate     float64 // signatures a second when it was measured, 0 if it was not
	Settled  bool    // false while it is still to be measured
}

// String is for an operator.
func (p Pace) String() string {
	text := fmt.Sprintf("key %s: %d sessions", p.Key, p.Sessions)
	if p.Helpers > 0 {
		text += fmt.Sprintf(" and %d helper processes", p.Helpers)
	}
	switch {
	case !p.Settled:
		text += ", not measured yet"
	case p.Rate > 0:
		text += fmt.Sprintf(", %.0f signatures a second when measured", p.Rate)
	}
	return text
}
