package policy

import "fmt"

var ksrPolicyKeys = check{
	Check: Check{
		Name:     "KSR-POLICY-KEYS",
		Verifies: "each bundle, and the KSR as a whole, has as many keys as the limits say; at a genesis the KSR may have fewer",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"zsk.keys_per_bundle", "zsk.distinct_keys"},
	},
	run: func(j *judgement) {
		want := j.limits.ZSK.KeysPerBundle
		distinct := map[string]bool{}
		for i := range j.asked {
			s := &j.asked[i]
			if n := len(s.keys); !want.Contains(n) {
				j.violateAt(s, 0, "%d keys, want %s", n, numbers(want))
			}
			for _, key := range s.keys {
				distinct[keyID(key.DNSKEY)] = true
			}
		}
		all := j.limits.ZSK.DistinctKeys
		if j.genesis {
			all.Min = 1
		}
		if !all.Contains(len(distinct)) {
			j.violate("%d different keys, want %s", len(distinct), numbers(all))
		}
	},
}

func numbers(r Range[int]) string {
	if r.Min == r.Max {
		return fmt.Sprint(r.Min)
	}
	return fmt.Sprintf("%d to %d", r.Min, r.Max)
}
