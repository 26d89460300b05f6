// Package config reads and writes kskd.yaml.
package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"countersign/internal/keystore"
	"countersign/internal/strictyaml"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// FileName is the configuration file within a directory that init made.
const FileName = "kskd.yaml"

// Config is what the commands work with: checked, paths absolute or relative to
// the working directory.
type Config struct {
	Zone   rr.Name
	Limits string // path of limits.yaml
	KSKs   string // path of ksks.yaml
	State  string // directory
	Keys   keystore.Config
}

// file is the form on disk.
type file struct {
	Zone   string        `yaml:"zone"`
	Limits string        `yaml:"limits"`
	KSKs   string        `yaml:"ksks"`
	State  string        `yaml:"state"`
	Keys   keystore.File `yaml:"keys"`
}

// Load reads a configuration file. Paths in it are relative to its folder.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var f file
	if err := strictyaml.Decode(path, text, &f); err != nil {
		return nil, err
	}
	c, err := f.check(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func (f *file) check(dir string) (*Config, error) {
	zone, err := rr.ParseName(f.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone: %w", err)
	}
	keys, err := f.Keys.Check(dir)
	if err != nil {
		return nil, err
	}
	c := &Config{Zone: zone, Keys: keys}
	if c.Limits, err = strictyaml.Path(dir, "limits", f.Limits); err != nil {
		return nil, err
	}
	if c.KSKs, err = strictyaml.Path(dir, "ksks", f.KSKs); err != nil {
		return nil, err
	}
	if c.State, err = strictyaml.Path(dir, "state", f.State); err != nil {
		return nil, err
	}
	return c, nil
}

// Template is the values that differ between the files init writes.
type Template struct {
	Zone rr.Name
	Keys keystore.Config
}

var fileTemplate = template.Must(template.Must(template.New(FileName).Funcs(template.FuncMap{
	"algorithm": dnssec.AlgorithmName,
}).Parse(keystore.FileTemplate)).Parse(`# kskd: the KSK operator's half. Paths are relative to this file. Unknown keys
# are errors.

zone: {{printf "%q" .Zone.String}}

# The limits of the practice statement: the same file on both sides.
limits: limits.yaml

# The KSKs and their dates, from which follows what each slot publishes, signs
# with and revokes.
ksks: ksks.yaml

# Every KSR seen, every SKR made. Nothing here is secret.
state: state

{{template "keys" .Keys}}`))

// Write renders the file that init writes.
func Write(t Template) ([]byte, error) {
	var b bytes.Buffer
	if err := fileTemplate.Execute(&b, t); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
