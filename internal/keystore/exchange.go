package keystore

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"countersign/internal/cli"
	"countersign/pkg/dnssec"
	"countersign/pkg/hsm"
	"countersign/pkg/keyfile"
)

// Import takes in a private key that is not encrypted, from a file of mode 0600:
// PEM (PKCS#8, PKCS#1, SEC 1), or for a directory of software keys a pair of
// BIND's, named by its .private file. The file stays: to destroy it is the
// operator's part.
func Import(store Store, p dnssec.KeyParams, path string) (dnssec.KeyInfo, error) {
	stem, isBIND := strings.CutSuffix(path, ".private")
	switch s := store.(type) {
	case directory:
		if isBIND {
			info, _, err := s.ImportBIND(p, stem)
			return info, err
		}
		return s.ImportPEM(p, path)
	case *hsm.Token:
		if isBIND {
			return dnssec.KeyInfo{}, cli.Hint(errors.New("a token takes keys from PEM files only"),
				"import the pair into a store of software keys, or give the key as PEM")
		}
		private, err := keyfile.ReadPEM(path)
		if err != nil {
			return dnssec.KeyInfo{}, err
		}
		return s.Import(p, private)
	}
	return dnssec.KeyInfo{}, fmt.Errorf("a store of type %T takes no keys", store)
}

// Export writes a software key as BIND's pair of files into a directory, the
// private one not encrypted, and returns their path without suffix. Keys do not
// leave a token.
func Export(store Store, ref dnssec.KeyRef, dir string) (stem string, err error) {
	d, ok := store.(directory)
	if !ok {
		return "", errors.New("the key is in a token, which it does not leave in the clear")
	}
	if info, err := os.Stat(dir); err != nil {
		return "", err
	} else if !info.IsDir() {
		return "", fmt.Errorf("%s is no directory", dir)
	}
	return d.ExportBIND(ref, dir, nil)
}
