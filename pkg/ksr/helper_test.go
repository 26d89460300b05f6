package ksr

import "testing"

// encoded writes a document that must be writable in format f.
func encodedRequest(t testing.TB, r *Request, f Format) []byte {
	t.Helper()
	doc, err := EncodeRequest(r, f)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func encodedResponse(t testing.TB, r *Response, f Format) []byte {
	t.Helper()
	doc, err := EncodeResponse(r, f)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func parsedRequest(t testing.TB, doc []byte) *Request {
	t.Helper()
	r, err := ParseRequest(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func parsedResponse(t testing.TB, doc []byte) *Response {
	t.Helper()
	r, err := ParseResponse(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
