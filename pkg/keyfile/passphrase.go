package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"golang.org/x/term"

	"countersign/pkg/durable"
)

// Passphrase gives a passphrase or PIN in memory that the taker clears.
type Passphrase func() ([]byte, error)

// maxPassphrase is the length of the longest passphrase in octets.
const maxPassphrase = 1024

// PassphraseFile reads the passphrase from a private file (0600) at each call.
// One newline at the end is not part of it.
func PassphraseFile(path string) Passphrase {
	return func() ([]byte, error) {
		text, err := durable.ReadPrivate(path, maxPassphrase)
		if err != nil {
			return nil, err
		}
		text = bytes.TrimSuffix(text, []byte("\n"))
		if len(text) == 0 {
			return nil, fmt.Errorf("%s is empty", path)
		}
		return text, nil
	}
}

// PassphraseTerminal asks on a terminal, without echo, at each call; a colon
// follows the prompt. With twice it asks again and compares: for a new
// passphrase.
func PassphraseTerminal(terminal *os.File, prompt string, twice bool) Passphrase {
	return func() ([]byte, error) {
		if !term.IsTerminal(int(terminal.Fd())) {
			return nil, errors.New("there is no terminal to ask on: name a file")
		}
		first, err := prompted(terminal, prompt)
		if err != nil {
			return nil, err
		}
		if !twice {
			return first, nil
		}
		second, err := prompted(terminal, prompt+" again")
		if err == nil && !bytes.Equal(first, second) {
			err = errors.New("the two entries differ")
		}
		clear(second)
		if err != nil {
			clear(first)
			return nil, err
		}
		return first, nil
	}
}

func prompted(terminal *os.File, prompt string) ([]byte, error) {
	if _, err := fmt.Fprintf(terminal, "%s: ", prompt); err != nil {
		return nil, err
	}
	text, err := term.ReadPassword(int(terminal.Fd()))
	io.WriteString(terminal, "\n")
	if err == nil && len(text) == 0 {
		err = errors.New("nothing was entered")
	}
	if err == nil && len(text) > maxPassphrase {
		err = fmt.Errorf("longer than %d octets", maxPassphrase)
	}
	if err != nil {
		clear(text)
		return nil, err
	}
	return text, nil
}

// Remember asks once and keeps the answer in memory until forget is called, for
// a program that opens several keys. A failed question is asked again.
func Remember(p Passphrase) (remembered Passphrase, forget func()) {
	var (
		mu   sync.Mutex
		kept []byte
	)
	remembered = func() ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		if kept == nil {
			answer, err := p()
			if err != nil {
				return nil, err
			}
			kept = answer
		}
		return slices.Clone(kept), nil
	}
	return remembered, func() {
		mu.Lock()
		defer mu.Unlock()
		clear(kept)
		kept = nil
	}
}
