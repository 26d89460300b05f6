package zone_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/testenv"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// allTypes has a record of each type that is read in a form of its own, and
// names and strings with octets that need an escape. MD and MF are missing:
// BIND refuses them in any form. So is a quote in a name: ldns reads it, and
// writes it without its backslash.
var allTypes = head + `
ns A 192.0.2.53
a A 192.0.2.1
a AAAA 2001:db8::1
a MX 10 mail
a TXT "quote \" backslash \\ semicolon ; \000\255" ""
a HINFO PC "Linux 6"
a RP a b
a AFSDB 1 a
a RT 1 a
a KX 1 a
a PX 1 a b
a MINFO a b
a MB b
a MG b
a MR b
a KEY 256 3 8 AwEAAag=
a LOC 51 30 12.748 N 0 7 39.611 W 0m
a NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:x@example.com!" .
a CERT 1 2 3 AQID
a APL 1:192.168.32.0/21 !1:192.168.38.0/28
a SSHFP 4 2 ` + strings.Repeat("01", 32) + `
a IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
a DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
a TLSA 3 1 1 ` + strings.Repeat("01", 32) + `
a SMIMEA 3 1 1 ` + strings.Repeat("01", 32) + `
a OPENPGPKEY AQID
a CSYNC 66 3 A NS AAAA
a SPF "v=spf1 -all"
a NID 10 14:4fff:ff20:ee64
a L32 10 10.1.2.0
a L64 10 2001:db8:1140:1000
a LP 10 l64-subnet1.example.
a EUI48 00-00-5e-00-53-2a
a EUI64 00-00-5e-ef-10-00-00-2a
a URI 10 1 "ftp://ftp.example/"
a CAA 0 issue "ca.example; x=y"
a SVCB 1 . alpn="h2,h3" port="8443"
a HTTPS 0 pool
a TYPE65280 \# 3 abcdef
a TYPE65281 \# 0
_x._tcp SRV 0 5 5060 a
ptr PTR a
alias CNAME a
dn DNAME other.
esc\.aped\000\255\;\(\)\\\@\$ A 192.0.2.1
*.wild A 192.0.2.1
sub NS ns
sub DS 1 8 2 ` + strings.Repeat("AB", 32) + `
`

// TestOtherProgramsReadWrittenZones has other programs read what is written.
func TestOtherProgramsReadWrittenZones(t *testing.T) {
	z := parse(t, allTypes)
	file := filepath.Join(t.TempDir(), "zone")
	if err := os.WriteFile(file, z.Append(nil), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"named-compilezone", "-q", "-i", "none", "-k", "ignore", "-o", "-", "example.", file},
		{"ldns-read-zone", file},
		{"kzonecheck", "-o", "example.", file},
		{"nsd-checkzone", "example.", file},
	} {
		t.Run(command[0], func(t *testing.T) {
			testenv.Need(t, command[0])
			var out, faults strings.Builder
			cmd := exec.Command(command[0], command[1:]...)
			cmd.Stdout, cmd.Stderr = &out, &faults
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s%s", err, &out, &faults)
			}
			if command[0] != "named-compilezone" && command[0] != "ldns-read-zone" {
				return
			}
			// These write what they read: it must be the same zone.
			again, _, err := zone.Parse([]byte(out.String()), zone.ParseOptions{Origin: origin, Name: command[0]})
			if err != nil {
				t.Fatal(err)
			}
			for _, set := range append(zone.Diff(z, again).Removed, zone.Diff(z, again).Added...) {
				t.Errorf("%s %s %d differs: %s", set.Owner, set.Type, set.TTL, rr.AppendRdata(nil, set.Type, set.Data[0]))
			}
		})
	}
}
