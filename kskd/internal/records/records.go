// Package records is what kskd remembers of one zone: every KSR ever put before
// it, and every SKR it made with the KSR it answers.
package records

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"countersign/internal/archive"
	"countersign/kskd/internal/seen"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// Records are those of one state directory as they were when they were read.
type Records struct {
	Archive *archive.Archive
	Chain   []*ksr.Response // the SKRs of the archive, parsed
	seenDir string
	signed  map[ksr.Digest]archive.Link // by the digest of the KSR
}

// Read reads the records of a zone. An SKR that does not parse or is of another
// zone is an error: it cannot have been made here.
func Read(dir string, zone rr.Name) (*Records, error) {
	r := &Records{seenDir: filepath.Join(dir, "seen"), signed: map[ksr.Digest]archive.Link{}}
	var err error
	if r.Archive, err = archive.Read(filepath.Join(dir, "skrs")); err != nil {
		return nil, err
	}
	for _, link := range r.Archive.Links() {
		response, err := ksr.ParseResponse(link.SKR)
		if err == nil && response.Zone != zone {
			err = fmt.Errorf("is of zone %s, not %s", response.Zone, zone)
		}
		if err != nil {
			return nil, fmt.Errorf("SKR %s: %w: restore it from a backup", link.SKRPath(), err)
		}
		r.Chain = append(r.Chain, response)
		r.signed[sha256.Sum256(link.KSR)] = link
	}
	return r, nil
}

// Lock is Read for those who write: nobody else may until unlock is called.
func Lock(dir string, zone rr.Name) (r *Records, unlock func(), err error) {
	lock, err := durable.Lock(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("state: %w", err)
	}
	r, err = Read(dir, zone)
	if err != nil {
		lock.Unlock()
		return nil, nil, err
	}
	return r, lock.Unlock, nil
}

// Known is every KSR that was seen before, as package policy wants it. What was
// signed is known even if the note that it was seen is lost: an SKR has the id of
// its KSR.
func (r *Records) Known() ([]policy.KnownRequest, error) {
	before, err := seen.Read(r.seenDir)
	if err != nil {
		return nil, err
	}
	var known []policy.KnownRequest
	for _, record := range before {
		if _, signed := r.signed[record.Digest]; !signed {
			known = append(known, policy.KnownRequest{ID: record.ID, Digest: record.Digest})
		}
	}
	for i, link := range r.Archive.Links() {
		known = append(known, policy.KnownRequest{ID: r.Chain[i].ID, Digest: sha256.Sum256(link.KSR), Signed: true})
	}
	return known, nil
}

// Remember notes that a KSR was put before kskd.
func (r *Records) Remember(request *ksr.Request, now time.Time) error {
	return seen.Remember(r.seenDir, request.ID, request.Digest, now)
}

// Answer is the link whose KSR has this digest.
func (r *Records) Answer(request ksr.Digest) (link archive.Link, ok bool) {
	link, ok = r.signed[request]
	return link, ok
}

// Last is the SKR made last, nil if there is none.
func (r *Records) Last() *ksr.Response {
	if len(r.Chain) == 0 {
		return nil
	}
	return r.Chain[len(r.Chain)-1]
}

// KeyTags are the tags of all keys in the SKRs made, as they stand and with the
// REVOKE flag.
func (r *Records) KeyTags() []uint16 {
	var tags []uint16
	for _, response := range r.Chain {
		for _, bundle := range response.Bundles {
			for _, key := range bundle.Keys {
				tags = append(tags, key.KeyTag(), key.Revoked().KeyTag())
			}
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}
