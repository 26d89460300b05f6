package keyfile

import (
	"os"
	"testing"
	"time"

	"github.com/youmark/pkcs8"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// realEncryption is what programs use; the tests that do not look at it have a
// cheap one.
var realEncryption = encryption

func TestMain(m *testing.M) {
	encryption = &pkcs8.Opts{
		Cipher:  pkcs8.AES256CBC,
		KDFOpts: pkcs8.ScryptOpts{SaltSize: 16, CostParameter: 16, BlockSize: 8, ParallelizationParameter: 1},
	}
	os.Exit(m.Run())
}

const testPassphrase = "correct horse battery staple"

func fixed(text string) Passphrase {
	return func() ([]byte, error) { return []byte(text), nil }
}

var (
	exampleCom = rr.Name("\x07example\x03com\x00")
	created    = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

var algorithms = []uint8{dnssec.RSASHA256, dnssec.RSASHA512, dnssec.ECDSAP256SHA256, dnssec.ECDSAP384SHA384, dnssec.ED25519}

// params are those of a KSK named ksk.
func params(algorithm uint8) dnssec.KeyParams {
	p := dnssec.KeyParams{Zone: exampleCom, Label: "ksk", Algorithm: algorithm, Flags: 257, Created: created}
	if dnssec.IsRSA(algorithm) {
		p.Bits = 2048
	}
	return p
}

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := Create(t.TempDir()+"/keys", fixed(testPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
