package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/internal/cli"
	"countersign/internal/testenv"
	"countersign/pkg/policy"
)

// rootAnchors is KSK-2010 and KSK-2017, as IANA published them.
const rootAnchors = `. IN DS 19036 8 2 49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
`

func TestShowEveryRealDocument(t *testing.T) {
	for _, pattern := range []string{"icann/*.xml", "icann/expected/*.xml", "knot/*.txt", "bind/*.txt", "lcd-ksr-unix.txt"} {
		for _, path := range testenv.Corpus(t, pattern) {
			got := ksrtool(t, "show", path)
			got.want(t, cli.Good, "\nBundles\n", "")
			if kind := strings.ToUpper(kindOf(path)); !strings.Contains(got.out, "Document   "+kind+" in the ") {
				t.Errorf("%s is no %s\n%s", path, kind, got.out)
			}
			if got := ksrtool(t, "show", "--json", path); !json.Valid([]byte(got.out)) || got.status != cli.Good {
				t.Errorf("%s: status %d\n%s", path, got.status, got.out)
			}
			ksrtool(t, "diff", path, path).want(t, cli.Good, "say the same", "")
		}
	}
}

// kindOf goes by the names of the files.
func kindOf(path string) string {
	base := filepath.Base(path)
	if strings.Contains(base, "ksr-") || strings.HasSuffix(base, "-ksr.txt") {
		return "ksr"
	}
	return "skr"
}

func TestShowTheRollOfTheRoot(t *testing.T) {
	path := filepath.Join(testenv.Dir(t), "icann/legacy-skr-root-2010-q2-0.xml")
	got := ksrtool(t, "show", path)
	bundles := rows(t, got.out, "\nBundles\n")
	for line, want := range map[int]string{
		1: "1 2010-04-01T00:00:00Z 2010-04-15T23:59:59Z 55138 23763 5017(KSK1)/S",
		2: "2 2010-04-11T00:00:00Z 2010-04-25T23:59:59Z 55138 5017(KSK1)/S 55186(KSK2)/P",
		7: "7 2010-05-31T00:00:00Z 2010-06-14T23:59:59Z 55138 55186(KSK2)/S 5145(KSK1)/RS",
		9: "9 2010-06-20T00:00:00Z 2010-07-05T23:59:59Z",
	} {
		fields := strings.Fields(want)
		for _, field := range fields {
			if !strings.Contains(" "+bundles[line]+" ", " "+field+" ") {
				t.Errorf("bundle %d has no %q: %s", line, field, bundles[line])
			}
		}
	}
	got.want(t, cli.Good, "  KSK revoked  ", "")
}

func TestCheckRealDocuments(t *testing.T) {
	dir := testenv.Dir(t)
	anchor := write(t, "root.ds", []byte(rootAnchors))
	file := func(name string) string { return filepath.Join(dir, "icann", name) }
	old := []string{"KSR-POLICY-SIG-VALIDITY", "KSR-POLICY-SIG-OVERLAP", "KSR-POLICY-ALG", "KSR-KEY-STATED", "KSR-POLICY-STATED"}
	for name, row := range map[string]struct {
		args     []string
		violated []string
	}{
		"2017Q2 KSR after 2017Q1": {[]string{"ksr", "--at", "2017-03-02T00:00:00Z", "--previous", file("skr-root-2017-q1-0.xml"), "--anchor", anchor,
			file("ksr-root-2017-q2-0.xml")}, nil},
		"2017Q2 KSR before its horizon": {[]string{"ksr", "--at", "2017-01-01T00:00:00Z", file("ksr-root-2017-q2-0.xml")}, []string{"KSR-POLICY-SIG-HORIZON"}},
		"2018Q1 KSR":                    {[]string{"ksr", "--at", "2017-12-02T00:00:00Z", file("ksr-root-2018-q1-0-d_to_e.xml")}, nil},
		"2018Q1 KSR, two proofs swapped": {[]string{"ksr", "--at", "2017-12-02T00:00:00Z", file("ksr-root-2018-q1-0-d_to_e.bad.xml")},
			[]string{"KSR-BUNDLE-POP"}},
		"2010Q1 KSR by today's limits": {[]string{"ksr", "--at", "2009-12-02T00:00:00Z", file("ksr-root-2010-q1-0.xml")}, old},
		"2010Q2 KSR by today's limits": {[]string{"ksr", "--at", "2010-03-02T00:00:00Z", file("ksr-root-2010-q2-0.xml")}, old},
		"2017Q2 SKR after 2017Q1": {[]string{"skr", "--at", "2017-03-02T00:00:00Z", "--previous", file("skr-root-2017-q1-0.xml"), "--anchor", anchor,
			"--ksr", file("ksr-root-2017-q2-0.xml"), file("skr-root-2017-q2-0.xml")}, nil},
		"2017Q1 SKR after 2017Q2": {[]string{"skr", "--at", "2017-03-02T00:00:00Z", "--previous", file("skr-root-2017-q2-0.xml"), file("skr-root-2017-q1-0.xml")},
			[]string{"SKR-CHAIN-OVERLAP", "SKR-CHAIN-KEYS"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := ksrtool(t, append([]string{"check"}, row.args...)...)
			status := cli.Good
			if len(row.violated) > 0 {
				status = cli.Refused
			}
			got.want(t, status, "by the limits of the root zone: ", "")
			var v verdict
			if err := json.Unmarshal([]byte(ksrtool(t, append([]string{"check"}, append(row.args, "--json")...)...).out), &v); err != nil {
				t.Fatal(err)
			}
			var violated []string
			for _, c := range v.Checks {
				if c.Result == policy.Violated {
					violated = append(violated, c.Name)
				}
			}
			if !slices.Equal(violated, row.violated) || v.Limits != rootLimits {
				t.Errorf("violated %v, want %v", violated, row.violated)
			}
		})
	}
}

func TestConvertRealSKRs(t *testing.T) {
	for _, pattern := range []string{"icann/skr-*.xml", "knot/*-skr.txt", "bind/*-skr.txt"} {
		for _, path := range testenv.Corpus(t, pattern) {
			for _, format := range []string{"knot", "bind"} {
				out := filepath.Join(t.TempDir(), "out")
				ksrtool(t, "convert", "--to", format, "-o", out, path).want(t, cli.Good, "", "")
				ksrtool(t, "diff", path, out).want(t, cli.Good, "the SKRs say the same", "")
			}
		}
	}
}

func TestVerifyZoneOfTheRealRoot(t *testing.T) {
	path := filepath.Join(testenv.Dir(t), "root-zone", "2026081300.zone.gz")
	packed, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	zone := write(t, "root.zone", text)
	anchor := write(t, "root.ds", []byte(rootAnchors))
	got := ksrtool(t, "verify-zone", "--apex-only", "--at", "2026-08-13T12:00:00Z", "--anchor", anchor, zone)
	got.want(t, cli.Good, "zone ., serial 2026081300, 1 names, 2 signatures verified", "")
	got.want(t, cli.Good, "passed       C2   ZONE-TRUST-ANCHOR\n", "")

	// The archive stripped most signatures, and that is seen.
	ksrtool(t, "verify-zone", "--at", "2026-08-13T12:00:00Z", zone).want(t, cli.Refused, "ZONE-RRSIG-MISSING(C3): ", "")
	changed := bytes.Replace(text, []byte("172800 IN\tDNSKEY\t257"), []byte("172800 IN\tDNSKEY\t256"), 1)
	ksrtool(t, "verify-zone", "--apex-only", "--at", "2026-08-13T12:00:00Z", "--anchor", anchor, write(t, "changed", changed)).
		want(t, cli.Refused, "ZONE-TRUST-ANCHOR(C2): . DNSKEY: ", "")
}
