package rootlike

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// serversPerDelegation says how many of a hundred delegations have so many name
// servers; it is near to the root of August 2026, with 5.3 on average.
var serversPerDelegation = []struct{ servers, percent int }{
	{2, 1}, {3, 5}, {4, 33}, {5, 8}, {6, 42}, {7, 2}, {8, 8}, {10, 1},
}

// rootZone makes a root. Most delegations have name servers of their own below
// nic., of a hundred 23 have all of an operator, and 6 have half of them. Every name server is below some delegation, so there
// is glue for all.
func rootZone(w *writer, o Options) {
	random := w.random
	labels := topLevel(random, o.Delegations)
	operators := newOperators(random, labels)

	servers := make([][]string, len(labels))
	hosts := map[string][]string{"net": slices.Clone(apexServers)} // top-level label to the name servers below it
	seen := map[string]bool{}
	for i, label := range labels {
		servers[i] = rootServers(w, label, operators)
		for _, host := range servers[i] {
			if !seen[host] {
				seen[host] = true
				below := topLabel(host)
				hosts[below] = append(hosts[below], host)
			}
		}
	}

	w.apex(".", o.Serial, "hostmaster.root-servers.net.", ttlApexNS, apexServers)
	for i, label := range labels {
		w.delegation(label+".", servers[i], rootDS(w))
		slices.SortFunc(hosts[label], compareNames)
		for _, host := range hosts[label] {
			w.glue(host)
		}
	}
}

var apexServers = func() []string {
	var servers []string
	for letter := 'a'; letter <= 'm'; letter++ {
		servers = append(servers, string(letter)+".root-servers.net.")
	}
	return servers
}()

// newOperators is the name servers that several delegations share: an operator
// for about 25 delegations, four to six name servers each, below one of the
// labels.
func newOperators(random *rand.Rand, labels []string) [][]string {
	operators := make([][]string, len(labels)/25+1)
	for i := range operators {
		domain := word(random, 3) + "-dns." + labels[random.IntN(len(labels))] + "."
		for n := range 4 + random.IntN(3) {
			operators[i] = append(operators[i], "ns"+strconv.Itoa(1+n)+"."+domain)
		}
	}
	return operators
}

// rootServers picks the name servers of one delegation.
func rootServers(w *writer, label string, operators [][]string) []string {
	n := serverCount(w.random)
	operator := operators[w.random.IntN(len(operators))]
	var servers []string
	switch kind := w.random.IntN(100); {
	case kind < 23:
		return operator[:min(n, len(operator))]
	case kind < 29:
		servers = append(servers, operator[:min(n/2, len(operator))]...)
	}
	// Some number them below dns., some give them letters.
	numbered := w.chance(40)
	for i := range n - len(servers) {
		if numbered {
			servers = append(servers, "ns"+strconv.Itoa(1+i)+".dns.nic."+label+".")
		} else {
			servers = append(servers, string('a'+rune(i))+".nic."+label+".")
		}
	}
	return servers
}

func serverCount(random *rand.Rand) int {
	p := random.IntN(100)
	for _, row := range serversPerDelegation {
		if p -= row.percent; p < 0 {
			return row.servers
		}
	}
	panic("rootlike: serversPerDelegation is less than a hundred")
}

// rootDS is how many DS records a delegation has: none for 7 in a hundred, two
// for 9.
func rootDS(w *writer) int {
	switch p := w.random.IntN(100); {
	case p < 7:
		return 0
	case p < 16:
		return 2
	}
	return 1
}

// topLabel is the last label of an absolute name.
func topLabel(name string) string {
	name = strings.TrimSuffix(name, ".")
	return name[strings.LastIndexByte(name, '.')+1:]
}

// compareNames is canonical order (RFC 4034, Section 6.1) for names without
// escapes in lower case.
func compareNames(a, b string) int {
	left, right := strings.Split(a, "."), strings.Split(b, ".")
	slices.Reverse(left)
	slices.Reverse(right)
	return slices.Compare(left, right)
}
