//go:build cgo

package hsm

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/miekg/pkcs11"

	"countersign/pkg/dnssec"
)

// Delete destroys a key pair, or the half of one, for good: first the private
// key, then the public one, and looks that both are gone. It returns what was
// known of the pair. A ref that fits several keys is refused.
func (t *Token) Delete(ref dnssec.KeyRef) (dnssec.KeyInfo, error) {
	info := dnssec.KeyInfo{Label: ref.Label, ID: ref.ID}
	if ref.Label == "" && len(ref.ID) == 0 {
		return info, errors.New("deleting a key: neither label nor id")
	}
	err := t.once(func(c *connection) error {
		return c.write(func(s pkcs11.SessionHandle) error {
			private, err := c.one(s, pkcs11.CKO_PRIVATE_KEY, "private", ref)
			hasPrivate := err == nil
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			public, err := c.one(s, pkcs11.CKO_PUBLIC_KEY, "public", ref)
			hasPublic := err == nil
			if err != nil && (!errors.Is(err, fs.ErrNotExist) || !hasPrivate) {
				return err
			}
			if hasPrivate && hasPublic {
				if err := c.sameID(s, private, public); err != nil {
					return err
				}
				// Of a pair that cannot be described too, what is given is destroyed.
				if known, err := c.describe(s, objects{private, public}); err == nil {
					if err := settle(ref, &known); err != nil {
						return err
					}
					info = known
				}
			}
			var handles []pkcs11.ObjectHandle
			if hasPrivate {
				handles = append(handles, private)
			}
			if hasPublic {
				handles = append(handles, public)
			}
			return c.destroy(s, ref, handles...)
		})
	})
	if err != nil {
		return info, fmt.Errorf("deleting key %s: %w", name(ref), err)
	}
	return info, nil
}

// sameID checks that two halves found by their label are one pair.
func (c *connection) sameID(s pkcs11.SessionHandle, private, public pkcs11.ObjectHandle) error {
	one, err := c.attribute(s, private, pkcs11.CKA_ID)
	if err != nil {
		return err
	}
	other, err := c.attribute(s, public, pkcs11.CKA_ID)
	if err != nil {
		return err
	}
	if !bytes.Equal(one, other) {
		return fmt.Errorf("the private key has id %x and the public key %x: give the id of the half to delete", one, other)
	}
	return nil
}

// destroy destroys objects and looks that no object of that label and id is
// left.
func (c *connection) destroy(s pkcs11.SessionHandle, ref dnssec.KeyRef, handles ...pkcs11.ObjectHandle) error {
	for _, handle := range handles {
		if err := c.module.ctx.DestroyObject(s, handle); err != nil {
			return fmt.Errorf("destroying an object: %w", err)
		}
	}
	return c.absent(s, ref, "is still there after it was destroyed")
}

// absent checks that no key has the label and id of ref, those that are given.
func (c *connection) absent(s pkcs11.SessionHandle, ref dnssec.KeyRef, complaint string) error {
	for _, class := range []uint{pkcs11.CKO_PRIVATE_KEY, pkcs11.CKO_PUBLIC_KEY} {
		left, err := c.find(s, class, ref)
		if err != nil {
			return err
		}
		if len(left) != 0 {
			return fmt.Errorf("a key %s %s on token %q", name(ref), complaint, c.label)
		}
	}
	return nil
}
