package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"time"

	"countersign/internal/zonefile"
	"countersign/pkg/dnssec"
	"countersign/pkg/keyfile"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zonesign"
	"countersign/pkg/zoneverify"
)

// This file is all that calls the engine.

func readZone(path string, origin rr.Name) (*zone.Zone, error) {
	z, _, err := zonefile.Read(path, origin)
	return z, err
}

// writeZone writes the file without fsync, as the signers of the others do.
func writeZone(path string, z *zone.Zone) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = z.WriteTo(file)
	return errors.Join(err, file.Close())
}

// describeBackend says what signs.
func describeBackend(backend string) string {
	b, err := keyfile.ParseBackend(cmp.Or(backend, "auto"))
	if err != nil {
		return backend
	}
	return b.Describe()
}

// openSigner opens a pair of dnssec-keygen.
func openSigner(stem, backend string) (dnssec.Signer, error) {
	b, err := keyfile.ParseBackend(cmp.Or(backend, "auto"))
	if err != nil {
		return nil, err
	}
	store := new(keyfile.Store)
	if err := store.UseBackend(b); err != nil {
		return nil, err
	}
	return store.OpenBIND(stem)
}

// setDenial asks for nsec, or nsec3 with opt-out and neither salt nor iterations.
func setDenial(c *zonesign.Config, name string) error {
	switch name {
	case "nsec":
		c.Denial = zonesign.NSEC
		return nil
	case "nsec3":
		c.Denial, c.NSEC3 = zonesign.NSEC3, zonesign.NSEC3Params{OptOut: true}
		return nil
	}
	return fmt.Errorf("unknown denial %q", name)
}

func signZone(z *zone.Zone, c zonesign.Config) (*zone.Zone, error) {
	signed, _, err := zonesign.Sign(z, c)
	return signed, err
}

func verifyZone(z *zone.Zone) error {
	report := zoneverify.Verify(z, zoneverify.Config{At: time.Now()})
	if err := report.Err(); err != nil {
		return fmt.Errorf("%w: %s", err, report.Findings[0])
	}
	return nil
}

// version is a signed zone that the next one is made of, and the proof that it
// passed.
type version struct {
	zonesign.Version
	signed *zone.Zone
	judged *zoneverify.Judged
}

// next signs a version after v; the first is after the zero value.
func (v version) next(z *zone.Zone, c zonesign.Config) (version, error) {
	made, _, err := zonesign.Update(v.Version, z, c)
	return version{Version: made, signed: made.Signed}, err
}

// nextDelta signs the version that a change of the unsigned zone makes.
func (v version) nextDelta(d *zone.Delta, c zonesign.Config) (version, error) {
	made, _, err := zonesign.UpdateDelta(v.Version, d, c)
	return version{Version: made, signed: made.Signed}, err
}

// verify judges v, which follows before, and gives it with what is then known.
func (v version) verify(before version) (version, error) {
	report := zoneverify.VerifyChange(before.judged, v.signed, zoneverify.Config{At: time.Now(), Published: before.signed})
	if err := report.Err(); err != nil {
		return v, fmt.Errorf("%w: %s", err, report.Findings[0])
	}
	v.judged = report.Judged()
	return v, nil
}
