// Package zonefile reads zone files from disk for the programs.
package zonefile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// Read reads the zone file at path; "-" is standard input. Files that $INCLUDE
// names are looked for beside it, in its folder or below, and nowhere else, by
// symbolic links neither: who may write the zone must not so get to read other
// files.
func Read(path string, origin rr.Name) (*zone.Zone, []zone.Warning, error) {
	text, err := readAll(path)
	if err != nil {
		return nil, nil, err
	}
	options := zone.ParseOptions{Origin: origin, Name: path}
	if path != "-" {
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
	}
	z, warnings, err := zone.Parse(text, options)
	if err != nil {
		return nil, warnings, fmt.Errorf("zone file %s:\n%w", path, err)
	}
	return z, warnings, nil
}

func readAll(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(path)
}
