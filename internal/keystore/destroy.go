package keystore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"countersign/internal/cli"
	"countersign/pkg/dnssec"
)

// Destroy says what would be lost, wants an exact "Yes" unless yes is set, and
// destroys a key pair for good.
func Destroy(store Store, ref dnssec.KeyRef, yes bool, in io.Reader, out io.Writer) error {
	if err := describe(store, ref, out); err != nil {
		return err
	}
	fmt.Fprintln(out, "Nothing can be signed with it again unless there is a backup.")
	if err := cli.Confirm(in, out, yes, "Destroy it?"); err != nil {
		return fmt.Errorf("destroying key %s: %w", ref.Label, err)
	}
	if _, err := store.Delete(ref); err != nil {
		return err
	}
	fmt.Fprintf(out, "key %s is destroyed\n", ref.Label)
	return nil
}

// describe says what will be destroyed: a key pair, or the half of one that a
// crash left.
func describe(store Store, ref dnssec.KeyRef, out io.Writer) error {
	info, err := store.Describe(ref)
	if errors.Is(err, fs.ErrNotExist) {
		orphans, listing := store.Orphans()
		if listing != nil {
			return listing
		}
		if slices.Contains(orphans, ref.Label) {
			fmt.Fprintf(out, "The half of key %s that a crash left will be destroyed.\n", ref.Label)
			return nil
		}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Key %s will be destroyed: %s, %d bits.\n", info.Label, info.Kind, info.Bits)
	fmt.Fprintf(out, "Where it is: %s\n", info.Custody)
	return nil
}
