// Package published remembers the highest SOA serial that was ever published,
// and which data had it: the next serial has to be above it, whatever became of
// the zone file, and the same serial may come again with the same data only.
package published

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"countersign/internal/strictyaml"
	"countersign/pkg/durable"
	"countersign/pkg/zone"
)

// FileName is the name of the file within the state directory.
const FileName = "serial.yaml"

// file is the form on disk.
type file struct {
	Serial *uint32         `yaml:"serial"`
	Data   string          `yaml:"data"`
	At     strictyaml.Time `yaml:"at"`
}

// Version is a version of the zone.
type Version struct {
	Serial uint32
	Data   [sha256.Size]byte // of the text of its records without what signing adds
}

// VersionOf is the version that a signed zone is a copy of: another copy may have
// other signatures and keys, and has the same data.
func VersionOf(signed *zone.Zone) (Version, error) {
	soa, err := signed.SOA()
	if err != nil {
		return Version{}, err
	}
	data, _, err := signed.StripDNSSEC()
	if err != nil {
		return Version{}, err
	}
	digest := sha256.New()
	if _, err := data.WriteTo(digest); err != nil {
		return Version{}, err
	}
	return Version{soa.Serial, [sha256.Size]byte(digest.Sum(nil))}, nil
}

// Last is the version published last, nil if there was none.
func Last(state string) (*Version, error) {
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
	data, err := hex.DecodeString(f.Data)
	if f.Serial == nil || f.At.IsZero() || err != nil || len(data) != sha256.Size {
		return nil, fmt.Errorf("%s: serial, data or at is not set or malformed: restore it from a backup", path)
	}
	return &Version{*f.Serial, [sha256.Size]byte(data)}, nil
}

// Save notes a version. It is called before the zone is put in its place: a
// serial that was noted and never used is skipped, one that was used and not noted
// could come again with other content.
func Save(state string, v Version, at time.Time) error {
	text := fmt.Sprintf(`# The highest SOA serial published, written by zskd. data is the SHA-256 of the
# records of that version without what signing adds.
serial: %d
data: "%x"
at: %s
`, v.Serial, v.Data, at.UTC().Format("2006-01-02T15:04:05Z"))
	return durable.Replace(filepath.Join(state, FileName), []byte(text), 0o644)
}
