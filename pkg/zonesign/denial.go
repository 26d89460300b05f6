package zonesign

import "fmt"

// Denial is how the zone proves that a name or type does not exist.
type Denial uint8

// The ways.
const (
	NSEC  Denial = iota // RFC 4034, Section 4
	NSEC3               // RFC 5155
)

// String is the name in configuration files.
func (d Denial) String() string {
	switch d {
	case NSEC:
		return "nsec"
	case NSEC3:
		return "nsec3"
	}
	return fmt.Sprintf("Denial(%d)", uint8(d))
}

// ParseDenial reads nsec or nsec3.
func ParseDenial(text string) (Denial, error) {
	for _, d := range []Denial{NSEC, NSEC3} {
		if text == d.String() {
			return d, nil
		}
	}
	return 0, fmt.Errorf("denial %q is not nsec or nsec3", text)
}
