package keyfile

import (
	"path/filepath"
	"testing"

	"countersign/pkg/dnssec"
)

func TestOpenBINDSignsWithThePairWhereItIs(t *testing.T) {
	for _, algorithm := range algorithms {
		private, public := samplePair(t, algorithm)
		stem := filepath.Join(t.TempDir(), "K")
		writePair(t, stem, private, public)
		s := newStore(t)
		signer, err := s.OpenBIND(stem)
		if err != nil {
			t.Fatal(err)
		}
		if err := dnssec.TestSign(signer); err != nil {
			t.Errorf("%s: %v", dnssec.AlgorithmName(algorithm), err)
		}
		want, err := parsePublic([]byte(public))
		if err != nil || !dnssec.SameKey(signer.Key(), want.key) || signer.Key().Flags != want.key.Flags {
			t.Errorf("another key: %v, want %v (%v)", signer.Key(), want.key, err)
		}
		if keys, err := s.List(); err != nil || len(keys) != 0 {
			t.Errorf("the store has %v (%v)", keys, err)
		}
	}
}

func TestOpenBINDRefusesAPairThatIsNone(t *testing.T) {
	_, public := samplePair(t, dnssec.ECDSAP256SHA256)
	private, _ := samplePair(t, dnssec.ECDSAP256SHA256)
	stem := filepath.Join(t.TempDir(), "K")
	writePair(t, stem, private, public)
	if _, err := newStore(t).OpenBIND(stem); err == nil {
		t.Error("the public key of another pair is taken")
	}
	if _, err := newStore(t).OpenBIND(stem + "none"); err == nil {
		t.Error("no error without files")
	}
}
