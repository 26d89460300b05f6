// Package zonefile reads zone files from disk for the programs.
package zonefile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"countersign/internal/bigheap"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// Read reads the zone file at path; "-" is standard input. Files that $INCLUDE
// names are looked for beside it, in its folder or below, and nowhere else, by
// symbolic links neither: who may write the zone must not so get to read other
// files.
//
// A regular file is read piece by piece, by several workers, and it is an error
// if it changes meanwhile. All else is read to its end first.
func Read(path string, origin rr.Name) (*zone.Zone, []zone.Warning, error) {
	options := zone.ParseOptions{Origin: origin, Name: path}
	if path == "-" {
		return read(os.Stdin, options)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	folder, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, nil, err
	}
	defer folder.Close()
	options.Include = func(name string) ([]byte, error) {
		if !filepath.IsLocal(name) {
			return nil, errors.New("an included file must be in the folder of the zone file")
		}
		return folder.ReadFile(name)
	}
	return read(f, options)
}

func read(f *os.File, options zone.ParseOptions) (*zone.Zone, []zone.Warning, error) {
	z, warnings, err := parse(f, options)
	var faults zone.Faults
	if errors.As(err, &faults) {
		return nil, warnings, fmt.Errorf("zone file %s:\n%w", options.Name, err)
	}
	return z, warnings, err
}

func parse(f *os.File, options zone.ParseOptions) (*zone.Zone, []zone.Warning, error) {
	before, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	// Files of some file systems have a size of 0 and content all the same.
	if options.Name == "-" || !before.Mode().IsRegular() || before.Size() == 0 {
		text, err := io.ReadAll(f)
		if err != nil {
			return nil, nil, err
		}
		return zone.Parse(text, options)
	}
	bigheap.Expect(3 * before.Size()) // reading, and what is made of it
	z, warnings, err := zone.ParseAt(f, before.Size(), options)
	after, statErr := f.Stat()
	switch {
	case statErr != nil:
		return nil, nil, statErr
	case after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()):
		return nil, nil, fmt.Errorf("zone file %s changed while it was read: try again", options.Name)
	}
	return z, warnings, err
}
