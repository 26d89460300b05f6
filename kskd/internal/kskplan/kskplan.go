// Package kskplan reads and writes ksks.yaml: the KSKs and their dates. What
// each slot does with them is computed from it by package rollover.
package kskplan

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"text/template"
	"time"

	"countersign/internal/strictyaml"
	"countersign/pkg/dnssec"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

// Entry is one KSK of the plan.
type Entry struct {
	rollover.KSK
	Test bool // may sign at a time other than the present
}

// Plan is the KSKs of one zone.
type Plan struct {
	Zone    rr.Name
	Entries []Entry
}

// KSKs is the keys without their marks, in the order of the file.
func (p *Plan) KSKs() []rollover.KSK {
	ksks := make([]rollover.KSK, len(p.Entries))
	for i, entry := range p.Entries {
		ksks[i] = entry.KSK
	}
	return ksks
}

// Find is the entry with this label.
func (p *Plan) Find(label string) (Entry, bool) {
	for _, entry := range p.Entries {
		if entry.Label == label {
			return entry, true
		}
	}
	return Entry{}, false
}

// file is the form on disk.
type file struct {
	Zone string    `yaml:"zone"`
	KSKs []fileKSK `yaml:"ksks"`
}

type fileKSK struct {
	Label       string           `yaml:"label"`
	Algorithm   string           `yaml:"algorithm"`
	KeyTag      uint16           `yaml:"key_tag"`
	PublicKey   string           `yaml:"public_key"`
	Test        bool             `yaml:"test,omitempty"`
	AnchorFrom  *strictyaml.Time `yaml:"anchor_from,omitempty"`
	PublishFrom *strictyaml.Time `yaml:"publish_from,omitempty"`
	SignFrom    *strictyaml.Time `yaml:"sign_from,omitempty"`
	RevokeFrom  *strictyaml.Time `yaml:"revoke_from,omitempty"`
	RemoveFrom  *strictyaml.Time `yaml:"remove_from,omitempty"`
}

// Load reads and checks a plan, which must be for zone.
func Load(path string, zone rr.Name) (*Plan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text, zone)
}

// Parse reads and checks the text of a plan. name is for messages.
func Parse(name string, text []byte, zone rr.Name) (*Plan, error) {
	var f file
	if err := strictyaml.Decode(name, text, &f); err != nil {
		return nil, err
	}
	of, err := rr.ParseName(f.Zone)
	if err != nil {
		return nil, fmt.Errorf("%s: zone: %w", name, err)
	}
	if of != zone {
		return nil, fmt.Errorf("%s: is for zone %s, not %s", name, of, zone)
	}
	plan := &Plan{Zone: zone}
	for _, k := range f.KSKs {
		entry, err := k.entry()
		if err != nil {
			return nil, fmt.Errorf("%s: KSK %q: %w", name, k.Label, err)
		}
		plan.Entries = append(plan.Entries, entry)
	}
	if err := rollover.ValidKSKs(plan.KSKs()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return plan, nil
}

func (k fileKSK) entry() (Entry, error) {
	if k.Label == "" {
		return Entry{}, fmt.Errorf("label is not set")
	}
	algorithm, err := dnssec.ParseAlgorithm(k.Algorithm)
	if err != nil {
		return Entry{}, err
	}
	public, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(k.PublicKey), ""))
	if err != nil {
		return Entry{}, fmt.Errorf("public_key: %w", err)
	}
	key := rr.DNSKEY{Flags: rr.FlagZone | rr.FlagSEP, Protocol: 3, Algorithm: algorithm, PublicKey: public}
	if _, err := dnssec.PublicKey(key); err != nil {
		return Entry{}, fmt.Errorf("public_key: %w", err)
	}
	if key.KeyTag() != k.KeyTag {
		return Entry{}, fmt.Errorf("key_tag is %d, the public key's is %d", k.KeyTag, key.KeyTag())
	}
	return Entry{
		Test: k.Test,
		KSK: rollover.KSK{Label: k.Label, Key: key, KSKDates: rollover.KSKDates{
			AnchorFrom:  moment(k.AnchorFrom),
			PublishFrom: moment(k.PublishFrom),
			SignFrom:    moment(k.SignFrom),
			RevokeFrom:  moment(k.RevokeFrom),
			RemoveFrom:  moment(k.RemoveFrom),
		}},
	}, nil
}

func moment(t *strictyaml.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}

var fileTemplate = template.Must(template.New("ksks.yaml").Funcs(template.FuncMap{
	"algorithm": dnssec.AlgorithmName,
	"base64":    base64.StdEncoding.EncodeToString,
	"rfc3339":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
}).Parse(`# The KSKs of the zone and their dates, all in UTC. A date takes effect in the
# first slot that begins at or after it; one that is left out is not planned.
#
#   anchor_from   validators may hold the key as a trust anchor
#   publish_from  in the DNSKEY RRset
#   sign_from     signs, until a newer key of its algorithm does
#   revoke_from   in the DNSKEY RRset as revoked (RFC 5011)
#   remove_from   no longer in the DNSKEY RRset
#
# "test: true" marks a key with which "kskd sign --at" may sign as if at another
# time. No production key may have it.

zone: {{printf "%q" .Zone.String}}
{{- if not .Entries}}
ksks: []
{{- else}}
ksks:
{{- range .Entries}}
  - label: {{printf "%q" .Label}}
    algorithm: {{algorithm .Key.Algorithm}}
    key_tag: {{.Key.KeyTag}}
    public_key: {{base64 .Key.PublicKey}}
{{- if .Test}}
    test: true
{{- end}}
{{- if not .AnchorFrom.IsZero}}
    anchor_from: {{rfc3339 .AnchorFrom}}
{{- end}}
{{- if not .PublishFrom.IsZero}}
    publish_from: {{rfc3339 .PublishFrom}}
{{- end}}
{{- if not .SignFrom.IsZero}}
    sign_from: {{rfc3339 .SignFrom}}
{{- end}}
{{- if not .RevokeFrom.IsZero}}
    revoke_from: {{rfc3339 .RevokeFrom}}
{{- end}}
{{- if not .RemoveFrom.IsZero}}
    remove_from: {{rfc3339 .RemoveFrom}}
{{- end}}
{{- end}}
{{- end}}
`))

// Encode writes the plan as a file. Reading it back gives an equal plan.
func (p *Plan) Encode() ([]byte, error) {
	var b bytes.Buffer
	if err := fileTemplate.Execute(&b, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
