package keyfile

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
)

// checkEncrypted looks at an EncryptedPrivateKeyInfo (RFC 5958, Section 3)
// before the library decrypts it: that one panics at an IV or at data of the
// wrong size, and takes the cost of the passphrase as the file has it, be it all
// memory or a century.
func checkEncrypted(der []byte) error {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) != 0 {
		return errDamaged
	}
	if !info.Algorithm.Algorithm.Equal(oidPBES2) {
		return errors.New("the key is not encrypted with PBES2")
	}
	var params struct{ Derivation, Scheme pkix.AlgorithmIdentifier }
	if rest, err := asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &params); err != nil || len(rest) != 0 {
		return errDamaged
	}
	if err := checkScheme(params.Scheme, len(info.Data)); err != nil {
		return err
	}
	return checkDerivation(params.Derivation)
}

var errDamaged = errors.New("the file is damaged")

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidScrypt = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}

	// AES of 128, 192 and 256 bits in CBC mode.
	oidsAESCBC = []asn1.ObjectIdentifier{
		{2, 16, 840, 1, 101, 3, 4, 1, 2}, {2, 16, 840, 1, 101, 3, 4, 1, 22}, {2, 16, 840, 1, 101, 3, 4, 1, 42},
	}
)

// aesBlock is the size in octets of a block, and of the IV, of AES in CBC mode.
const aesBlock = 16

func checkScheme(scheme pkix.AlgorithmIdentifier, size int) error {
	if !slices.ContainsFunc(oidsAESCBC, scheme.Algorithm.Equal) {
		return errors.New("the key is not encrypted with AES in CBC mode")
	}
	var iv []byte
	rest, err := asn1.Unmarshal(scheme.Parameters.FullBytes, &iv)
	if err != nil || len(rest) != 0 || len(iv) != aesBlock || size == 0 || size%aesBlock != 0 {
		return errDamaged
	}
	return nil
}

// The most that a file may ask for before its passphrase is known to be right,
// some seconds on any machine: what encrypt asks for is 16 MiB and 2^19.3.
const (
	maxScryptMemory = 256 << 20 // octets: 128 * N * r
	maxScryptWork   = 1 << 25   // N * r * p
	maxIterations   = 10_000_000
)

func checkDerivation(derivation pkix.AlgorithmIdentifier) error {
	parameters := derivation.Parameters.FullBytes
	switch {
	case derivation.Algorithm.Equal(oidScrypt):
		// RFC 7914, Section 7.1. What follows the three numbers is optional.
		var s struct {
			Salt    []byte
			N, R, P int64
		}
		if _, err := asn1.Unmarshal(parameters, &s); err != nil || s.N < 2 || s.R < 1 || s.P < 1 {
			return errDamaged
		}
		// Divided, so that nothing overflows.
		if s.N > maxScryptMemory/128/s.R || s.P > maxScryptWork/s.N/s.R {
			return errors.New("the passphrase of the key costs more memory or time than a key is worth (scrypt)")
		}
		return nil
	case derivation.Algorithm.Equal(oidPBKDF2):
		// RFC 8018, Appendix A.2.
		var p struct {
			Salt       []byte
			Iterations int64
		}
		if _, err := asn1.Unmarshal(parameters, &p); err != nil || p.Iterations < 1 {
			return errDamaged
		}
		if p.Iterations > maxIterations {
			return errors.New("the passphrase of the key costs more time than a key is worth (PBKDF2)")
		}
		return nil
	}
	return errors.New("the passphrase of the key is not made a key with scrypt or PBKDF2")
}
