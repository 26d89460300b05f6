// Package published remembers the highest SOA serial that was ever published:
// the next one has to be above it, whatever became of the zone file.
package published

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"countersign/internal/strictyaml"
	"countersign/pkg/durable"
)

// FileName is the name of the file within the state directory.
const FileName = "serial.yaml"

// file is the form on disk.
type file struct {
	Serial *uint32         `yaml:"serial"`
	At     strictyaml.Time `yaml:"at"`
}

// Serial is the last serial published, nil if there was none.
func Serial(state string) (*uint32, error) {
	path := filepath.Join(state, FileName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var f file
	if err := strictyaml.Decode(path, text, &f); err != nil {
		return nil, err
	}
	if f.Serial == nil || f.At.IsZero() {
		return nil, fmt.Errorf("%s: serial or at is not set", path)
	}
	return f.Serial, nil
}

// Save notes a serial. It is called before the zone is put in its place: a serial
// that was noted and never used is skipped, one that was used and not noted could
// come again with other content.
func Save(state string, serial uint32, at time.Time) error {
	text := fmt.Sprintf("# The highest SOA serial published, written by zskd.\nserial: %d\nat: %s\n",
		serial, at.UTC().Format("2006-01-02T15:04:05Z"))
	return durable.Replace(filepath.Join(state, FileName), []byte(text), 0o644)
}
