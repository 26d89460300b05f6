package durable

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// WriteNew writes a file that must not exist yet, with exactly the permissions
// of mode, in one rename that does not replace: a reader sees none of it or all,
// also after a kill. When it returns nil, data and name are on the disk. When it
// returns an error, what was written is gone again, or the error says that it is
// not.
//
// A process killed within WriteNew leaves a temporary file beside path, which
// Lock or Sweep sweeps away.
func WriteNew(path string, data []byte, mode fs.FileMode) error {
	return writeNew(path, whole(data), mode)
}

// WriteNewFrom is WriteNew for what write writes, which need not be in memory as
// a whole. An error of write is returned, and nothing is left.
func WriteNewFrom(path string, mode fs.FileMode, write func(io.Writer) error) error {
	return writeNew(path, buffered(write), mode)
}

func writeNew(path string, write func(io.Writer) error, mode fs.FileMode) error {
	if _, err := os.Lstat(path); err == nil { // found out before the work
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	renamed, err := put(path, write, mode, renameNew)
	if err != nil && renamed {
		return undo(path, err)
	}
	return err
}

// Replace puts data in the place of path, which may exist or not, in one
// rename: a reader sees the old file or the new one, whole. When it returns
// nil, the new one is on the disk. When it returns an error, either may be
// there: before the rename the old one, after it the new one.
//
// A process killed within Replace leaves a temporary file beside path, which
// Lock or Sweep sweeps away.
func Replace(path string, data []byte, mode fs.FileMode) error {
	_, err := put(path, whole(data), mode, os.Rename)
	return err
}

// ReplaceFrom is Replace for what write writes, which need not be in memory as a
// whole. An error of write is returned, and the old file stays.
func ReplaceFrom(path string, mode fs.FileMode, write func(io.Writer) error) error {
	_, err := put(path, buffered(write), mode, os.Rename)
	return err
}

// whole writes data at once.
func whole(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// put writes a temporary file beside path and renames it; renamed says whether
// it came that far.
func put(path string, write func(io.Writer) error, mode fs.FileMode, rename func(from, to string) error) (renamed bool, err error) {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	var f *os.File
	err = step(OpCreate, path, func() (err error) {
		f, err = os.CreateTemp(dir, temporaryPrefix+base+temporaryMiddle+"*")
		return err
	})
	if err != nil {
		if f != nil { // made, and reported lost
			f.Close()
			return false, undo(f.Name(), err)
		}
		return false, err
	}
	if err := fill(f, write, mode); err != nil {
		return false, undo(f.Name(), err)
	}
	err = step(OpRename, path, func() error {
		err := rename(f.Name(), path)
		renamed = err == nil
		return err
	})
	if err != nil {
		if renamed {
			return true, err
		}
		return false, undo(f.Name(), err)
	}
	return true, syncDir(dir)
}

// renameNew renames unless the new name is taken. Where the file system cannot
// do that in one step, a second name and the removal of the first do it in two.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOTSUP):
		if err := os.Link(from, to); err != nil {
			return err
		}
		return os.Remove(from)
	}
	return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
}

// Remove removes a file for good: when it returns nil, the name is gone from
// the disk. A file that does not exist is an error that is fs.ErrNotExist.
func Remove(path string) error {
	if err := remove(path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// MakeDir makes one directory that must not exist yet, with exactly the
// permissions of mode.
func MakeDir(path string, mode fs.FileMode) error {
	made := false
	err := step(OpCreate, path, func() error {
		if err := os.Mkdir(path, mode); err != nil {
			return err
		}
		made = true
		return os.Chmod(path, mode) // the umask took some away
	})
	if err == nil {
		err = syncDir(filepath.Dir(filepath.Clean(path)))
	}
	if err != nil && made {
		return undo(path, err)
	}
	return err
}

// EnsureDir makes one directory, unless it is there already.
func EnsureDir(path string, mode fs.FileMode) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return &fs.PathError{Op: "mkdir", Path: path, Err: fs.ErrExist}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return MakeDir(path, mode)
}

// Temporary files are named .NAME.tmp-RANDOM.
const (
	temporaryPrefix = "."
	temporaryMiddle = ".tmp-"
)

// Sweep is what Lock does in its own directory, for one that is written under
// the lock of another, which the caller holds: it removes what killed writers left
// there.
func Sweep(dir string) error {
	if err := sweep(dir); err != nil {
		return fmt.Errorf("removing temporary files: %w", err)
	}
	return nil
}

// sweep removes the temporary files and directories that killed processes left
// in dir.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, temporaryPrefix) || !strings.Contains(name, temporaryMiddle) {
			continue
		}
		path := filepath.Join(dir, name)
		if entry.Type().IsRegular() || entry.IsDir() {
			if err := step(OpRemove, path, func() error { return os.RemoveAll(path) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func create(path string, mode fs.FileMode) (f *os.File, err error) {
	err = step(OpCreate, path, func() (err error) {
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		return err
	})
	if err != nil && f != nil { // made, and reported lost
		f.Close()
		return nil, undo(path, err)
	}
	return f, err
}

// writeBuffer is how many octets are gathered at least before they go to the
// disk.
const writeBuffer = 256 << 10

// buffered gathers what write writes in small pieces.
func buffered(write func(io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		buffer := bufio.NewWriterSize(w, writeBuffer)
		if err := write(buffer); err != nil {
			return err
		}
		return buffer.Flush()
	}
}

// fill writes the data, sets the mode whatever the umask, syncs and closes.
func fill(f *os.File, write func(io.Writer) error, mode fs.FileMode) error {
	err := f.Chmod(mode)
	if err == nil {
		err = write(stepWriter{f})
	}
	if err == nil {
		err = step(OpSync, f.Name(), f.Sync)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// stepWriter makes each write a step.
type stepWriter struct{ f *os.File }

func (w stepWriter) Write(data []byte) (n int, err error) {
	err = stepPart(OpWrite, w.f.Name(), func() (err error) {
		n, err = w.f.Write(data)
		return err
	}, func() { n, _ = w.f.Write(data[:len(data)/2]) })
	return n, err
}

func remove(path string) error {
	return step(OpRemove, path, func() error { return os.Remove(path) })
}

func syncDir(dir string) error {
	return step(OpDirSync, dir, func() error {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		err = d.Sync()
		if e := d.Close(); err == nil {
			err = e
		}
		return err
	})
}

// undo removes what a failed write left. The cause stays the error.
func undo(path string, cause error) error {
	if err := remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		if _, e := os.Lstat(path); e == nil {
			return fmt.Errorf("%w (and %s could not be removed again: %v)", cause, path, err)
		}
	}
	return cause
}
