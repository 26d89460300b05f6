//go:build faultinject

package durable

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

// FaultEnvironment says whether this binary obeys COUNTERSIGN_FAULT.
const FaultEnvironment = true

// COUNTERSIGN_FAULT=N:fail|lost|kill strikes the Nth step of the process,
// counted from 1. When it strikes, a line that begins "injected fault" goes to
// standard error, so that a test that walks N upwards sees where the steps end.
// A value that is not understood ends the process: a test that injects nothing
// must not pass.
func init() {
	value, ok := os.LookupEnv("COUNTERSIGN_FAULT")
	if !ok {
		return
	}
	number, name, _ := strings.Cut(value, ":")
	at, err := strconv.ParseInt(number, 10, 64)
	effect := map[string]Effect{"fail": Fail, "lost": Lose, "kill": Kill}[name]
	if err != nil || at < 1 || effect == Proceed {
		fmt.Fprintf(os.Stderr, "COUNTERSIGN_FAULT=%q: want N:fail, N:lost or N:kill\n", value)
		os.Exit(2)
	}
	var steps atomic.Int64
	Inject(func(op Op, path string) Effect {
		if steps.Add(1) != at {
			return Proceed
		}
		fmt.Fprintf(os.Stderr, "injected fault: step %d, %s %s: %s\n", at, op, path, name)
		return effect
	})
}
