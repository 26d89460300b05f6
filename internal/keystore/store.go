package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"countersign/internal/cli"
	"countersign/pkg/dnssec"
	"countersign/pkg/hsm"
	"countersign/pkg/keyfile"
)

// Store holds key pairs: a directory of software keys or a token. Close ends the
// use of it and of the signers it gave.
type Store interface {
	Generate(dnssec.KeyParams) (dnssec.KeyInfo, error)
	List() ([]dnssec.KeyInfo, error)
	Orphans() ([]string, error)
	Describe(dnssec.KeyRef) (dnssec.KeyInfo, error)
	Open(dnssec.KeyRef) (dnssec.Signer, error)
	Delete(dnssec.KeyRef) (dnssec.KeyInfo, error)
	Close() error
}

// Open is the store that the configuration names. The directory of software keys
// must exist.
func Open(c Config) (Store, error) {
	if c.URI != "" {
		return openToken(c)
	}
	return openDirectory(c, false)
}

// Create is Open for init: it makes the directory of software keys where it does
// not exist yet, and asks for its passphrase twice.
func Create(c Config) (Store, error) {
	if c.URI != "" {
		return openToken(c)
	}
	return openDirectory(c, true)
}

// directory is a Store over package keyfile that asks for the passphrase once.
type directory struct {
	*keyfile.Store
	forget func()
}

func (d directory) Close() error {
	d.Store.Close()
	d.forget()
	return nil
}

func openDirectory(c Config, create bool) (Store, error) {
	passphrase, forget := keyfile.Remember(secret(c, "passphrase of the keys in "+c.Directory, create))
	var store *keyfile.Store
	var err error
	if create {
		store, err = keyfile.Create(c.Directory, passphrase)
	}
	if !create || errors.Is(err, fs.ErrExist) {
		store, err = keyfile.New(c.Directory, passphrase)
	}
	if err != nil {
		return nil, err
	}
	if err := store.UseBackend(c.Backend); err != nil {
		return nil, err
	}
	return directory{store, forget}, nil
}

func openToken(c Config) (Store, error) {
	token, err := hsm.Open(c.URI, hsm.PIN(secret(c, "PIN of the token", false)),
		hsm.Options{Sessions: c.Sessions, PINIsAsked: c.PassphraseFile == ""})
	if err != nil {
		return nil, fmt.Errorf("opening token: %w", err)
	}
	return token, nil
}

// secret reads from the file where there is one, else asks on the terminal the
// process has, even if its input comes from elsewhere.
func secret(c Config, prompt string, twice bool) keyfile.Passphrase {
	if c.PassphraseFile != "" {
		return keyfile.PassphraseFile(c.PassphraseFile)
	}
	return func() ([]byte, error) {
		terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
		if err != nil {
			return nil, cli.Hint(fmt.Errorf("no terminal to ask on for the %s: %w", prompt, err),
				"set passphrase_file in the configuration, or give --passphrase-file to init")
		}
		defer terminal.Close()
		return keyfile.PassphraseTerminal(terminal, prompt, twice)()
	}
}
