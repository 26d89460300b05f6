package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// usage is what one process took, and what it printed.
type usage struct {
	wall, cpu float64 // seconds; cpu is user and system
	peak      float64 // the most memory it had resident, MiB
	out       []byte
}

// errSlow is a program that took longer than the limit.
var errSlow = errors.New("over the time limit")

// measure runs a command to its end when the machine is idle. What it takes is
// what the kernel says when it is waited for (wait4). The peak is at least that of
// this process, because a child begins as its parent's twin: so this process
// must be smaller than all it measures.
func (b *bench) measure(arguments ...string) (usage, error) {
	b.waitIdle()
	return b.execute(arguments...)
}

// execute is measure on a machine as it is.
func (b *bench) execute(arguments ...string) (usage, error) {
	ctx, cancel := context.WithTimeout(b.ctx, b.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	cmd.Dir = b.dir
	cmd.WaitDelay = 5 * time.Second
	var out, errs tail
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err := cmd.Run()
	u := usage{wall: time.Since(start).Seconds(), out: out.text}
	if state := cmd.ProcessState; state != nil {
		u.cpu = (state.UserTime() + state.SystemTime()).Seconds()
		if r, ok := state.SysUsage().(*syscall.Rusage); ok {
			u.peak = float64(r.Maxrss) / 1024 // KiB on Linux
		}
	}
	switch {
	case b.ctx.Err() != nil:
		return u, context.Cause(b.ctx)
	case ctx.Err() != nil:
		return u, fmt.Errorf("%s: %w of %s", arguments[0], errSlow, b.limit)
	case err != nil:
		return u, fmt.Errorf("$ %s\n%s%s%w", strings.Join(arguments, " "), out.text, errs.text, err)
	}
	return u, nil
}

// tail keeps the last of what a program prints.
type tail struct{ text []byte }

const tailSize = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if len(t.text) > 2*tailSize {
		t.text = bytes.Clone(t.text[len(t.text)-tailSize:])
	}
	return len(p), nil
}
