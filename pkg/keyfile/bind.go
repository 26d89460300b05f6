package keyfile

import (
	"fmt"
	"path/filepath"

	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/rr"
)

// ImportBIND takes in the pair stem.key and stem.private of dnssec-keygen. Zone,
// algorithm and flags are those of the files, and if p has them they must be
// the same; so is the time of creation if p has none. It returns the timing
// metadata, which the store does not keep. The files stay as they are.
func (s *Store) ImportBIND(p dnssec.KeyParams, stem string) (dnssec.KeyInfo, []Metadata, error) {
	public, private, err := readBIND(stem)
	if err != nil {
		return dnssec.KeyInfo{}, nil, err
	}
	switch {
	case p.Zone != "" && p.Zone != public.owner:
		return dnssec.KeyInfo{}, nil, fmt.Errorf("%s.key is a key of %s, want %s", stem, public.owner, p.Zone)
	case p.Algorithm != 0 && p.Algorithm != public.key.Algorithm:
		return dnssec.KeyInfo{}, nil, fmt.Errorf("%s.key is of %s, want %s", stem, dnssec.AlgorithmName(public.key.Algorithm), dnssec.AlgorithmName(p.Algorithm))
	case p.Flags != 0 && p.Flags != public.key.Flags:
		return dnssec.KeyInfo{}, nil, fmt.Errorf("%s.key has flags %d, want %d", stem, public.key.Flags, p.Flags)
	}
	p.Zone, p.Algorithm, p.Flags = public.owner, public.key.Algorithm, public.key.Flags
	for _, m := range private.metadata {
		if t, ok := m.Time(); ok && m.Name == "Created" && p.Created.IsZero() {
			p.Created = t
		}
	}
	info, err := s.Import(p, private.key)
	return info, private.metadata, err
}

// readBIND reads both files and checks that the public key is the private one's.
func readBIND(stem string) (publicFile, bindPrivate, error) {
	fail := func(name string, err error) (publicFile, bindPrivate, error) {
		return publicFile{}, bindPrivate{}, fmt.Errorf("reading %s%s: %w", stem, name, err)
	}
	text, err := readLimited(stem + ".key")
	if err != nil {
		return publicFile{}, bindPrivate{}, err
	}
	public, err := parsePublic(text)
	if err != nil {
		return fail(".key", err)
	}
	secret, err := durable.ReadPrivate(stem+".private", maxKeyFile)
	if err != nil {
		return publicFile{}, bindPrivate{}, err
	}
	defer clear(secret)
	private, err := parseBINDPrivate(secret)
	if err != nil {
		return fail(".private", err)
	}
	computed, err := dnssec.NewKey(private.key.Public(), private.algorithm, public.key.Flags)
	if err != nil {
		return fail(".private", err)
	}
	if !dnssec.SameKey(computed, public.key) {
		return fail(".private", fmt.Errorf("its public key is not the one of %s.key", stem))
	}
	return public, private, nil
}

// ExportBIND writes a key into dir as dnssec-keygen would, not encrypted, with
// the metadata lines given, and returns the path without ".key" and ".private".
// The private file is 0600; neither file may exist yet. Who has the file has
// the key: this is for moving to other software.
func (s *Store) ExportBIND(ref dnssec.KeyRef, dir string, metadata []Metadata) (stem string, err error) {
	for _, m := range metadata {
		if !m.valid() {
			return "", fmt.Errorf("exporting key %s: malformed %s", ref.Label, m.Name)
		}
	}
	info, err := s.Describe(ref)
	if err != nil {
		return "", err
	}
	passphrase, err := s.ask()
	if err != nil {
		return "", err
	}
	defer clear(passphrase)
	key, err := s.load(info, passphrase)
	if err != nil {
		return "", err
	}
	private := bindPrivate{algorithm: info.Key.Algorithm, key: key.private, metadata: metadata}
	text, err := private.append(make([]byte, 0, maxKeyFile)) // one buffer to clear
	if err != nil {
		return "", fmt.Errorf("exporting key %s: %w", ref.Label, err)
	}
	defer clear(text)
	public := publicFile{owner: info.Zone, ttl: -1, key: info.Key, comments: []string{headline(info.Zone, info.Key)}}
	stem = filepath.Join(dir, bindName(info.Zone, info.Key))
	if err := durable.WriteNew(stem+".private", text, 0o600); err != nil {
		return "", fmt.Errorf("exporting key %s: %w", ref.Label, err)
	}
	if err := durable.WriteNew(stem+".key", public.append(nil), 0o644); err != nil {
		if e := durable.Remove(stem + ".private"); e != nil {
			err = fmt.Errorf("%w (and the private key is left in %s.private: %v)", err, stem, e)
		}
		return "", fmt.Errorf("exporting key %s: %w", ref.Label, err)
	}
	return stem, nil
}

// bindName is Kzone.+algorithm+tag, with octets that could mean something in a
// file name as %XX.
func bindName(zone rr.Name, key rr.DNSKEY) string {
	name := []byte("K")
	if zone == rr.Root {
		name = append(name, '.')
	}
	for i := 0; i < len(zone) && zone[i] != 0; i += 1 + int(zone[i]) {
		for _, c := range []byte(zone[i+1 : i+1+int(zone[i])]) {
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
				name = append(name, c)
			} else {
				name = fmt.Appendf(name, "%%%02X", c)
			}
		}
		name = append(name, '.')
	}
	return fmt.Sprintf("%s+%03d+%05d", name, key.Algorithm, key.KeyTag())
}
