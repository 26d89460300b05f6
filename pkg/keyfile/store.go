package keyfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
)

const (
	privateSuffix = ".pem"
	publicSuffix  = ".key"
)

// Store is one directory of keys. It holds nothing in memory but the keys it
// opened, so several may share a directory; those that write take turns by the
// directory's lock.
type Store struct {
	dir        string
	passphrase Passphrase
	backend    Backend

	mu   sync.Mutex
	keys []*Key // that Open gave and Close ends
}

// New is the store in dir, which belongs to this user and nobody else can look
// into (0700). passphrase is asked each time a private key is written or read;
// it may be nil for List and Describe.
func New(dir string, passphrase Passphrase) (*Store, error) {
	if err := durable.CheckPrivateDir(dir); err != nil {
		return nil, fmt.Errorf("key directory: %w", err)
	}
	return &Store{dir: dir, passphrase: passphrase}, nil
}

// Create makes the directory, which must not exist yet, and is then New.
func Create(dir string, passphrase Passphrase) (*Store, error) {
	if err := durable.MakeDir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making key directory: %w", err)
	}
	return New(dir, passphrase)
}

// UseBackend chooses what signs, instead of Auto, before the first Open. The error
// is ErrNoLibcrypto.
func (s *Store) UseBackend(b Backend) error {
	s.backend = b
	return b.Check()
}

// Close ends the use of the keys that Open gave, and frees what libcrypto has of
// them.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.keys {
		key.close()
	}
	s.keys = nil
}

// opened notes a key for Close.
func (s *Store) opened(key *Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, key)
}

// List describes all keys, sorted by label. One file that cannot be read fails
// the whole list: a key must not vanish in silence.
func (s *Store) List() ([]dnssec.KeyInfo, error) {
	labels, err := s.labels(publicSuffix)
	if err != nil {
		return nil, err
	}
	infos := make([]dnssec.KeyInfo, 0, len(labels))
	for _, label := range labels {
		info, err := s.describe(label)
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// Orphans are the labels of private keys without a public one, sorted: halves
// that a crash left, which Delete removes.
func (s *Store) Orphans() ([]string, error) {
	private, err := s.labels(privateSuffix)
	if err != nil {
		return nil, err
	}
	public, err := s.labels(publicSuffix)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(private, func(label string) bool { return slices.Contains(public, label) }), nil
}

// Describe says what is known of one key, without its private half.
func (s *Store) Describe(ref dnssec.KeyRef) (dnssec.KeyInfo, error) {
	if err := checkLabel(ref.Label); err != nil {
		return dnssec.KeyInfo{}, err
	}
	info, err := s.describe(ref.Label)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	return info, match(ref, info)
}

// match refuses a key that is not what the caller takes it for.
func match(ref dnssec.KeyRef, info dnssec.KeyInfo) error {
	switch {
	case len(ref.ID) != 0:
		return fmt.Errorf("key %s: a software key has no id", ref.Label)
	case ref.Algorithm != 0 && ref.Algorithm != info.Key.Algorithm:
		return fmt.Errorf("key %s is of %s, want %s", ref.Label, dnssec.AlgorithmName(info.Key.Algorithm), dnssec.AlgorithmName(ref.Algorithm))
	case ref.Flags != 0 && ref.Flags != info.Key.Flags:
		return fmt.Errorf("key %s has flags %d, want %d", ref.Label, info.Key.Flags, ref.Flags)
	}
	return nil
}

func (s *Store) describe(label string) (dnssec.KeyInfo, error) {
	text, err := readLimited(s.publicPath(label))
	if errors.Is(err, fs.ErrNotExist) {
		return dnssec.KeyInfo{}, fmt.Errorf("no key %s in %s: %w", label, s.dir, fs.ErrNotExist)
	}
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	info, err := parseInfo(text)
	if err != nil {
		return dnssec.KeyInfo{}, fmt.Errorf("reading %s: %w", s.publicPath(label), err)
	}
	info.Label = label
	info.Custody = "software key in " + s.dir + ", encrypted with a passphrase; whoever can read the file and knows the passphrase has the key"
	return info, nil
}

func (s *Store) labels(suffix string) ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	var labels []string
	for _, entry := range entries {
		if label, ok := strings.CutSuffix(entry.Name(), suffix); ok && checkLabel(label) == nil {
			labels = append(labels, label)
		}
	}
	return labels, nil
}

func (s *Store) privatePath(label string) string {
	return filepath.Join(s.dir, label+privateSuffix)
}

func (s *Store) publicPath(label string) string {
	return filepath.Join(s.dir, label+publicSuffix)
}
