package hsm

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestFramesComeAsTheyWere(t *testing.T) {
	var pipe bytes.Buffer
	for _, body := range []string{"", "a", strings.Repeat("b", 100000)} {
		if err := writeFrame(&pipe, frameSign, []byte(body)); err != nil {
			t.Fatal(err)
		}
		kind, got, err := readFrame(&pipe)
		if kind != frameSign || string(got) != body || err != nil {
			t.Errorf("%d octets become %d of kind %q, %v", len(body), len(got), kind, err)
		}
	}
	if _, _, err := readFrame(&pipe); err != io.EOF {
		t.Errorf("the end is %v", err)
	}
	if err := writeFrame(&pipe, frameSign, make([]byte, maxFrame+1)); err == nil || pipe.Len() != 0 {
		t.Errorf("a frame too large: %v", err)
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte("s\x00\x00\x00\x01x"))
	f.Add([]byte("s\xff\xff\xff\xff"))
	f.Add([]byte("s\x00\x00\x00\x02x"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		in := bytes.NewReader(doc)
		kind, body, err := readFrame(in)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := writeFrame(&again, kind, body); err != nil || !bytes.Equal(again.Bytes(), doc[:len(doc)-in.Len()]) {
			t.Errorf("%x is written as %x, %v", doc, again.Bytes(), err)
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add(appendList(nil, nil))
	f.Add(appendList(nil, [][]byte{[]byte("a"), nil, []byte("bc")}))
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Add([]byte("\x00\x00\x00\x01\xff\xff\xff\xff"))
	f.Add([]byte("\x00\x00\x00\x00x"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		list, err := parseList(doc)
		if err != nil {
			return
		}
		if again := appendList(nil, list); !bytes.Equal(again, doc) {
			t.Errorf("%x is written as %x", doc, again)
		}
	})
}
