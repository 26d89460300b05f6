package rootlike

import (
	"math/rand/v2"
	"slices"
	"strconv"
)

// tldZone makes a top-level domain. Of a hundred delegations 80 have both name
// servers at a hoster outside the zone, 10 at a hoster in the zone, and 10 have
// their own; the latter two need glue.
func tldZone(o Options, random *rand.Rand) []byte {
	w := &writer{random: random}
	labels := secondLevel(random, o.Delegations)
	hosters := len(labels)/100 + 1
	// Every hundredth delegation is a hoster in the zone, and so has its own.
	isHoster := func(i int) bool { return i%100 == 0 }

	servers := []string{"a.nic." + o.Origin, "b.nic." + o.Origin}
	w.apex(o.Origin, o.Serial, "hostmaster.nic."+o.Origin, ttlDelegation, servers)
	w.delegation("nic."+o.Origin, servers, 1)
	for _, server := range servers {
		w.glue(server)
	}
	for i, label := range labels {
		owner := label + "." + o.Origin
		domain, own := owner, true
		if kind := random.IntN(100); !isHoster(i) && kind < 90 {
			own = false
			domain = "hoster" + strconv.Itoa(random.IntN(hosters)) + ".invalid."
			if kind < 10 {
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
	return w.text
}
