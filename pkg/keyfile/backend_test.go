package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/libcrypto"
)

// backends are those that can be chosen, of which this program may lack one.
var backends = []Backend{Go, Libcrypto}

// keyWith is a fresh key of an algorithm with which a backend signs.
func keyWith(t testing.TB, algorithm uint8, backend Backend) *Key {
	t.Helper()
	bits := 0
	if dnssec.IsRSA(algorithm) {
		bits = 2048
	}
	private, err := generate(algorithm, bits)
	if err != nil {
		t.Fatal(err)
	}
	key, err := newKey(private, algorithm, 256, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.signWith(backend); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(key.close)
	return key
}

func needLibcrypto(t testing.TB) {
	t.Helper()
	if Libcrypto.Check() != nil {
		testenv.Missing(t, "libcrypto is not built in: make test does that, after make test-deps")
	}
}

func TestBackendsHaveNames(t *testing.T) {
	for _, b := range []Backend{Auto, Go, Libcrypto} {
		if got, err := ParseBackend(b.String()); err != nil || got != b {
			t.Errorf("%s is read as %s, %v", b, got, err)
		}
	}
	for _, text := range []string{"", "Go", "openssl", "auto "} {
		if b, err := ParseBackend(text); err == nil {
			t.Errorf("%q is read as %s", text, b)
		}
	}
}

func TestWithoutLibcryptoItCannotBeChosen(t *testing.T) {
	if libcrypto.Built {
		t.Skip("libcrypto is built in")
	}
	s := newStore(t)
	if err := s.UseBackend(Libcrypto); !errors.Is(err, ErrNoLibcrypto) {
		t.Error(err)
	}
	if err := s.UseBackend(Auto); err != nil {
		t.Error(err)
	}
	if !strings.Contains(Auto.Describe(), "Go crypto") {
		t.Error(Auto.Describe())
	}
}

func TestAutoIsLibcryptoWhereItIsBuiltIn(t *testing.T) {
	needLibcrypto(t)
	for _, algorithm := range algorithms {
		want := dnssec.IsRSA(algorithm) || algorithm == dnssec.ECDSAP256SHA256
		for _, b := range []Backend{Auto, Libcrypto} {
			if got := keyWith(t, algorithm, b).handles != nil; got != want {
				t.Errorf("%s with %s: by libcrypto %v, want %v", b, dnssec.AlgorithmName(algorithm), got, want)
			}
		}
		if keyWith(t, algorithm, Go).handles != nil {
			t.Errorf("%s by libcrypto where Go was chosen", dnssec.AlgorithmName(algorithm))
		}
	}
	if text := Auto.Describe(); !strings.Contains(text, "libcrypto OpenSSL 3") || text != Libcrypto.Describe() {
		t.Error(text)
	}
	if text := Go.Describe(); !strings.Contains(text, "Go crypto") {
		t.Error(text)
	}
}

func TestBackendsMakeTheSameSignatures(t *testing.T) {
	needLibcrypto(t)
	for _, algorithm := range algorithms {
		byGo := keyWith(t, algorithm, Go)
		byLibcrypto := &Key{dnskey: byGo.dnskey, private: byGo.private}
		if err := byLibcrypto.signWith(Libcrypto); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(byLibcrypto.close)
		sizes := []int{0, 1, 2, 63, 64, 65, 200, 1000}
		if dnssec.IsRSA(algorithm) {
			sizes = []int{0, 1, 4, 5, 9, 33}
		}
		for _, n := range sizes {
			inputs, want := batch(t, algorithm, n)
			got := make([][]byte, n)
			if err := errors.Join(byGo.SignBatch(inputs, want), byLibcrypto.SignBatch(inputs, got)); err != nil {
				t.Fatal(err)
			}
			for i := range inputs {
				if !bytes.Equal(got[i], want[i]) {
					t.Fatalf("%s: signature %d of %d is %x, by Go %x", dnssec.AlgorithmName(algorithm), i, n, got[i], want[i])
				}
			}
		}
	}
}

func TestBatchesAtTheSameTime(t *testing.T) {
	for _, backend := range backends {
		if backend.Check() != nil {
			continue
		}
		key := keyWith(t, dnssec.ECDSAP256SHA256, backend)
		inputs, want := batch(t, dnssec.ECDSAP256SHA256, 200)
		if err := key.SignBatch(inputs, want); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				signatures := make([][]byte, len(inputs))
				if err := key.SignBatch(inputs, signatures); err != nil {
					t.Error(err)
				}
				for i := range want {
					if !bytes.Equal(signatures[i], want[i]) {
						t.Errorf("%s: signature %d differs", backend, i)
					}
				}
			})
		}
		group.Wait()
	}
}

func TestPiecesAreEvenAndNotTooLarge(t *testing.T) {
	key := &Key{handles: &handles{group: 64}}
	for n, want := range map[int]int{1: 1, 63: 63, 64: 64, 65: 33, 100: 50, 128: 64, 129: 43, 1000: 63} {
		if got := key.pieceSize(n); got != want {
			t.Errorf("%d are cut into pieces of %d, want %d", n, got, want)
		}
	}
}

func TestLibcryptoNeedsNoMemoryForASignature(t *testing.T) {
	needLibcrypto(t)
	key := keyWith(t, dnssec.ECDSAP256SHA256, Libcrypto)
	for n, most := range map[int]float64{64: 0, 64 * 20: 32} {
		inputs, signatures := batch(t, dnssec.ECDSAP256SHA256, n)
		if got := testing.AllocsPerRun(3, func() {
			if err := key.SignBatch(inputs, signatures); err != nil {
				t.Fatal(err)
			}
		}); got > most {
			t.Errorf("%d signatures take %v allocations, want at most %v", n, got, most)
		}
	}
}

func TestCloseEndsTheUseOfKeys(t *testing.T) {
	for _, backend := range backends {
		if backend.Check() != nil {
			continue
		}
		for _, algorithm := range []uint8{dnssec.ECDSAP256SHA256, dnssec.ED25519} {
			t.Run(fmt.Sprintf("%s %s", backend, dnssec.AlgorithmName(algorithm)), func(t *testing.T) {
				s := newStore(t)
				if err := s.UseBackend(backend); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Generate(params(algorithm)); err != nil {
					t.Fatal(err)
				}
				key, err := s.Open(dnssec.KeyRef{Label: "ksk"})
				if err != nil {
					t.Fatal(err)
				}
				inputs, signatures := batch(t, algorithm, 70)
				if err := key.SignBatch(inputs, signatures); err != nil {
					t.Fatal(err)
				}
				s.Close()
				s.Close()
				if err := key.SignBatch(inputs, signatures); !errors.Is(err, errClosed) {
					t.Errorf("signing after Close gave %v", err)
				}
			})
		}
	}
}

// A handle that is out when the key is closed is freed when it comes back.
func TestHandlesAtWorkAreFreedWhenTheyComeBack(t *testing.T) {
	needLibcrypto(t)
	key := keyWith(t, dnssec.ECDSAP256SHA256, Libcrypto)
	handle, err := key.handles.take()
	if err != nil {
		t.Fatal(err)
	}
	key.close()
	inputs, signatures := batch(t, dnssec.ECDSAP256SHA256, 1)
	if err := handle.Sign(inputs, signatures); err != nil {
		t.Errorf("the batch at work: %v", err)
	}
	key.handles.give(handle)
	if err := handle.Sign(inputs, signatures); err == nil {
		t.Error("the handle was not closed")
	}
	if _, err := key.handles.take(); !errors.Is(err, errClosed) {
		t.Error(err)
	}
}
