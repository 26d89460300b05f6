package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// DirLock is held by one process at a time, and within a process by one holder.
type DirLock struct{ f *os.File }

// ErrLocked is in the chain of the error when somebody else holds the lock.
var ErrLocked = errors.New("is in use")

// Lock takes the lock of a directory or fails at once, naming the process that
// holds it where that is known. The lock is the flock of the file .lock, which
// stays behind; the kernel frees it with the process. The holder is the only
// one that writes in the directory, so temporary files of killed writers are
// removed.
func Lock(dir string) (*DirLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s %w%s", dir, ErrLocked, holder(f))
		}
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	// The process id is for messages only: it need not reach the disk.
	if err := f.Truncate(0); err == nil {
		f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err := sweep(dir); err != nil {
		f.Close()
		return nil, fmt.Errorf("locking %s: removing temporary files: %w", dir, err)
	}
	return &DirLock{f}, nil
}

// Unlock frees the lock. A second call does nothing.
func (l *DirLock) Unlock() {
	if l.f != nil {
		l.f.Truncate(0)
		l.f.Close()
		l.f = nil
	}
}

// holder is " by process N", or nothing when the file does not say.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil {
		return ""
	}
	if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && pid > 0 {
		return fmt.Sprintf(" by process %d", pid)
	}
	return ""
}
