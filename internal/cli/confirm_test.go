package cli

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestOnlyTheExactWordIsAYes(t *testing.T) {
	for _, answer := range []string{"Yes\n", "Yes\r\n", "Yes", "Yes\nmore\n"} {
		if err := ReadYes(strings.NewReader(answer)); err != nil {
			t.Errorf("%q: %v", answer, err)
		}
	}
	for _, answer := range []string{"", "\n", "yes\n", "YES\n", "y\n", " Yes\n", "Yes \n", "Yes!\n", "Yes\r\r\n", "No\nYes\n", strings.Repeat(" ", 1021) + "Yes\n"} {
		if err := ReadYes(strings.NewReader(answer)); !errors.Is(err, ErrNotConfirmed) {
			t.Errorf("%q: %v, want %v", answer, err, ErrNotConfirmed)
		}
	}
}

// broken is an input that cannot be read.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnUnreadableAnswerIsNoYes(t *testing.T) {
	if err := ReadYes(broken{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v, want the cause", err)
	}
}
