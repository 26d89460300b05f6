package pgpwords

import (
	"fmt"
	"strings"
)

// Words is one word for each octet of digest, in order.
func Words(digest []byte) []string {
	words := make([]string, len(digest))
	for i, octet := range digest {
		words[i] = list(i)[octet]
	}
	return words
}

// Parse reads words separated by white space, in either case. An error says
// which word is wrong, counted from 1, and whether it would be right at a
// neighbouring place: a sign that a word was left out, repeated or swapped.
func Parse(words string) ([]byte, error) {
	fields := strings.Fields(words)
	digest := make([]byte, 0, len(fields))
	for i, word := range fields {
		key := strings.ToLower(word)
		if octet, ok := index(i)[key]; ok {
			digest = append(digest, octet)
			continue
		}
		if _, ok := index(i + 1)[key]; ok {
			return nil, fmt.Errorf("word %d, %q, has %s but this place takes one of %s: a word before it is missing, repeated or swapped",
				i+1, word, syllables(i+1), syllables(i))
		}
		return nil, fmt.Errorf("word %d, %q, is not in the PGP word list", i+1, word)
	}
	return digest, nil
}

func list(position int) *[256]string {
	if position%2 == 0 {
		return &even
	}
	return &odd
}

func syllables(position int) string {
	if position%2 == 0 {
		return "two syllables"
	}
	return "three syllables"
}

var evenIndex, oddIndex = reverse(&even), reverse(&odd)

func index(position int) map[string]byte {
	if position%2 == 0 {
		return evenIndex
	}
	return oddIndex
}

func reverse(words *[256]string) map[string]byte {
	m := make(map[string]byte, len(words))
	for octet, word := range words {
		m[strings.ToLower(word)] = byte(octet)
	}
	return m
}
