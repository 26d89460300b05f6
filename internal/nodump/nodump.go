// Package nodump keeps the memory of a process that holds secrets out of core
// files and away from debuggers of the same user.
package nodump

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Forbid forbids core dumps of this process and tracing by others of its user.
// It is called before the first secret is read.
func Forbid() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	return nil
}
