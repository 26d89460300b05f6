package zoneverify

import (
	"bytes"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// checkKeyTags compares the keys with each other and with those that caches may
// still have of the published version. A KSK that is revoked changes its tag by
// 128, more or less, and must not meet another key then either.
func (v *verifier) checkKeyTags() {
	all := make([]rr.DNSKEY, 0, len(v.keys))
	for _, k := range v.keys {
		all = append(all, k.DNSKEY)
	}
	current := len(all)
	if p := v.config.Published; p != nil && p.Len() > 0 {
		set, _ := p.Node(0).Lookup(rr.TypeDNSKEY)
		for _, rdata := range set.Data {
			if k, err := rr.ParseDNSKEY(rdata); err == nil {
				all = append(all, k)
			}
		}
	}
	for i := range all[:current] {
		for j := i + 1; j < len(all); j++ {
			v.checkTagPair(all[i], all[j], j >= current)
		}
	}
}

func (v *verifier) checkTagPair(a, b rr.DNSKEY, published bool) {
	if a.Algorithm != b.Algorithm || dnssec.SameKey(a, b) && (published || a.Flags != b.Flags && a.KeyTag() != b.KeyTag()) {
		return
	}
	where := ""
	if published {
		where = " of the published version"
	}
	tag := a.KeyTag()
	switch {
	case tag == b.KeyTag():
		if bytes.Equal(a.Append(nil), b.Append(nil)) {
			return
		}
		v.apex.add(keyTags, v.origin, rr.TypeDNSKEY, "two keys of algorithm %d have the tag %d%s", a.Algorithm, tag, where)
	case b.IsSEP() && tag == b.Revoked().KeyTag():
		v.apex.add(keyTags, v.origin, rr.TypeDNSKEY, "key %d has the tag that key %d%s gets when it is revoked", tag, b.KeyTag(), where)
	case a.IsSEP() && a.Revoked().KeyTag() == b.KeyTag():
		v.apex.add(keyTags, v.origin, rr.TypeDNSKEY, "key %d%s has the tag that key %d gets when it is revoked", b.KeyTag(), where, tag)
	}
}
