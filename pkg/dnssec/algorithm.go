package dnssec

import (
	"crypto"
	_ "crypto/sha256" // the hash of algorithms 8 and 13
	_ "crypto/sha512" // the hash of algorithms 10 and 14
	"fmt"
	"strconv"
)

// The algorithms both halves can use. See the IANA registry "DNS Security
// Algorithm Numbers".
const (
	RSASHA256       uint8 = 8  // RFC 5702
	RSASHA512       uint8 = 10 // RFC 5702
	ECDSAP256SHA256 uint8 = 13 // RFC 6605
	ECDSAP384SHA384 uint8 = 14 // RFC 6605
	ED25519         uint8 = 15 // RFC 8080
)

var mnemonics = map[uint8]string{
	RSASHA256:       "RSASHA256",
	RSASHA512:       "RSASHA512",
	ECDSAP256SHA256: "ECDSAP256SHA256",
	ECDSAP384SHA384: "ECDSAP384SHA384",
	ED25519:         "ED25519",
}

// AlgorithmName is the mnemonic, or the number in digits for an algorithm that
// is not supported.
func AlgorithmName(algorithm uint8) string {
	if name, ok := mnemonics[algorithm]; ok {
		return name
	}
	return strconv.Itoa(int(algorithm))
}

// ParseAlgorithm reads a mnemonic or number of a supported algorithm.
func ParseAlgorithm(text string) (uint8, error) {
	for number, name := range mnemonics {
		if text == name || text == strconv.Itoa(int(number)) {
			return number, nil
		}
	}
	return 0, fmt.Errorf("algorithm %q is not supported (want RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384 or ED25519)", text)
}

// IsRSA says whether the algorithm signs with RSA, whose keys have a size and
// an exponent to choose.
func IsRSA(algorithm uint8) bool {
	return algorithm == RSASHA256 || algorithm == RSASHA512
}

// Hash is the hash whose digest the algorithm signs; 0 for Ed25519, which signs
// the data itself, and for algorithms that are not supported.
func Hash(algorithm uint8) crypto.Hash {
	switch algorithm {
	case RSASHA256, ECDSAP256SHA256:
		return crypto.SHA256
	case RSASHA512:
		return crypto.SHA512
	case ECDSAP384SHA384:
		return crypto.SHA384
	}
	return 0
}
