package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// session is a long-lived process of ours that takes commands.
type session struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errs   *tail
	closed bool
}

// openSession starts it and waits until its first version is there.
func (b *bench) openSession(arguments ...string) (*session, result, error) {
	cmd := exec.CommandContext(b.ctx, b.self, append([]string{"updates"}, arguments...)...)
	cmd.Dir = b.dir
	s := &session{cmd: cmd, errs: &tail{}}
	cmd.Stderr = s.errs
	var err error
	if s.in, err = cmd.StdinPipe(); err != nil {
		return nil, result{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, result{}, err
	}
	s.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, result{}, err
	}
	r, err := s.read()
	if err != nil {
		return nil, result{}, errors.Join(err, s.close())
	}
	return s, r, nil
}

// do sends a command, and measures until the answer is there: seconds.
func (s *session) do(words ...string) (float64, result, error) {
	start := time.Now()
	if _, err := fmt.Fprintln(s.in, strings.Join(words, " ")); err != nil {
		return 0, result{}, err
	}
	r, err := s.read()
	return time.Since(start).Seconds(), r, err
}

func (s *session) read() (result, error) {
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return result{}, fmt.Errorf("our process ended: %w\n%s", err, s.errs.text)
	}
	return parseResult(line)
}

// close ends the process.
func (s *session) close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	return errors.Join(s.in.Close(), s.cmd.Wait())
}
