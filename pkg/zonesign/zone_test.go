package zonesign_test

// everything is a zone with all that signing must tell apart: wildcards, empty
// non-terminals, delegations with and without DS, glue in the zone, of a
// sibling and at the cut itself, occluded data below cuts and a DNAME, CNAME,
// escapes, an unknown type.
const everything = `$TTL 3600
@	86400	IN	SOA	ns1 hostmaster 2026010100 1800 900 604800 1800
@		NS	ns1
@		NS	ns.sub
@		MX	10 mail
@		TXT	"quotes \" and \\ and ; and \200" plain
@		CAA	0 issue "ca.example.net"
ns1		A	192.0.2.1
ns1		AAAA	2001:db8::1
mail	300	A	192.0.2.2
alias		CNAME	www
www		A	192.0.2.3
www		TYPE65280	\# 4 DEADBEEF
*.wild		TXT	"wildcard"
a.*.wild	TXT	"below a wildcard"
*		MX	20 mail
ent.deep.er	A	192.0.2.4
a\.dot		TXT	"a dot in a label"
\000zero	TXT	"an octet zero"
UPPER		PTR	Mixed.Case.Example.
_sip._tcp	SRV	0 5 5060 www
dn		DNAME	elsewhere.example.
secure		NS	ns1.secure
secure		DS	60485 13 2 ` + digest + `
secure		DS	60485 13 4 ` + digest + "AABBCCDDEEFF00112233445566778899" + `
ns1.secure	A	192.0.2.10
ns1.secure	AAAA	2001:db8::10
insecure	NS	ns1.secure
insecure	NS	ns2.insecure
ns2.insecure	A	192.0.2.11
deep.ent2	NS	ns1
self		NS	self
self		A	192.0.2.12
sub		NS	ns.sub
ns.sub		A	192.0.2.13
`

const digest = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"

// occluded is data that no one is served and no one signs. Knot's checker
// refuses it, though the zone is right.
const occluded = `
txt.insecure	TXT	"hidden by the cut"
cut.insecure	NS	ns1
below.dn	TXT	"hidden by the DNAME"
`
