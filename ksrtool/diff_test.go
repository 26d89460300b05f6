package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/pkg/ksr"
)

func TestDiffOfTheSame(t *testing.T) {
	e := newExchange(t)
	for _, path := range []string{e.ksr, e.skr} {
		text := path + ".txt"
		ksrtool(t, "convert", "--to", "bind", "--drop", "possession", "-o", text, path).want(t, cli.Good, "", "")
		ksrtool(t, "diff", path, text).want(t, cli.Good, "say the same from 2027-01-01T00:00:00Z on\n", "")
	}
}

// A bundle cut in two with the same keys and signatures says the same.
func TestDiffDoesNotCountBundles(t *testing.T) {
	e := newExchange(t)
	r, err := ksr.ParseResponse([]byte(read(t, e.skr)))
	if err != nil {
		t.Fatal(err)
	}
	whole := e.write(t, "whole.txt", encodeResponse(t, r, ksr.Knot))
	second := r.Bundles[0]
	second.ID = "another"
	second.Inception = second.Inception.Add(3 * day)
	r.Bundles = append([]ksr.Bundle{r.Bundles[0], second}, r.Bundles[1:]...)
	cut := e.write(t, "cut.txt", encodeResponse(t, r, ksr.Knot))
	ksrtool(t, "diff", whole, cut).want(t, cli.Good, "the SKRs say the same", "")
}

func TestDiffNamesWhatDiffersAndWhen(t *testing.T) {
	e := newExchange(t)
	one := []*memoryKey{e.zsk}
	both := []*memoryKey{e.zsk, e.nextZSK}
	early := e.request(t, "other", firstQuarter, [cycleSlots][]*memoryKey{one, one, one, one, one, one, both, both, both})
	path := e.write(t, "early.xml", encodeRequest(t, early))
	got := ksrtool(t, "diff", e.ksr, path)
	want := fmt.Sprintf("from 2027-03-02T00:00:00Z to 2027-03-22T00:00:00Z\n+ ZSK %d, ECDSAP256SHA256, flags 256, TTL 3600\n", e.nextZSK.key.KeyTag())
	got.want(t, cli.Refused, want, "the documents differ in 1 period")
	if got.out != want {
		t.Errorf("got\n%swant\n%s", got.out, want)
	}
	back := ksrtool(t, "diff", path, e.ksr)
	if back.out != strings.Replace(want, "+ ", "- ", 1) {
		t.Errorf("the other way round\n%s", back.out)
	}
}

func TestDiffSeesSignaturesExpirationsTTLsAndGaps(t *testing.T) {
	e := newExchange(t)
	load := func() *ksr.Response {
		r, err := ksr.ParseResponse([]byte(read(t, e.skr)))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for name, row := range map[string]struct {
		change func(*ksr.Response)
		want   string
	}{
		"signature": {func(r *ksr.Response) {
			r.Bundles[1].Signatures[0].Expiration = r.Bundles[1].Signatures[0].Expiration.Add(time.Second)
		}, "from 2027-01-11T00:00:00Z to 2027-01-21T00:00:00Z\n- signature over DNSKEY by "},
		"TTL": {func(r *ksr.Response) { r.Bundles[8].Keys[keyIndex(&r.Bundles[8], "zsk-1")].TTL = 60 }, "from 2027-03-22T00:00:00Z to 2027-04-12T00:00:00Z\n- ZSK "},
		"end": {func(r *ksr.Response) { r.Bundles[8].Expiration = r.Bundles[8].Expiration.Add(-day) },
			"from 2027-04-11T00:00:00Z to 2027-04-12T00:00:00Z\n- "},
		"begin": {func(r *ksr.Response) { r.Bundles = r.Bundles[1:] }, "from 2027-01-01T00:00:00Z to 2027-01-11T00:00:00Z\n- "},
		"flags": {func(r *ksr.Response) { r.Bundles[8].Keys[keyIndex(&r.Bundles[8], "ksk-1")].Flags = 385 }, fmt.Sprintf("\n+ KSK revoked %d, ", e.ksk.key.Revoked().KeyTag())},
	} {
		t.Run(name, func(t *testing.T) {
			r := load()
			row.change(r)
			ksrtool(t, "diff", e.skr, e.write(t, name, encodeResponse(t, r, ksr.ICANN))).want(t, cli.Refused, row.want, "differ in")
		})
	}
	r := load()
	r.Bundles = r.Bundles[1:]
	ksrtool(t, "diff", e.skr, e.write(t, "late", encodeResponse(t, r, ksr.ICANN))).want(t, cli.Refused, "  nothing is in force in "+filepath.Join(e.dir, "late")+"\n", "")
	text := e.write(t, "skr.txt", encodeResponse(t, e.textSKR(t), ksr.Knot))
	ksrtool(t, "diff", e.skr, text).want(t, cli.Refused, "\n+ CDS ", "")
	ksrtool(t, "diff", e.skr, text).want(t, cli.Refused, "\n+ signature over CDNSKEY by ", "")

	// When a KSR wants its signatures to end counts where both say it.
	shorter := e.request(t, "q1", firstQuarter, sameKeys(e.zsk))
	whole := e.write(t, "whole.xml", encodeRequest(t, shorter))
	shorter.Bundles[2].Expiration = shorter.Bundles[2].Expiration.Add(-time.Second)
	ksrtool(t, "diff", whole, e.write(t, "short.xml", encodeRequest(t, shorter))).want(t, cli.Refused, "- signatures are asked for until 2027-02-11T00:00:00Z\n+ signatures are asked for until 2027-02-10T23:59:59Z\n", "")
}

func TestDiffOfWhatCannotBeCompared(t *testing.T) {
	e := newExchange(t)
	ksrtool(t, "diff", e.ksr, e.skr).want(t, cli.Failed, "", "a KSR and an SKR cannot be compared")
	// 1 means that they differ, so what is malformed is a failure here.
	ksrtool(t, "diff", e.ksr, e.limits).want(t, cli.Failed, "", e.limits+": line 1: ")
	ksrtool(t, "diff", e.limits, e.ksr).want(t, cli.Failed, "", e.limits+": line 1: ")
	other := strings.ReplaceAll(read(t, e.ksr), "example.com.", "example.net.")
	ksrtool(t, "diff", e.ksr, e.write(t, "net", []byte(other))).want(t, cli.Refused, "zone: example.com. in ", "of different zones")
}
