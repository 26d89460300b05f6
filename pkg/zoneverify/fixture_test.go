package zoneverify_test

import (
	"bytes"
	"crypto"
	"crypto/sha512"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"sync"
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

// The signer here is for tests only. It is made of miekg/dns, so that neither
// our signer nor our verifier is what the tests trust.

var (
	origin = name("example.")
	at     = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	begun  = at.Add(-time.Hour)
	ends   = begun.Add(13 * 24 * time.Hour)
)

const serial = 2026011500

// unsigned has a wildcard, empty non-terminals, glue, secure and insecure
// delegations, an alias, a DNAME, and a type above 255.
const unsigned = `
$ORIGIN example.
$TTL 3600
@ SOA ns1 host 2026011500 3600 600 86400 600
@ NS ns1
@ NS ns.elsewhere.test.
@ MX 10 mail
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
mail A 192.0.2.2
*.wild TXT "any"
a.b.ent TXT "below two empty non-terminals"
alias CNAME ns1
dname DNAME example.net.
odd TYPE1234 \# 3 abcdef
secure NS ns.secure
secure DS 4711 13 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
ns.secure A 192.0.2.3
insecure NS ns.insecure
insecure NS NS.Elsewhere.test.
ns.insecure AAAA 2001:db8::3
deep.optout NS ns.elsewhere.test.
far NS ns.elsewhere.test.
`

func name(text string) rr.Name {
	n, err := rr.ParseName(text)
	if err != nil {
		panic(err)
	}
	return n
}

// testKey is a key pair. dns.DNSKEY has the public half.
type testKey struct {
	dns.DNSKEY
	private crypto.Signer
}

func (k *testKey) record() rr.DNSKEY {
	key, err := rr.ParseDNSKEY(rdata(&k.DNSKEY))
	if err != nil {
		panic(err)
	}
	return key
}

// revoked is the key with the REVOKE flag.
func (k *testKey) revoked() *testKey {
	out := &testKey{DNSKEY: k.DNSKEY, private: k.private}
	out.Flags |= 128
	return out
}

var keyCache sync.Map

// testKeyOf is the key of a role; it is made once for all tests.
func testKeyOf(role string, algorithm uint8, flags uint16) *testKey {
	type id struct {
		role      string
		algorithm uint8
	}
	once, _ := keyCache.LoadOrStore(id{role, algorithm}, sync.OnceValue(func() *testKey { return newKey(algorithm, flags) }))
	return once.(func() *testKey)()
}

func newKey(algorithm uint8, flags uint16) *testKey {
	k := &testKey{DNSKEY: dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: origin.String(), Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: flags, Protocol: 3, Algorithm: algorithm,
	}}
	bits := map[uint8]int{8: 2048, 10: 2048, 13: 256, 14: 384, 15: 256}[algorithm]
	private, err := k.Generate(bits)
	if err != nil {
		panic(err)
	}
	k.private = private.(crypto.Signer)
	return k
}

// rdata is the canonical RDATA of a record.
func rdata(record dns.RR) []byte {
	buf := make([]byte, 4096)
	n, err := dns.PackRR(dns.Copy(record), buf, 0, nil, false)
	if err != nil {
		panic(err)
	}
	_, start, err := dns.UnpackDomainName(buf, 0)
	if err != nil {
		panic(err)
	}
	return slices.Clone(buf[start+10 : n])
}

// tset is an RRset with its signatures.
type tset struct {
	ttl  uint32
	data [][]byte
	sigs []tsig
}

type tsig struct {
	rr.RRSIG
	ttl uint32
}

// model is a zone that a test can spoil at any stage of its signing.
type model struct {
	sets map[rr.Name]map[rr.Type]*tset
	ksk  *testKey
	zsk  *testKey
	keys []*testKey // the DNSKEY RRset

	algorithm  uint8
	nsec3      bool
	optOut     bool
	iterations uint16
	salt       string
	zonemd     bool

	// chained and signed are called when the chain and the signatures were made.
	chained func(*model)
	signed  func(*model)
}

func newModel(algorithm uint8) *model {
	return newModelOf(algorithm, unsigned)
}

func newModelOf(algorithm uint8, text string) *model {
	m := &model{sets: make(map[rr.Name]map[rr.Type]*tset), algorithm: algorithm}
	m.ksk, m.zsk = testKeyOf("ksk", algorithm, 257), testKeyOf("zsk", algorithm, 256)
	m.keys = []*testKey{m.ksk, m.zsk}
	parser := dns.NewZoneParser(strings.NewReader(text), "", "")
	for record, ok := parser.Next(); ok; record, ok = parser.Next() {
		m.add(record)
	}
	if err := parser.Err(); err != nil {
		panic(err)
	}
	return m
}

func (m *model) add(record dns.RR) {
	h := record.Header()
	if ns, ok := record.(*dns.NS); ok {
		ns.Ns = strings.ToLower(ns.Ns) // canonical form: RFC 4034, Section 6.2
	}
	data := rdata(record)
	s := m.set(name(strings.ToLower(h.Name)), rr.Type(h.Rrtype))
	s.ttl = h.Ttl
	s.data = append(s.data, data)
}

// addText adds one record in presentation form.
func (m *model) addText(text string) {
	record, err := dns.NewRR("$ORIGIN example.\n$TTL 3600\n" + text)
	if err != nil {
		panic(err)
	}
	m.add(record)
}

// set is the RRset, made if need be.
func (m *model) set(owner rr.Name, t rr.Type) *tset {
	if m.sets[owner] == nil {
		m.sets[owner] = make(map[rr.Type]*tset)
	}
	if m.sets[owner][t] == nil {
		m.sets[owner][t] = &tset{}
	}
	return m.sets[owner][t]
}

func (m *model) remove(owner rr.Name, t rr.Type) {
	delete(m.sets[owner], t)
	if len(m.sets[owner]) == 0 {
		delete(m.sets, owner)
	}
}

func (m *model) owners() []rr.Name {
	return slices.SortedFunc(maps.Keys(m.sets), rr.Compare)
}

// covered says what is above owner: a delegation or a DNAME.
func (m *model) covered(owner rr.Name) bool {
	if m.has(owner, rr.TypeNSEC3) {
		return false
	}
	for above := owner.Parent(); len(above) >= len(origin); above = above.Parent() {
		if _, ok := m.sets[above][rr.TypeDNAME]; ok {
			return true
		}
		if _, ok := m.sets[above][rr.TypeNS]; ok && above != origin {
			return true
		}
	}
	return false
}

func (m *model) isCut(owner rr.Name) bool {
	_, ok := m.sets[owner][rr.TypeNS]
	return ok && owner != origin && !m.covered(owner)
}

func (m *model) has(owner rr.Name, t rr.Type) bool {
	_, ok := m.sets[owner][t]
	return ok
}

// types is the bitmap of an owner.
func (m *model) types(owner rr.Name) []uint16 {
	var types []uint16
	for t := range m.sets[owner] {
		if t == rr.TypeNSEC3 || m.isCut(owner) && t != rr.TypeNS && t != rr.TypeDS {
			continue
		}
		types = append(types, uint16(t))
	}
	if !m.isCut(owner) || m.has(owner, rr.TypeDS) || !m.nsec3 {
		types = append(types, uint16(rr.TypeRRSIG))
	}
	if !m.nsec3 {
		types = append(types, uint16(rr.TypeNSEC))
	}
	slices.Sort(types)
	return types
}

func (m *model) negativeTTL() uint32 { return 600 }

func (m *model) chainNSEC() {
	var names []rr.Name
	for _, owner := range m.owners() {
		if !m.covered(owner) {
			names = append(names, owner)
		}
	}
	for i, owner := range names {
		next := names[(i+1)%len(names)]
		m.add(&dns.NSEC{
			Hdr:        dns.RR_Header{Name: owner.String(), Rrtype: dns.TypeNSEC, Class: dns.ClassINET, Ttl: m.negativeTTL()},
			NextDomain: next.String(), TypeBitMap: m.types(owner),
		})
	}
}

func (m *model) chainNSEC3() {
	m.add(&dns.NSEC3PARAM{
		Hdr:  dns.RR_Header{Name: origin.String(), Rrtype: dns.TypeNSEC3PARAM, Class: dns.ClassINET},
		Hash: 1, Iterations: m.iterations, Salt: m.salt, SaltLength: uint8(len(m.salt) / 2),
	})
	types := make(map[rr.Name][]uint16)
	for _, owner := range m.owners() {
		if m.covered(owner) || m.optOut && m.isCut(owner) && !m.has(owner, rr.TypeDS) {
			continue
		}
		types[owner] = m.types(owner)
		for above := owner.Parent(); len(above) > len(origin); above = above.Parent() {
			if _, ok := types[above]; !ok && m.sets[above] == nil {
				types[above] = nil
			}
		}
	}
	byHash := make(map[string]rr.Name)
	for owner := range types {
		byHash[strings.ToLower(m.hash(owner))] = owner
	}
	hashes := slices.Sorted(maps.Keys(byHash))
	flags := uint8(0)
	if m.optOut {
		flags = 1
	}
	for i, hash := range hashes {
		m.add(&dns.NSEC3{
			Hdr:  dns.RR_Header{Name: hash + "." + origin.String(), Rrtype: dns.TypeNSEC3, Class: dns.ClassINET, Ttl: m.negativeTTL()},
			Hash: 1, Flags: flags, Iterations: m.iterations, Salt: m.salt, SaltLength: uint8(len(m.salt) / 2),
			HashLength: 20, NextDomain: strings.ToUpper(hashes[(i+1)%len(hashes)]), TypeBitMap: types[byHash[hash]],
		})
	}
}

func (m *model) hash(owner rr.Name) string {
	return dns.HashName(owner.String(), 1, m.iterations, m.salt)
}

// hashOwner is the owner of the NSEC3 record for a name.
func (m *model) hashOwner(owner rr.Name) rr.Name {
	return name(strings.ToLower(m.hash(owner)) + "." + origin.String())
}

// finish signs and builds the zone.
func (m *model) finish(t testing.TB) *zone.Zone {
	t.Helper()
	m.set(origin, rr.TypeDNSKEY)
	if m.zonemd {
		m.set(origin, rr.TypeZONEMD)
	}
	if m.nsec3 {
		m.chainNSEC3()
	} else {
		m.chainNSEC()
	}
	keys := m.set(origin, rr.TypeDNSKEY)
	keys.ttl = 3600
	for _, k := range m.keys {
		keys.data = append(keys.data, rdata(&k.DNSKEY))
	}
	if m.chained != nil {
		m.chained(m)
	}
	for _, owner := range m.owners() {
		if m.covered(owner) {
			continue
		}
		for typ := range m.sets[owner] {
			switch {
			case m.isCut(owner) && typ != rr.TypeDS && typ != rr.TypeNSEC:
			case typ == rr.TypeZONEMD && owner == origin:
			case typ == rr.TypeDNSKEY || typ == rr.TypeCDS || typ == rr.TypeCDNSKEY:
				m.sign(owner, typ, m.ksk)
			default:
				m.sign(owner, typ, m.zsk)
			}
		}
	}
	if m.signed != nil {
		m.signed(m)
	}
	if m.zonemd && m.has(origin, rr.TypeZONEMD) {
		m.digest()
		m.sign(origin, rr.TypeZONEMD, m.zsk)
	}
	return m.build(t)
}

func (m *model) rrset(owner rr.Name, t rr.Type) *rr.Set {
	s := m.sets[owner][t]
	set := &rr.Set{Owner: owner, Type: t, TTL: s.ttl, Data: slices.Clone(s.data)}
	set.Canonicalize()
	return set
}

// sign adds a signature by miekg/dns.
func (m *model) sign(owner rr.Name, t rr.Type, k *testKey) *tsig {
	return m.signFor(owner, t, k, begun, ends)
}

func (m *model) signFor(owner rr.Name, t rr.Type, k *testKey, inception, expiration time.Time) *tsig {
	set := m.rrset(owner, t)
	var records []dns.RR
	for _, data := range set.Data {
		var wire []byte
		wire = append(wire, owner...)
		wire = binary.BigEndian.AppendUint16(wire, uint16(t))
		wire = binary.BigEndian.AppendUint16(wire, 1)
		wire = binary.BigEndian.AppendUint32(wire, set.TTL)
		wire = binary.BigEndian.AppendUint16(wire, uint16(len(data)))
		record, _, err := dns.UnpackRR(append(wire, data...), 0)
		if err != nil {
			panic(err)
		}
		records = append(records, record)
	}
	sig := &dns.RRSIG{
		Hdr:       dns.RR_Header{Name: owner.String(), Rrtype: dns.TypeRRSIG, Class: dns.ClassINET, Ttl: set.TTL},
		Inception: uint32(inception.Unix()), Expiration: uint32(expiration.Unix()),
		KeyTag: k.KeyTag(), SignerName: origin.String(), Algorithm: k.Algorithm,
	}
	if err := sig.Sign(k.private, records); err != nil {
		panic(err)
	}
	parsed, err := rr.ParseRRSIG(rdata(sig))
	if err != nil {
		panic(err)
	}
	s := m.sets[owner][t]
	s.sigs = append(s.sigs, tsig{RRSIG: parsed, ttl: set.TTL})
	return &s.sigs[len(s.sigs)-1]
}

// resign replaces the signatures of an RRset.
func (m *model) resign(owner rr.Name, t rr.Type, k *testKey) *tsig {
	m.sets[owner][t].sigs = nil
	return m.sign(owner, t, k)
}

// craft signs with fields that no signer would set.
func (m *model) craft(owner rr.Name, t rr.Type, k *testKey, edit func(*rr.RRSIG)) {
	sig := &m.sets[owner][t].sigs[0]
	edit(&sig.RRSIG)
	digest, err := dnssec.SignInput(k.Algorithm, dnssec.AppendSignedData(nil, sig.RRSIG, m.rrset(owner, t)))
	if err != nil {
		panic(err)
	}
	if k.Algorithm != dns.ED25519 {
		panic("craft is for Ed25519")
	}
	sig.Signature, err = k.private.Sign(nil, digest, crypto.Hash(0))
	if err != nil {
		panic(err)
	}
}

// digest makes the ZONEMD record over all that is there.
func (m *model) digest() {
	h := sha512.New384()
	for _, owner := range m.owners() {
		var records [][]byte // type, class, TTL, length, RDATA
		add := func(t rr.Type, ttl uint32, data []byte) {
			var wire []byte
			wire = binary.BigEndian.AppendUint16(wire, uint16(t))
			wire = binary.BigEndian.AppendUint16(wire, 1)
			wire = binary.BigEndian.AppendUint32(wire, ttl)
			wire = binary.BigEndian.AppendUint16(wire, uint16(len(data)))
			records = append(records, append(wire, data...))
		}
		for t, s := range m.sets[owner] {
			if owner == origin && t == rr.TypeZONEMD {
				continue
			}
			for _, data := range s.data {
				add(t, s.ttl, data)
			}
			for _, sig := range s.sigs {
				add(rr.TypeRRSIG, sig.ttl, sig.Append(nil))
			}
		}
		slices.SortFunc(records, func(a, b []byte) int {
			if c := bytes.Compare(a[:4], b[:4]); c != 0 {
				return c
			}
			return bytes.Compare(a[10:], b[10:])
		})
		for _, record := range records {
			h.Write([]byte(owner))
			h.Write(record)
		}
	}
	s := m.set(origin, rr.TypeZONEMD)
	s.ttl, s.sigs = 3600, nil
	s.data = [][]byte{rr.ZONEMD{Serial: serial, Scheme: 1, Hash: 1, Digest: h.Sum(nil)}.Append(nil)}
}

func (m *model) build(t testing.TB) *zone.Zone {
	t.Helper()
	a := zone.NewAssembler(origin)
	for _, owner := range m.owners() {
		a.Node(owner)
		var sigs []tsig
		for _, s := range m.sets[owner] {
			sigs = append(sigs, s.sigs...)
		}
		slices.SortFunc(sigs, func(x, y tsig) int { return bytes.Compare(x.Append(nil), y.Append(nil)) })
		flush := func() {
			var data [][]byte
			var ttls []uint32
			for _, sig := range sigs {
				data, ttls = append(data, sig.Append(nil)), append(ttls, sig.ttl)
			}
			if len(sigs) > 0 {
				a.Signatures(data, ttls)
			}
			sigs = nil
		}
		for _, typ := range slices.Sorted(maps.Keys(m.sets[owner])) {
			if typ > rr.TypeRRSIG {
				flush()
			}
			if len(m.sets[owner][typ].data) > 0 {
				set := m.rrset(owner, typ)
				a.Set(typ, set.TTL, set.Data)
			}
		}
		flush()
	}
	z, err := a.Zone()
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// anchors are those for the KSK.
func (m *model) anchors() *trustanchor.Anchors {
	anchor, err := trustanchor.NewAnchor(origin, "", testKeyOf("ksk", m.algorithm, 257).record(), time.Time{}, time.Time{})
	if err != nil {
		panic(err)
	}
	return &trustanchor.Anchors{Zone: origin, Anchors: []trustanchor.Anchor{anchor}}
}

// skr is an SKR whose second bundle is in force and has what the model has.
func (m *model) skr() *ksr.Response {
	bundle := ksr.Bundle{Inception: begun, Expiration: begun.Add(21 * 24 * time.Hour)}
	for _, k := range m.keys {
		bundle.Keys = append(bundle.Keys, ksr.Key{TTL: 3600, DNSKEY: k.record()})
	}
	for _, sig := range m.sets[origin][rr.TypeDNSKEY].sigs {
		bundle.Signatures = append(bundle.Signatures, ksr.Signature{TTL: sig.ttl, RRSIG: sig.RRSIG})
	}
	before, after := bundle, bundle
	before.Inception, before.Expiration = begun.Add(-10*24*time.Hour), begun.Add(11*24*time.Hour)
	before.Keys = before.Keys[:1]
	after.Inception, after.Expiration = begun.Add(10*24*time.Hour), begun.Add(31*24*time.Hour)
	after.Keys = after.Keys[:1]
	return &ksr.Response{Zone: origin, Bundles: []ksr.Bundle{before, bundle, after}}
}

// limits ask for all that can be asked for.
func limits() *zoneverify.Limits {
	some := func(count int) *zoneverify.ChangeLimit { return &zoneverify.ChangeLimit{Percent: 10, Count: count} }
	return &zoneverify.Limits{
		MaxValidity:       zoneverify.PerType{Default: 14 * 24 * time.Hour},
		MinRemaining:      zoneverify.PerType{Default: 2 * 24 * time.Hour},
		InceptionSkew:     30 * time.Minute,
		Algorithms:        []zoneverify.KeyLimit{{Algorithm: 8, MinBits: 2048, MaxBits: 4096, Exponents: []int{65537}}, {Algorithm: 10}, {Algorithm: 13}, {Algorithm: 14}, {Algorithm: 15}},
		MaxDNSKEYResponse: 1232,
		MaxTTL:            86400,
		NSEC3:             &zoneverify.NSEC3Limits{OptOut: true},
		MaxSerialStep:     1000,
		Change:            zoneverify.ChangeLimits{Names: some(1), Delegations: some(1), Glue: some(1), DS: some(0), DSLoss: some(0)},
	}
}
