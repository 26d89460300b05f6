package keystore

import (
	"errors"
	"fmt"
	"io"

	"countersign/internal/cli"
	"countersign/pkg/dnssec"
)

// Destroy says what would be lost, wants an exact "Yes" unless yes is set, and
// destroys a key pair for good.
func Destroy(store Store, ref dnssec.KeyRef, yes bool, in io.Reader, out io.Writer) error {
	info, err := store.Describe(ref)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Key %s will be destroyed: %s, %d bits.\n", info.Label, info.Kind, info.Bits)
	fmt.Fprintf(out, "Where it is: %s\n", info.Custody)
	fmt.Fprintln(out, "Nothing can be signed with it again unless there is a backup.")
	if !yes {
		fmt.Fprint(out, "Type \"Yes\" exactly to go on: ")
		if err := cli.ReadYes(in); errors.Is(err, cli.ErrNotConfirmed) {
			return fmt.Errorf("destroying key %s: %w", ref.Label, err)
		} else if err != nil {
			return err
		}
	}
	if _, err := store.Delete(ref); err != nil {
		return err
	}
	fmt.Fprintf(out, "key %s is destroyed\n", ref.Label)
	return nil
}
