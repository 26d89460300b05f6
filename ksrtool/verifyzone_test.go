package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zonesign"
	"countersign/pkg/zoneverify"
)

const unsignedZone = `$TTL 3600
@ IN SOA ns1 hostmaster 2027010200 7200 900 604800 900
@ IN NS ns1
@ IN NS ns2.example.net.
ns1 IN A 192.0.2.1
a.example.com. IN NS ns1.a
ns1.a IN A 192.0.2.2
b IN NS ns1.a
b IN DS 4711 13 2 A4066B1649E37579D4BB2C4DD713D46D42295852478679B8CFEF949C86A394FF
www IN TXT "text; with a semicolon"
`

// signedAt is when the zone was signed.
var signedAt = firstQuarter.Add(36 * time.Hour)

const judgedAt = "2027-01-02T12:00:00Z"

// signedZone is the zone of the exchange, signed in the first slot.
func (e *exchange) signedZone(t *testing.T, serial string) []byte {
	t.Helper()
	z, _, err := zone.Parse([]byte(strings.Replace(unsignedZone, "2027010200", serial, 1)), zone.ParseOptions{Origin: exampleCom})
	if err != nil {
		t.Fatal(err)
	}
	r, err := ksr.ParseResponse([]byte(read(t, e.skr)))
	if err != nil {
		t.Fatal(err)
	}
	b := &r.Bundles[0]
	dnskey := zonesign.SignedSet{Set: *b.DNSKEYSet(exampleCom)}
	for _, s := range b.Signatures {
		dnskey.Signatures = append(dnskey.Signatures, s.RRSIG)
	}
	signed, _, err := zonesign.Sign(z, zonesign.Config{
		Now: signedAt, InceptionOffset: time.Hour, Validity: 14*day - time.Hour, ZONEMD: true,
		ZSKs: []zonesign.ActiveKey{{Key: e.zsk.key, Signer: e.zsk}}, Bundle: zonesign.Bundle{DNSKEY: dnskey},
	})
	if err != nil {
		t.Fatal(err)
	}
	return signed.Append(nil)
}

func TestVerifyZoneAcceptsAGoodZoneByEverything(t *testing.T) {
	e := newExchange(t)
	old := e.write(t, "old.zone", e.signedZone(t, "2027010200"))
	path := e.write(t, "new.zone", e.signedZone(t, "2027010201"))
	got := ksrtool(t, "verify-zone", "--at", judgedAt, "--anchor", e.anchor, "--published", old, "--skr", e.skr, "--limits", e.limits, path)
	got.want(t, cli.Good, "\nzone example.com., serial 2027010201, ", "")
	got.want(t, cli.Good, ", the first expires 2027-01-16T11:00:00Z\n", "")
	got.want(t, cli.Good, "judged as of "+judgedAt+": accepted; ", "")
	for _, line := range []string{"passed       C1   ZONE-DNSKEY-BUNDLE\n", "passed       C2   ZONE-TRUST-ANCHOR\n", "passed       C3   ZONE-RRSIG-VALID\n",
		"passed       C8   ZONE-RRSIG-REMAINING\n", "passed       C17  ZONE-ZONEMD\n", "passed       C23  ZONE-SERIAL\n",
		"not checked  C4   ZONE-KEY-PRIVATE: needs "} {
		got.want(t, cli.Good, line, "")
	}
	if got.errors != "" || strings.Contains(got.out, "FAILED") {
		t.Errorf("%s%s", got.out, got.errors)
	}
}

func TestVerifyZoneSaysWhatItCouldNotCheck(t *testing.T) {
	e := newExchange(t)
	got := ksrtool(t, "verify-zone", "--at", judgedAt, e.write(t, "zone", e.signedZone(t, "1")))
	for _, line := range []string{"\nnot checked  C1   ZONE-DNSKEY-BUNDLE: no SKR given\n", "\nnot checked  C2   ZONE-TRUST-ANCHOR: no trust anchor given\n",
		"\nnot checked  C8   ZONE-RRSIG-REMAINING: no limits given\n", "\nnot checked  C23  ZONE-SERIAL: no published version given\n"} {
		got.want(t, cli.Good, line, "")
	}
}

func TestVerifyZoneNamesEachFault(t *testing.T) {
	e := newExchange(t)
	good := string(e.signedZone(t, "1"))
	for name, row := range map[string]struct {
		zone, want string
		args       []string
	}{
		"changed text":    {strings.Replace(good, "semicolon", "Semicolon", 1), "ZONE-RRSIG-VALID(C3): www.example.com. TXT: ", nil},
		"expired":         {good, "ZONE-RRSIG-TIME(C7): ", []string{"--at", "2027-01-17T00:00:00Z"}},
		"record lost":     {withoutLine(good, "b.example.com.", "\tDS\t", " DS "), "ZONE-DENIAL-BITMAP(C13): b.example.com. NSEC: ", nil},
		"serial the same": {good, "ZONE-SERIAL(C23): example.com. SOA: ", []string{"--published", e.write(t, "old", []byte(good))}},
		"unknown anchor":  {good, "ZONE-TRUST-ANCHOR(C2): ", []string{"--anchor", newExchange(t).anchor}},
		"other SKR":       {good, "ZONE-DNSKEY-BUNDLE(C1): ", []string{"--skr", newExchange(t).skr}},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "zone", []byte(row.zone))
			args := append([]string{"verify-zone", "--at", judgedAt}, row.args...)
			got := ksrtool(t, append(args, path)...)
			got.want(t, cli.Refused, row.want, "zone example.com. with serial 1 fails")
			got.want(t, cli.Refused, "\nFAILED       C", "")
			got.want(t, cli.Refused, ": REFUSED; ", "")
			if strings.HasPrefix(got.out, "passed") {
				t.Errorf("the faults do not come first\n%s", got.out)
			}
			asJSON := ksrtool(t, append(append(args, "--json"), path)...)
			var v struct {
				Accepted bool
				Findings []struct{ Check string }
				Checks   []struct{ Name, Number, Status string }
			}
			if err := json.Unmarshal([]byte(asJSON.out), &v); err != nil || v.Accepted || asJSON.status != cli.Refused {
				t.Fatalf("%v, status %d\n%s", err, asJSON.status, asJSON.out)
			}
			check, _, _ := strings.Cut(row.want, "(")
			found := false
			for _, f := range v.Findings {
				found = found || f.Check == check
			}
			if !found || len(v.Checks) != len(zoneChecks()) || v.Checks[0].Name != "ZONE-SYNTAX" || v.Checks[0].Status != string(zoneverify.Passed) {
				t.Errorf("no %s in\n%s", check, asJSON.out)
			}
		})
	}
}

// withoutLine leaves out the first line of an owner that has one of the parts.
func withoutLine(text, owner string, parts ...string) string {
	for line := range strings.Lines(text) {
		for _, part := range parts {
			if strings.HasPrefix(line, owner) && strings.Contains(line, part) {
				return strings.Replace(text, line, "", 1)
			}
		}
	}
	return text
}

func TestVerifyZoneJSONOfAGoodZone(t *testing.T) {
	e := newExchange(t)
	path := e.write(t, "zone", e.signedZone(t, "77"))
	got := ksrtool(t, "verify-zone", "--json", "--at", judgedAt, path)
	var v zoneVerdict
	// Findings and results write what they do not read.
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(got.out), &raw); err != nil {
		t.Fatal(err)
	}
	delete(raw, "findings")
	delete(raw, "checks")
	rest, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(rest, &v); err != nil {
		t.Fatal(err)
	}
	if !v.Accepted || v.Zone != "example.com." || v.Serial != 77 || v.At != judgedAt || v.File != path || v.Names == 0 || v.Signatures == 0 ||
		v.Expires != "2027-01-16T11:00:00Z" || got.status != cli.Good || !strings.Contains(got.out, `"findings": []`) {
		t.Errorf("%+v", v)
	}
}

func TestVerifyZoneFindsTheOrigin(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		want string // "" for an error
		err  error
	}{
		"absolute":           {"example.com. 3600 IN SOA a b 1 2 3 4 5\n", "example.com.", nil},
		"class first":        {"example.com. IN 1h soa a b 1 2 3 4 5\n", "example.com.", nil},
		"type only":          {". SOA a b 1 2 3 4 5\n", ".", nil},
		"at the origin":      {"$ORIGIN Example.COM.\n; comment\n\n@ CLASS1 SOA a b 1 2 3 4 5\n", "example.com.", nil},
		"relative":           {"$ORIGIN com.\n$ORIGIN example\n@ IN SOA a b 1 2 3 4 5\n", "example.com.", nil},
		"blank owner":        {"example.com. IN NS a.\n\t IN SOA a b 1 2 3 4 5\n", "example.com.", nil},
		"after others":       {"a.example.com. IN TXT SOA\nexample.com. IN SOA (\n a b 1 2 3 4 5 )\n", "example.com.", nil},
		"none":               {"a.example.com. IN TXT SOA\n", "", errNoSOA},
		"empty":              {"", "", errNoSOA},
		"unknown origin":     {"@ IN SOA a b 1 2 3 4 5\n", "", errRelative},
		"relative, unknown":  {"$ORIGIN example\nexample IN SOA a b 1 2 3 4 5\n", "", errRelative},
		"no owner, no owner": {" IN SOA a b 1 2 3 4 5\n", "", errRelative},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := findOrigin([]byte(row.text))
			if err != row.err || err == nil && got.String() != row.want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestVerifyZoneWithRelativeNames(t *testing.T) {
	e := newExchange(t)
	text := strings.ReplaceAll(string(e.signedZone(t, "1")), "\nexample.com.", "\n@")
	text = "@" + strings.TrimPrefix(text, "example.com.")
	path := e.write(t, "zone", []byte(text))
	ksrtool(t, "verify-zone", "--at", judgedAt, path).want(t, cli.Failed, "", "hint: name the zone with --origin")
	for _, origin := range []string{"example.com", "Example.com."} {
		ksrtool(t, "verify-zone", "--at", judgedAt, "--origin", origin, path).want(t, cli.Good, "accepted", "")
	}
	got := ksrtool(t, "verify-zone", "--at", judgedAt, "--origin", "example.net.", path)
	got.want(t, cli.Refused, "ZONE-SYNTAX(C24): "+path+":", "")
}

func TestVerifyZoneIncludesBesideTheZoneFile(t *testing.T) {
	e := newExchange(t)
	good := string(e.signedZone(t, "1"))
	cut := len(good) / 2
	cut += strings.Index(good[cut:], "\n") + 1
	if err := os.Mkdir(filepath.Join(e.dir, "parts"), 0o700); err != nil {
		t.Fatal(err)
	}
	e.write(t, "parts/rest", []byte(good[cut:]))
	path := e.write(t, "zone", []byte(good[:cut]+"$INCLUDE parts/rest\n"))
	ksrtool(t, "verify-zone", "--at", judgedAt, path).want(t, cli.Good, "accepted", "")
	missing := e.write(t, "broken", []byte(good[:cut]+"$INCLUDE parts/missing\n"))
	ksrtool(t, "verify-zone", "--at", judgedAt, missing).want(t, cli.Refused, "parts/missing", "")
}

func TestVerifyZoneRefusesMalformedZones(t *testing.T) {
	e := newExchange(t)
	for name, row := range map[string]struct{ text, want string }{
		"empty":      {"", "ZONE-SYNTAX(C24): %s: no SOA record\n"},
		"bad record": {unsignedZone + "x IN A 1.2.3\ny IN A 1.2.3.4.5\n", "ZONE-SYNTAX(C24): %s:12: "},
		"outside":    {"$ORIGIN example.com.\n" + unsignedZone + "example.net. IN A 192.0.2.1\n", "ZONE-SYNTAX(C24): %s:12: example.net. is not in zone example.com."},
		"generate":   {"$ORIGIN example.com.\n" + unsignedZone + "$GENERATE 1-9 a$ A 192.0.2.$\n", "ZONE-SYNTAX(C24): %s:12: "},
	} {
		t.Run(name, func(t *testing.T) {
			path := e.write(t, "zone", []byte(row.text))
			args := []string{"verify-zone"}
			if name == "bad record" {
				args = append(args, "--origin", "example.com")
				row.want = strings.Replace(row.want, ":12:", ":11:", 1)
			}
			got := ksrtool(t, append(args, path)...)
			got.want(t, cli.Refused, fmt.Sprintf(row.want, path), "is no well-formed zone file: ")
			got.want(t, cli.Refused, "\nFAILED       C24  ZONE-SYNTAX: ", "")
			asJSON := ksrtool(t, append(append(args, "--json"), path)...)
			asJSON.want(t, cli.Refused, `"check": "ZONE-SYNTAX"`, "")
			asJSON.want(t, cli.Refused, `"accepted": false`, "")
		})
	}
}

func TestVerifyZoneCannotJudgeWithoutWhatItNeeds(t *testing.T) {
	e := newExchange(t)
	path := e.write(t, "zone", e.signedZone(t, "1"))
	junk := e.write(t, "junk", []byte("junk\n"))
	otherZone := rr.Name("\x07example\x03net\x00").String()
	net := e.write(t, "net.ksr", []byte(strings.ReplaceAll(read(t, e.skr), "example.com.", otherZone)))
	netLimits := e.write(t, "net.yaml", []byte(strings.ReplaceAll(read(t, e.limits), "example.com.", otherZone)))
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"anchor":            {[]string{"--anchor", junk}, junk + ": line 1"},
		"published":         {[]string{"--published", junk}, junk + ":1: "},
		"published missing": {[]string{"--published", "nowhere"}, "no such file"},
		"SKR":               {[]string{"--skr", junk}, junk + ": line 1"},
		"SKR is a KSR":      {[]string{"--skr", e.ksr}, "this is a KSR, want an SKR"},
		"SKR of another":    {[]string{"--skr", net}, "is an SKR of zone example.net., and the zone is example.com."},
		"limits":            {[]string{"--limits", junk}, junk},
		"limits of another": {[]string{"--limits", netLimits}, "has the limits of zone example.net., and the zone is example.com."},
	} {
		t.Run(name, func(t *testing.T) {
			got := ksrtool(t, append(append([]string{"verify-zone", "--at", judgedAt}, row.args...), path)...)
			got.want(t, cli.Failed, "", row.want)
			if got.out != "" {
				t.Errorf("output %q", got.out)
			}
		})
	}
}

func TestVerifyZoneApexOnly(t *testing.T) {
	e := newExchange(t)
	var kept strings.Builder
	for line := range strings.Lines(string(e.signedZone(t, "1"))) {
		fields := strings.Fields(line)
		if fields[3] != "RRSIG" || fields[4] == "SOA" || fields[4] == "DNSKEY" {
			kept.WriteString(line)
		}
	}
	path := e.write(t, "stripped", []byte(kept.String()))
	ksrtool(t, "verify-zone", "--at", judgedAt, path).want(t, cli.Refused, "ZONE-RRSIG-MISSING(C3): ", "")
	got := ksrtool(t, "verify-zone", "--apex-only", "--at", judgedAt, "--anchor", e.anchor, path)
	got.want(t, cli.Good, "passed       C2   ZONE-TRUST-ANCHOR\n", "")
	got.want(t, cli.Good, ": only the apex is judged\n", "")
}
