package pgpwords_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"countersign/pkg/pgpwords"
)

// known is the example that PGP's documentation and its derivatives give.
const known = "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa " +
	"afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless"

const knownDigest = "E58294F2E9A227486E8B061B31CC528FD7FA3F19"

func TestKnownFingerprint(t *testing.T) {
	digest, err := hex.DecodeString(knownDigest)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(pgpwords.Words(digest), " "); got != known {
		t.Errorf("got  %s\nwant %s", got, known)
	}
	back, err := pgpwords.Parse(strings.ToUpper(known))
	if err != nil || !bytes.Equal(back, digest) {
		t.Errorf("reading the words back: %x, %v", back, err)
	}
}

func TestEveryOctetComesBackFromBothPlaces(t *testing.T) {
	digest := make([]byte, 0, 512)
	for i := range 256 {
		digest = append(digest, byte(i), byte(i))
	}
	words := pgpwords.Words(digest)
	seen := make(map[string]bool)
	for _, word := range words {
		if seen[strings.ToLower(word)] {
			t.Errorf("%q stands twice in the lists", word)
		}
		seen[strings.ToLower(word)] = true
	}
	back, err := pgpwords.Parse(strings.Join(words, "\n"))
	if err != nil || !bytes.Equal(back, digest) {
		t.Fatalf("reading back: %v", err)
	}
}

func TestParseSaysWhichWordIsWrong(t *testing.T) {
	words := strings.Fields(known)
	swapped := append([]string(nil), words...)
	swapped[4], swapped[5] = swapped[5], swapped[4]
	misheard := append([]string(nil), words...)
	misheard[7] = "dictation"
	for _, row := range []struct {
		name, words string
		want        []string
	}{
		{"swapped", strings.Join(swapped, " "), []string{"word 5", `"Pacific"`, "three syllables", "swapped"}},
		{"left out", strings.Join(append(append([]string(nil), words[:3]...), words[4:]...), " "), []string{"word 4", `"treadmill"`}},
		{"misheard", strings.Join(misheard, " "), []string{"word 8", `"dictation"`, "not in the PGP word list"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := pgpwords.Parse(row.words)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v: want %s in it", err, want)
				}
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(known)
	f.Add("aardvark adroitness")
	f.Add("adroitness aardvark")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		digest, err := pgpwords.Parse(text)
		if err != nil {
			return
		}
		back, err := pgpwords.Parse(strings.Join(pgpwords.Words(digest), " "))
		if err != nil || !bytes.Equal(back, digest) {
			t.Fatalf("%x became %x, %v", digest, back, err)
		}
	})
}
