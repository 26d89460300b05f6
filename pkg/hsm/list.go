//go:build cgo

package hsm

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/miekg/pkcs11"

	"countersign/pkg/dnssec"
)

// List describes the key pairs of the token, sorted by label and id. A pair of a
// kind that is not supported is there too, without its key.
func (t *Token) List() ([]dnssec.KeyInfo, error) {
	var infos []dnssec.KeyInfo
	err := t.retry(func(c *connection) error {
		return c.use(func(s pkcs11.SessionHandle) (err error) {
			infos, _, err = c.list(s)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	return infos, nil
}

// Orphans name the halves of key pairs whose other half is missing, sorted: what
// is left when a token is lost while a key is made or deleted. Delete removes
// them.
func (t *Token) Orphans() ([]string, error) {
	var names []string
	err := t.retry(func(c *connection) error {
		return c.use(func(s pkcs11.SessionHandle) (err error) {
			_, names, err = c.list(s)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	return names, nil
}

// Describe says what is known of one key pair, without using it.
func (t *Token) Describe(ref dnssec.KeyRef) (dnssec.KeyInfo, error) {
	var info dnssec.KeyInfo
	err := t.retry(func(c *connection) error {
		return c.use(func(s pkcs11.SessionHandle) error {
			pair, err := c.pair(s, ref)
			if err != nil {
				return err
			}
			if info, err = c.describe(s, pair); err != nil {
				return err
			}
			return settle(ref, &info)
		})
	})
	if err != nil {
		return dnssec.KeyInfo{}, fmt.Errorf("describing key %s: %w", name(ref), err)
	}
	return info, nil
}

// list describes all pairs, and names the halves without the other.
func (c *connection) list(s pkcs11.SessionHandle) (infos []dnssec.KeyInfo, orphans []string, err error) {
	private, err := c.named(s, pkcs11.CKO_PRIVATE_KEY)
	if err != nil {
		return nil, nil, err
	}
	public, err := c.named(s, pkcs11.CKO_PUBLIC_KEY)
	if err != nil {
		return nil, nil, err
	}
	for key, handle := range public {
		other, ok := private[key]
		if !ok {
			orphans = append(orphans, key.String())
			continue
		}
		info, err := c.describe(s, objects{other, handle})
		var kind unsupportedKind
		if errors.As(err, &kind) {
			info.Key.PublicKey, info.Kind, err = nil, string(kind), nil
		}
		if err != nil {
			return nil, nil, err
		}
		infos = append(infos, info)
	}
	for key := range private {
		if _, ok := public[key]; !ok {
			orphans = append(orphans, key.String())
		}
	}
	slices.Sort(orphans)
	slices.SortFunc(infos, func(a, b dnssec.KeyInfo) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), bytes.Compare(a.ID, b.ID))
	})
	return infos, orphans, nil
}

// objectName tells the objects of a class apart: by label and id, and by a
// number where both are equal.
type objectName struct {
	label, id string
	copy      int
}

func (n objectName) String() string {
	return fmt.Sprintf("%s (id %s)", n.label, hex.EncodeToString([]byte(n.id)))
}

func (c *connection) named(s pkcs11.SessionHandle, class uint) (map[objectName]pkcs11.ObjectHandle, error) {
	handles, err := c.find(s, class, dnssec.KeyRef{})
	if err != nil {
		return nil, err
	}
	named := map[objectName]pkcs11.ObjectHandle{}
	for _, handle := range handles {
		label, err := c.attribute(s, handle, pkcs11.CKA_LABEL)
		if err != nil {
			return nil, err
		}
		id, err := c.attribute(s, handle, pkcs11.CKA_ID)
		if err != nil {
			return nil, err
		}
		key := objectName{label: string(label), id: string(id)}
		for _, taken := named[key]; taken; _, taken = named[key] {
			key.copy++
		}
		named[key] = handle
	}
	return named, nil
}
