package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNotConfirmed is what ReadYes returns for any other answer.
var ErrNotConfirmed = errors.New("not confirmed: nothing was done")

// Confirm asks a question on out and wants exactly "Yes" from in, unless yes says
// that it was given already.
func Confirm(in io.Reader, out io.Writer, yes bool, question string) error {
	if yes {
		return nil
	}
	fmt.Fprintf(out, "%s\nType \"Yes\" exactly to go on: ", question)
	return ReadYes(in)
}

// ReadYes reads one line and wants exactly "Yes".
func ReadYes(in io.Reader) error {
	line, err := bufio.NewReader(io.LimitReader(in, 1024)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r") != "Yes" {
		return ErrNotConfirmed
	}
	return nil
}
