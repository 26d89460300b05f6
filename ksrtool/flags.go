package main

import (
	"time"

	"countersign/internal/strictyaml"
)

// timeFlag is a moment on the command line.
type timeFlag struct{ time.Time }

// Set reads the one form that files have too.
func (f *timeFlag) Set(text string) error {
	parsed, err := strictyaml.ParseTime(text)
	f.Time = parsed
	return err
}

func (f *timeFlag) String() string { return moment(f.Time) }

// Type is what help calls the value.
func (f *timeFlag) Type() string { return "TIME" }

// or is the moment that was given, else the other.
func (f *timeFlag) or(other time.Time) time.Time {
	if f.IsZero() {
		return other
	}
	return f.Time
}
