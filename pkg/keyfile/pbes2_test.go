package keyfile

import (
	"crypto"
	"crypto/ed25519"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/youmark/pkcs8"
)

// container is an encrypted key in its parts, to spoil one of them.
type container struct {
	scheme, derivation asn1.ObjectIdentifier
	iv                 []byte
	cost               []any // the numbers after the salt
	size               int   // of the data
}

func (c container) text(t testing.TB) []byte {
	t.Helper()
	marshal := func(v any) []byte {
		der, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	body := marshal([]byte("saltsaltsaltsalt"))
	for _, number := range c.cost {
		body = append(body, marshal(number)...)
	}
	kdf := marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: body})
	identifier := func(oid asn1.ObjectIdentifier, parameters []byte) pkix.AlgorithmIdentifier {
		return pkix.AlgorithmIdentifier{Algorithm: oid, Parameters: asn1.RawValue{FullBytes: parameters}}
	}
	params := marshal(struct{ Derivation, Scheme pkix.AlgorithmIdentifier }{
		identifier(c.derivation, kdf), identifier(c.scheme, marshal(c.iv)),
	})
	der := marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}{identifier(oidPBES2, params), make([]byte, c.size)})
	return pem.EncodeToMemory(&pem.Block{Type: encryptedType, Bytes: der})
}

// Whatever stands in a file is refused: it does not end the program, and does
// not cost more than a key may.
func TestHostileEncryptionIsRefused(t *testing.T) {
	scrypt := func(n, r, p int64) container {
		return container{oidsAESCBC[2], oidScrypt, make([]byte, aesBlock), []any{n, r, p}, 48}
	}
	pbkdf2 := func(iterations int64) container {
		return container{oidsAESCBC[0], oidPBKDF2, make([]byte, aesBlock), []any{iterations}, 48}
	}
	with := func(c container, change func(*container)) container {
		change(&c)
		return c
	}
	good := scrypt(16, 8, 1)
	for name, row := range map[string]struct {
		c    container
		want string
	}{
		"as it should be":        {good, "wrong passphrase"},
		"few iterations":         {pbkdf2(1), "wrong passphrase"},
		"short IV":               {with(good, func(c *container) { c.iv = c.iv[:8] }), "damaged"},
		"no data":                {with(good, func(c *container) { c.size = 0 }), "damaged"},
		"half a block":           {with(good, func(c *container) { c.size = 40 }), "damaged"},
		"a mode of no use":       {with(good, func(c *container) { c.scheme = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 46} }), "CBC"},
		"unknown derivation":     {with(good, func(c *container) { c.derivation = oidPBES2 }), "scrypt or PBKDF2"},
		"all memory":             {scrypt(1<<40, 8, 1), "costs more"},
		"memory by block size":   {scrypt(16, 1<<29, 1), "costs more"},
		"numbers that overflow":  {scrypt(1<<62, 1<<62, 4), "costs more"},
		"a year":                 {scrypt(1<<14, 8, 1<<20), "costs more"},
		"no block size":          {scrypt(16, 0, 1), "damaged"},
		"no parallelization":     {scrypt(16, 8, 0), "damaged"},
		"negative cost":          {scrypt(-16, 8, 1), "damaged"},
		"a century":              {pbkdf2(1 << 40), "costs more"},
		"no iterations":          {pbkdf2(0), "damaged"},
		"iterations left out":    {with(good, func(c *container) { c.derivation, c.cost = oidPBKDF2, nil }), "damaged"},
		"scrypt without numbers": {with(good, func(c *container) { c.cost = nil }), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decrypt(row.c.text(t), []byte(testPassphrase))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

// What other programs write is read: PBKDF2, and the smaller sizes of AES.
func TestOtherEncryptionsAreRead(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	for _, cipher := range []pkcs8.Cipher{pkcs8.AES128CBC, pkcs8.AES192CBC, pkcs8.AES256CBC} {
		der, err := pkcs8.MarshalPrivateKey(key, []byte(testPassphrase), &pkcs8.Opts{
			Cipher: cipher, KDFOpts: pkcs8.PBKDF2Opts{SaltSize: 8, IterationCount: 2048, HMACHash: crypto.SHA256},
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := decrypt(pem.EncodeToMemory(&pem.Block{Type: encryptedType, Bytes: der}), []byte(testPassphrase))
		if err != nil || !key.Public().(ed25519.PublicKey).Equal(got.Public()) {
			t.Errorf("%s: %v, %v", cipher.OID(), got, err)
		}
	}
}

// What a program writes with its real cost stays within the bounds.
func TestRealEncryptionIsWithinTheBounds(t *testing.T) {
	cheap := encryption
	defer func() { encryption = cheap }()
	encryption = realEncryption
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	text, err := encrypt(key, []byte(testPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decrypt(text, []byte(testPassphrase)); err != nil {
		t.Error(err)
	}
}

func FuzzDecrypt(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	text, err := encrypt(key, []byte(testPassphrase))
	if err != nil {
		f.Fatal(err)
	}
	block, _ := pem.Decode(text)
	f.Add(block.Bytes)
	pbkdf2 := container{oidsAESCBC[0], oidPBKDF2, make([]byte, aesBlock), []any{2048}, 48}.text(f)
	block, _ = pem.Decode(pbkdf2)
	f.Add(block.Bytes)
	f.Fuzz(func(t *testing.T, der []byte) {
		if checkEncrypted(der) != nil {
			return
		}
		got, err := decrypt(pem.EncodeToMemory(&pem.Block{Type: encryptedType, Bytes: der}), []byte(testPassphrase))
		if err == nil && !key.Equal(got) {
			t.Error("another key comes out of the same passphrase")
		}
	})
}
