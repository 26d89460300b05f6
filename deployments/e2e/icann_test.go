package e2e

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/softhsm"
	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/hsm"
	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// icannKeys are the published test keys by the label that the documents have.
var icannKeys = []struct{ label, file string }{
	{"KSK1", "legacy-KSK1.key"}, {"KSK2", "legacy-KSK2.key"}, {"RSA1", "rsa-2048-1.key.in"}, {"RSA2", "rsa-2048-2.key.in"},
}

// icannToken is a token with those keys. The label has to name one token only.
func icannToken(t *testing.T, label string) softhsm.Token {
	t.Helper()
	dir := testenv.Dir(t)
	token := softhsm.New(t, label)
	for i, k := range icannKeys {
		block, _ := pem.Decode(read(t, filepath.Join(dir, "icann/keys", k.file)))
		if block == nil {
			t.Fatalf("%s is not PEM", k.file)
		}
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "pkcs8.pem")
		write(t, path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
		other(t, dir, "softhsm2-util", "--module", token.Module, "--import", path, "--token", token.Label,
			"--label", k.label, "--id", fmt.Sprintf("%02d", i+1), "--pin", softhsm.PIN)
	}
	return token
}

// historic are the limits of 2009 and 2010: ZSKs of 1024 bits whose exponent is
// stated as 3, and bundles of 15 or 16 days less a second.
func historic() policy.Limits {
	l := policy.RootLimits()
	l.Documents.StatedExponent = policy.StatedExponentAny
	l.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: dnssec.RSASHA256, Bits: []int{1024, 2048}, Exponents: []int{65537}}}
	l.Bundles.Validity = policy.Range[time.Duration]{Min: 15*iso8601.Day - time.Second, Max: 20 * iso8601.Day}
	l.Bundles.Overlap = policy.Range[time.Duration]{Min: 5*iso8601.Day - time.Second, Max: 10 * iso8601.Day}
	return l
}

// historic2009 are those of the half cycle of 2009.
func historic2009() policy.Limits {
	l := historic()
	l.Bundles.Count = policy.Range[int]{Min: 6, Max: 6}
	l.Bundles.Interval.Min = 8 * iso8601.Day
	l.Bundles.Cycle = policy.Range[time.Duration]{Min: 48 * iso8601.Day, Max: 48 * iso8601.Day}
	l.ZSK.DistinctKeys.Min = 2
	return l
}

// within changes a copy of the root's limits.
func within(change func(*policy.KSKLimits)) policy.Limits {
	l := policy.RootLimits()
	change(&l.KSK)
	return l
}

// planned is one KSK of a plan: the dates in the order of the file, "" for none.
type planned struct {
	label, publish, sign, revoke, remove string
}

// long is before anything.
const long = "2009-01-01"

// icannCase is a KSR, the plan that a schema of IANA's tool comes to, and the
// SKRs that IANA's tools made.
type icannCase struct {
	name     string
	ksr      string
	previous string // "": a genesis
	limits   policy.Limits
	plan     []planned
	expected []string
}

func icannCases() []icannCase {
	quick := within(func(l *policy.KSKLimits) { l.PublishSafety = 10 * iso8601.Day })
	return []icannCase{
		{
			name: "2009 q4", ksr: "ksr-root-2009-q4-2", limits: historic2009(),
			plan:     []planned{{label: "KSK1", publish: long, sign: long}},
			expected: []string{"legacy-skr-root-2009-q4-2"},
		},
		{
			name: "2010 q1 KSK1", ksr: "ksr-root-2010-q1-0", previous: "legacy-skr-root-2009-q4-2", limits: historic(),
			plan:     []planned{{label: "KSK1", publish: long, sign: long}},
			expected: []string{"legacy-skr-root-2010-q1-0", "expected/kskm-2010-q1-legacykey"},
		},
		{
			name: "2010 q1 normal", ksr: "ksr-root-2010-q1-0", limits: historic(),
			plan:     []planned{{label: "RSA1", publish: long, sign: long}},
			expected: []string{"expected/kskm-2010-q1-historic-normal"},
		},
		{
			name: "2010 q2 normal", ksr: "ksr-root-2010-q2-0", previous: "expected/kskm-2010-q1-historic-normal", limits: historic(),
			plan:     []planned{{label: "RSA1", publish: long, sign: long}},
			expected: []string{"expected/kskm-2010-q2-historic-normal"},
		},
		{
			name: "2017 q2 normal", ksr: "ksr-root-2017-q2-0", limits: policy.RootLimits(),
			plan:     []planned{{label: "RSA1", publish: long, sign: long}},
			expected: []string{"expected/kskm-2017-q2-normal"},
		},
		{
			name: "2017 q2 KSK1", ksr: "ksr-root-2017-q2-0", limits: policy.RootLimits(),
			plan:     []planned{{label: "KSK1", publish: long, sign: long}},
			expected: []string{"expected/legacyC-2017-q2-KSK1"},
		},
		{
			// The new KSK signs ten days after it is published, and the old one is
			// revoked for ten.
			name: "2017 q2 rollover", ksr: "ksr-root-2017-q2-0",
			limits: within(func(l *policy.KSKLimits) { l.PublishSafety, l.RevokedFor = 10*iso8601.Day, 10*iso8601.Day }),
			plan: []planned{
				{label: "KSK1", publish: long, sign: long, revoke: "2017-06-10", remove: "2017-06-20"},
				{label: "KSK2", publish: "2017-04-01", sign: "2017-04-11"},
			},
			expected: []string{"expected/legacyC-2017-q2-json-rollover"},
		},
		{
			name: "2018 q1 KSK1", ksr: "ksr-root-2018-q1-0-d_to_e", limits: policy.RootLimits(),
			plan:     []planned{{label: "KSK1", publish: long, sign: long}},
			expected: []string{"expected/legacyC-2018-q1-KSK1"},
		},
		{
			name: "2018 q1 normal", ksr: "ksr-root-2018-q1-0-d_to_e", limits: policy.RootLimits(),
			plan:     []planned{{label: "RSA1", publish: long, sign: long}},
			expected: []string{"expected/kskm-2018-q1-normal"},
		},
		{
			name: "2018 q1 pre-publish", ksr: "ksr-root-2018-q1-0-d_to_e", limits: policy.RootLimits(),
			plan:     []planned{{label: "RSA1", publish: long, sign: long}, {label: "RSA2", publish: "2018-01-11"}},
			expected: []string{"expected/kskm-2018-q1-pre-publish"},
		},
		{
			// Nothing is known of the time before, so the new KSK counts as
			// published from the first slot on, ten days before it signs.
			name: "2018 q1 rollover", ksr: "ksr-root-2018-q1-0-d_to_e", limits: quick,
			plan:     []planned{{label: "RSA1", publish: long, sign: long}, {label: "RSA2", publish: long, sign: "2018-01-11"}},
			expected: []string{"expected/kskm-2018-q1-rollover"},
		},
		{
			name: "2018 q1 publish+", ksr: "ksr-root-2018-q1-0-d_to_e", limits: policy.RootLimits(),
			plan:     []planned{{label: "RSA1", publish: long, sign: long}, {label: "RSA2", publish: long}},
			expected: []string{"expected/kskm-2018-q1-publish+"},
		},
		{
			name: "2018 q1 rollover+", ksr: "ksr-root-2018-q1-0-d_to_e", limits: policy.RootLimits(),
			plan:     []planned{{label: "RSA1", publish: long, sign: long}, {label: "RSA2", publish: long, sign: "2017-12-01"}},
			expected: []string{"expected/kskm-2018-q1-rollover+"},
		},
		{
			name: "2018 q1 revoke", ksr: "ksr-root-2018-q1-0-d_to_e", limits: policy.RootLimits(),
			plan: []planned{
				{label: "RSA1", publish: long, sign: long, revoke: "2018-01-11", remove: "2018-03-22"},
				{label: "RSA2", publish: long, sign: "2017-10-01"},
			},
			expected: []string{"expected/kskm-2018-q1-revoke"},
		},
		{
			// The old KSK was published before, was left out for a slot, and comes
			// back to be revoked.
			name: "2018 q1 revoke+", ksr: "ksr-root-2018-q1-0-d_to_e", limits: policy.RootLimits(),
			plan: []planned{
				{label: "RSA1", publish: "2018-01-11", revoke: "2018-01-11", remove: "2018-03-22"},
				{label: "RSA2", publish: long, sign: "2017-10-01"},
			},
			expected: []string{"expected/kskm-2018-q1-revoke+"},
		},
	}
}

// With the published test keys in a token, kskd makes the signatures that
// IANA's two programs made, and the same bytes each time.
func TestMakesTheSignaturesOfIANA(t *testing.T) {
	dir := filepath.Join(testenv.Dir(t), "icann")
	token := icannToken(t, "icann")
	for _, c := range icannCases() {
		t.Run(c.name, func(t *testing.T) {
			base := c.site(t, token)
			var documents [][]byte
			for range 2 {
				s := base.copyOf(t)
				s.good("kskd", c.sign(t, dir)...)
				documents = append(documents, read(t, s.path("skr.xml")))
			}
			if !bytes.Equal(documents[0], documents[1]) {
				t.Error("the same KSR gave two SKRs")
			}
			for _, expected := range c.expected {
				sameSignatures(t, expected, documents[0], read(t, filepath.Join(dir, expected+".xml")))
			}
		})
	}
}

// site is a KSK operator with the keys and dates of the case.
func (c icannCase) site(t *testing.T, token softhsm.Token) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), zone: "."}
	s.good("kskd", "init", "ksk", "--zone", ".", "--keys", token.URI, "--passphrase-file", token.PINFile)
	writeLimits(t, s.path("ksk/limits.yaml"), c.limits)
	for _, p := range c.plan {
		args := []string{"key", "adopt", "-c", "ksk/kskd.yaml", "--label", p.label, "--test", "--anchor-from", moment(p.publish), "--publish-from", moment(p.publish)}
		if p.sign != "" {
			args = append(args, "--sign-from", moment(p.sign))
		}
		s.good("kskd", args...)
	}
	plan := string(read(t, s.path("ksk/ksks.yaml")))
	for _, p := range c.plan {
		entry := "  - label: \"" + p.label + "\"\n"
		dates := ""
		if p.revoke != "" {
			dates = "    revoke_from: " + moment(p.revoke) + "\n    remove_from: " + moment(p.remove) + "\n"
		}
		if !strings.Contains(plan, entry) {
			t.Fatalf("no KSK %s in\n%s", p.label, plan)
		}
		plan = strings.Replace(plan, entry, entry+dates, 1)
	}
	write(t, s.path("ksk/ksks.yaml"), []byte(plan))
	return s
}

// sign is the arguments that sign the KSR, 30 days before it begins.
func (c icannCase) sign(t *testing.T, dir string) []string {
	t.Helper()
	path := filepath.Join(dir, c.ksr+".xml")
	request, err := ksr.ParseRequest(read(t, path))
	if err != nil {
		t.Fatal(err)
	}
	at := request.Bundles[0].Inception.AddDate(0, 0, -30)
	args := []string{"sign", "-c", "ksk/kskd.yaml", "--at", at.Format(time.RFC3339), "--yes", "-o", "skr.xml"}
	if c.previous == "" {
		return append(args, "--genesis", path)
	}
	return append(args, "--previous", filepath.Join(dir, c.previous+".xml"), path)
}

func moment(date string) string { return date + "T00:00:00Z" }

// sameSignatures compares the RRSIGs of two SKRs bundle by bundle.
func sameSignatures(t *testing.T, name string, got, want []byte) {
	t.Helper()
	have, expected := signatures(t, got), signatures(t, want)
	if len(have) != len(expected) {
		t.Errorf("%s: %d bundles, want %d", name, len(have), len(expected))
	}
	for id, sigs := range expected {
		if len(sigs) == 0 || !slices.EqualFunc(have[id], sigs, bytes.Equal) {
			t.Errorf("%s: bundle %s has other signatures", name, id)
		}
	}
}

// signatures are the RRSIGs of each bundle, sorted.
func signatures(t *testing.T, doc []byte) map[string][][]byte {
	t.Helper()
	response, err := ksr.ParseResponse(doc)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][][]byte{}
	for _, b := range response.Bundles {
		var sigs [][]byte
		for _, sig := range b.Signatures {
			sigs = append(sigs, sig.Append(nil))
		}
		slices.SortFunc(sigs, bytes.Compare)
		all[b.ID] = sigs
	}
	return all
}

// Two of IANA's SKRs are refused under any limits, and rightly: in one only a
// revoked KSK signs, so that no validator accepts the RRset, and in the other the
// KSK that signed is revoked the moment it signs no more, with its signatures in
// caches. The store that kskd signs with and package dnssec make the same
// signatures all the same, those by revoked keys included.
func TestRefusesPlansThatIANASigned(t *testing.T) {
	dir := filepath.Join(testenv.Dir(t), "icann")
	token := icannToken(t, "icann-refused")
	mild := historic()
	mild.KSK.PublishSafety, mild.KSK.RetireSafety, mild.KSK.RevokedFor = 2*iso8601.Day, 2*iso8601.Day, 2*iso8601.Day
	for _, row := range []struct {
		icannCase
		fails []string
	}{
		{
			icannCase: icannCase{
				name: "2010 q2 only revoked", ksr: "ksr-root-2010-q2-0", previous: "legacy-skr-root-2010-q1-0", limits: mild,
				plan:     []planned{{label: "KSK1", publish: long, sign: long, revoke: "2010-04-01", remove: "2010-12-01"}},
				expected: []string{"expected/kskm-2010-q2-legacykey-revokeall"},
			},
			fails: []string{"SKR-KSK-RETIRE-SAFETY", "SKR-KSK-SIGNER"},
		},
		{
			icannCase: icannCase{
				name: "2010 q2 roll", ksr: "ksr-root-2010-q2-0", previous: "legacy-skr-root-2010-q1-0", limits: mild,
				plan: []planned{
					{label: "KSK1", publish: long, sign: long, revoke: "2010-05-31", remove: "2010-06-20"},
					{label: "KSK2", publish: "2010-04-11", sign: "2010-05-31"},
				},
				expected: []string{"expected/kskm-2010-q2-legacykeys-roll2010", "legacy-skr-root-2010-q2-0"},
			},
			fails: []string{"SKR-KSK-RETIRE-SAFETY"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := row.site(t, token)
			r := s.refused("kskd", row.sign(t, dir)...)
			if got := violated(r.stdout); !slices.Equal(got, row.fails) {
				t.Errorf("%s\nfailed %v, want %v", r, got, row.fails)
			}
			for _, expected := range row.expected {
				signedAlike(t, token, read(t, filepath.Join(dir, expected+".xml")))
			}
		})
	}
}

// signedAlike signs every bundle of an SKR again with the keys of the token.
func signedAlike(t *testing.T, token softhsm.Token, doc []byte) {
	t.Helper()
	response, err := ksr.ParseResponse(doc)
	if err != nil {
		t.Fatal(err)
	}
	store, err := hsm.Open(token.URI, func() ([]byte, error) { return []byte(softhsm.PIN), nil }, hsm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, b := range response.Bundles {
		for _, sig := range b.Signatures {
			signer, err := store.Open(dnssec.KeyRef{Label: sig.KeyIdentifier, Algorithm: sig.Algorithm, Flags: 257})
			if err != nil {
				t.Fatal(err)
			}
			again, err := dnssec.Sign(b.DNSKEYSet(response.Zone), signer, dnssec.Params{
				Inception: b.Inception, Expiration: b.Expiration, SignerName: rr.Root, KeyTag: sig.KeyTag,
			})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(again.Append(nil), sig.Append(nil)) {
				t.Errorf("bundle %s: key %d made another signature", b.ID, sig.KeyTag)
			}
		}
	}
}
