package zonesign

import (
	"fmt"
	"time"

	"countersign/pkg/zone"
)

// SerialPolicy says where the SOA serial of a signed zone comes from. Whatever
// the policy, the serial is greater than the last published one (RFC 1982) or
// signing fails.
type SerialPolicy uint8

// The policies.
const (
	Keep        SerialPolicy = iota // that of the unsigned zone
	Increment                       // that of the unsigned zone, or the last published plus one if it is not greater
	UnixTime                        // seconds since 1970
	DateCounter                     // YYYYMMDDnn
)

var serialPolicies = []string{Keep: "keep", Increment: "increment", UnixTime: "unixtime", DateCounter: "datecounter"}

// String is the name in configuration files.
func (p SerialPolicy) String() string {
	if int(p) < len(serialPolicies) {
		return serialPolicies[p]
	}
	return fmt.Sprintf("SerialPolicy(%d)", uint8(p))
}

// ParseSerialPolicy reads keep, increment, unixtime or datecounter.
func ParseSerialPolicy(text string) (SerialPolicy, error) {
	for p, name := range serialPolicies {
		if text == name {
			return SerialPolicy(p), nil
		}
	}
	return 0, fmt.Errorf("serial policy %q is not one of keep, increment, unixtime and datecounter", text)
}

// maxAhead is how far the serial of the policy UnixTime may run ahead of the
// clock, in seconds: room for some versions within one second.
const maxAhead = 60

// NextSerial is the serial of the version signed at now. Input is that of the
// unsigned zone, last is that of the last version published, nil if there was
// none.
func NextSerial(policy SerialPolicy, input uint32, last *uint32, now time.Time) (uint32, error) {
	next := input
	switch policy {
	case Keep:
	case Increment:
		if last != nil && !zone.SerialAfter(input, *last) {
			next = *last + 1
		}
	case UnixTime:
		if now.Unix() < 0 || now.Unix() > 1<<32-1 {
			return 0, fmt.Errorf("serial policy unixtime: %s is not between 1970 and 2106", now.UTC().Format(time.RFC3339))
		}
		next = uint32(now.Unix())
		if last != nil && *last-next < maxAhead {
			next = *last + 1
		}
	case DateCounter:
		year, month, day := now.UTC().Date()
		if year < 1970 || year > 4293 {
			return 0, fmt.Errorf("serial policy datecounter: no room for the year %d", year)
		}
		next = uint32(year*1000000 + int(month)*10000 + day*100)
		if last != nil && *last-next < 99 {
			next = *last + 1
		}
	default:
		return 0, fmt.Errorf("unknown serial policy %d", policy)
	}
	if last != nil && !zone.SerialAfter(next, *last) {
		return 0, fmt.Errorf("serial %d of policy %s is not greater than the published %d", next, policy, *last)
	}
	return next, nil
}
