package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"countersign/internal/readaloud"
	"countersign/pkg/ksr"
)

func newWords(t *tool) *cobra.Command {
	return &cobra.Command{
		Use:   "words FILE",
		Short: "Print the SHA-256 of a file in hexadecimal and in PGP words",
		Long: "Words prints the SHA-256 of any file, in hexadecimal and in PGP words, so that two\n" +
			"people can compare it over the telephone or across a table.",
		Args: takes("FILE"),
		RunE: func(_ *cobra.Command, args []string) error { return t.words(args[0]) },
	}
}

// words hashes as it reads: the file can be of any size.
func (t *tool) words(name string) error {
	var r io.Reader = t.in
	if name != standardInput {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	hash := sha256.New()
	n, err := io.Copy(hash, r)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if n == 0 {
		return fmt.Errorf("%s is empty", name)
	}
	fmt.Fprintf(t.out, "File       %s, %d octets\n", name, n)
	return readaloud.Write(t.out, ksr.Digest(hash.Sum(nil)))
}
