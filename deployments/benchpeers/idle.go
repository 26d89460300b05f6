package main

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"time"
)

// busyShare is how much of the processors others may take before a measurement.
const busyShare = 0.05

// waitIdle waits until the processors had hardly anything to do for a moment, and
// counts when it gave up. The load average would not do: it remembers the program
// before for a minute.
func (b *bench) waitIdle() {
	if b.patience <= 0 {
		return
	}
	const moment = 300 * time.Millisecond
	for end := time.Now().Add(b.patience); time.Now().Before(end) && b.ctx.Err() == nil; {
		before, err := readProcessors()
		if err != nil {
			return // another system: nothing to wait for
		}
		time.Sleep(moment)
		after, err := readProcessors()
		if err != nil || after.busySince(before) < busyShare {
			return
		}
	}
	b.busy++
}

// processors is the ticks of all processors so far.
type processors struct{ all, idle float64 }

func (p processors) busySince(before processors) float64 {
	if p.all == before.all {
		return 0
	}
	return 1 - (p.idle-before.idle)/(p.all-before.all)
}

func readProcessors() (processors, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return processors{}, err
	}
	return parseProcessors(text)
}

// parseProcessors reads the first line of /proc/stat: user, nice, system, idle,
// iowait, irq, softirq, steal; what follows is counted in user already.
func parseProcessors(text []byte) (processors, error) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) < 9 || string(fields[0]) != "cpu" {
		return processors{}, errors.New("/proc/stat does not begin with the sum of the processors")
	}
	var p processors
	for i, field := range fields[1:9] {
		n, err := strconv.ParseFloat(string(field), 64)
		if err != nil {
			return processors{}, err
		}
		p.all += n
		if i == 3 || i == 4 {
			p.idle += n
		}
	}
	return p, nil
}
