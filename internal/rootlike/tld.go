package rootlike

import (
	"slices"
	"strconv"
)

// tldZone makes a top-level domain. Of a hundred delegations OwnServers have name
// servers of their own, as many have those of a hoster in the zone, and the others
// those of a hoster outside it. The first need glue.
func tldZone(w *writer, o Options) {
	random := w.random
	labels := secondLevel(random, o.Delegations)
	hosters := len(labels)/100 + 1
	// Every hundredth delegation is a hoster in the zone, and so has its own.
	isHoster := func(i int) bool { return i%100 == 0 }
	order := inOrder
	if o.Unsorted {
		order = random.Perm
	}

	servers := []string{"a.nic." + o.Origin, "b.nic." + o.Origin}
	w.apex(o.Origin, o.Serial, "hostmaster.nic."+o.Origin, ttlDelegation, servers)
	w.delegation("nic."+o.Origin, servers, 1)
	for _, server := range servers {
		w.glue(server)
	}
	for _, i := range order(len(labels)) {
		label := labels[i]
		owner := label + "." + o.Origin
		domain, own := owner, true
		if kind := random.IntN(100); !isHoster(i) && kind < 100-o.OwnServers {
			own = false
			domain = "hoster" + strconv.Itoa(random.IntN(hosters)) + ".invalid."
			if kind < o.OwnServers {
				domain = labels[random.IntN(hosters)*100%len(labels)] + "." + o.Origin
			}
		}
		servers := []string{"ns1." + domain, "ns2." + domain}
		ds := 0
		if w.chance(20) {
			ds = 1
		}
		w.delegation(owner, servers, ds)
		if own {
			slices.SortFunc(servers, compareNames)
			for _, server := range servers {
				w.glue(server)
			}
		}
	}
}

// inOrder is the numbers below n.
func inOrder(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}
