// Package keystore chooses between the two key stores, software keys and a
// PKCS#11 token, as the configuration of zskd and kskd says.
package keystore

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"countersign/internal/cli"
	"countersign/pkg/dnssec"
	"countersign/pkg/hsm"
	"countersign/pkg/keyfile"
)

// Config says where the keys are and what new ones shall be. Exactly one of
// Directory and URI is set. The secret is asked at the terminal where PassphraseFile
// is empty.
type Config struct {
	Directory      string          // of software keys
	URI            string          // of a PKCS#11 token (RFC 7512)
	PassphraseFile string          // passphrase or PIN, one line, mode 0600
	Backend        keyfile.Backend // what signs with software keys
	Sessions       int             // of the token, 0 is found by measurement
	Algorithm      uint8
	Bits           int // of RSA keys, 0 for others
}

// File is the "keys" part of zskd.yaml and kskd.yaml.
type File struct {
	Directory      string `yaml:"directory,omitempty"`
	URI            string `yaml:"uri,omitempty"`
	PassphraseFile string `yaml:"passphrase_file,omitempty"`
	Backend        string `yaml:"backend,omitempty"`
	Sessions       int    `yaml:"sessions,omitempty"`
	Algorithm      string `yaml:"algorithm"`
	Bits           int    `yaml:"bits,omitempty"`
}

// Parse reads what --keys takes: "softkeys", or a PKCS#11 URI.
func Parse(text string) (Config, error) {
	switch {
	case text == "softkeys":
		return Config{Directory: "keys"}, nil
	case strings.HasPrefix(text, "pkcs11:"):
		return Config{URI: text}, hsm.CheckURI(text)
	}
	return Config{}, fmt.Errorf("key store %q: want softkeys or a pkcs11 URI", text)
}

// Check turns the part of a file into a Config. Paths are relative to dir, the
// folder of the file.
func (f File) Check(dir string) (Config, error) {
	switch {
	case f.Directory == "" && f.URI == "":
		return Config{}, errors.New("keys: neither directory nor uri is set")
	case f.Directory != "" && f.URI != "":
		return Config{}, errors.New("keys: both directory and uri are set")
	}
	if f.URI != "" {
		if err := hsm.CheckURI(f.URI); err != nil {
			return Config{}, fmt.Errorf("keys: uri: %w", err)
		}
	}
	backend, err := f.backend()
	if err != nil {
		return Config{}, fmt.Errorf("keys: backend: %w", err)
	}
	if f.Sessions < 0 || f.Sessions > hsm.MaxSessions {
		return Config{}, fmt.Errorf("keys: sessions: %d, want 1 to %d, or none to have it measured", f.Sessions, hsm.MaxSessions)
	}
	if f.Sessions != 0 && f.URI == "" {
		return Config{}, errors.New("keys: sessions is set, but software keys have none")
	}
	algorithm, err := dnssec.ParseAlgorithm(f.Algorithm)
	if err != nil {
		return Config{}, fmt.Errorf("keys: algorithm: %w", err)
	}
	c := Config{
		Directory:      under(dir, f.Directory),
		URI:            f.URI,
		PassphraseFile: under(dir, f.PassphraseFile),
		Backend:        backend,
		Sessions:       f.Sessions,
		Algorithm:      algorithm,
		Bits:           f.Bits,
	}
	return c, c.checkBits()
}

// backend is what signs with software keys: auto if the file does not say.
func (f File) backend() (keyfile.Backend, error) {
	switch {
	case f.Backend == "":
		return keyfile.Auto, nil
	case f.URI != "":
		return 0, errors.New("it is for software keys: a token signs by itself")
	}
	backend, err := keyfile.ParseBackend(f.Backend)
	if err != nil {
		return 0, err
	}
	if err := backend.Check(); err != nil {
		return 0, cli.Hint(err, "set it to auto or go, or build the program with OpenSSL 3 and its headers (libssl-dev)")
	}
	return backend, nil
}

func (c Config) checkBits() error {
	name := dnssec.AlgorithmName(c.Algorithm)
	switch {
	case !dnssec.IsRSA(c.Algorithm) && c.Bits != 0:
		return fmt.Errorf("keys: bits is set, but %s keys have one size", name)
	case dnssec.IsRSA(c.Algorithm) && (c.Bits < dnssec.MinRSABits || c.Bits > dnssec.MaxRSABits || c.Bits%8 != 0):
		return fmt.Errorf("keys: bits: %d for %s, want %d to %d in steps of 8", c.Bits, name, dnssec.MinRSABits, dnssec.MaxRSABits)
	}
	return nil
}

// under makes path relative to dir unless it is empty or absolute.
func under(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// FileTemplate defines the template "keys" over a Config: the part of a
// configuration file with its comments.
const FileTemplate = `{{define "keys"}}keys:
{{- if .Directory}}
  # Software keys: encrypted PKCS#8 files.
  directory: {{printf "%q" .Directory}}
{{- else}}
  # A PKCS#11 token (RFC 7512), named by its serial number or label.
  uri: {{printf "%q" .URI}}
{{- end}}
{{- if .PassphraseFile}}
  # The passphrase or PIN: one line, mode 0600.
  passphrase_file: {{printf "%q" .PassphraseFile}}
{{- else}}
  # The passphrase or PIN is asked at the terminal. For a file of mode 0600:
  # passphrase_file: FILE
{{- end}}
{{- if .Directory}}
  # What signs with RSA and ECDSA keys, with the same result: libcrypto (OpenSSL, fast),
  # go, or auto, which is libcrypto where it is built in. The command "version" says.
  backend: {{.Backend}}
{{- end}}
{{- if .Sessions}}
  # Sessions that sign at the same time; without this they are measured.
  sessions: {{.Sessions}}
{{- end}}
  # What new keys are: RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384 or
  # ED25519, and the size of RSA keys.
  algorithm: {{algorithm .Algorithm}}
{{- if .Bits}}
  bits: {{.Bits}}
{{- end}}
{{end}}`

// RelativeTo is the configuration for a file in dir: the path of the passphrase
// file, which was given relative to the working directory, made absolute.
func (c Config) RelativeTo(dir string) (Config, error) {
	if c.PassphraseFile == "" {
		return c, nil
	}
	path, err := filepath.Abs(c.PassphraseFile)
	if err != nil {
		return Config{}, err
	}
	if base, err := filepath.Abs(dir); err == nil {
		if inside, err := filepath.Rel(base, path); err == nil && filepath.IsLocal(inside) {
			path = inside
		}
	}
	c.PassphraseFile = path
	return c, nil
}

// Under is the configuration with its paths, which are relative to dir, made
// relative to the working directory: what Check does when the file is read.
func (c Config) Under(dir string) (Config, error) {
	c.Directory = under(dir, c.Directory)
	c.PassphraseFile = under(dir, c.PassphraseFile)
	return c, nil
}
