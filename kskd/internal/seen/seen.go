// Package seen remembers every KSR that was ever put before kskd, by its id and
// the SHA-256 of its bytes, whatever became of it.
//
// On disk it is a directory with one small file for each KSR, named by its
// digest. Files are added, never changed and never removed.
package seen

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/pkg/durable"
	"countersign/pkg/ksr"
)

// Record is what is remembered of one KSR.
type Record struct {
	ID     string // "" in the text formats
	Digest ksr.Digest
	First  time.Time // when it was seen first
}

// file is the form on disk.
type file struct {
	ID        string    `json:"id"`
	SHA256    string    `json:"sha256"`
	FirstSeen time.Time `json:"first_seen"`
}

const suffix = ".json"

// Read reads all records of a directory, which may not exist yet.
func Read(dir string) ([]Record, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		record, err := readRecord(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

func readRecord(path string) (Record, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Record{}, err
	}
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return Record{}, fmt.Errorf("%s: %w: restore it from a backup", path, err)
	}
	digest, err := hex.DecodeString(f.SHA256)
	if err != nil || len(digest) != len(ksr.Digest{}) || filepath.Base(path) != f.SHA256+suffix {
		return Record{}, fmt.Errorf("%s: its name is not its digest: restore it from a backup", path)
	}
	return Record{ID: f.ID, Digest: ksr.Digest(digest), First: f.FirstSeen}, nil
}

// Remember makes sure that a KSR is recorded. The first time it was seen stays.
// The caller holds the lock of the directory above.
func Remember(dir, id string, digest ksr.Digest, now time.Time) error {
	if err := durable.EnsureDir(dir, 0o755); err != nil {
		return err
	}
	if err := durable.Sweep(dir); err != nil {
		return err
	}
	text, err := json.Marshal(file{ID: id, SHA256: digest.String(), FirstSeen: now.UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, digest.String()+suffix)
	if _, err := readRecord(path); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return durable.Replace(path, append(text, '\n'), 0o644)
}
