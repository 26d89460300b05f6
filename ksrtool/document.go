package main

import (
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// document is a KSR or an SKR for the verbs that take both.
type document struct {
	name      string // of the file
	kind      ksr.Kind
	format    ksr.Format
	digest    ksr.Digest
	id        string
	serial    uint64
	zone      rr.Name
	timestamp time.Time
	bundles   []ksr.Bundle
	warnings  []ksr.Warning

	request  *ksr.Request  // of a KSR
	response *ksr.Response // of an SKR
}

// readDocument reads a document of either kind and any format.
func (t *tool) readDocument(name string) (*document, error) {
	text, err := t.read(name, ksr.MaxDocument)
	if err != nil {
		return nil, err
	}
	kind, _, err := ksr.Detect(text)
	if err != nil {
		return nil, &malformedError{name, err}
	}
	if kind == ksr.KSR {
		r, err := ksr.ParseRequest(text)
		if err != nil {
			return nil, &malformedError{name, err}
		}
		return requestDocument(name, r), nil
	}
	r, err := ksr.ParseResponse(text)
	if err != nil {
		return nil, &malformedError{name, err}
	}
	return responseDocument(name, r), nil
}

// readRequest reads a KSR.
func (t *tool) readRequest(name string) (*ksr.Request, error) {
	text, err := t.read(name, ksr.MaxDocument)
	if err != nil {
		return nil, err
	}
	r, err := ksr.ParseRequest(text)
	if err != nil {
		return nil, &malformedError{name, err}
	}
	return r, nil
}

// readResponse reads an SKR.
func (t *tool) readResponse(name string) (*ksr.Response, error) {
	text, err := t.read(name, ksr.MaxDocument)
	if err != nil {
		return nil, err
	}
	r, err := ksr.ParseResponse(text)
	if err != nil {
		return nil, &malformedError{name, err}
	}
	return r, nil
}

func requestDocument(name string, r *ksr.Request) *document {
	return &document{
		name: name, kind: ksr.KSR, format: r.Format, digest: r.Digest, id: r.ID, serial: r.Serial, zone: r.Zone,
		timestamp: r.Timestamp, bundles: r.Bundles, warnings: r.Warnings, request: r,
	}
}

func responseDocument(name string, r *ksr.Response) *document {
	return &document{
		name: name, kind: ksr.SKR, format: r.Format, digest: r.Digest, id: r.ID, serial: r.Serial, zone: r.Zone,
		timestamp: r.Timestamp, bundles: r.Bundles, warnings: r.Warnings, response: r,
	}
}

// kindName is how people write a kind.
func kindName(k ksr.Kind) string {
	if k == ksr.KSR {
		return "KSR"
	}
	return "SKR"
}

// timeLayout is the form of every time that is printed and of --at.
const timeLayout = "2006-01-02T15:04:05Z"

// moment is a time as it is printed; "" if there is none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}
