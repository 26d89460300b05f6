// Package keyindex reads and writes zsks.yaml, the key index: every ZSK that
// zskd knows with its four dates. The states of the keys are computed from it.
package keyindex

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"countersign/internal/strictyaml"
	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

// FileName is the name of the file within the state directory.
const FileName = "zsks.yaml"

// Entry is a ZSK and the cycle in which it signs.
type Entry struct {
	rollover.ZSK
	Cycle rollover.Cycle
}

// Index is the ZSKs of one zone, in the order in which they were made.
type Index struct {
	Zone    rr.Name
	Entries []Entry
}

// ZSKs is the keys without their cycles.
func (x *Index) ZSKs() []rollover.ZSK {
	zsks := make([]rollover.ZSK, len(x.Entries))
	for i, entry := range x.Entries {
		zsks[i] = entry.ZSK
	}
	return zsks
}

// Of is the keys that sign in a cycle.
func (x *Index) Of(c rollover.Cycle) []Entry {
	var of []Entry
	for _, entry := range x.Entries {
		if entry.Cycle == c {
			of = append(of, entry)
		}
	}
	return of
}

// file is the form on disk.
type file struct {
	Zone string    `yaml:"zone"`
	ZSKs []fileZSK `yaml:"zsks"`
}

type fileZSK struct {
	Label     string          `yaml:"label"`
	Cycle     string          `yaml:"cycle"`
	Algorithm string          `yaml:"algorithm"`
	KeyTag    uint16          `yaml:"key_tag"`
	PublicKey string          `yaml:"public_key"`
	Publish   strictyaml.Time `yaml:"publish"`
	Activate  strictyaml.Time `yaml:"activate"`
	Retire    strictyaml.Time `yaml:"retire"`
	Remove    strictyaml.Time `yaml:"remove"`
}

// Load reads the index in the state directory; it is empty where there is none
// yet.
func Load(state string, zone rr.Name) (*Index, error) {
	path := filepath.Join(state, FileName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Index{Zone: zone}, nil
	}
	if err != nil {
		return nil, err
	}
	index, err := parse(path, text, zone)
	if err != nil {
		return nil, fmt.Errorf("key index %w: restore it from a backup", err)
	}
	return index, nil
}

func parse(name string, text []byte, zone rr.Name) (*Index, error) {
	var f file
	if err := strictyaml.Decode(name, text, &f); err != nil {
		return nil, err
	}
	if of, err := rr.ParseName(f.Zone); err != nil || of != zone {
		return nil, fmt.Errorf("%s: is for zone %q, not %s", name, f.Zone, zone)
	}
	index := &Index{Zone: zone}
	labels := map[string]bool{}
	for _, z := range f.ZSKs {
		entry, err := z.entry()
		if err != nil {
			return nil, fmt.Errorf("%s: ZSK %q: %w", name, z.Label, err)
		}
		if labels[z.Label] {
			return nil, fmt.Errorf("%s: ZSK %q is listed twice", name, z.Label)
		}
		labels[z.Label] = true
		index.Entries = append(index.Entries, entry)
	}
	return index, nil
}

func (z fileZSK) entry() (Entry, error) {
	if z.Label == "" {
		return Entry{}, errors.New("label is not set")
	}
	cycle, err := rollover.ParseCycle(z.Cycle)
	if err != nil {
		return Entry{}, err
	}
	algorithm, err := dnssec.ParseAlgorithm(z.Algorithm)
	if err != nil {
		return Entry{}, err
	}
	public, err := base64.StdEncoding.Strict().DecodeString(z.PublicKey)
	if err != nil {
		return Entry{}, fmt.Errorf("public_key: %w", err)
	}
	key := rr.DNSKEY{Flags: rr.FlagZone, Protocol: 3, Algorithm: algorithm, PublicKey: public}
	if _, err := dnssec.PublicKey(key); err != nil {
		return Entry{}, fmt.Errorf("public_key: %w", err)
	}
	if key.KeyTag() != z.KeyTag {
		return Entry{}, fmt.Errorf("key_tag is %d, the public key's is %d", z.KeyTag, key.KeyTag())
	}
	dates := rollover.ZSKDates{Publish: z.Publish.Time, Activate: z.Activate.Time, Retire: z.Retire.Time, Remove: z.Remove.Time}
	if err := dates.Valid(); err != nil {
		return Entry{}, err
	}
	return Entry{Cycle: cycle, ZSK: rollover.ZSK{Label: z.Label, Key: key, ZSKDates: dates}}, nil
}

var fileTemplate = template.Must(template.New(FileName).Funcs(template.FuncMap{
	"algorithm": dnssec.AlgorithmName,
	"base64":    base64.StdEncoding.EncodeToString,
	"rfc3339":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
}).Parse(`# The ZSKs of the zone, written by zskd. publish: in the DNSKEY RRset from;
# activate: signs from; retire: signs until; remove: in the DNSKEY RRset until.

zone: {{printf "%q" .Zone.String}}
{{- if not .Entries}}
zsks: []
{{- else}}
zsks:
{{- range .Entries}}
  - label: {{printf "%q" .Label}}
    cycle: {{.Cycle}}
    algorithm: {{algorithm .Key.Algorithm}}
    key_tag: {{.Key.KeyTag}}
    public_key: {{base64 .Key.PublicKey}}
    publish: {{rfc3339 .Publish}}
    activate: {{rfc3339 .Activate}}
    retire: {{rfc3339 .Retire}}
    remove: {{rfc3339 .Remove}}
{{- end}}
{{- end}}
`))

// Encode writes the index as a file. Reading it back gives an equal index.
func (x *Index) Encode() ([]byte, error) {
	var b bytes.Buffer
	if err := fileTemplate.Execute(&b, x); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Save replaces the index in the state directory.
func (x *Index) Save(state string) error {
	text, err := x.Encode()
	if err != nil {
		return err
	}
	path := filepath.Join(state, FileName)
	if _, err := parse(path, text, x.Zone); err != nil {
		return fmt.Errorf("the key index to be written is not valid: %w", err)
	}
	return durable.Replace(path, text, 0o644)
}
