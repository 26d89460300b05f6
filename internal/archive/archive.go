// Package archive keeps the chain of a zone: each SKR with the KSR it answers,
// as bytes, in the order in which they were made or installed. zskd installs
// into one, kskd records in one; adding is one rename.
//
// On disk the chain is a directory with one directory for each link, 0001, 0002
// and so on, which holds the files ksr and skr. Nothing in it is secret and
// nothing in it is ever changed.
package archive

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"countersign/pkg/durable"
	"countersign/pkg/ksr"
)

// Link is one KSR with its SKR.
type Link struct {
	Number int // from 1
	KSR    []byte
	SKR    []byte
	Path   string // of the directory that holds both
}

// SKRPath is the path of the SKR's file.
func (l Link) SKRPath() string { return filepath.Join(l.Path, skrFile) }

const (
	ksrFile = "ksr"
	skrFile = "skr"
	maxLink = 9999
)

// Archive is a chain as it was when it was read.
type Archive struct {
	dir   string
	links []Link
}

// Read reads the chain in a directory, which may not exist yet. A link that is
// missing or incomplete, or a file that does not belong there, is an error:
// somebody changed what nobody may change.
func Read(dir string) (*Archive, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &Archive{dir: dir}, nil
	}
	if err != nil {
		return nil, err
	}
	a := &Archive{dir: dir}
	for _, entry := range entries {
		if entry.Name()[0] == '.' { // the lock, and what killed writers left
			continue
		}
		link, err := readLink(dir, len(a.links)+1, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("archive %s: %w", dir, err)
		}
		a.links = append(a.links, link)
	}
	return a, nil
}

// readLink reads the link with this number, which must be the next name in the
// directory.
func readLink(dir string, number int, found string) (Link, error) {
	name := linkName(number)
	if found != name {
		return Link{}, fmt.Errorf("found %s where %s should be: restore it from a backup", found, name)
	}
	link := Link{Number: number, Path: filepath.Join(dir, name)}
	var err error
	if link.KSR, err = readDocument(filepath.Join(link.Path, ksrFile)); err != nil {
		return Link{}, err
	}
	if link.SKR, err = readDocument(filepath.Join(link.Path, skrFile)); err != nil {
		return Link{}, err
	}
	return link, nil
}

func readDocument(path string) ([]byte, error) {
	document, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(document) == 0 || len(document) > ksr.MaxDocument {
		return nil, fmt.Errorf("%s has %d octets: restore it from a backup", path, len(document))
	}
	return document, nil
}

func linkName(number int) string { return fmt.Sprintf("%04d", number) }

// Links is the chain, the oldest first. The caller must not change the bytes.
func (a *Archive) Links() []Link { return slices.Clone(a.links) }

// Last is the newest link; ok says whether there is one.
func (a *Archive) Last() (link Link, ok bool) {
	if len(a.links) == 0 {
		return Link{}, false
	}
	return a.links[len(a.links)-1], true
}

// FindSKR is the link whose SKR has this digest.
func (a *Archive) FindSKR(digest ksr.Digest) (link Link, ok bool) {
	for _, link := range a.links {
		if sha256.Sum256(link.SKR) == digest {
			return link, true
		}
	}
	return Link{}, false
}

// Add appends a link in one rename. The caller holds the lock of the directory
// above. When it returns nil, the link is on the disk. What a killed Add left is
// removed.
func (a *Archive) Add(request, response []byte) (Link, error) {
	if len(a.links) == maxLink {
		return Link{}, fmt.Errorf("archive %s is full", a.dir)
	}
	if err := durable.EnsureDir(a.dir, 0o755); err != nil {
		return Link{}, err
	}
	if err := durable.Sweep(a.dir); err != nil {
		return Link{}, err
	}
	number := len(a.links) + 1
	path := filepath.Join(a.dir, linkName(number))
	if err := durable.NewDir(path, map[string][]byte{ksrFile: request, skrFile: response}); err != nil {
		return Link{}, err
	}
	link := Link{Number: number, KSR: slices.Clone(request), SKR: slices.Clone(response), Path: path}
	a.links = append(a.links, link)
	return link, nil
}
