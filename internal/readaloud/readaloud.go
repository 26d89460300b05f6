// Package readaloud prints a SHA-256 so that two people can compare it: one
// reads the words, the other follows on paper or on a screen of his own. All
// programs print it in this one form.
package readaloud

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"countersign/pkg/ksr"
	"countersign/pkg/pgpwords"
)

// wordsInRow is how many words people say in one breath.
const wordsInRow = 4

// Write writes the digest in hexadecimal on a line of its own, to be compared by
// machine, and below it in eight numbered rows of four PGP words, each after the
// eight digits that it says.
func Write(w io.Writer, d ksr.Digest) error {
	words := pgpwords.Words(d[:])
	var b strings.Builder
	fmt.Fprintf(&b, "SHA-256    %s\n", d)
	for i := 0; i < len(words); i += wordsInRow {
		title := ""
		if i == 0 {
			title = "PGP words"
		}
		row := fmt.Sprintf("%-9s  %d  %s  %-9s  %-11s  %-9s  %s", title, i/wordsInRow+1,
			hex.EncodeToString(d[i:i+wordsInRow]), words[i], words[i+1], words[i+2], words[i+3])
		b.WriteString(row + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
