package e2e

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"countersign/internal/ksrfixture"
	"countersign/pkg/dnssec"
	"countersign/pkg/iso8601"
	"countersign/pkg/keyfile"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// tree is a digest of a folder: names, modes and contents.
func tree(t testing.TB, dir string) string {
	t.Helper()
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%q %s\n", path, info.Mode())
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			fmt.Fprintf(sum, "%d\n%s", len(text), text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// forger signs documents again after they were changed, with the site's own keys
// and with others.
type forger struct {
	t       testing.TB
	signers map[string]dnssec.Signer // by public key
}

// newForger has the software keys of one side: zsk or ksk.
func newForger(s *site, side string) *forger {
	s.t.Helper()
	f := &forger{s.t, map[string]dnssec.Signer{}}
	store, err := keyfile.New(s.path(side+"/keys"), keyfile.PassphraseFile(s.path(side+".passphrase")))
	if err != nil {
		s.t.Fatal(err)
	}
	infos, err := store.List()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, info := range infos {
		signer, err := store.Open(dnssec.KeyRef{Label: info.Label, Algorithm: info.Key.Algorithm, Flags: info.Key.Flags})
		if err != nil {
			s.t.Fatal(err)
		}
		f.add(signer)
	}
	return f
}

// add makes a key known, and is that key.
func (f *forger) add(signer dnssec.Signer) rr.DNSKEY {
	key := signer.Key()
	f.signers[string(key.PublicKey)] = signer
	return key
}

// sign signs the DNSKEY RRset of a bundle with those of its keys that who wants.
func (f *forger) sign(zone rr.Name, b *ksr.Bundle, inception, expiration time.Time, who func(ksr.Key) bool) {
	f.t.Helper()
	b.Signatures = nil
	set := b.DNSKEYSet(zone)
	for _, key := range b.Keys {
		signer := f.signers[string(key.PublicKey)]
		if signer == nil || !who(key) {
			continue
		}
		sig, err := dnssec.Sign(set, signer, dnssec.Params{Inception: inception, Expiration: expiration, SignerName: zone, KeyTag: key.KeyTag()})
		if err != nil {
			f.t.Fatal(err)
		}
		b.Signatures = append(b.Signatures, ksr.Signature{KeyIdentifier: key.Identifier, TTL: set.TTL, RRSIG: sig})
	}
}

// prove signs a KSR as zskd does: every bundle with every key.
func (f *forger) prove(r *ksr.Request, made time.Time) {
	f.t.Helper()
	for i := range r.Bundles {
		f.sign(r.Zone, &r.Bundles[i], made, made.AddDate(0, 0, 60), func(ksr.Key) bool { return true })
	}
}

// answer signs an SKR as kskd does: every bundle with its KSKs.
func (f *forger) answer(r *ksr.Response) {
	f.t.Helper()
	for i := range r.Bundles {
		b := &r.Bundles[i]
		f.sign(r.Zone, b, b.Inception, b.Expiration, func(key ksr.Key) bool { return key.IsSEP() })
	}
}

// entry is a key as a document has it.
func entry(identifier string, ttl uint32, key rr.DNSKEY) ksr.Key {
	return ksr.Key{Identifier: identifier, Tag: key.KeyTag(), TTL: ttl, DNSKEY: key}
}

// flagged is the key with other flags.
func flagged(key ksr.Key, flags uint16) ksr.Key {
	key.Flags = flags
	key.Tag = key.KeyTag()
	return key
}

// shifted has all bundles begin and end later.
func shifted(bundles []ksr.Bundle, by time.Duration) {
	for i := range bundles {
		bundles[i].Inception = bundles[i].Inception.Add(by)
		bundles[i].Expiration = bundles[i].Expiration.Add(by)
	}
}

// nextZSK is the key that the last bundle publishes first.
func nextZSK(r *ksr.Request) *ksr.Key {
	present := r.Bundles[7].Keys[0].Identifier
	last := &r.Bundles[8]
	return &last.Keys[slices.IndexFunc(last.Keys, func(key ksr.Key) bool { return key.Identifier != present })]
}

// hostileRequest is a KSR that differs from a good one in one thing.
type hostileRequest struct {
	name   string
	before func(*ksr.Request) // proof of possession is made after it
	after  func(*ksr.Request)
	want   []string // the checks that are violated, and no others
}

// hostileRequests are the trials that peers let through, and more.
func hostileRequests(f *forger) []hostileRequest {
	var strangers []*ksrfixture.Key
	for range 3 {
		key := ksrfixture.NewKey("stranger", dnssec.RSASHA256, 2048, rr.FlagZone)
		strangers = append(strangers, key)
		f.add(key)
	}
	short := ksrfixture.NewKey("short", dnssec.RSASHA256, 512, rr.FlagZone)
	roca := ksrfixture.ROCA("roca", rr.FlagZone)
	for _, key := range []dnssec.Signer{short, roca} {
		f.add(key)
	}
	// next has the last bundle publish another key than the next ZSK.
	next := func(key *ksrfixture.Key) func(*ksr.Request) {
		return func(r *ksr.Request) {
			at := nextZSK(r)
			*at = entry(key.Name, at.TTL, key.Key())
			bits, exponent, err := dnssec.KeyBits(key.Key())
			if err != nil {
				f.t.Fatal(err)
			}
			stated := ksr.StatedAlgorithm{Algorithm: dnssec.RSASHA256, Bits: bits, Exponent: exponent}
			if !slices.Contains(r.Policy.Algorithms, stated) {
				r.Policy.Algorithms = append(r.Policy.Algorithms, stated)
			}
		}
	}
	return []hostileRequest{
		{name: "of another zone", want: []string{"KSR-DOMAIN"}, before: func(r *ksr.Request) { r.Zone = "\x04arpa\x00" }},
		{name: "with a key flagged SEP", want: []string{"KSR-BUNDLE-KEYS"}, before: func(r *ksr.Request) {
			at := nextZSK(r)
			*at = flagged(*at, 257)
		}},
		{name: "with a key flagged REVOKE", want: []string{"KSR-BUNDLE-KEYS"}, before: func(r *ksr.Request) {
			at := nextZSK(r)
			*at = flagged(*at, 384)
		}},
		{name: "with a ZSK of 512 bits", want: []string{"KSR-POLICY-ALG"}, before: next(short)},
		{name: "with a ZSK whose factors can be found", want: []string{"KSR-KEY-WEAK"}, before: next(roca)},
		{name: "with bundles in ten years", want: []string{"KSR-CHAIN-OVERLAP", "KSR-POLICY-SIG-HORIZON"},
			before: func(r *ksr.Request) { shifted(r.Bundles, 3652*iso8601.Day) }},
		{name: "with a gap after the last SKR", want: []string{"KSR-CHAIN-OVERLAP"},
			before: func(r *ksr.Request) { shifted(r.Bundles, 13*iso8601.Day) }},
		{name: "for signatures of 60 days", want: []string{"KSR-POLICY-SIG-VALIDITY"},
			before: func(r *ksr.Request) {
				for i := range r.Bundles {
					r.Bundles[i].Expiration = r.Bundles[i].Inception.Add(60 * iso8601.Day)
				}
			}},
		{name: "that states 60 days of validity", want: []string{"KSR-POLICY-STATED"},
			before: func(r *ksr.Request) { r.Policy.MaxSignatureValidity = 60 * iso8601.Day }},
		{name: "with a TTL of a minute", want: []string{"KSR-BUNDLE-TTL"}, before: func(r *ksr.Request) { r.Bundles[4].Keys[0].TTL = 60 }},
		{name: "with one key under two names", want: []string{"KSR-BUNDLE-ALIAS"}, before: func(r *ksr.Request) {
			b := &r.Bundles[4]
			b.Keys = append(b.Keys, entry("alias", b.Keys[0].TTL, b.Keys[0].DNSKEY))
		}},
		{name: "that rolls to a key nobody knows", want: []string{"KSR-ZSK-PUBLISH-SAFETY"}, before: func(r *ksr.Request) {
			later := *nextZSK(r)
			for i := 4; i < 9; i++ {
				r.Bundles[i].Keys = []ksr.Key{later}
			}
		}},
		{name: "of keys that were never published", want: []string{"KSR-CHAIN-KEYS"}, before: func(r *ksr.Request) {
			of := map[string]*ksrfixture.Key{}
			for i := range r.Bundles {
				for k, key := range r.Bundles[i].Keys {
					if of[key.Identifier] == nil {
						of[key.Identifier] = strangers[len(of)]
					}
					r.Bundles[i].Keys[k] = entry(key.Identifier, key.TTL, of[key.Identifier].Key())
				}
			}
		}},
		{name: "of eight bundles", want: []string{"KSR-BUNDLE-COUNT", "KSR-BUNDLE-CYCLE-DURATION", "KSR-POLICY-KEYS"},
			before: func(r *ksr.Request) { r.Bundles = r.Bundles[:8] }},
		{name: "without proof by one key", want: []string{"KSR-BUNDLE-POP"}, after: func(r *ksr.Request) {
			b := &r.Bundles[0]
			b.Signatures = b.Signatures[:1]
		}},
		{name: "with two proofs swapped", want: []string{"KSR-BUNDLE-POP"}, after: func(r *ksr.Request) {
			made := r.Bundles[0].Signatures
			made[0].Signature, made[1].Signature = made[1].Signature, made[0].Signature
		}},
		{name: "with a proof that names no key", want: []string{"KSR-SIG-FIELDS"}, after: func(r *ksr.Request) { r.Bundles[4].Signatures[0].KeyTag ^= 1 }},
	}
}

func TestHostileRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, choice{zone: ".", algorithm: "RSASHA256"})
	s.genesis()
	s.secondKSR()
	_, at := nextCycle()
	made, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	good := read(t, s.path("next.ksr"))
	f := newForger(s, "zsk")

	for i, c := range hostileRequests(f) {
		r := renamed(t, good, i)
		if c.before != nil {
			c.before(r)
		}
		f.prove(r, made)
		if c.after != nil {
			c.after(r)
		}
		doc, err := ksr.EncodeRequest(r, ksr.ICANN)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		s.refusesToSign(t, c.name, doc, c.want, "--at", at)
	}
	s.refusesToSign(t, "truncated", good[:len(good)*2/3], []string{"KSR-SYNTAX"}, "--at", at)
	s.refusesToSign(t, "with another behind it", slices.Concat(good, good), []string{"KSR-SYNTAX"}, "--at", at)
	s.refusesToSign(t, "signed before", read(t, s.path("present.ksr")),
		[]string{"KSR-CHAIN-KEYS", "KSR-CHAIN-OVERLAP", "KSR-ID", andMore}, "--at", at)
	s.refusesToSign(t, "as the first ever", good, []string{"KSR-GENESIS"}, "--genesis", "--at", at)
	s.refusesToSign(t, "after the SKR of another", good, []string{"KSR-CHAIN-HASH", "KSR-CHAIN-SKR"}, "--previous", s.forgedPrevious(f), "--at", at)
	text, err := ksr.ConvertRequest(renamed(t, good, 100), ksr.Knot, ksr.Options{Drop: []string{ksr.LossPossession}})
	if err != nil {
		t.Fatal(err)
	}
	s.refusesToSign(t, "without proof of possession", text, []string{"KSR-BUNDLE-POP", "KSR-FORMAT"}, "--at", at)

	s.secondSKR()
	if got := len(chain(t, s, "ksk")); got != 2 {
		t.Errorf("%d SKRs on record in the end, want 2", got)
	}
}

// renamed is the KSR under another id: one that was seen with other bytes is a
// fault of its own, and would be one of the good KSR afterwards.
func renamed(t *testing.T, doc []byte, number int) *ksr.Request {
	t.Helper()
	r, err := ksr.ParseRequest(doc)
	if err != nil {
		t.Fatal(err)
	}
	r.ID = fmt.Sprintf("00000000-0000-4000-8000-%012d", number)
	return r
}

// forgedPrevious is the present SKR signed again by a KSK of somebody else.
func (s *site) forgedPrevious(f *forger) string {
	s.t.Helper()
	previous, err := ksr.ParseResponse(read(s.t, s.path("present.skr")))
	if err != nil {
		s.t.Fatal(err)
	}
	rogue := ksrfixture.NewKey("rogue", dnssec.RSASHA256, 2048, kskFlags)
	f.add(rogue)
	replaceKSK(previous, rogue)
	f.answer(previous)
	return s.encoded("forged.skr", previous)
}

const kskFlags = rr.FlagZone | rr.FlagSEP

// encoded writes an SKR to a file of the site.
func (s *site) encoded(name string, response *ksr.Response) string {
	s.t.Helper()
	doc, err := ksr.EncodeResponse(response, ksr.ICANN)
	if err != nil {
		s.t.Fatal(err)
	}
	write(s.t, s.path(name), doc)
	return s.path(name)
}

// refusesToSign puts a KSR before kskd and wants exactly these checks violated,
// no SKR, and the record of SKRs as it was.
func (s *site) refusesToSign(t *testing.T, name string, doc []byte, want []string, args ...string) {
	t.Run(name, func(t *testing.T) {
		write(t, s.path("hostile.ksr"), doc)
		before := tree(t, s.path("ksk/state/skrs"))
		args := slices.Concat([]string{"sign", "-c", "ksk/kskd.yaml", "--yes", "-o", "hostile.skr"}, args, []string{"hostile.ksr"})
		judged(t, run(t, s.dir, nil, "kskd", args...), want)
		if _, err := os.Lstat(s.path("hostile.skr")); err == nil {
			t.Error("there is an SKR")
			os.Remove(s.path("hostile.skr"))
		}
		if tree(t, s.path("ksk/state/skrs")) != before {
			t.Error("the record of SKRs has changed")
		}
	})
}

// andMore stands for the checks that a document fails or not depending on how
// much of the present quarter is left.
const andMore = "..."

// judged wants a refusal for exactly these checks, or for these and more.
func judged(t *testing.T, r result, want []string) {
	t.Helper()
	got := violated(r.stdout)
	if want[len(want)-1] == andMore {
		want = want[:len(want)-1]
		got = slices.DeleteFunc(got, func(check string) bool { return !slices.Contains(want, check) })
	}
	if !slices.Equal(got, want) || r.status != 1 {
		t.Errorf("%s\nstatus %d for %v, want 1 for %v", r, r.status, got, want)
	}
}

// hostileResponse is an SKR that differs from the good one in one thing.
type hostileResponse struct {
	name   string
	before func(*ksr.Response) // the KSKs sign after it
	after  func(*ksr.Response)
	want   []string
}

// replaceKSK has another KSK in the place of each.
func replaceKSK(r *ksr.Response, ksk *ksrfixture.Key) {
	for i := range r.Bundles {
		for k := range r.Bundles[i].Keys {
			if key := &r.Bundles[i].Keys[k]; key.IsSEP() {
				*key = entry(ksk.Name, key.TTL, ksk.Key())
			}
		}
	}
}

func hostileResponses(f *forger) []hostileResponse {
	rogue := ksrfixture.NewKey("rogue", dnssec.ECDSAP256SHA256, 0, kskFlags)
	zsk := ksrfixture.NewKey("zsk", dnssec.ECDSAP256SHA256, 0, rr.FlagZone)
	f.add(rogue)
	return []hostileResponse{
		{name: "by a rogue KSK", before: func(r *ksr.Response) { replaceKSK(r, rogue) }, want: []string{"SKR-SIG-ANCHOR"}},
		{name: "with a rogue KSK beside ours", before: func(r *ksr.Response) {
			for i := range r.Bundles {
				b := &r.Bundles[i]
				b.Keys = append(b.Keys, entry(rogue.Name, b.Keys[0].TTL, rogue.Key()))
			}
		}, want: []string{"SKR-KSK-PUBLISH-SAFETY"}},
		{name: "with a corrupted signature", after: func(r *ksr.Response) { r.Bundles[5].Signatures[0].Signature[9] ^= 1 },
			want: []string{"SKR-SIG-VALID"}},
		{name: "with the signature of another bundle", after: func(r *ksr.Response) {
			r.Bundles[5].Signatures[0].Signature = r.Bundles[4].Signatures[0].Signature
		}, want: []string{"SKR-SIG-VALID"}},
		{name: "with none of our ZSKs", before: func(r *ksr.Response) {
			for i := range r.Bundles {
				keys := slices.DeleteFunc(r.Bundles[i].Keys, func(key ksr.Key) bool { return !key.IsSEP() })
				r.Bundles[i].Keys = append(keys, entry(zsk.Name, keys[0].TTL, zsk.Key()))
			}
		}, want: []string{"SKR-MATCH"}},
		{name: "with a ZSK beside ours", before: func(r *ksr.Response) {
			b := &r.Bundles[6]
			b.Keys = append(b.Keys, entry(zsk.Name, b.Keys[0].TTL, zsk.Key()))
		}, want: []string{"SKR-MATCH"}},
		{name: "with a ZSK missing", before: func(r *ksr.Response) {
			b := &r.Bundles[8]
			zsk := slices.IndexFunc(b.Keys, func(key ksr.Key) bool { return !key.IsSEP() })
			b.Keys = slices.Delete(b.Keys, zsk, zsk+1)
		}, want: []string{"SKR-MATCH"}},
		{name: "with a bundle missing", before: func(r *ksr.Response) { r.Bundles = slices.Delete(r.Bundles, 3, 4) },
			want: []string{"SKR-BUNDLE-COUNT", "SKR-BUNDLE-INTERVALS", "SKR-MATCH", "SKR-SIG-OVERLAP"}},
		{name: "for 60 days", before: func(r *ksr.Response) { r.Bundles[8].Expiration = r.Bundles[8].Inception.Add(60 * iso8601.Day) },
			want: []string{"SKR-MATCH", "SKR-SIG-VALIDITY"}},
		{name: "with an expiration that nobody signed", after: func(r *ksr.Response) { r.Bundles[8].Expiration = r.Bundles[8].Expiration.Add(time.Hour) },
			want: []string{"SKR-MATCH", "SKR-SIG-FIELDS", "SKR-SIG-VALIDITY"}},
		{name: "by a KSK that is revoked", before: func(r *ksr.Response) {
			for i := range r.Bundles {
				for k := range r.Bundles[i].Keys {
					if key := &r.Bundles[i].Keys[k]; key.IsSEP() {
						*key = flagged(*key, kskFlags|rr.FlagRevoke)
					}
				}
			}
		}, want: []string{"SKR-SIG-ANCHOR"}},
		{name: "for a KSR that we did not make", before: func(r *ksr.Response) { r.ID = "00000000-0000-4000-8000-000000000000" },
			want: []string{"SKR-MATCH"}},
		{name: "of another zone", before: func(r *ksr.Response) { r.Zone = "\x04arpa\x00" }, want: []string{"SKR-DOMAIN"}},
	}
}

func TestHostileResponsesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, choice{zone: ".", algorithm: "ECDSAP256SHA256"})
	s.genesis()
	s.secondKSR()
	s.secondSKR()
	_, at := nextCycle()
	good := read(t, s.path("next.skr"))
	f := newForger(s, "ksk")
	for _, c := range hostileResponses(f) {
		r, err := ksr.ParseResponse(good)
		if err != nil {
			t.Fatal(err)
		}
		if c.before != nil {
			c.before(r)
		}
		f.answer(r)
		if c.after != nil {
			c.after(r)
		}
		s.refusesToImport(t, c.name, read(t, s.encoded("forged.skr", r)), c.want, at)
	}
	s.refusesToImport(t, "truncated", good[:len(good)*2/3], []string{"SKR-SYNTAX"}, at)
	s.refusesToImport(t, "installed before", read(t, s.path("present.skr")), []string{"SKR-ID", andMore}, at)
	s.refusesToImport(t, "a year late", good, []string{"SKR-NOW"}, time.Now().AddDate(1, 6, 0).UTC().Format(time.RFC3339))

	other := newSite(t, choice{zone: ".", algorithm: "ECDSAP256SHA256"})
	other.genesis()
	s.refusesToImport(t, "of another ZSK operator", read(t, other.path("present.skr")), []string{"SKR-MATCH"}, at)
	ours := read(t, s.path("zsk/trust-anchor.xml"))
	write(t, s.path("zsk/trust-anchor.xml"), read(t, other.path("zsk/trust-anchor.xml")))
	s.refusesToImport(t, "under another trust anchor", good, []string{"SKR-SIG-ANCHOR"}, at)
	write(t, s.path("zsk/trust-anchor.xml"), ours)

	s.good("zskd", "skr", "import", "-c", "zsk/zskd.yaml", "--at", at, "next.skr")
	if got := len(chain(t, s, "zsk")); got != 2 {
		t.Errorf("%d SKRs installed in the end, want 2", got)
	}
	s.refusesToImport(t, "installed twice", good, []string{"SKR-BUNDLE-UNIQUE", "SKR-CHAIN-KEYS", "SKR-CHAIN-OVERLAP", "SKR-ID"}, at)
}

// SKRs in text, of a zone with a parent: the record that lacks may be the last.
func TestHostileTextResponsesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, choice{zone: "example.com.", algorithm: "ED25519"})
	s.genesis()
	s.secondKSR()
	s.secondSKR()
	_, at := nextCycle()
	good := read(t, s.path("next.skr"))
	lines := slices.Collect(bytes.Lines(good))
	cut := func(n int) []byte { return bytes.Join(lines[:len(lines)-n], nil) }
	cds := regexp.MustCompile(` IN CDS \d+ `).ReplaceAll(good, []byte(" IN CDS 1 "))
	for _, c := range []struct {
		name string
		doc  []byte
		want string
	}{
		{"without its trailer", cut(1), "SKR-SYNTAX"},
		{"without its last record", cut(2), "SKR-SYNTAX"},
		{"cut inside a record", good[:len(good)*2/3], "SKR-SYNTAX"},
		{"with CDS that nobody signed", cds, "SKR-CDS"},
		{"with a comment of somebody", bytes.Replace(good, []byte("\n;; Signed"), []byte("\n; approved\n;; Signed"), 1), "SKR-SYNTAX"},
	} {
		if bytes.Equal(c.doc, good) {
			t.Fatalf("%s: nothing was changed in\n%s", c.name, good)
		}
		s.refusesToImport(t, c.name, c.doc, []string{c.want}, at)
	}
	s.good("zskd", "skr", "import", "-c", "zsk/zskd.yaml", "--at", at, "next.skr")
}

// A KSK operator whom nobody pinned answers the first KSR ever.
func TestRogueOperatorIsRefused(t *testing.T) {
	t.Parallel()
	s, rogue := newSite(t, choice{zone: ".", algorithm: "ED25519"}), newSite(t, choice{zone: ".", algorithm: "ED25519"})
	s.firstKSR()
	write(t, rogue.path("present.ksr"), read(t, s.path("present.ksr")))
	rogue.firstSKR()
	s.refusesToImport(t, "rogue", read(t, rogue.path("present.skr")), []string{"SKR-SIG-ANCHOR"}, time.Now().UTC().Format(time.RFC3339))
	s.firstSKR()
	s.good("zskd", "skr", "import", "-c", "zsk/zskd.yaml", "present.skr")
}

func (s *site) firstKSR() {
	s.t.Helper()
	s.good("zskd", "ksr", "-c", "zsk/zskd.yaml", "--cycle", presentCycle(), "--genesis", "-o", "present.ksr")
}

func (s *site) firstSKR() {
	s.t.Helper()
	s.good("kskd", "sign", "-c", "ksk/kskd.yaml", "--genesis", "--yes", "-o", "present.skr", "present.ksr")
}

// refusesToImport has zskd import an SKR and wants exactly these checks violated
// and the state as it was.
func (s *site) refusesToImport(t *testing.T, name string, doc []byte, want []string, at string) {
	t.Run(name, func(t *testing.T) {
		write(t, s.path("hostile.skr"), doc)
		before := tree(t, s.path("zsk/state"))
		judged(t, run(t, s.dir, nil, "zskd", "skr", "import", "-c", "zsk/zskd.yaml", "--at", at, "hostile.skr"), want)
		if tree(t, s.path("zsk/state")) != before {
			t.Error("the state has changed")
		}
	})
}
