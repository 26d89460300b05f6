package main

import (
	"testing"

	"countersign/internal/cli"
)

func TestWordsOfAKnownFile(t *testing.T) {
	path := write(t, "abc", []byte("abc"))
	ksrtool(t, "words", path).want(t, cli.Good, "File       "+path+", 3 octets\n"+
		"SHA-256    ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"+
		"PGP words  1  ba7816bf  shadow     indigo       backward   rebellion\n", "")
	ksrtoolWith(t, "abc", "words", "-").want(t, cli.Good, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "")
}

func TestWordsOfAnEmptyFileIsAFailure(t *testing.T) {
	got := ksrtool(t, "words", write(t, "empty", nil))
	got.want(t, cli.Failed, "", "is empty")
	if got.out != "" {
		t.Errorf("output %q", got.out)
	}
}
