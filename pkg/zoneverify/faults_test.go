package zoneverify_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
	"countersign/pkg/trustanchor"
	"countersign/pkg/zone"
	"countersign/pkg/zoneverify"
)

// fault is one thing wrong with an otherwise healthy zone.
type fault struct {
	name string
	want []string // the checks that must fail, and no others
	text string   // in one of the findings

	algorithm uint8  // 0: any will do
	on        string // "NSEC", "NSEC3" or "NSEC3 opt-out": only there; "": everywhere

	plain   func(*model)                     // before the chain is made
	chained func(*model)                     // before the signatures are made
	signed  func(*model)                     // after
	config  func(*model, *zoneverify.Config) // what it is judged by
}

func only(checks ...string) []string { return checks }

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

var (
	mail     = name("mail.example.")
	secure   = name("secure.example.")
	insecure = name("insecure.example.")
	wild     = name("*.wild.example.")
)

// stranger is a key pair that is not in the zone.
func stranger(algorithm uint8, flags uint16) *testKey {
	role := "strange zsk"
	if flags == 257 {
		role = "strange ksk"
	}
	return testKeyOf(role, algorithm, flags)
}

// impostor signs with a private key of its own under the tag of k.
func (m *model) impostor(owner rr.Name, t rr.Type, k *testKey) {
	sig := m.resign(owner, t, stranger(m.algorithm, 256))
	sig.KeyTag = k.KeyTag()
}

// nsecOf is the denial record of a name.
func (m *model) nsecOf(owner rr.Name) (rr.Name, rr.Type) {
	if m.nsec3 {
		return m.hashOwner(owner), rr.TypeNSEC3
	}
	return owner, rr.TypeNSEC
}

// editDenial unpacks, edits and packs the denial record of a name.
func (m *model) editDenial(owner rr.Name, edit func(types []uint16) []uint16) {
	at, t := m.nsecOf(owner)
	s := m.sets[at][t]
	types := bitmapOf(t, s.data[0])
	head := s.data[0][:len(s.data[0])-len(types)]
	parsed, err := rr.ParseTypeBitmap(nil, types)
	if err != nil {
		panic(err)
	}
	var plain []uint16
	for _, t := range parsed {
		plain = append(plain, uint16(t))
	}
	plain = edit(plain)
	slices.Sort(plain)
	packed := rdata(&dns.NSEC{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeNSEC, Class: 1}, NextDomain: ".", TypeBitMap: plain})
	s.data[0] = append(slices.Clone(head), packed[1:]...)
}

func bitmapOf(t rr.Type, data []byte) []byte {
	if t == rr.TypeNSEC {
		_, n, err := rr.UnpackName(data)
		if err != nil {
			panic(err)
		}
		return data[n:]
	}
	salt := int(data[4])
	return data[5+salt+1+int(data[5+salt]):]
}

// collidingKeys are two P-256 keys with one tag.
func collidingKeys() (a, b *testKey) {
	seen := make(map[uint16]*testKey)
	for {
		k := newKey(13, 256)
		if other, ok := seen[k.KeyTag()]; ok {
			return other, k
		}
		seen[k.KeyTag()] = k
	}
}

// collidesWhenRevoked is a key with the tag that k gets when it is revoked.
func collidesWhenRevoked(k *testKey) *testKey {
	out := &testKey{DNSKEY: k.DNSKEY}
	// Ed25519 takes any octets: move what the flag adds into the key itself.
	record := k.record()
	public := slices.Clone(record.PublicKey)
	for i := 0; i+1 < len(public); i += 2 {
		word := binary.BigEndian.Uint16(public[i:])
		if uint32(word)+uint32(rr.FlagRevoke) > 0xffff {
			continue
		}
		binary.BigEndian.PutUint16(public[i:], word+rr.FlagRevoke)
		record.PublicKey = public
		if record.KeyTag() == k.revoked().KeyTag() {
			break
		}
		binary.BigEndian.PutUint16(public[i:], word)
	}
	parsed, _, err := dns.UnpackRR(append([]byte("\x07example\x00\x00\x30\x00\x01\x00\x00\x0e\x10\x00"), append([]byte{byte(4 + len(public))}, record.Append(nil)...)...), 0)
	if err != nil {
		panic(err)
	}
	out.DNSKEY = *parsed.(*dns.DNSKEY)
	return out
}

// published makes a version with the serial before, out of another model.
func published(t testing.TB, m *model, spoil func(*model)) *zone.Zone {
	old := newModel(m.algorithm)
	old.nsec3, old.optOut, old.keys = m.nsec3, m.optOut, m.keys
	setSerial(old, serial-1)
	if spoil != nil {
		spoil(old)
	}
	return old.finish(t)
}

func setSerial(m *model, serial uint32) {
	data := m.sets[origin][rr.TypeSOA].data[0]
	binary.BigEndian.PutUint32(data[len(data)-20:], serial)
}

// delegate adds n delegations, every other one secure.
func delegate(m *model, n int) {
	for i := range n {
		label := "d" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		m.addText(label + " NS ns.elsewhere.test.")
		if i%2 == 0 {
			m.addText(label + " DS 4711 13 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D")
		}
	}
}

var faults = []fault{
	{name: "signature expired", want: only("ZONE-RRSIG-TIME"), text: "expired at", signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs = nil
		m.signFor(mail, rr.TypeA, m.zsk, begun.Add(-hours(48)), at)
	}},
	{name: "signature in the future", want: only("ZONE-RRSIG-TIME"), text: "not valid before", signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs = nil
		m.signFor(mail, rr.TypeA, m.zsk, at.Add(time.Second), ends)
	}},
	{name: "signature within the skew", want: only("ZONE-RRSIG-TIME"), text: "not valid before", signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs = nil
		m.signFor(mail, rr.TypeA, m.zsk, at.Add(-29*time.Minute), ends)
	}},
	{name: "signature corrupt", want: only("ZONE-RRSIG-VALID"), text: "mail.example. A: the signature by key", signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs[0].Signature[17] ^= 1
	}},
	{name: "signature cut", want: only("ZONE-RRSIG-VALID"), signed: func(m *model) {
		sig := &m.sets[mail][rr.TypeA].sigs[0]
		sig.Signature = sig.Signature[:len(sig.Signature)-1]
	}},
	{name: "data changed after signing", want: only("ZONE-RRSIG-VALID"), signed: func(m *model) {
		m.sets[mail][rr.TypeA].data[0][3]++
	}},
	{name: "signature missing", want: only("ZONE-RRSIG-MISSING"), text: "mail.example. A: not signed", signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs = nil
	}},
	{name: "SOA not signed", want: only("ZONE-RRSIG-MISSING"), signed: func(m *model) {
		m.sets[origin][rr.TypeSOA].sigs = nil
	}},
	{name: "denial not signed", want: only("ZONE-RRSIG-MISSING"), signed: func(m *model) {
		owner, t := m.nsecOf(secure)
		m.sets[owner][t].sigs = nil
	}},
	{name: "DS not signed", want: only("ZONE-RRSIG-MISSING"), text: "secure.example. DS", signed: func(m *model) {
		m.sets[secure][rr.TypeDS].sigs = nil
	}},
	{name: "unknown key", want: only("ZONE-RRSIG-KEY"), text: "not in the DNSKEY RRset", signed: func(m *model) {
		m.resign(mail, rr.TypeA, stranger(m.algorithm, 256))
	}},
	{name: "right tag, wrong key", want: only("ZONE-RRSIG-VALID"), signed: func(m *model) {
		m.impostor(mail, rr.TypeA, m.zsk)
	}},
	{name: "key that the plan does not have sign", want: only("ZONE-RRSIG-KEY"), text: "not meant to sign", plain: func(m *model) {
		m.keys = append(m.keys, stranger(m.algorithm, 256))
	}, signed: func(m *model) {
		m.resign(mail, rr.TypeA, stranger(m.algorithm, 256))
	}, config: func(m *model, c *zoneverify.Config) { c.Signers = []rr.DNSKEY{m.zsk.record()} }},
	{name: "DNSKEY signed by the ZSK only", want: only("ZONE-DNSKEY-SIGNED", "ZONE-TRUST-ANCHOR"), text: "no KSK signs", signed: func(m *model) {
		m.resign(origin, rr.TypeDNSKEY, m.zsk)
	}},
	{name: "DNSKEY not signed", want: only("ZONE-RRSIG-MISSING", "ZONE-TRUST-ANCHOR"), signed: func(m *model) {
		m.sets[origin][rr.TypeDNSKEY].sigs = nil
	}},
	{name: "DNSKEY signature expired", want: only("ZONE-RRSIG-TIME"), text: "example. DNSKEY", signed: func(m *model) {
		m.sets[origin][rr.TypeDNSKEY].sigs = nil
		m.signFor(origin, rr.TypeDNSKEY, m.ksk, begun.Add(-hours(240)), at.Add(-1))
	}},
	{name: "ZSK missing", want: only("ZONE-RRSIG-KEY"), plain: func(m *model) { m.keys = m.keys[:1] }},
	{name: "KSK missing", want: only("ZONE-DNSKEY-SIGNED", "ZONE-RRSIG-KEY", "ZONE-TRUST-ANCHOR"), plain: func(m *model) { m.keys = m.keys[1:] }},
	{name: "gap in the chain", want: only("ZONE-DENIAL-CHAIN"), signed: func(m *model) {
		m.remove(m.nsecOf(mail))
	}},
	{name: "wrong next name", want: only("ZONE-DENIAL-CHAIN"), text: "the next name is", on: "NSEC", chained: func(m *model) {
		s := m.sets[mail][rr.TypeNSEC]
		_, n, _ := rr.UnpackName(s.data[0])
		s.data[0] = append([]byte(name("ns1x.example.")), s.data[0][n:]...)
	}},
	{name: "wrong next hash", want: only("ZONE-DENIAL-CHAIN"), text: "the next hash is", on: "NSEC3", chained: func(m *model) {
		m.sets[m.hashOwner(mail)][rr.TypeNSEC3].data[0][10] ^= 1
	}},
	{name: "chain not closed", want: only("ZONE-DENIAL-CHAIN"), on: "NSEC", chained: func(m *model) {
		s := m.sets[wild][rr.TypeNSEC]
		_, n, _ := rr.UnpackName(s.data[0])
		s.data[0] = append([]byte(mail), s.data[0][n:]...)
	}},
	{name: "empty non-terminal without NSEC3", want: only("ZONE-DENIAL-CHAIN"), text: "b.ent.example.: no NSEC3", on: "NSEC3", signed: func(m *model) {
		m.unchain(name("b.ent.example."))
	}},
	{name: "secure delegation left out by opt-out", want: only("ZONE-DENIAL-CHAIN"), text: "secure.example.", on: "NSEC3 opt-out", signed: func(m *model) {
		m.unchain(secure)
	}},
	{name: "insecure delegation left out without opt-out", want: only("ZONE-DENIAL-CHAIN"), text: "insecure.example.", on: "NSEC3", signed: func(m *model) {
		m.unchain(insecure)
	}},
	{name: "NSEC3 for no name", want: only("ZONE-DENIAL-CHAIN"), text: "no name of the zone", on: "NSEC3", signed: func(m *model) {
		m.remove(mail, rr.TypeA)
	}},
	{name: "both NSEC and NSEC3", want: only("ZONE-DENIAL-CHAIN", "ZONE-DENIAL-BITMAP"), text: "NSEC in a zone that has NSEC3", on: "NSEC3", chained: func(m *model) {
		m.add(&dns.NSEC{Hdr: dns.RR_Header{Name: "mail.example.", Rrtype: dns.TypeNSEC, Class: 1, Ttl: 600}, NextDomain: "ns1.example.", TypeBitMap: []uint16{1, 46, 47}})
	}},
	{name: "bitmap lacks a type (m12)", want: only("ZONE-DENIAL-BITMAP"), text: "want A AAAA RRSIG", chained: func(m *model) {
		m.editDenial(name("ns1.example."), func(types []uint16) []uint16 { return types[1:] })
	}},
	{name: "bitmap invents a type (m13)", want: only("ZONE-DENIAL-BITMAP"), chained: func(m *model) {
		m.editDenial(mail, func(types []uint16) []uint16 { return append(types, dns.TypeTXT) })
	}},
	{name: "bitmap of a delegation has its glue", want: only("ZONE-DENIAL-BITMAP"), chained: func(m *model) {
		m.editDenial(secure, func(types []uint16) []uint16 { return append(types, dns.TypeA) })
	}},
	{name: "bitmap of an empty non-terminal has a type", want: only("ZONE-DENIAL-BITMAP"), on: "NSEC3", chained: func(m *model) {
		m.editDenial(name("ent.example."), func(types []uint16) []uint16 { return append(types, dns.TypeA) })
	}},
	{name: "glue signed (m14)", want: only("ZONE-RRSIG-UNSIGNED"), text: "ns.secure.example. A: signed although", signed: func(m *model) {
		m.sign(name("ns.secure.example."), rr.TypeA, m.zsk)
	}},
	{name: "NS of a delegation signed (m15)", want: only("ZONE-RRSIG-UNSIGNED"), text: "secure.example. NS", signed: func(m *model) {
		m.sign(secure, rr.TypeNS, m.zsk)
	}},
	{name: "occluded name signed", want: only("ZONE-RRSIG-UNSIGNED"), plain: func(m *model) {
		m.addText("hidden.secure TXT x")
	}, signed: func(m *model) { m.sign(name("hidden.secure.example."), rr.TypeTXT, m.zsk) }},
	{name: "occluded name in the chain", want: only("ZONE-DENIAL-CHAIN"), text: "below a delegation", on: "NSEC", plain: func(m *model) {
		m.addText("hidden.secure TXT x")
	}, chained: func(m *model) {
		m.add(&dns.NSEC{Hdr: dns.RR_Header{Name: "hidden.secure.example.", Rrtype: dns.TypeNSEC, Class: 1, Ttl: 600}, NextDomain: "example.", TypeBitMap: []uint16{16, 46, 47}})
	}},
	{name: "original TTL below the TTL (m19)", want: only("ZONE-RRSIG-TTL"), text: "the original TTL of the signature", signed: func(m *model) {
		s := m.sets[mail][rr.TypeA]
		s.ttl, s.sigs[0].ttl = 7200, 7200
	}},
	{name: "TTL of the signature (m20)", want: only("ZONE-RRSIG-TTL"), text: "the TTL of the signature", signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs[0].ttl = 60
	}},
	{name: "CDS for no DNSKEY (m21)", want: only("ZONE-CDS"), text: "not in the DNSKEY RRset", plain: func(m *model) {
		m.cds(stranger(m.algorithm, 257))
	}},
	{name: "CDS with a wrong digest", want: only("ZONE-CDS"), text: "digest", plain: func(m *model) {
		m.cds(m.ksk)
		m.sets[origin][rr.TypeCDS].data[0][9] ^= 1
	}},
	{name: "CDS for a ZSK", want: only("ZONE-CDS"), text: "is no KSK", plain: func(m *model) { m.cds(m.zsk) }},
	{name: "CDNSKEY for no DNSKEY", want: only("ZONE-CDS"), plain: func(m *model) {
		s := m.set(origin, rr.TypeCDNSKEY)
		s.ttl, s.data = 3600, [][]byte{rdata(&stranger(m.algorithm, 257).DNSKEY)}
	}},
	{name: "CDS and CDNSKEY disagree", want: only("ZONE-CDS"), text: "but no CDNSKEY record", plain: func(m *model) {
		second := testKeyOf("second ksk", m.algorithm, 257)
		m.keys = append(m.keys, second)
		m.cds(m.ksk)
		m.cds(second)
		s := m.set(origin, rr.TypeCDNSKEY)
		s.ttl, s.data = 3600, [][]byte{rdata(&m.ksk.DNSKEY)}
	}},
	{name: "CDS for a KSK that does not sign", want: only("ZONE-CDS"), text: "would be bogus", plain: func(m *model) {
		second := testKeyOf("second ksk", m.algorithm, 257)
		m.keys = append(m.keys, second)
		m.cds(second)
	}},
	{name: "CDS signed by a ZSK", want: only("ZONE-CDS"), text: "by ZSKs only", plain: func(m *model) { m.cds(m.ksk) }, signed: func(m *model) {
		m.resign(origin, rr.TypeCDS, m.zsk)
	}},
	{name: "CDS asks for removal", want: only("ZONE-CDS"), text: "remove all DS", plain: func(m *model) { m.addText("@ CDS 0 0 0 00") }},
	{name: "two keys with one tag (m22)", want: only("ZONE-KEY-TAGS"), text: "two keys of algorithm 13 have the tag", algorithm: 13, plain: func(m *model) {
		a, b := collidingKeys()
		m.keys = append(m.keys, a, b)
	}},
	{name: "tag of a revoked form", want: only("ZONE-KEY-TAGS"), text: "when it is revoked", algorithm: 15, plain: func(m *model) {
		m.keys = append(m.keys, collidesWhenRevoked(m.ksk))
	}},
	{name: "ends within the hour (m23)", want: only("ZONE-RRSIG-REMAINING"), text: "want 48h0m0s", signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs = nil
		m.signFor(mail, rr.TypeA, m.zsk, begun, at.Add(hours(1)))
	}},
	{name: "ends within SOA expire (m24)", want: only("ZONE-RRSIG-REMAINING"), signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs = nil
		m.signFor(mail, rr.TypeA, m.zsk, begun, at.Add(hours(47)))
	}},
	{name: "valid for too long", want: only("ZONE-RRSIG-VALIDITY"), signed: func(m *model) {
		m.sets[mail][rr.TypeA].sigs = nil
		m.signFor(mail, rr.TypeA, m.zsk, begun, begun.Add(hours(14*24)+time.Second))
	}},
	{name: "revoked key does not sign (m25)", want: only("ZONE-REVOKED-SIGNED"), text: "is revoked and does not sign", plain: func(m *model) {
		m.keys = append(m.keys, testKeyOf("second ksk", m.algorithm, 257).revoked())
	}},
	{name: "revoked key signs data", want: only("ZONE-KEY-ROLE"), text: "which is revoked", plain: func(m *model) {
		m.keys = append(m.keys, testKeyOf("second ksk", m.algorithm, 257).revoked())
	}, signed: func(m *model) {
		revoked := testKeyOf("second ksk", m.algorithm, 257).revoked()
		m.sign(origin, rr.TypeDNSKEY, revoked)
		m.resign(mail, rr.TypeA, revoked)
	}},
	{name: "KSK signs data", want: only("ZONE-KEY-ROLE"), text: "which is a KSK", signed: func(m *model) {
		m.resign(mail, rr.TypeA, m.ksk)
	}},
	{name: "algorithm that signs nothing (m26)", want: only("ZONE-ALGORITHMS"), text: "signs none of the", algorithm: 13, plain: func(m *model) {
		m.keys = append(m.keys, testKeyOf("zsk", 15, 256))
	}},
	{name: "algorithm that signs all but one", want: only("ZONE-ALGORITHMS"), text: "mail.example. A: no signature of algorithm ED25519", algorithm: 13, plain: func(m *model) {
		m.keys = append(m.keys, testKeyOf("zsk", 15, 256))
	}, signed: func(m *model) {
		for owner, sets := range m.sets {
			for t, s := range sets {
				if len(s.sigs) > 0 && (owner != mail || t != rr.TypeA) {
					m.sign(owner, t, testKeyOf("zsk", 15, 256))
				}
			}
		}
	}},
	{name: "trust anchor of an algorithm that signs nothing", want: only("ZONE-ALGORITHMS"), algorithm: 13, config: func(m *model, c *zoneverify.Config) {
		anchor, err := trustanchor.NewAnchor(origin, "", testKeyOf("ksk", 15, 257).record(), time.Time{}, time.Time{})
		if err != nil {
			panic(err)
		}
		c.Anchors.Anchors = append(c.Anchors.Anchors, anchor)
	}},
	{name: "rogue KSK (m27)", want: only("ZONE-TRUST-ANCHOR"), text: "no key matches a trust anchor", plain: func(m *model) {
		m.ksk = stranger(m.algorithm, 257)
		m.keys[0] = m.ksk
	}},
	{name: "anchored KSK does not sign", want: only("ZONE-TRUST-ANCHOR"), text: "does not sign the DNSKEY RRset", plain: func(m *model) {
		m.keys = append(m.keys, stranger(m.algorithm, 257))
	}, signed: func(m *model) { m.resign(origin, rr.TypeDNSKEY, stranger(m.algorithm, 257)) }},
	{name: "anchor has ended", want: only("ZONE-TRUST-ANCHOR"), text: "is not valid at", config: func(m *model, c *zoneverify.Config) {
		c.Anchors.Anchors[0].ValidUntil = at
	}},
	{name: "bogus extra signature (m28)", want: only("ZONE-RRSIG-EXTRA"), text: "beside a good one", signed: func(m *model) {
		m.sign(mail, rr.TypeA, m.zsk).Signature[3] ^= 0x40
	}},
	{name: "two signatures by one key", want: only("ZONE-RRSIG-EXTRA"), text: "two signatures by key", signed: func(m *model) {
		m.signFor(mail, rr.TypeA, m.zsk, begun, ends.Add(-time.Second))
	}},
	{name: "signature over nothing", want: only("ZONE-RRSIG-EXTRA"), text: "mail.example. TXT: a signature over an RRset that does not exist", signed: func(m *model) {
		sig := m.sets[mail][rr.TypeA].sigs[0]
		sig.TypeCovered = rr.TypeTXT
		m.sets[mail][rr.TypeA].sigs = append(m.sets[mail][rr.TypeA].sigs, sig)
	}},
	{name: "wildcard with the wrong labels field (m29)", want: only("ZONE-RRSIG-LABELS"), text: "*.wild.example. TXT: the labels field", algorithm: 15, signed: func(m *model) {
		m.craft(wild, rr.TypeTXT, m.zsk, func(sig *rr.RRSIG) { sig.Labels++ })
	}},
	{name: "labels field too small", want: only("ZONE-RRSIG-LABELS"), algorithm: 15, signed: func(m *model) {
		m.craft(mail, rr.TypeA, m.zsk, func(sig *rr.RRSIG) { sig.Labels-- })
	}},
	{name: "wrong signer", want: only("ZONE-RRSIG-SIGNER"), algorithm: 15, signed: func(m *model) {
		m.craft(mail, rr.TypeA, m.zsk, func(sig *rr.RRSIG) { sig.SignerName = name("test.") })
	}},
	{name: "begins after it ends", want: only("ZONE-RRSIG-TIME"), algorithm: 15, signed: func(m *model) {
		m.craft(mail, rr.TypeA, m.zsk, func(sig *rr.RRSIG) { sig.Inception, sig.Expiration = sig.Expiration, sig.Inception })
	}},
	{name: "serial backwards (m30)", want: only("ZONE-SERIAL"), text: "went from", config: func(m *model, c *zoneverify.Config) {
		c.Published = withSerial(m, serial+1)
	}},
	{name: "serial the same", want: only("ZONE-SERIAL"), config: func(m *model, c *zoneverify.Config) {
		c.Published = withSerial(m, serial)
	}},
	{name: "serial backwards around zero", want: only("ZONE-SERIAL"), config: func(m *model, c *zoneverify.Config) {
		c.Published = withSerial(m, (serial+1<<31)&0xffffffff)
	}},
	{name: "serial jumps", want: only("ZONE-SERIAL-STEP"), config: func(m *model, c *zoneverify.Config) {
		c.Published = withSerial(m, serial-1001)
	}},
	{name: "published version of another zone", want: only("ZONE-SERIAL"), config: func(m *model, c *zoneverify.Config) {
		b := zone.NewBuilder(rr.Root)
		soa := rr.SOA{MName: rr.Root, RName: rr.Root, Serial: 1}
		if err := b.Add(rr.Root, rr.TypeSOA, 60, soa.Append(nil)); err != nil {
			panic(err)
		}
		if err := b.Add(rr.Root, rr.TypeNS, 60, []byte(name("a."))); err != nil {
			panic(err)
		}
		z, _, err := b.Build()
		if err != nil {
			panic(err)
		}
		c.Published = z
	}},
	{name: "insecure delegations gone (m31)", want: only("ZONE-CHANGE-SIZE"), text: "delegations were removed", config: func(m *model, c *zoneverify.Config) {
		c.Published = publishedWith(m, func(old *model) {
			delegate(old, 40)
			for owner := range old.sets {
				if owner != secure {
					old.remove(owner, rr.TypeDS)
				}
			}
		})
	}},
	{name: "90 % of delegations gone (m31)", want: only("ZONE-CHANGE-SIZE", "ZONE-DS-LOSS"), text: "20 delegations are no longer secure of 21 published", config: func(m *model, c *zoneverify.Config) {
		c.Published = publishedWith(m, func(old *model) { delegate(old, 40) })
	}},
	{name: "delegations appear", want: only("ZONE-CHANGE-SIZE"), text: "delegations were added", plain: func(m *model) { delegate(m, 2) }},
	{name: "names gone", want: only("ZONE-CHANGE-SIZE"), text: "names were removed", config: func(m *model, c *zoneverify.Config) {
		c.Published = publishedWith(m, func(old *model) { old.addText("p A 192.0.2.9"); old.addText("q A 192.0.2.9") })
	}},
	{name: "glue gone", want: only("ZONE-CHANGE-SIZE"), text: "names with glue were removed", config: func(m *model, c *zoneverify.Config) {
		c.Published = publishedWith(m, func(old *model) {
			old.addText("x.secure A 192.0.2.9")
			old.addText("y.secure A 192.0.2.9")
		})
	}},
	{name: "DS altered", want: only("ZONE-CHANGE-SIZE"), text: "DS RRsets were added or altered", config: func(m *model, c *zoneverify.Config) {
		c.Published = publishedWith(m, func(old *model) { old.sets[secure][rr.TypeDS].data[0][7]++ })
	}},
	{name: "DS lost", want: only("ZONE-DS-LOSS"), plain: func(m *model) { m.remove(secure, rr.TypeDS) }},
	{name: "apex NS differs", want: only("ZONE-APEX-NS"), config: func(m *model, c *zoneverify.Config) {
		c.Published = publishedWith(m, func(old *model) { old.addText("@ NS ns3.elsewhere.test.") })
	}},
	{name: "key set not that of the bundle", want: only("ZONE-DNSKEY-BUNDLE", "ZONE-KEY-CHANGE"), text: "which the SKR does not foresee", config: func(m *model, c *zoneverify.Config) {
		c.SKR = m.skr()
		c.SKR.Bundles[1].Keys = c.SKR.Bundles[1].Keys[:1]
		c.Published = publishedWith(m, func(old *model) { old.keys = append(slices.Clone(m.keys[:1]), stranger(m.algorithm, 256)) })
	}},
	{name: "key too many", want: only("ZONE-DNSKEY-BUNDLE"), text: "which the bundle in force has not", config: func(m *model, c *zoneverify.Config) {
		c.SKR = m.skr()
		c.SKR.Bundles[1].Keys = c.SKR.Bundles[1].Keys[:1]
	}},
	{name: "signature not from the bundle", want: only("ZONE-DNSKEY-BUNDLE"), text: "signature by key", config: func(m *model, c *zoneverify.Config) {
		c.SKR = m.skr()
		sig := &c.SKR.Bundles[1].Signatures[0]
		sig.Signature = append([]byte{1}, sig.Signature[1:]...)
	}},
	{name: "TTL not that of the bundle", want: only("ZONE-DNSKEY-BUNDLE"), text: "the TTL is 3600", config: func(m *model, c *zoneverify.Config) {
		c.SKR = m.skr()
		c.SKR.Bundles[1].Keys[0].TTL = 172800
	}},
	{name: "CDS missing that the bundle has", want: only("ZONE-DNSKEY-BUNDLE"), text: "example. CDS: missing", config: func(m *model, c *zoneverify.Config) {
		c.SKR = m.skr()
		c.SKR.Bundles[1].CDS = &rr.Set{Owner: origin, Type: rr.TypeCDS, TTL: 3600, Data: [][]byte{{1, 2, 3, 4, 5}}}
	}},
	{name: "no bundle in force", want: only("ZONE-DNSKEY-BUNDLE"), text: "no bundle of the SKR is in force", config: func(m *model, c *zoneverify.Config) {
		c.SKR = &ksr.Response{Zone: origin, Bundles: []ksr.Bundle{{Inception: begun, Expiration: at}}}
	}},
	{name: "SKR of another zone", want: only("ZONE-DNSKEY-BUNDLE"), text: "the SKR is for .", config: func(m *model, c *zoneverify.Config) {
		c.SKR = m.skr()
		c.SKR.Zone = rr.Root
	}},
	{name: "missing glue (m34)", want: only("ZONE-GLUE"), text: "secure.example. NS: no glue for ns.secure.example.", config: func(m *model, c *zoneverify.Config) { c.Published = nil }, plain: func(m *model) {
		m.remove(name("ns.secure.example."), rr.TypeA)
	}},
	{name: "CNAME and other data", want: only("ZONE-DATA"), text: "CNAME beside TXT", plain: func(m *model) { m.addText("alias TXT x") }},
	{name: "two CNAMEs", want: only("ZONE-DATA"), plain: func(m *model) { m.addText("alias CNAME mail") }},
	{name: "data below a DNAME", want: only("ZONE-DATA"), plain: func(m *model) { m.addText("x.dname A 192.0.2.1") }},
	{name: "DS without a delegation", want: only("ZONE-DATA"), text: "no delegation", plain: func(m *model) {
		m.addText("mail DS 4711 13 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D")
	}},
	{name: "no NS at the apex", want: only("ZONE-APEX"), plain: func(m *model) { m.remove(origin, rr.TypeNS) }, config: func(m *model, c *zoneverify.Config) { c.Published = nil }},
	{name: "apex NS without address", want: only("ZONE-APEX"), text: "no address for gone.example.", plain: func(m *model) { m.addText("@ NS gone") }, config: func(m *model, c *zoneverify.Config) { c.Published = nil }},
	{name: "TTL too large", want: only("ZONE-MAX-TTL"), plain: func(m *model) { m.sets[mail][rr.TypeA].ttl = 86401 }},
	{name: "negative TTL", want: only("ZONE-NEGATIVE-TTL"), text: "the TTL is 3600, want 600", chained: func(m *model) {
		owner, t := m.nsecOf(mail)
		m.sets[owner][t].ttl = 3600
	}},
	{name: "NSEC3 with other parameters", want: only("ZONE-NSEC3-PARAM"), text: "are not the zone's parameters", on: "NSEC3", chained: func(m *model) {
		m.sets[m.hashOwner(mail)][rr.TypeNSEC3].data[0][3]++
	}},
	{name: "additional iterations", want: only("ZONE-NSEC3-PARAM"), text: "1 additional iterations", on: "NSEC3", plain: func(m *model) { m.iterations = 1 }},
	{name: "salt", want: only("ZONE-NSEC3-PARAM"), text: "a salt of 2 octets", on: "NSEC3", plain: func(m *model) { m.salt = "BEEF" }},
	{name: "opt-out where it is not allowed", want: only("ZONE-NSEC3-PARAM"), text: "opt-out is not allowed", on: "NSEC3 opt-out", config: func(m *model, c *zoneverify.Config) { c.Limits.NSEC3.OptOut = false }},
	{name: "two sets of parameters", want: only("ZONE-NSEC3-PARAM"), on: "NSEC3", chained: func(m *model) {
		s := m.sets[origin][rr.TypeNSEC3PARAM]
		s.data = append(s.data, []byte{1, 0, 0, 0, 1, 0xab})
	}},
	{name: "no NSEC3PARAM", want: only("ZONE-NSEC3-PARAM", "ZONE-DENIAL-BITMAP"), on: "NSEC3", chained: func(m *model) { m.remove(origin, rr.TypeNSEC3PARAM) }},
	{name: "absurd iterations", want: only("ZONE-NSEC3-PARAM"), text: "65535 additional iterations", on: "NSEC3", chained: func(m *model) {
		binary.BigEndian.PutUint16(m.sets[origin][rr.TypeNSEC3PARAM].data[0][2:], 65535)
	}},
	{name: "key of an algorithm out of policy", want: only("ZONE-KEY-POLICY"), config: func(m *model, c *zoneverify.Config) {
		c.Limits.Algorithms = []zoneverify.KeyLimit{{Algorithm: 99}}
	}},
	{name: "RSA key too small", want: only("ZONE-KEY-POLICY"), text: "has 2048 bits", algorithm: 8, config: func(m *model, c *zoneverify.Config) { c.Limits.Algorithms[0].MinBits = 3072 }},
	{name: "RSA exponent", want: only("ZONE-KEY-POLICY"), text: "the exponent 65537", algorithm: 8, config: func(m *model, c *zoneverify.Config) { c.Limits.Algorithms[0].Exponents = []int{3} }},
	{name: "DNSKEY answer too large", want: only("ZONE-DNSKEY-SIZE"), config: func(m *model, c *zoneverify.Config) { c.Limits.MaxDNSKEYResponse = 200 }},
	{name: "malformed key", want: only("ZONE-KEY-FORM"), text: "want 64", algorithm: 13, plain: func(m *model) {
		bad := &testKey{DNSKEY: testKeyOf("zsk", 13, 256).DNSKEY}
		bad.PublicKey = "AAAA"
		m.keys = append(m.keys, bad)
	}},
	{name: "key that is no zone key", want: only("ZONE-KEY-FORM"), text: "no zone key", plain: func(m *model) {
		bad := &testKey{DNSKEY: stranger(m.algorithm, 256).DNSKEY}
		bad.Flags = 0
		m.keys = append(m.keys, bad)
	}},
	{name: "key of protocol 4", want: only("ZONE-KEY-FORM"), text: "protocol 4", plain: func(m *model) {
		bad := &testKey{DNSKEY: stranger(m.algorithm, 256).DNSKEY}
		bad.Protocol = 4
		m.keys = append(m.keys, bad)
	}},
	{name: "ZONEMD digest (m17)", want: only("ZONE-ZONEMD"), text: "the digest is", signed: func(m *model) {
		m.digest()
		m.sets[origin][rr.TypeZONEMD].data[0][20] ^= 1
		m.sign(origin, rr.TypeZONEMD, m.zsk)
	}},
	{name: "ZONEMD serial (m18)", want: only("ZONE-ZONEMD"), text: "the serial is", signed: func(m *model) {
		m.digest()
		m.sets[origin][rr.TypeZONEMD].data[0][3]++
		m.sign(origin, rr.TypeZONEMD, m.zsk)
	}},
	{name: "ZONEMD not signed", want: only("ZONE-RRSIG-MISSING"), text: "example. ZONEMD", signed: func(m *model) { m.digest() }},
	{name: "ZONEMD of an unknown scheme only", want: only("ZONE-ZONEMD"), text: "no record of a scheme", signed: func(m *model) {
		m.digest()
		m.sets[origin][rr.TypeZONEMD].data[0][4] = 240
		m.sign(origin, rr.TypeZONEMD, m.zsk)
	}},
	{name: "ZONEMD twice", want: only("ZONE-ZONEMD"), text: "two records of scheme 1 and hash 1", signed: func(m *model) {
		m.digest()
		s := m.sets[origin][rr.TypeZONEMD]
		other := slices.Clone(s.data[0])
		other[30]++
		s.data = append(s.data, other)
		m.sign(origin, rr.TypeZONEMD, m.zsk)
	}},
	{name: "ZONEMD missing", want: only("ZONE-ZONEMD"), text: "which the limits require", config: func(m *model, c *zoneverify.Config) { c.Limits.RequireZONEMD = true }},
}

// unchain takes a name out of an NSEC3 chain that is otherwise right.
func (m *model) unchain(owner rr.Name) {
	gone := m.hashOwner(owner)
	next := slices.Clone(m.sets[gone][rr.TypeNSEC3].data[0][6:26])
	m.remove(gone, rr.TypeNSEC3)
	hashes := slices.DeleteFunc(m.owners(), func(o rr.Name) bool { return !m.has(o, rr.TypeNSEC3) })
	before := hashes[len(hashes)-1]
	for _, o := range hashes {
		if rr.Compare(o, gone) < 0 {
			before = o
		}
	}
	copy(m.sets[before][rr.TypeNSEC3].data[0][6:26], next)
	m.resign(before, rr.TypeNSEC3, m.zsk)
}

func (m *model) cds(k *testKey) {
	ds, err := dnssec.NewDS(origin, k.record(), dnssec.DigestSHA256)
	if err != nil {
		panic(err)
	}
	s := m.set(origin, rr.TypeCDS)
	s.ttl, s.data = 3600, append(s.data, ds.Append(nil))
}

func withSerial(m *model, serial uint32) *zone.Zone {
	return publishedWith(m, func(old *model) { setSerial(old, serial) })
}

// publishedWith panics instead of failing a test: it runs in tables.
func publishedWith(m *model, spoil func(*model)) *zone.Zone {
	var failed testing.B
	return published(&failed, m, spoil)
}

func TestEachFaultFailsItsCheckAndNoOther(t *testing.T) {
	for _, f := range faults {
		for _, shape := range shapes {
			if f.on != "" && f.on != shape.name {
				continue
			}
			algorithm := f.algorithm
			if algorithm == 0 {
				algorithm = 15
			}
			t.Run(f.name+" "+shape.name, func(t *testing.T) {
				m := shape.model(algorithm)
				if strings.HasPrefix(f.name, "ZONEMD") && f.signed != nil {
					m.set(origin, rr.TypeZONEMD)
				}
				if f.plain != nil {
					f.plain(m)
				}
				m.chained, m.signed = f.chained, f.signed
				z := m.finish(t)
				c := zoneverify.Config{At: at, Anchors: m.anchors(), Limits: limits(), Published: published(t, shape.model(algorithm), nil)}
				if f.config != nil {
					f.config(m, &c)
				}
				expect(t, zoneverify.Verify(z, c), f.want, f.text)
			})
		}
	}
}

func expect(t *testing.T, r *zoneverify.Report, want []string, text string) {
	t.Helper()
	var failed []string
	for _, result := range r.Results {
		if result.Status == zoneverify.Failed {
			failed = append(failed, result.Name)
		}
	}
	slices.Sort(want)
	if sorted := slices.Sorted(slices.Values(failed)); !slices.Equal(sorted, want) {
		t.Errorf("failed %v, want %v", sorted, want)
	}
	found := false
	for _, finding := range r.Findings {
		found = found || strings.Contains(finding.String(), text)
	}
	if !found {
		t.Errorf("no finding has %q", text)
	}
	if t.Failed() {
		for _, finding := range r.Findings {
			t.Log(finding)
		}
	}
	if r.Err() == nil {
		t.Error("the verdict is good")
	}
}
