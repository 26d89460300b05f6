// Package state is what zskd knows of one zone besides its configuration: the
// key index, the KSRs it made, the SKRs it installed, and the highest serial it
// published. It is a directory of small documents that people can read.
package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"countersign/internal/archive"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/zskd/internal/keyindex"
)

const (
	requestDir    = "ksrs"
	responseDir   = "skrs"
	requestSuffix = ".ksr"
)

// State is a zone's state as it was when it was read.
type State struct {
	Dir     string
	Zone    rr.Name
	Index   *keyindex.Index
	Archive *archive.Archive
	Chain   []*ksr.Response // the SKRs of the archive, parsed
}

// Create makes an empty state directory.
func Create(dir string) error { return durable.MakeDir(dir, 0o755) }

// Read reads the state of a zone. An SKR that does not parse or is of another
// zone is an error: it cannot have been installed.
func Read(dir string, zone rr.Name) (*State, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	s := &State{Dir: dir, Zone: zone}
	var err error
	if s.Index, err = keyindex.Load(dir, zone); err != nil {
		return nil, err
	}
	if s.Archive, err = archive.Read(filepath.Join(dir, responseDir)); err != nil {
		return nil, err
	}
	for _, link := range s.Archive.Links() {
		response, err := ksr.ParseResponse(link.SKR)
		if err == nil && response.Zone != zone {
			err = fmt.Errorf("is of zone %s, not %s", response.Zone, zone)
		}
		if err != nil {
			return nil, fmt.Errorf("installed SKR %s: %w: restore it from a backup", link.SKRPath(), err)
		}
		s.Chain = append(s.Chain, response)
	}
	return s, nil
}

// Lock is Read for those who write: nobody else may until unlock is called.
func Lock(dir string, zone rr.Name) (s *State, unlock func(), err error) {
	lock, err := durable.Lock(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("state: %w", err)
	}
	s, err = Read(dir, zone)
	if err != nil {
		lock.Unlock()
		return nil, nil, err
	}
	return s, lock.Unlock, nil
}

// Last is the newest SKR, nil if none was installed yet.
func (s *State) Last() *ksr.Response {
	if len(s.Chain) == 0 {
		return nil
	}
	return s.Chain[len(s.Chain)-1]
}

// KnownTags are the key tags of all keys that the index or an installed SKR
// knows, as they stand and with the REVOKE flag.
func (s *State) KnownTags() []uint16 {
	var tags []uint16
	add := func(key rr.DNSKEY) { tags = append(tags, key.KeyTag(), key.Revoked().KeyTag()) }
	for _, entry := range s.Index.Entries {
		add(entry.Key)
	}
	for _, response := range s.Chain {
		for _, bundle := range response.Bundles {
			for _, key := range bundle.Keys {
				add(key.DNSKEY)
			}
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// Request is a KSR that we made.
type Request struct {
	*ksr.Request
	Document []byte
	Path     string
}

// SaveRequest keeps a KSR of a cycle, so that its SKR can be matched with it.
func (s *State) SaveRequest(cycle rollover.Cycle, request *ksr.Request, document []byte) (path string, err error) {
	dir := filepath.Join(s.Dir, requestDir)
	if err := durable.EnsureDir(dir, 0o755); err != nil {
		return "", err
	}
	if err := durable.Sweep(dir); err != nil {
		return "", err
	}
	path = filepath.Join(dir, fmt.Sprintf("%s-%.16s%s", cycle, request.Digest, requestSuffix))
	return path, durable.WriteNew(path, document, 0o644)
}

// Requests are the KSRs we made, the one with the latest first inception first.
func (s *State) Requests() ([]Request, error) {
	dir := filepath.Join(s.Dir, requestDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var requests []Request
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		document, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		request, err := ksr.ParseRequest(document)
		if err != nil {
			return nil, fmt.Errorf("KSR %s: %w: restore it from a backup", path, err)
		}
		requests = append(requests, Request{request, document, path})
	}
	slices.SortStableFunc(requests, func(a, b Request) int {
		return b.Bundles[0].Inception.Compare(a.Bundles[0].Inception)
	})
	return requests, nil
}

// Matching are the KSRs that the SKR may be an answer to: those with its id, or
// all of them where the SKR has none.
func (s *State) Matching(response *ksr.Response) ([]Request, error) {
	requests, err := s.Requests()
	if err != nil {
		return nil, err
	}
	if response.ID == "" {
		return requests, nil
	}
	return slices.DeleteFunc(requests, func(r Request) bool { return r.ID != response.ID }), nil
}
