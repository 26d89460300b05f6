package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/pkg/zonesign"
)

// keyring is the keys of a zone, in the files of dnssec-keygen.
type keyring struct{ ksk, zsk dnssec.Signer }

// openKeyring opens the pairs in a folder: one KSK and one ZSK.
func openKeyring(dir, backend string) (keyring, error) {
	files, err := filepath.Glob(filepath.Join(dir, "K*.key"))
	if err != nil {
		return keyring{}, err
	}
	var k keyring
	for _, file := range files {
		signer, err := openSigner(strings.TrimSuffix(file, ".key"), backend)
		if err != nil {
			return keyring{}, err
		}
		place := &k.zsk
		if signer.Key().IsSEP() {
			place = &k.ksk
		}
		if *place != nil {
			return keyring{}, fmt.Errorf("%s has more than one KSK and one ZSK", dir)
		}
		*place = signer
	}
	if k.ksk == nil || k.zsk == nil {
		return keyring{}, fmt.Errorf("%s has not one KSK and one ZSK", dir)
	}
	return k, nil
}

// config is how to sign. The KSK signs the DNSKEY RRset first, as it does in the
// programs of the others.
func (k keyring) config(t task, origin rr.Name, now time.Time) (zonesign.Config, error) {
	zsk := k.zsk
	switch t.signer {
	case "keys":
	case "noop":
		none, err := newNoSigner(k.zsk)
		if err != nil {
			return zonesign.Config{}, err
		}
		zsk = none
	default:
		return zonesign.Config{}, fmt.Errorf("unknown signer %q", t.signer)
	}
	set := dnssec.KeySet(origin, 86400, []rr.DNSKEY{k.ksk.Key(), k.zsk.Key()})
	signature, err := dnssec.Sign(set, k.ksk, dnssec.Params{
		Inception: now.Add(-time.Hour), Expiration: now.Add(21 * 24 * time.Hour),
		SignerName: origin, KeyTag: k.ksk.Key().KeyTag(),
	})
	if err != nil {
		return zonesign.Config{}, err
	}
	c := zonesign.Config{
		Now: now, InceptionOffset: time.Hour, Validity: 14 * 24 * time.Hour,
		ZSKs:   []zonesign.ActiveKey{{Key: zsk.Key(), Signer: zsk}},
		Bundle: zonesign.Bundle{DNSKEY: zonesign.SignedSet{Set: *set, Signatures: []rr.RRSIG{signature}}},
		ZONEMD: t.zonemd,
	}
	return c, setDenial(&c, t.denial)
}

// clocked is the config with a watch on its signer.
func clocked(c zonesign.Config) (zonesign.Config, *clockedSigner, error) {
	if len(c.ZSKs) != 1 {
		return c, nil, errors.New("there is not one ZSK")
	}
	watched := &clockedSigner{Signer: c.ZSKs[0].Signer}
	c.ZSKs = []zonesign.ActiveKey{{Key: watched.Key(), Signer: watched}}
	return c, watched, nil
}
