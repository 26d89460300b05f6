package main

import (
	"fmt"
	"regexp"
	"strconv"
)

// speedPattern is a line of openssl speed: the times of a signature and of a
// verification, then how many of each in a second. The times have too few digits.
var speedPattern = regexp.MustCompile(`(?m)^ *(?:rsa +2048 bits|256 bits ecdsa \(nistp256\)) +[0-9.]+s +[0-9.]+s +([0-9.]+)`)

// speedNames is what openssl speed calls the algorithms of dnssec-keygen.
var speedNames = map[string]string{"RSASHA256": "rsa2048", "ECDSAP256SHA256": "ecdsap256"}

// floor is how long openssl takes for one signature on one core, in seconds: the
// bare crypto, measured in the round whose limit it is. It is 0 if there is to be
// no limit.
func (b *bench) floor(algorithm string) (float64, error) {
	if b.floorSeconds == 0 {
		return 0, nil
	}
	u, err := b.measure("openssl", "speed", "-seconds", strconv.Itoa(b.floorSeconds), "-multi", "1", speedNames[algorithm])
	if err != nil {
		return 0, err
	}
	return parseSpeed(u.out)
}

func parseSpeed(text []byte) (float64, error) {
	found := speedPattern.FindSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("openssl speed printed no line of signatures:\n%s", text)
	}
	perSecond, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil || perSecond <= 0 {
		return 0, fmt.Errorf("openssl speed made %s signatures in a second", found[1])
	}
	return 1 / perSecond, nil
}
