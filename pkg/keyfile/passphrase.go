package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
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
	restore, err := silence(terminal)
	if err != nil {
		return nil, err
	}
	defer restore()
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

// silence turns the echo off before anything is asked, so that not even who types
// ahead shows it, and drops what was typed before. restore undoes it; so does an
// interrupt, which ends the process as it would have.
func silence(terminal *os.File) (restore func(), err error) {
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	quiet, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, err
	}
	quiet.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETSF, quiet); err != nil {
		return nil, err
	}
	interrupted, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(interrupted, os.Interrupt, unix.SIGTERM)
	go func() {
		select {
		case s := <-interrupted:
			term.Restore(fd, before)
			signal.Reset(s)
			unix.Kill(unix.Getpid(), s.(unix.Signal))
		case <-done:
		}
	}()
	return func() {
		signal.Stop(interrupted)
		close(done)
		term.Restore(fd, before)
	}, nil
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
