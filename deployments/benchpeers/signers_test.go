package main

import (
	"testing"
	"testing/synctest"
	"time"

	"countersign/pkg/dnssec"
)

// slowSigner takes a second for a batch.
type slowSigner struct{ dnssec.Signer }

func (slowSigner) SignBatch(_, _ [][]byte) error {
	time.Sleep(time.Second)
	return nil
}

func TestCryptoThatOverlapsCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &clockedSigner{Signer: slowSigner{}}
		for _, delay := range []time.Duration{0, time.Second / 2, 5 * time.Second} {
			go func() {
				time.Sleep(delay)
				_ = s.SignBatch(make([][]byte, 3), make([][]byte, 3))
			}()
		}
		time.Sleep(10 * time.Second)
		spent, signatures := s.take()
		if spent != 2500*time.Millisecond || signatures != 9 {
			t.Errorf("%v for %d signatures, want 2.5s for 9", spent, signatures)
		}
		if spent, signatures := s.take(); spent != 0 || signatures != 0 {
			t.Errorf("%v, %d are left", spent, signatures)
		}
	})
}
