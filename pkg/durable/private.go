package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ReadPrivate reads a file that holds a secret, of at most max octets. It
// refuses, by the opened file and not by its name, what others could have read
// or put there: a symbolic link, anything but a regular file, a file of
// another user, and permissions beyond 0600.
func ReadPrivate(path string, max int64) ([]byte, error) {
	f, err := openPrivate(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, max+1))
	if err != nil {
		clear(data)
		return nil, err
	}
	if int64(len(data)) > max {
		clear(data)
		return nil, fmt.Errorf("%s is longer than %d octets", path, max)
	}
	return data, nil
}

// CheckPrivate makes the checks of ReadPrivate and reads nothing.
func CheckPrivate(path string) error {
	f, err := openPrivate(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// CheckPrivateDir checks that path is a directory of this user, no symbolic
// link, with permissions 0700 or stricter.
func CheckPrivateDir(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	return checkOwner(path, info, 0o700)
}

func openPrivate(path string) (*os.File, error) {
	// O_NONBLOCK: a named pipe must be refused, not waited for.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s is a symbolic link", path)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err == nil {
		err = checkOwner(path, info, 0o600)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func checkOwner(path string, info fs.FileInfo, most fs.FileMode) error {
	if extra := info.Mode().Perm() &^ most; extra != 0 {
		return fmt.Errorf("%s has permissions %04o, want %04o or stricter", path, info.Mode().Perm(), most)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user", path)
	}
	return nil
}
