package config

import (
	"encoding/hex"
	"errors"
	"fmt"

	"countersign/pkg/zonesign"
)

// nsec3 is the parameters on disk. The section may be left out, and is then what
// RFC 9276, Section 3.1, asks for; its keys may not.
type nsec3 struct {
	Iterations *uint16 `yaml:"iterations"`
	Salt       *string `yaml:"salt"`
	OptOut     *bool   `yaml:"opt_out"`
}

func (f *file) denial() (zonesign.Denial, zonesign.NSEC3Params, error) {
	var none zonesign.NSEC3Params
	denial := zonesign.NSEC
	if f.Signing.Denial != nil {
		var err error
		if denial, err = zonesign.ParseDenial(*f.Signing.Denial); err != nil {
			return 0, none, err
		}
	}
	switch {
	case f.Signing.NSEC3 == nil:
		return denial, none, nil
	case denial != zonesign.NSEC3:
		return 0, none, fmt.Errorf("nsec3 is set, and denial is %s", denial)
	}
	params, err := f.Signing.NSEC3.check()
	if err != nil {
		return 0, none, fmt.Errorf("nsec3: %w", err)
	}
	return denial, params, nil
}

func (n *nsec3) check() (zonesign.NSEC3Params, error) {
	switch {
	case n.Iterations == nil:
		return zonesign.NSEC3Params{}, errors.New("iterations is not set")
	case n.Salt == nil:
		return zonesign.NSEC3Params{}, errors.New("salt is not set")
	case n.OptOut == nil:
		return zonesign.NSEC3Params{}, errors.New("opt_out is not set")
	case *n.Iterations > zonesign.MaxIterations:
		return zonesign.NSEC3Params{}, fmt.Errorf("iterations %d is above %d", *n.Iterations, zonesign.MaxIterations)
	}
	salt, err := parseSalt(*n.Salt)
	return zonesign.NSEC3Params{Iterations: *n.Iterations, Salt: salt, OptOut: *n.OptOut}, err
}

// parseSalt reads a salt as zone files have it: nil for none. See RFC 5155,
// Section 3.3.
func parseSalt(text string) ([]byte, error) {
	if text == "" || text == "-" {
		return nil, nil
	}
	salt, err := hex.DecodeString(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("salt %q is not in hexadecimal: %w", text, err)
	case len(salt) > 255:
		return nil, fmt.Errorf("salt of %d octets, at most 255 are possible", len(salt))
	}
	return salt, nil
}
