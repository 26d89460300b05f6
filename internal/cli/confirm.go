package cli

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// ErrNotConfirmed is what ReadYes returns for any other answer.
var ErrNotConfirmed = errors.New("not confirmed: nothing was done")

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
