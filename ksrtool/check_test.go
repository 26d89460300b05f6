package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/internal/cli"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
)

func TestCheckAcceptsAGoodExchange(t *testing.T) {
	e := newExchange(t)
	for name, args := range map[string][]string{
		"genesis KSR": {"check", "ksr", "--limits", e.limits, "--genesis", e.ksr},
		"genesis SKR": {"check", "skr", "--limits", e.limits, "--genesis", "--ksr", e.ksr, "--anchor", e.anchor, e.skr},
		"next KSR":    {"check", "ksr", "--limits", e.limits, "--previous", e.skr, "--anchor", e.anchor, "--at", "2027-03-02T00:00:00Z", e.nextKSR},
		"next SKR": {"check", "skr", "--limits", e.limits, "--previous", e.skr, "--ksr", e.nextKSR, "--anchor", e.anchor,
			"--at", "2027-03-02T00:00:00Z", e.nextSKR},
	} {
		t.Run(name, func(t *testing.T) {
			got := ksrtool(t, args...)
			got.want(t, cli.Good, "accepted", "")
			if got.errors != "" || strings.Contains(got.out, "VIOLATED") {
				t.Errorf("%s%s", got.out, got.errors)
			}
		})
	}
}

func TestCheckSaysWhatItCouldNotCheck(t *testing.T) {
	e := newExchange(t)
	got := ksrtool(t, "check", "skr", "--limits", e.limits, e.skr)
	got.want(t, cli.Good, "\nnot checked  SKR-MATCH: no KSR given\n", "")
	got.want(t, cli.Good, "\nnot checked  SKR-SIG-ANCHOR: no trust anchor given\n", "")
	got.want(t, cli.Good, "\nnot checked  SKR-CHAIN-SKR: no previous SKR given\n", "")
	got.want(t, cli.Good, "passed       SKR-SIG-VALID\n", "")
}

func TestCheckPrintsEveryViolationByName(t *testing.T) {
	e := newExchange(t)
	// Judged a year after: expired, and nothing else is wrong.
	got := ksrtool(t, "check", "ksr", "--limits", e.limits, "--genesis", "--at", "2028-01-01T00:00:00Z", e.ksr)
	got.want(t, cli.Refused, "KSR-POLICY-SIG-HORIZON: bundle q1-1: expired at 2027-01-22T00:00:00Z", "is refused: ")
	got.want(t, cli.Refused, "\nVIOLATED     KSR-POLICY-SIG-HORIZON\n", "")
	lines := strings.Split(got.out, "\n")
	if n := slices.Index(lines, ""); n != cycleSlots {
		t.Errorf("%d lines of violations, want %d\n%s", n, cycleSlots, got.out)
	}
	for _, line := range lines[:cycleSlots] {
		if !strings.HasPrefix(line, "KSR-POLICY-SIG-HORIZON: ") || !strings.Contains(line, " (line ") {
			t.Errorf("violation %q", line)
		}
	}
}

func TestCheckJSONIsTheSameVerdict(t *testing.T) {
	e := newExchange(t)
	got := ksrtool(t, "check", "ksr", "--json", "--limits", e.limits, "--genesis", "--at", "2028-01-01T00:00:00Z", e.ksr)
	var v verdict
	if err := json.Unmarshal([]byte(got.out), &v); err != nil {
		t.Fatalf("%v\n%s", err, got.out)
	}
	parsed, err := ksr.ParseRequest([]byte(read(t, e.ksr)))
	if err != nil {
		t.Fatal(err)
	}
	if got.status != cli.Refused || v.Accepted || len(v.Violations) != cycleSlots || v.Violations[0].Check != "KSR-POLICY-SIG-HORIZON" ||
		v.Zone != "example.com." || v.ID != "q1" || v.Kind != "ksr" || v.Format != "icann" || v.SHA256 != parsed.Digest.String() ||
		v.At != "2028-01-01T00:00:00Z" || v.Limits != e.limits {
		t.Errorf("status %d, verdict %+v", got.status, v)
	}
	names := map[string]policy.Result{}
	for _, c := range v.Checks {
		names[c.Name] = c.Result
	}
	if names["KSR-SYNTAX"] != policy.Passed || names["KSR-POLICY-SIG-HORIZON"] != policy.Violated || names["KSR-BUNDLE-POP"] != policy.Passed {
		t.Errorf("checks %v", names)
	}
	got = ksrtool(t, "check", "ksr", "--json", "--limits", e.limits, "--genesis", e.ksr)
	if err := json.Unmarshal([]byte(got.out), &v); err != nil || !v.Accepted || len(v.Violations) != 0 || got.status != cli.Good {
		t.Errorf("%v, status %d\n%s", err, got.status, got.out)
	}
	if !strings.Contains(got.out, `"violations": []`) {
		t.Errorf("no empty list of violations\n%s", got.out)
	}
}

func TestCheckRefusesOneWrongSignature(t *testing.T) {
	e := newExchange(t)
	r := e.request(t, "q1", firstQuarter, sameKeys(e.zsk))
	r.Bundles[4].Signatures[0].Signature[3] ^= 1
	path := e.write(t, "bad.xml", encodeRequest(t, r))
	got := ksrtool(t, "check", "ksr", "--limits", e.limits, "--genesis", path)
	got.want(t, cli.Refused, fmt.Sprintf("KSR-BUNDLE-POP: bundle q1-5: signature by key %d", e.zsk.key.KeyTag()), "")
	if strings.Count(got.out, "VIOLATED") != 1 {
		t.Errorf("more than one check is violated\n%s", got.out)
	}
}

func sameKeys(k *memoryKey) [cycleSlots][]*memoryKey {
	var zsks [cycleSlots][]*memoryKey
	for i := range zsks {
		zsks[i] = []*memoryKey{k}
	}
	return zsks
}

func TestCheckRefusesMalformedDocumentsWithTheLine(t *testing.T) {
	e := newExchange(t)
	good := read(t, e.ksr)
	for name, row := range map[string]struct {
		kind, doc, want string
	}{
		"empty":             {"ksr", "", "KSR-SYNTAX: empty document\n"},
		"neither":           {"skr", "hello\n", "SKR-SYNTAX: "},
		"unknown element":   {"ksr", strings.Replace(good, "<RequestPolicy>", "<RequestPolicies>", 1), " (line 4)\n"},
		"other kind":        {"skr", good, "SKR-SYNTAX: this is a KSR, want an SKR\n"},
		"two documents":     {"ksr", good + good, "KSR-SYNTAX: "},
		"both kinds":        {"ksr", strings.Replace(good, "</Request>", "</Request><Response></Response>", 1), "KSR-SYNTAX: "},
		"headers of both":   {"skr", mixedText, "SKR-SYNTAX: a header of a KSR in an SKR (line 3)\n"},
		"too large":         {"ksr", good + strings.Repeat("\n", ksr.MaxDocument), "KSR-SYNTAX: larger than 1048576 octets"},
		"several faults":    {"ksr", strings.ReplaceAll(good, "<Flags>256", "<Flags>x"), "\nKSR-SYNTAX: "},
		"cut in the middle": {"ksr", good[:len(good)/2], "KSR-SYNTAX: "},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "doc", []byte(row.doc))
			got := ksrtool(t, "check", row.kind, "--limits", e.limits, path)
			got.want(t, cli.Refused, row.want, "is refused")
			got.want(t, cli.Refused, "-SYNTAX\n", "")
			asJSON := ksrtool(t, "check", row.kind, "--json", path)
			var v verdict
			if err := json.Unmarshal([]byte(asJSON.out), &v); err != nil || v.Accepted || len(v.Violations) == 0 || asJSON.status != cli.Refused {
				t.Errorf("%v, status %d\n%s", err, asJSON.status, asJSON.out)
			}
		})
	}
}

const mixedText = `;; SignedKeyResponse 1.0 1795310538 (2026-11-22T01:22:18Z)
example.com. 3600 IN DNSKEY 256 3 13 qTePsXcMM8QRtlh9fRvaoYCCowHcw3ngPIV5TrnEYpMWG29/jrxSXn2P8sERS6oy+1BCuiKr3zydHIQcWotYlg==
;; KeySigningRequest 1.0 1795310539 (2026-11-22T01:22:19Z)
`

func TestCheckCannotJudgeWithoutWhatItNeeds(t *testing.T) {
	e := newExchange(t)
	junk := e.write(t, "junk", []byte("junk\n"))
	other := newExchange(t)
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"no limits":            {[]string{"check", "ksr", e.ksr}, "zone example.com., whose limits are not known"},
		"limits missing":       {[]string{"check", "ksr", "--limits", "nowhere", e.ksr}, "no such file"},
		"limits malformed":     {[]string{"check", "skr", "--limits", junk, e.skr}, junk},
		"limits too large":     {[]string{"check", "skr", "--limits", e.write(t, "large", make([]byte, 1<<20)), e.skr}, "larger than"},
		"previous malformed":   {[]string{"check", "ksr", "--limits", e.limits, "--previous", junk, e.ksr}, junk + ": line 1"},
		"previous is a KSR":    {[]string{"check", "ksr", "--limits", e.limits, "--previous", e.ksr, e.nextKSR}, "this is a KSR, want an SKR"},
		"previous missing":     {[]string{"check", "skr", "--limits", e.limits, "--previous", "nowhere", e.skr}, "no such file"},
		"KSR is an SKR":        {[]string{"check", "skr", "--limits", e.limits, "--ksr", e.skr, e.skr}, "this is an SKR, want a KSR"},
		"anchor malformed":     {[]string{"check", "skr", "--limits", e.limits, "--anchor", junk, e.skr}, junk + ": line 1"},
		"anchor of another":    {[]string{"check", "ksr", "--limits", e.limits, "--previous", e.skr, "--anchor", other.anchor, e.nextKSR}, "no KSK in " + e.skr},
		"limits from keyboard": {[]string{"check", "ksr", "--limits", "-", "-"}, "standard input can be given for one file only"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ksrtoolWith(t, read(t, e.ksr), row.args...)
			got.want(t, cli.Failed, "", row.want)
			if got.out != "" {
				t.Errorf("output %q", got.out)
			}
		})
	}
	ksrtool(t, "check", "ksr", e.ksr).want(t, cli.Failed, "", "hint: name its limits file with --limits")
}

func TestCheckRefusesAnUnknownKSK(t *testing.T) {
	e, other := newExchange(t), newExchange(t)
	ksrtool(t, "check", "skr", "--limits", e.limits, "--genesis", "--ksr", e.ksr, "--anchor", other.anchor, e.skr).
		want(t, cli.Refused, "SKR-SIG-ANCHOR: bundle q1-1: signed by", "hint: SKR-SIG-ANCHOR: ")
}

func TestCheckWarnsOfOddities(t *testing.T) {
	e := newExchange(t)
	path := e.write(t, "bom.xml", append([]byte("\ufeff"), read(t, e.ksr)...))
	ksrtool(t, "check", "ksr", "--limits", e.limits, "--genesis", path).
		want(t, cli.Good, "accepted", "ksrtool: warning: "+path+": line 1: byte order mark")
	ksrtool(t, "check", "ksr", "--json", "--limits", e.limits, "--genesis", path).want(t, cli.Good, `"text": "byte order mark"`, "")
}
