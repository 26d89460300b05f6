package main

import (
	"testing"

	"countersign/internal/cli"
	"countersign/internal/document"
)

func TestStatusShowsTheDigestOfTheLimits(t *testing.T) {
	inCopy(t, bases.asked)
	want := "limits     SHA-256 " + document.SHA256([]byte(read(t, "zsk/limits.yaml"))) + "\n"
	ends(t, cli.Good, "", "status -c zsk/zskd.yaml", want)
}
