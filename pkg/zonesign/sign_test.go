package zonesign_test

import (
	"bytes"
	"cmp"
	"crypto/sha512"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"countersign/internal/rootlike"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zonesign"
)

// mustSign signs text.
func mustSign(t testing.TB, text string, origin rr.Name, c zonesign.Config) (*zone.Zone, zonesign.Stats) {
	t.Helper()
	signed, stats, err := zonesign.Sign(parse(t, []byte(text), origin), c)
	if err != nil {
		t.Fatal(err)
	}
	return signed, stats
}

// TestExactlyAuthoritativeRRsetsAreSigned looks at each RRset of a signed zone:
// what RFC 4035, Section 2.2 wants signed is signed by each ZSK (the bundle's
// sets by the KSKs), verifies, and has the RRset's TTL; nothing else is signed.
func TestExactlyAuthoritativeRRsetsAreSigned(t *testing.T) {
	origin := name(t, "example.com.")
	both := []uint8{dnssec.ECDSAP256SHA256, dnssec.ED25519}
	c := withCDS(t, config(t, origin, both...), origin, both...)
	signed, stats := mustSign(t, everything+occluded, origin, c)

	unsigned := map[string]bool{}
	for _, s := range strings.Fields(`secure/NS ns1.secure/A ns1.secure/AAAA insecure/NS ns2.insecure/A txt.insecure/TXT cut.insecure/NS
		deep.ent2/NS self/NS self/A sub/NS ns.sub/A below.dn/TXT`) {
		unsigned[s] = true
	}
	var published []rr.DNSKEY
	for _, a := range both {
		published = append(published, keys(a).zsk.key, keys(a).ksk.key)
	}
	made, total, seen := 0, 0, 0
	for i := range signed.Len() {
		n := signed.Node(i)
		covers := map[rr.Type][]rr.RRSIG{}
		for k := range n.SignatureCount() {
			rdata, ttl := n.Signature(k)
			sig, err := rr.ParseRRSIG(rdata)
			if err != nil {
				t.Fatal(err)
			}
			covers[sig.TypeCovered] = append(covers[sig.TypeCovered], sig)
			if set, ok := n.Lookup(sig.TypeCovered); !ok || set.TTL != ttl {
				t.Errorf("%s: RRSIG %s with TTL %d, over an RRset of TTL %d (there: %v)", n.Owner(), sig.TypeCovered, ttl, set.TTL, ok)
			}
			total++
		}
		for k := range n.Len() {
			set := n.Set(k)
			if set.Type == rr.TypeRRSIG {
				continue
			}
			relative := strings.TrimSuffix(set.Owner.String(), ".example.com.") + "/" + set.Type.String()
			if unsigned[relative] {
				seen++
				if len(covers[set.Type]) > 0 {
					t.Errorf("%s is signed", relative)
				}
				continue
			}
			fromBundle := set.Type == rr.TypeDNSKEY || set.Type == rr.TypeCDS || set.Type == rr.TypeCDNSKEY
			if len(covers[set.Type]) != len(both) {
				t.Errorf("%s has %d signatures, want %d", relative, len(covers[set.Type]), len(both))
			}
			for _, sig := range covers[set.Type] {
				at := slices.IndexFunc(published, func(k rr.DNSKEY) bool { return k.KeyTag() == sig.KeyTag && k.IsSEP() == fromBundle })
				if at < 0 {
					t.Errorf("%s: signature by key %d", relative, sig.KeyTag)
					continue
				}
				if err := dnssec.Verify(&set, &sig, published[at]); err != nil {
					t.Errorf("%s: %v", relative, err)
				}
				if !fromBundle {
					made++
					if !sig.Inception.Equal(now.Add(-time.Hour)) || !sig.Expiration.Equal(now.Add(13*24*time.Hour)) {
						t.Errorf("%s: signature from %s to %s", relative, sig.Inception, sig.Expiration)
					}
				}
			}
		}
	}
	if seen != len(unsigned) {
		t.Errorf("%d RRsets that are not to be signed, want %d", seen, len(unsigned))
	}
	if made != stats.Signatures || signed.Records() != stats.Records || total != made+3*len(both) {
		t.Errorf("%d signatures made of %d, %d records; stated: %+v", made, total, signed.Records(), stats)
	}
}

func TestNSECRecordsOfEveryKindOfName(t *testing.T) {
	origin := name(t, "example.com.")
	signed, _ := mustSign(t, everything+occluded, origin, config(t, origin, dnssec.ED25519))
	got := nsecs(signed)
	want := map[string]string{
		"example.com.":             `\000zero.example.com. NS SOA MX TXT RRSIG NSEC DNSKEY ZONEMD CAA`,
		`\000zero.example.com.`:    `*.example.com. TXT RRSIG NSEC`,
		"*.example.com.":           `_sip._tcp.example.com. MX RRSIG NSEC`,
		"_sip._tcp.example.com.":   `a\.dot.example.com. SRV RRSIG NSEC`,
		`a\.dot.example.com.`:      `alias.example.com. TXT RRSIG NSEC`,
		"alias.example.com.":       `dn.example.com. CNAME RRSIG NSEC`,
		"dn.example.com.":          `deep.ent2.example.com. DNAME RRSIG NSEC`,
		"deep.ent2.example.com.":   `ent.deep.er.example.com. NS RRSIG NSEC`,
		"ent.deep.er.example.com.": `insecure.example.com. A RRSIG NSEC`,
		"insecure.example.com.":    `mail.example.com. NS RRSIG NSEC`,
		"mail.example.com.":        `ns1.example.com. A RRSIG NSEC`,
		"ns1.example.com.":         `secure.example.com. A AAAA RRSIG NSEC`,
		"secure.example.com.":      `self.example.com. NS DS RRSIG NSEC`,
		"self.example.com.":        `sub.example.com. NS RRSIG NSEC`,
		"sub.example.com.":         `upper.example.com. NS RRSIG NSEC`,
		"upper.example.com.":       `*.wild.example.com. PTR RRSIG NSEC`,
		"*.wild.example.com.":      `a.*.wild.example.com. TXT RRSIG NSEC`,
		"a.*.wild.example.com.":    `www.example.com. TXT RRSIG NSEC`,
		"www.example.com.":         `example.com. A RRSIG NSEC TYPE65280`,
	}
	for owner, rdata := range want {
		if got[owner] != rdata {
			t.Errorf("%s NSEC %s, want %s", owner, got[owner], rdata)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d NSEC records, want %d", len(got), len(want))
	}
	soa, _ := signed.SOA()
	if set, _ := signed.Node(0).Lookup(rr.TypeNSEC); set.TTL != 1800 || soa.TTL != 86400 {
		t.Errorf("NSEC TTL %d, want 1800, the SOA minimum", set.TTL)
	}
}

// TestZONEMDDigestsAllButItself recomputes the digest with records that
// miekg/dns packs.
func TestZONEMDDigestsAllButItself(t *testing.T) {
	origin := name(t, "example.com.")
	signed, stats := mustSign(t, everything+occluded, origin, config(t, origin, dnssec.ED25519))
	type record struct {
		owner rr.Name
		typ   uint16
		rdata string
		wire  []byte
	}
	var records []record
	parser := dns.NewZoneParser(bytes.NewReader(signed.Append(nil)), "", "")
	for r, ok := parser.Next(); ok; r, ok = parser.Next() {
		sig, isSig := r.(*dns.RRSIG)
		if r.Header().Rrtype == dns.TypeZONEMD || isSig && sig.TypeCovered == dns.TypeZONEMD {
			continue
		}
		wire := make([]byte, 4096)
		n, err := dns.PackRR(r, wire, 0, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		owner, used, err := rr.UnpackName(wire)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record{owner, r.Header().Rrtype, string(wire[used+10 : n]), wire[:n]})
	}
	if err := parser.Err(); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(records, func(a, b record) int {
		if c := rr.Compare(a.owner, b.owner); c != 0 {
			return c
		}
		if c := cmp.Compare(a.typ, b.typ); c != 0 {
			return c
		}
		return cmp.Compare(a.rdata, b.rdata)
	})
	digest := sha512.New384()
	for _, r := range records {
		digest.Write(r.wire)
	}
	set, _ := signed.Node(0).Lookup(rr.TypeZONEMD)
	zonemd, err := rr.ParseZONEMD(set.Data[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != signed.Records()-2 || !bytes.Equal(zonemd.Digest, digest.Sum(nil)) {
		t.Errorf("ZONEMD digest %x over %d records, want %x over %d", zonemd.Digest, signed.Records()-2, digest.Sum(nil), len(records))
	}
	if zonemd.Serial != stats.Serial || zonemd.Scheme != 1 || zonemd.Hash != 1 || set.TTL != 86400 {
		t.Errorf("ZONEMD %+v with TTL %d", zonemd, set.TTL)
	}
}

func TestSignWithoutZONEMD(t *testing.T) {
	origin := name(t, "example.com.")
	c := config(t, origin, dnssec.ED25519)
	c.ZONEMD = false
	signed, _ := mustSign(t, everything, origin, c)
	if signed.Node(0).Has(rr.TypeZONEMD) || strings.Contains(nsecs(signed)["example.com."], "ZONEMD") {
		t.Error("a ZONEMD record that was not asked for")
	}
	accepts(t, signed, "dnssec-verify", "kzonecheck")
}

// delegations is an unsigned zone with so many delegations that signing has
// many batches.
func delegations(t testing.TB, n int) []byte {
	t.Helper()
	return rootlike.Zone(rootlike.Options{Shape: rootlike.TLD, Origin: "example.com.", Delegations: n})
}

func TestSignedZoneDoesNotDependOnWorkers(t *testing.T) {
	origin := name(t, "example.com.")
	text := []byte(everything + occluded)
	for i := range 700 {
		// Some delegations with glue, some names of their own.
		label := string([]byte{'z', 'a' + byte(i%26), 'a' + byte(i/26)})
		text = append(text, label+" NS ns."+label+"\nns."+label+" A 192.0.2.1\n"+label+"x TXT x\n"...)
	}
	for _, algorithm := range []uint8{dnssec.ED25519, dnssec.ECDSAP256SHA256} {
		var want []byte
		for _, workers := range []int{1, 2, 8, 0} {
			c := config(t, origin, algorithm)
			c.Workers = workers
			signed, _ := mustSign(t, string(text), origin, c)
			got := signed.Append(nil)
			if want == nil {
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: with %d workers the signed zone differs", dnssec.AlgorithmName(algorithm), workers)
			}
		}
	}
}

func TestSigningASignedZoneStartsAnew(t *testing.T) {
	origin := name(t, "example.com.")
	c := config(t, origin, dnssec.ED25519)
	once, _ := mustSign(t, everything, origin, c)
	before := once.Append(nil)
	twice, stats, err := zonesign.Sign(once, c)
	if err != nil {
		t.Fatal(err)
	}
	if !twice.Equal(once) {
		t.Error("signing a signed zone gives another zone than signing the unsigned one")
	}
	if want := stats.Signatures + stats.NSECs + 2 + 1 + 1; stats.Stripped != want {
		t.Errorf("%d records stripped, want %d", stats.Stripped, want)
	}
	if !bytes.Equal(once.Append(nil), before) {
		t.Error("signing changed its input")
	}
}

func TestSerialOfSignedZone(t *testing.T) {
	origin := name(t, "example.com.")
	c := config(t, origin, dnssec.ED25519)
	last := uint32(2026010100)
	c.Serial, c.LastSerial = zonesign.Increment, &last
	signed, stats := mustSign(t, everything, origin, c)
	if soa, err := signed.SOA(); err != nil || soa.Serial != last+1 || stats.Serial != last+1 {
		t.Errorf("serial %d, stated %d, %v; want %d", soa.Serial, stats.Serial, err, last+1)
	}
	c.Serial = zonesign.Keep
	if _, _, err := zonesign.Sign(parse(t, []byte(everything), origin), c); err == nil {
		t.Error("a serial that was published before was kept")
	}
}

func TestSignRefuses(t *testing.T) {
	origin := name(t, "example.com.")
	rsa, ed := keys(dnssec.RSASHA256), keys(dnssec.ED25519)
	set := func(ttl uint32, signers ...*signer) rr.Set {
		var published []rr.DNSKEY
		for _, s := range signers {
			published = append(published, s.key)
		}
		return *dnssec.KeySet(origin, ttl, published)
	}
	for _, test := range []struct {
		name, want string
		change     func(*zonesign.Config)
	}{
		{"no bundle", "no bundle", func(c *zonesign.Config) { c.Bundle = zonesign.Bundle{} }},
		{"no ZSK", "no ZSK", func(c *zonesign.Config) { c.ZSKs = nil }},
		{"ZSK not published", "not in the DNSKEY RRset", func(c *zonesign.Config) {
			c.ZSKs = []zonesign.ActiveKey{{Key: rsa.zsk.key, Signer: rsa.zsk}}
		}},
		{"ZSK published with other flags", "not in the DNSKEY RRset", func(c *zonesign.Config) { c.ZSKs[0].Key.Flags |= rr.FlagSEP }},
		{"ZSK revoked", "revoked", func(c *zonesign.Config) { c.ZSKs[0].Key = c.ZSKs[0].Key.Revoked() }},
		{"ZSK without signer", "no signer", func(c *zonesign.Config) { c.ZSKs[0].Signer = nil }},
		{"signer with another key", "another key", func(c *zonesign.Config) { c.ZSKs[0].Signer = ed.ksk }},
		{"ZSK twice", "twice", func(c *zonesign.Config) { c.ZSKs = append(c.ZSKs, c.ZSKs[0]) }},
		{"bundle expired", "valid from", func(c *zonesign.Config) { c.Now = now.Add(20 * 24 * time.Hour) }},
		{"bundle not yet valid", "valid from", func(c *zonesign.Config) { c.Now = now.Add(-time.Hour - time.Second) }},
		{"algorithm without ZSK", "no ZSK signs with it", func(c *zonesign.Config) {
			c.Bundle.DNSKEY = signedSet(t, set(bundleTTL, ed.zsk, ed.ksk, rsa.ksk), ed.ksk, rsa.ksk)
		}},
		{"algorithm without KSK signature", "no signature of RSASHA256", func(c *zonesign.Config) {
			c.Bundle.DNSKEY = signedSet(t, set(bundleTTL, ed.zsk, ed.ksk, rsa.zsk), ed.ksk)
			c.ZSKs = append(c.ZSKs, zonesign.ActiveKey{Key: rsa.zsk.key, Signer: rsa.zsk})
		}},
		{"bundle signature corrupt", "does not verify", func(c *zonesign.Config) {
			sig := &c.Bundle.DNSKEY.Signatures[0]
			sig.Signature = slices.Clone(sig.Signature)
			sig.Signature[5] ^= 1
		}},
		{"bundle signature by an unknown key", "no such key", func(c *zonesign.Config) {
			c.Bundle.DNSKEY = signedSet(t, set(bundleTTL, ed.zsk, ed.ksk), ed.ksk, rsa.ksk)
		}},
		{"bundle without signature", "without a signature", func(c *zonesign.Config) { c.Bundle.DNSKEY.Signatures = nil }},
		{"bundle of another zone", "RRset of example.org.", func(c *zonesign.Config) { c.Bundle.DNSKEY.Set.Owner = name(t, "example.org.") }},
		{"bundle with another TTL", "original TTL", func(c *zonesign.Config) { c.Bundle.DNSKEY.Set.TTL++ }},
		{"CDS without signature", "without a signature", func(c *zonesign.Config) {
			c.Bundle.CDS.Set = rr.Set{Owner: origin, Type: rr.TypeCDS, TTL: 1, Data: [][]byte{{0, 0, 0, 0, 0}}}
		}},
		{"wrong type in place", "in place of CDS", func(c *zonesign.Config) { c.Bundle.CDS = c.Bundle.DNSKEY }},
		{"no validity", "validity", func(c *zonesign.Config) { c.Validity = 0 }},
		{"inception in the future", "inception offset", func(c *zonesign.Config) { c.InceptionOffset = -time.Second }},
		{"expiration after 2106", "1970 and 2106", func(c *zonesign.Config) { c.Validity = 90 * 365 * 24 * time.Hour }},
		{"unknown denial", "denial", func(c *zonesign.Config) { c.Denial = 9 }},
		{"TTL above the limit", "above the limit of 86399", func(c *zonesign.Config) {
			c.MaxTTL = 86399
			c.Bundle.DNSKEY = signedSet(t, set(3600, ed.zsk, ed.ksk), ed.ksk)
		}},
		{"TTL of the bundle above the limit", "above the limit of 86400", func(c *zonesign.Config) { c.MaxTTL = 86400 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := config(t, origin, dnssec.ED25519)
			test.change(&c)
			signed, _, err := zonesign.Sign(parse(t, []byte(everything), origin), c)
			if err == nil || signed != nil {
				t.Fatal("signed, want an error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q, want one with %q", err, test.want)
			}
		})
	}
}

func TestSignFailsWhenTheSignerDoes(t *testing.T) {
	origin := name(t, "example.com.")
	z := parse(t, delegations(t, 500), origin)
	c := config(t, origin, dnssec.ED25519)
	good := c.ZSKs[0].Signer
	batches := 0
	for ; ; batches++ {
		failed := false
		synctest.Test(t, func(t *testing.T) { // which fails when a worker is left behind
			c.ZSKs[0].Signer = &failingSigner{Signer: good, left: batches}
			c.Workers = 3
			signed, _, err := zonesign.Sign(z, c)
			if err != nil && (!errors.Is(err, errToken) || signed != nil) {
				t.Fatalf("error %v, want that of the signer", err)
			}
			failed = err != nil
		})
		if !failed {
			break
		}
	}
	if batches < 5 {
		t.Errorf("%d batches, want many", batches)
	}
}

// oddSigner changes what a good signer returns.
type oddSigner struct {
	dnssec.Signer
	change func(signatures [][]byte)
}

func (s oddSigner) SignBatch(inputs, signatures [][]byte) error {
	err := s.Signer.SignBatch(inputs, signatures)
	s.change(signatures)
	return err
}

func TestSignRefusesSignaturesOfWrongLength(t *testing.T) {
	origin := name(t, "example.com.")
	for _, n := range []int{0, 63, 65} {
		for _, last := range []bool{false, true} {
			c := config(t, origin, dnssec.ED25519)
			c.ZSKs[0].Signer = oddSigner{c.ZSKs[0].Signer, func(signatures [][]byte) {
				if last == (len(signatures) == 1) { // ZONEMD is signed alone
					signatures[0] = make([]byte, n)
				}
			}}
			if _, _, err := zonesign.Sign(parse(t, []byte(everything), origin), c); err == nil {
				t.Errorf("a signature of %d octets was taken (the last one: %v)", n, last)
			}
		}
	}
}

func TestSignTakesSignaturesFromTheSignersOwnMemory(t *testing.T) {
	origin := name(t, "example.com.")
	c := config(t, origin, dnssec.ED25519)
	want, _ := mustSign(t, everything, origin, c)
	c.ZSKs[0].Signer = oddSigner{c.ZSKs[0].Signer, func(signatures [][]byte) {
		for i := range signatures {
			signatures[i] = bytes.Clone(signatures[i])
		}
	}}
	if got, _ := mustSign(t, everything, origin, c); !got.Equal(want) {
		t.Error("the signed zone differs")
	}
}
