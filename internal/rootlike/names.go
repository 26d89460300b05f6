package rootlike

import (
	"math/rand/v2"
	"slices"
)

// idn is the labels of the test domains of 2007 in other scripts, which the root
// no longer has: "test" in eleven languages.
var idn = []string{
	"xn--0zwm56d", "xn--11b5bs3a9aj6g", "xn--80akhbyknj4f", "xn--9t4b11yi5a", "xn--deba0ad", "xn--g6w251d",
	"xn--hgbk6aj7f53bba", "xn--hlcj6aya9esc7a", "xn--jxalpdlp", "xn--kgbechtv", "xn--zckzah",
}

// topLevel is n labels for a root, in canonical order: net first made sure of,
// because the root's name servers are below it, then the other old ones, two
// letters for one in six, the IDNs, and words.
func topLevel(random *rand.Rand, n int) []string {
	labels := append([]string{"net", "arpa", "com", "org"}, idn...)
	if n <= len(labels) {
		labels = labels[:n]
		slices.Sort(labels)
		return labels
	}
	countries := random.Perm(26 * 26)
	for _, country := range countries[:min((n-len(labels))/6+1, 300, n-len(labels))] {
		labels = append(labels, string([]byte{'a' + byte(country/26), 'a' + byte(country%26)}))
	}
	return fill(labels, n, func() string { return word(random, 2+random.IntN(3)) })
}

// secondLevel is n labels for a top-level domain, in canonical order.
func secondLevel(random *rand.Rand, n int) []string {
	return fill(make([]string, 0, n), n, func() string {
		label := word(random, 3+random.IntN(4))
		switch random.IntN(10) {
		case 0:
			label += "-" + word(random, 2)
		case 1:
			label += string([]byte{'0' + byte(random.IntN(10)), '0' + byte(random.IntN(10))})
		}
		return label
	})
}

// fill adds labels until there are n different ones, and sorts them. For labels
// of one zone the order of octets is the canonical order of the names (RFC 4034,
// Section 6.1).
func fill(labels []string, n int, next func() string) []string {
	for len(labels) < n {
		for range n - len(labels) {
			labels = append(labels, next())
		}
		slices.Sort(labels)
		labels = slices.Compact(labels)
	}
	return labels
}

// word is something that can be pronounced, two or three letters a syllable.
// "nic" and "net" do not come of it: each syllable ends in a vowel or one of l,
// m, r and s.
func word(random *rand.Rand, syllables int) string {
	const first, vowel, last = "bdfghjklmnprstvwz", "aeiou", "lmrs"
	var text []byte
	for range syllables {
		text = append(text, first[random.IntN(len(first))], vowel[random.IntN(len(vowel))])
		if random.IntN(3) == 0 {
			text = append(text, last[random.IntN(len(last))])
		}
	}
	return string(text)
}
