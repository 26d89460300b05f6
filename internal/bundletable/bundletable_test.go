package bundletable

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var start = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

func key(identifier string, flags uint16, octet byte) ksr.Key {
	k := ksr.Key{Identifier: identifier, TTL: 172800}
	k.DNSKEY = rr.DNSKEY{Flags: flags, Protocol: 3, Algorithm: 8, PublicKey: []byte{0, octet}}
	return k
}

func signature(k ksr.Key) ksr.Signature {
	return ksr.Signature{KeyIdentifier: k.Identifier, RRSIG: rr.RRSIG{KeyTag: k.KeyTag(), Algorithm: k.Algorithm}}
}

func table(t *testing.T, bundles ...ksr.Bundle) string {
	t.Helper()
	var out strings.Builder
	if err := Write(&out, bundles); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWriteShowsWhatEachKeyDoes(t *testing.T) {
	zsk, old, next := key("z", 256, 1), key("Kold", 257, 2), key("K next", 257, 3)
	revoked := old
	revoked.Flags |= rr.FlagRevoke
	end := start.AddDate(0, 0, 21)
	got := table(t,
		ksr.Bundle{Inception: start, Expiration: end, Keys: []ksr.Key{zsk, old, next}, Signatures: []ksr.Signature{signature(old)}},
		ksr.Bundle{Inception: start, Expiration: end, Keys: []ksr.Key{zsk, revoked, next}, Signatures: []ksr.Signature{signature(revoked), signature(next)}},
		ksr.Bundle{Inception: start, Keys: []ksr.Key{zsk, revoked}, Signatures: []ksr.Signature{signature(zsk)}},
	)
	want := ` #  Inception             Expiration            ZSKs    KSKs
 1  2027-01-01T00:00:00Z  2027-01-22T00:00:00Z  1033    1035(Kold)/S 1036("K next")/P
 2  2027-01-01T00:00:00Z  2027-01-22T00:00:00Z  1033    1163(Kold)/RS 1036("K next")/S
 3  2027-01-01T00:00:00Z  -                     1033/S  1163(Kold)/R
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestWriteOfAKSRHasNoKSKs(t *testing.T) {
	zsk := key("", 256, 1)
	got := table(t, ksr.Bundle{Inception: start, Keys: []ksr.Key{zsk, key("", 256, 9)}, Signatures: []ksr.Signature{signature(zsk)}})
	want := ` #  Inception             Expiration  ZSKs
 1  2027-01-01T00:00:00Z  -           1033 1041
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestSignersInTextAreKnownByTagAndAlgorithm(t *testing.T) {
	k := key("", 257, 2)
	other := signature(k)
	other.Algorithm = 13
	b := ksr.Bundle{Keys: []ksr.Key{k}, Signatures: []ksr.Signature{other}}
	if got := Action(&b, &k); got != "P" {
		t.Errorf("action %s after a signature of another algorithm, want P", got)
	}
	b.Signatures = append(b.Signatures, signature(k))
	if got := Action(&b, &k); got != "S" {
		t.Errorf("action %s, want S", got)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteReportsALostWrite(t *testing.T) {
	if Write(full{}, nil) == nil {
		t.Error("a lost write was not reported")
	}
}
