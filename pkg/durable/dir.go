package durable

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// NewDir makes a directory with files, which must not exist yet, in one rename:
// a reader sees none of it or all. files gives the content by name; modes are
// those of files that anyone may read. When it returns nil, all is on the disk.
// When it returns an error, the directory is not there, unless the error came
// after the rename: then it is there, whole.
//
// A process killed within NewDir leaves a temporary directory beside path, which
// Lock or Sweep sweeps away.
func NewDir(path string, files map[string][]byte) error {
	parent, base := filepath.Split(filepath.Clean(path))
	if parent == "" {
		parent = "."
	}
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	temporary, err := temporaryDir(parent, base)
	if err != nil {
		return err
	}
	if err := fillDir(temporary, files); err != nil {
		os.RemoveAll(temporary)
		return err
	}
	renamed := false
	err = step(OpRename, path, func() error {
		err := os.Rename(temporary, path) // refuses a directory that is not empty
		renamed = err == nil
		return err
	})
	if err != nil {
		if !renamed {
			os.RemoveAll(temporary)
		}
		return err
	}
	return syncDir(parent)
}

func temporaryDir(parent, base string) (path string, err error) {
	err = step(OpCreate, filepath.Join(parent, base), func() (err error) {
		path, err = os.MkdirTemp(parent, temporaryPrefix+base+temporaryMiddle+"*")
		if err == nil {
			err = os.Chmod(path, 0o755)
		}
		return err
	})
	if err != nil && path != "" {
		os.RemoveAll(path)
	}
	return path, err
}

func fillDir(dir string, files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := create(filepath.Join(dir, name), 0o644)
		if err != nil {
			return err
		}
		if err := fill(f, whole(files[name]), 0o644); err != nil {
			return err
		}
	}
	return syncDir(dir)
}
