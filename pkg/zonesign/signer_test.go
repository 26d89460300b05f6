package zonesign_test

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"sync"
	"testing"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zonesign"
)

// signer signs with a key in memory. Its signatures of one input are always the
// same: ECDSA is that of RFC 6979.
type signer struct {
	key     rr.DNSKEY
	private crypto.Signer
}

func (s *signer) Key() rr.DNSKEY { return s.key }

func (s *signer) SignBatch(inputs, signatures [][]byte) error {
	for i, input := range inputs {
		signature, err := s.private.Sign(nil, input, dnssec.Hash(s.key.Algorithm))
		if err != nil {
			return err
		}
		if private, ok := s.private.(*ecdsa.PrivateKey); ok {
			var pair struct{ R, S *big.Int }
			if _, err := asn1.Unmarshal(signature, &pair); err != nil {
				return err
			}
			size := (private.Curve.Params().BitSize + 7) / 8
			signature = append(pair.R.FillBytes(make([]byte, size)), pair.S.FillBytes(make([]byte, size))...)
		}
		signatures[i] = append(signatures[i][:0], signature...)
	}
	return nil
}

func newSigner(algorithm uint8, flags uint16) *signer {
	var private crypto.Signer
	var err error
	switch algorithm {
	case dnssec.RSASHA256, dnssec.RSASHA512:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case dnssec.ECDSAP256SHA256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case dnssec.ECDSAP384SHA384:
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case dnssec.ED25519:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		err = fmt.Errorf("no keys of algorithm %d", algorithm)
	}
	if err != nil {
		panic(err)
	}
	key, err := dnssec.NewKey(private.Public(), algorithm, flags)
	if err != nil {
		panic(err)
	}
	return &signer{key: key, private: private}
}

// pair is the keys of one algorithm.
type pair struct{ zsk, ksk *signer }

var pairs = struct {
	sync.Mutex
	made map[uint8]pair
}{made: map[uint8]pair{}}

// keys are the two keys of an algorithm, made once a test run.
func keys(algorithm uint8) pair {
	pairs.Lock()
	defer pairs.Unlock()
	p, ok := pairs.made[algorithm]
	for !ok {
		p = pair{newSigner(algorithm, rr.FlagZone), newSigner(algorithm, rr.FlagZone|rr.FlagSEP)}
		ok = p.zsk.key.KeyTag() != p.ksk.key.KeyTag()
	}
	pairs.made[algorithm] = p
	return p
}

const bundleTTL = 172800

// now is a moment that the checkers, which go by the clock of the machine, take
// for the present.
var now = time.Now().UTC().Truncate(time.Second)

// signedSet signs a set with KSKs.
func signedSet(t testing.TB, set rr.Set, ksks ...*signer) zonesign.SignedSet {
	t.Helper()
	s := zonesign.SignedSet{Set: set}
	for _, ksk := range ksks {
		sig, err := dnssec.Sign(&set, ksk, dnssec.Params{
			Inception: now.Add(-time.Hour), Expiration: now.Add(20 * 24 * time.Hour), SignerName: set.Owner, KeyTag: ksk.key.KeyTag(),
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Signatures = append(s.Signatures, sig)
	}
	return s
}

// config signs origin with the keys of the algorithms.
func config(t testing.TB, origin rr.Name, algorithms ...uint8) zonesign.Config {
	t.Helper()
	c := zonesign.Config{Now: now, InceptionOffset: time.Hour, Validity: 13 * 24 * time.Hour, ZONEMD: true}
	var published []rr.DNSKEY
	var ksks []*signer
	for _, algorithm := range algorithms {
		p := keys(algorithm)
		published = append(published, p.zsk.key, p.ksk.key)
		ksks = append(ksks, p.ksk)
		c.ZSKs = append(c.ZSKs, zonesign.ActiveKey{Key: p.zsk.key, Signer: p.zsk})
	}
	c.Bundle.DNSKEY = signedSet(t, *dnssec.KeySet(origin, bundleTTL, published), ksks...)
	return c
}

// withCDS adds CDS and CDNSKEY sets for the KSKs of the algorithms.
func withCDS(t testing.TB, c zonesign.Config, origin rr.Name, algorithms ...uint8) zonesign.Config {
	t.Helper()
	cds := rr.Set{Owner: origin, Type: rr.TypeCDS, TTL: 3600}
	cdnskey := rr.Set{Owner: origin, Type: rr.TypeCDNSKEY, TTL: 3600}
	var ksks []*signer
	for _, algorithm := range algorithms {
		ksk := keys(algorithm).ksk
		ds, err := dnssec.NewDS(origin, ksk.key, dnssec.DigestSHA256)
		if err != nil {
			t.Fatal(err)
		}
		cds.Data = append(cds.Data, ds.Append(nil))
		cdnskey.Data = append(cdnskey.Data, ksk.key.Append(nil))
		ksks = append(ksks, ksk)
	}
	cds.Canonicalize()
	cdnskey.Canonicalize()
	c.Bundle.CDS, c.Bundle.CDNSKEY = signedSet(t, cds, ksks...), signedSet(t, cdnskey, ksks...)
	return c
}

// fixedSigner gives one signature for all: what remains is the work of signing
// a zone without the arithmetic.
type fixedSigner struct {
	key       rr.DNSKEY
	signature []byte
}

func (s *fixedSigner) Key() rr.DNSKEY { return s.key }

func (s *fixedSigner) SignBatch(inputs, signatures [][]byte) error {
	for i := range inputs {
		signatures[i] = append(signatures[i][:0], s.signature...)
	}
	return nil
}

// failingSigner fails at the n-th batch, counting from 0.
type failingSigner struct {
	dnssec.Signer
	sync.Mutex
	left int
}

var errToken = errors.New("the token is gone")

func (s *failingSigner) SignBatch(inputs, signatures [][]byte) error {
	s.Lock()
	s.left--
	left := s.left
	s.Unlock()
	if left < 0 {
		return errToken
	}
	return s.Signer.SignBatch(inputs, signatures)
}

func name(t testing.TB, text string) rr.Name {
	t.Helper()
	n, err := rr.ParseName(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func parse(t testing.TB, text []byte, origin rr.Name) *zone.Zone {
	t.Helper()
	z, _, err := zone.Parse(text, zone.ParseOptions{Origin: origin, Name: "zone"})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func gunzip(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if text, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	return text
}
