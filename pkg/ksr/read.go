package ksr

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// Detect says from its content what a document is. It reads only as far as it
// must: a document it names may still be malformed. The error is a
// *SyntaxError.
func Detect(doc []byte) (Kind, Format, error) {
	if len(doc) > MaxDocument {
		return "", "", &SyntaxError{Text: fmt.Sprintf("document of %d octets, want at most %d", len(doc), MaxDocument)}
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(doc, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(start) == 0:
		return "", "", &SyntaxError{Text: "empty document"}
	case start[0] == '<':
		kind, err := kindOf(doc)
		return kind, ICANN, err
	}
	return detectText(doc)
}

// ParseRequest reads a KSR of any format. The request keeps the SHA-256 of doc
// and shares no memory with it. What may be wrong is reported together where
// that is possible: the error is a *SyntaxError, or several joined. What a
// request may ask for is package policy's concern.
func ParseRequest(doc []byte) (*Request, error) {
	format, err := expect(doc, KSR)
	if err != nil {
		return nil, err
	}
	read := readTextRequest
	if format == ICANN {
		read = readXMLRequest
	}
	r, err := read(doc)
	if err != nil {
		return nil, err
	}
	r.Format = format
	r.Digest = sha256.Sum256(doc)
	return r, nil
}

// ParseResponse reads an SKR of any format, as ParseRequest reads a KSR.
func ParseResponse(doc []byte) (*Response, error) {
	format, err := expect(doc, SKR)
	if err != nil {
		return nil, err
	}
	read := readTextResponse
	if format == ICANN {
		read = readXMLResponse
	}
	r, err := read(doc)
	if err != nil {
		return nil, err
	}
	r.Format = format
	r.Digest = sha256.Sum256(doc)
	return r, nil
}

// expect detects a document that must be of the given kind.
func expect(doc []byte, want Kind) (Format, error) {
	kind, format, err := Detect(doc)
	if err != nil {
		return "", err
	}
	if kind != want {
		return "", &SyntaxError{Text: fmt.Sprintf("this is %s, want %s", kind.article(), want.article())}
	}
	return format, nil
}
