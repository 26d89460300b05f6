package ksr

import (
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// StatedAlgorithms is what a document states of its keys: the algorithm, size and
// exponent of each, once, in the order of keys.
func StatedAlgorithms(keys []rr.DNSKEY) ([]StatedAlgorithm, error) {
	var stated []StatedAlgorithm
	for _, key := range keys {
		bits, exponent, err := dnssec.KeyBits(key)
		if err != nil {
			return nil, err
		}
		a := StatedAlgorithm{Algorithm: key.Algorithm, Bits: bits, Exponent: exponent}
		if !slices.Contains(stated, a) {
			stated = append(stated, a)
		}
	}
	return stated, nil
}
