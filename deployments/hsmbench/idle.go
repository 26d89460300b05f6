package main

import (
	"fmt"
	"os"
	"time"
)

// waitIdle returns when the processors had little to do for a moment, or after
// patience: what runs beside a measurement decides it.
func waitIdle(patience time.Duration) {
	const moment = 150 * time.Millisecond
	for end := time.Now().Add(patience); time.Now().Before(end); {
		idle, all := processorTime()
		time.Sleep(moment)
		idleThen, allThen := processorTime()
		if all == allThen || float64(idleThen-idle) > 0.9*float64(allThen-all) {
			return
		}
	}
}

// processorTime is what /proc/stat counts: time without work, and all time.
func processorTime() (idle, all int64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	var times [8]int64 // user nice system idle iowait irq softirq steal
	fmt.Sscanf(string(text), "cpu %d %d %d %d %d %d %d %d", &times[0], &times[1], &times[2], &times[3], &times[4], &times[5], &times[6], &times[7])
	for _, t := range times {
		all += t
	}
	return times[3] + times[4], all
}
