package main

import (
	"sync"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// noSigner gives one signature for everything: what is left is the work of signing
// a zone without the arithmetic. Its zones are worthless.
type noSigner struct {
	key       rr.DNSKEY
	signature []byte
}

// newNoSigner takes a real signature of the key, for its size.
func newNoSigner(signer dnssec.Signer) (noSigner, error) {
	signatures := make([][]byte, 1)
	input, err := dnssec.SignInput(signer.Key().Algorithm, nil)
	if err != nil {
		return noSigner{}, err
	}
	err = signer.SignBatch([][]byte{input}, signatures)
	return noSigner{signer.Key(), signatures[0]}, err
}

func (s noSigner) Key() rr.DNSKEY { return s.key }

func (s noSigner) SignBatch(_, signatures [][]byte) error {
	for i := range signatures {
		signatures[i] = append(signatures[i][:0], s.signature...)
	}
	return nil
}

// clockedSigner notes for how long at least one batch was being signed, and how
// many signatures that were.
type clockedSigner struct {
	dnssec.Signer
	mutex      sync.Mutex
	under      int // batches under way
	since      time.Time
	spent      time.Duration
	signatures int
}

func (s *clockedSigner) SignBatch(inputs, signatures [][]byte) error {
	s.mutex.Lock()
	if s.under++; s.under == 1 {
		s.since = time.Now()
	}
	s.mutex.Unlock()
	err := s.Signer.SignBatch(inputs, signatures)
	s.mutex.Lock()
	if s.under--; s.under == 0 {
		s.spent += time.Since(s.since)
	}
	s.signatures += len(inputs)
	s.mutex.Unlock()
	return err
}

// take is what was noted since the last call. No batch may be under way.
func (s *clockedSigner) take() (spent time.Duration, signatures int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	spent, signatures = s.spent, s.signatures
	s.spent, s.signatures = 0, 0
	return spent, signatures
}
