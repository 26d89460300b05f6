package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"countersign/internal/cli"
)

// The name under which a command reads standard input or writes standard output.
const (
	standardInput  = "-"
	standardOutput = "-"
)

// read reads a whole file of at most limit octets. A larger one is malformed.
func (t *tool) read(name string, limit int64) ([]byte, error) {
	if name == standardInput {
		if t.inRead {
			return nil, errors.New("standard input can be given for one file only")
		}
		t.inRead = true
		return readAtMost(t.in, name, limit)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAtMost(f, name, limit)
}

func readAtMost(r io.Reader, name string, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, &malformedError{name: name, err: fmt.Errorf("larger than %d octets, the most that is read", limit)}
	}
	return data, nil
}

// malformedError is the content of a file that is not what it should be. If the
// file is what the command judges, that is a refusal; if the judgement only
// needs it, a failure.
type malformedError struct {
	name string
	err  error
}

func (e *malformedError) Unwrap() error { return e.err }

// Error has each fault on a line of its own, after the name of the file.
func (e *malformedError) Error() string {
	lines := strings.Split(e.err.Error(), "\n")
	for i, line := range lines {
		lines[i] = e.name + ": " + line
	}
	return strings.Join(lines, "\n")
}

// refuseMalformed makes the malformed content of the file that is judged a
// refusal.
func refuseMalformed(err error) error {
	var malformed *malformedError
	if errors.As(err, &malformed) {
		return cli.Refuse(err)
	}
	return err
}

// faults are the single errors of one that joins several.
func faults(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	return []error{err}
}
