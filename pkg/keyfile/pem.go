package keyfile

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/youmark/pkcs8"

	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/rr"
)

// encryption is PBES2 with scrypt and AES-256-CBC (RFC 8018, RFC 7914): 16 MiB
// and five passes, the most memory that OpenSSL reads without being told to.
var encryption = &pkcs8.Opts{
	Cipher:  pkcs8.AES256CBC,
	KDFOpts: pkcs8.ScryptOpts{SaltSize: 16, CostParameter: 1 << 14, BlockSize: 8, ParallelizationParameter: 5},
}

const encryptedType = "ENCRYPTED PRIVATE KEY"

// encrypt is the text of LABEL.pem.
func encrypt(key crypto.Signer, passphrase []byte) ([]byte, error) {
	if len(passphrase) == 0 { // the library would not encrypt at all
		return nil, errors.New("empty passphrase")
	}
	der, err := pkcs8.MarshalPrivateKey(key, passphrase, encryption)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: encryptedType, Bytes: der}), nil
}

// decrypt is the inverse of encrypt. It also reads what other programs wrote as
// PBES2 with AES in CBC mode and scrypt or PBKDF2.
func decrypt(text, passphrase []byte) (crypto.Signer, error) {
	if len(passphrase) == 0 { // the library would take the key for a plain one
		return nil, errors.New("empty passphrase")
	}
	block, err := onlyBlock(text)
	if err != nil {
		return nil, err
	}
	if block.Type != encryptedType {
		return nil, fmt.Errorf("PEM of type %q, want %q", block.Type, encryptedType)
	}
	if err := checkEncrypted(block.Bytes); err != nil {
		return nil, err
	}
	key, _, err := pkcs8.ParsePrivateKey(block.Bytes, passphrase)
	if err != nil {
		return nil, errors.New("wrong passphrase, or the file is damaged")
	}
	return signer(key)
}

// ReadPEM reads a private key that is not encrypted, as openssl writes it:
// PKCS#8, PKCS#1 or SEC 1. The file must be private (0600). It is the way of
// keys from elsewhere into a Store or a token.
func ReadPEM(path string) (crypto.Signer, error) {
	text, err := durable.ReadPrivate(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	key, err := parsePEM(text)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return key, nil
}

func parsePEM(text []byte) (crypto.Signer, error) {
	block, err := onlyBlock(text)
	if err != nil {
		return nil, err
	}
	defer clear(block.Bytes)
	var key any
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case encryptedType:
		return nil, errors.New("the key is encrypted: decrypt it first, with openssl pkey")
	default:
		return nil, fmt.Errorf("PEM of type %q is no private key", block.Type)
	}
	if err != nil {
		return nil, errors.New("the key is damaged") // the cause could quote it
	}
	return signer(key)
}

// onlyBlock is the one PEM block of text.
func onlyBlock(text []byte) (*pem.Block, error) {
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, errors.New("no PEM block")
	case len(bytes.TrimSpace(rest)) != 0:
		return nil, errors.New("text after the PEM block")
	case len(block.Headers) != 0:
		return nil, errors.New("PEM headers are not supported")
	}
	return block, nil
}

func signer(key any) (crypto.Signer, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return key, nil
	case *ecdsa.PrivateKey:
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, fmt.Errorf("keys of type %T are not supported", key)
}

// minTestBits is the least size of an RSA key that is marked as a test key.
const minTestBits = 1024

// checkPrivate checks the sizes a Store keeps: RSA below dnssec.MinRSABits only
// as a test key.
func checkPrivate(key rr.DNSKEY, testOnly bool) error {
	bits, _, err := dnssec.KeyBits(key)
	if err != nil {
		return err
	}
	least := dnssec.MinRSABits
	if testOnly {
		least = minTestBits
	}
	if dnssec.IsRSA(key.Algorithm) && bits < least {
		return fmt.Errorf("RSA of %d bits, want at least %d", bits, least)
	}
	return nil
}
