// Package config reads and writes zskd.yaml.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"countersign/internal/keystore"
	"countersign/internal/strictyaml"
	"countersign/pkg/dnssec"
	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/pkg/zonesign"
)

// FileName is the configuration file within a directory that init made.
const FileName = "zskd.yaml"

// Config is what the commands work with: checked, paths absolute or relative to
// the working directory.
type Config struct {
	Zone        rr.Name
	Limits      string // path of limits.yaml
	TrustAnchor string // path of the pinned trust anchor
	State       string // directory
	Keys        keystore.Config
	Schedule    rollover.Schedule
	Exchange    ksr.Format // of the KSRs this side writes
	Signing     Signing
}

// Signing is how the zone is signed.
type Signing struct {
	InceptionOffset time.Duration
	Validity        time.Duration // from the moment of signing
	Refresh         time.Duration // a signature that lasts for less is made anew
	Serial          zonesign.SerialPolicy
	Denial          zonesign.Denial
	NSEC3           zonesign.NSEC3Params // for NSEC3 only
	ZONEMD          bool
}

// file is the form on disk.
type file struct {
	Zone        string        `yaml:"zone"`
	Limits      string        `yaml:"limits"`
	TrustAnchor string        `yaml:"trust_anchor"`
	State       string        `yaml:"state"`
	Keys        keystore.File `yaml:"keys"`
	Schedule    struct {
		Slots    int                 `yaml:"slots"`
		Interval strictyaml.Duration `yaml:"interval"`
		Validity strictyaml.Duration `yaml:"validity"`
	} `yaml:"schedule"`
	Exchange struct {
		Format string `yaml:"format"`
	} `yaml:"exchange"`
	Signing struct {
		InceptionOffset *strictyaml.Duration `yaml:"inception_offset"`
		Validity        strictyaml.Duration  `yaml:"validity"`
		Refresh         *strictyaml.Duration `yaml:"refresh"`
		Serial          string               `yaml:"serial"`
		Denial          *string              `yaml:"denial"`
		NSEC3           *nsec3               `yaml:"nsec3"`
		ZONEMD          *bool                `yaml:"zonemd"`
	} `yaml:"signing"`
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
	schedule := rollover.Schedule{
		Slots:    f.Schedule.Slots,
		Interval: time.Duration(f.Schedule.Interval),
		Validity: time.Duration(f.Schedule.Validity),
	}
	if err := schedule.Valid(); err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	signing, err := f.signing()
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	format := ksr.Format(f.Exchange.Format)
	if format != ksr.ICANN && format != ksr.Knot && format != ksr.BIND {
		return nil, fmt.Errorf("exchange: format %q: want icann, knot or bind", f.Exchange.Format)
	}
	c := &Config{
		Zone: zone, Keys: keys,
		Schedule: schedule, Exchange: format, Signing: signing,
	}
	if c.Limits, err = strictyaml.Path(dir, "limits", f.Limits); err != nil {
		return nil, err
	}
	if c.TrustAnchor, err = strictyaml.Path(dir, "trust_anchor", f.TrustAnchor); err != nil {
		return nil, err
	}
	if c.State, err = strictyaml.Path(dir, "state", f.State); err != nil {
		return nil, err
	}
	return c, nil
}

func (f *file) signing() (Signing, error) {
	serial, err := zonesign.ParseSerialPolicy(f.Signing.Serial)
	if err != nil {
		return Signing{}, err
	}
	switch {
	case f.Signing.ZONEMD == nil:
		return Signing{}, errors.New("zonemd is not set")
	case f.Signing.InceptionOffset == nil:
		return Signing{}, errors.New("inception_offset is not set")
	}
	s := Signing{
		InceptionOffset: time.Duration(*f.Signing.InceptionOffset),
		Validity:        time.Duration(f.Signing.Validity),
		Serial:          serial,
		ZONEMD:          *f.Signing.ZONEMD,
	}
	s.Refresh = (s.Validity / 2).Truncate(time.Second)
	if f.Signing.Refresh != nil {
		s.Refresh = time.Duration(*f.Signing.Refresh)
	}
	switch {
	case s.Validity < time.Hour:
		return Signing{}, fmt.Errorf("validity %s is shorter than an hour", iso8601.FormatDuration(s.Validity))
	case s.InceptionOffset >= s.Validity:
		return Signing{}, fmt.Errorf("inception_offset %s is not shorter than the validity", iso8601.FormatDuration(s.InceptionOffset))
	case s.Refresh <= 0 || s.Refresh >= s.Validity:
		return Signing{}, fmt.Errorf("refresh %s is not above zero and shorter than the validity", iso8601.FormatDuration(s.Refresh))
	}
	if s.Denial, s.NSEC3, err = f.denial(); err != nil {
		return Signing{}, err
	}
	return s, nil
}

// Template is the values that differ between the files init writes.
type Template struct {
	Zone     rr.Name
	Keys     keystore.Config
	Schedule rollover.Schedule
	Exchange ksr.Format
	Validity time.Duration // of the zone's signatures
	Refresh  time.Duration // for how long those must last that are kept
}

var fileTemplate = template.Must(template.Must(template.New(FileName).Funcs(template.FuncMap{
	"algorithm": dnssec.AlgorithmName,
	"duration":  iso8601.FormatDuration,
}).Parse(keystore.FileTemplate)).Parse(`# zskd: the ZSK operator's half. Paths are relative to this file.
# Durations are ISO 8601. Unknown keys are errors.

zone: {{printf "%q" .Zone.String}}

# The limits of the practice statement: the same file on both sides.
limits: limits.yaml

# The KSKs this side trusts, as DS or DNSKEY records or a trust anchor document
# (RFC 9718). An SKR that none of them signed is refused. Get it from the KSK
# operator by a way you trust: "kskd trust-anchor" writes it.
trust_anchor: trust-anchor.xml

# Keys' dates, KSRs made, SKRs installed. Nothing here is secret.
state: state

{{template "keys" .Keys}}
# How a cycle, a calendar quarter, is cut into slots.
schedule:
  slots: {{.Schedule.Slots}}
  interval: {{duration .Schedule.Interval}}
  validity: {{duration .Schedule.Validity}}

# The form of the KSRs: icann (XML), knot or bind (text).
exchange:
  format: {{.Exchange}}

signing:
  # How far in the past signatures begin, for validators whose clock is slow.
  inception_offset: PT1H
  # From the moment of signing to expiration.
  validity: {{duration .Validity}}
  # A signature of the version before is kept where nothing has changed and it still
  # lasts for this long. No less than the limits ask for (published.min_remaining).
  refresh: {{duration .Refresh}}
  # The serial of the signed zone: keep, increment, unixtime or datecounter.
  serial: keep
  # How it is proved that a name or a type does not exist: nsec, or nsec3 with what is
  # below; see RFC 9276 before you change it. The salt is in hexadecimal, "-" is none.
  denial: nsec
  # nsec3: {iterations: 0, salt: "-", opt_out: false}
  # A digest of the whole zone (RFC 8976, SHA-384).
  zonemd: true
`))

// Write renders the file that init writes.
func Write(t Template) ([]byte, error) {
	var b bytes.Buffer
	if err := fileTemplate.Execute(&b, t); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
