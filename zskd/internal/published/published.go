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
	"countersign/pkg/rr"
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

// VersionOf is the version with a serial of a zone, signed or not: a copy of it may
// have other signatures and keys, and has the same data. What signing adds does not
// count; a zone that has none of it is not copied to leave it out.
func VersionOf(z *zone.Zone, serial uint32) (Version, error) {
	data, _, err := z.StripDNSSEC()
	if err != nil {
		return Version{}, err
	}
	if data, err = withSerial(data, serial); err != nil {
		return Version{}, err
	}
	digest := sha256.New()
	if _, err := data.WriteTo(digest); err != nil {
		return Version{}, err
	}
	return Version{serial, [sha256.Size]byte(digest.Sum(nil))}, nil
}

// withSerial is a zone with another serial; it shares all else.
func withSerial(z *zone.Zone, serial uint32) (*zone.Zone, error) {
	soa, err := z.SOA()
	if err != nil || soa.Serial == serial {
		return z, err
	}
	soa.Serial = serial
	apex := z.Node(0)
	var wire []byte
	for s := range apex.RRsets() {
		if s.Type == rr.TypeSOA {
			wire = zone.AppendRecord(wire, apex.Owner(), rr.TypeSOA, soa.TTL, soa.Append(nil))
			continue
		}
		wire = append(wire, s.Wire()...)
	}
	return z.With([]zone.Change{{Owner: apex.Owner(), Wire: wire}})
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
