package policy

import (
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var ksrKeyTag = check{
	Check: Check{
		Name:     "KSR-KEY-TAG",
		Verifies: "no ZSK has the key tag and algorithm of another key: of the KSR, of the previous SKR, or of a KSK, revoked or not",
		Source:   "outages of 2024 (.ru) and 2026 (.de); RFC 4034, Appendix B",
	},
	run: func(j *judgement) {
		if !j.after(ksrBundleKeys.Name) {
			return
		}
		others := keysOf(j.before)
		for _, key := range j.held {
			others = append(others, ksr.Key{DNSKEY: key})
		}
		j.uniqueTags(j.asked, others, func(ksr.Key) bool { return true })
		if len(j.held) == 0 {
			j.partly("no KSKs given: those of the previous SKR at most")
		}
	},
}

var skrKeyTag = check{
	Check: Check{
		Name:     "SKR-KEY-TAG",
		Verifies: "no two keys have one key tag and algorithm, KSKs revoked or not, the previous SKR included",
		Source:   "outages of 2024 (.ru) and 2026 (.de); RFC 4034, Appendix B",
	},
	run: func(j *judgement) {
		if !j.after(skrBundleKeys.Name, ksrKeyTag.Name, ksrBundleKeys.Name) {
			return
		}
		// ZSKs of a plan were judged with the KSR.
		j.uniqueTags(j.answered, keysOf(j.before), func(key ksr.Key) bool { return j.response != nil || key.IsSEP() })
	},
}

func keysOf(slots []slot) []ksr.Key {
	var keys []ksr.Key
	for _, s := range slots {
		keys = append(keys, s.keys...)
	}
	return keys
}

type tagged struct {
	tag       uint16
	algorithm uint8
}

// tagsOf is the tags a key has or may get: a KSK can be revoked.
func tagsOf(key rr.DNSKEY) []tagged {
	plain := key
	plain.Flags &^= rr.FlagRevoke
	tags := []tagged{{plain.KeyTag(), key.Algorithm}}
	if key.IsSEP() {
		tags = append(tags, tagged{plain.Revoked().KeyTag(), key.Algorithm})
	}
	return tags
}

func (j *judgement) uniqueTags(slots []slot, others []ksr.Key, mine func(ksr.Key) bool) {
	holders := map[tagged]map[string]bool{}
	hold := func(keys []ksr.Key) {
		for _, key := range keys {
			for _, tag := range tagsOf(key.DNSKEY) {
				if holders[tag] == nil {
					holders[tag] = map[string]bool{}
				}
				holders[tag][keyID(key.DNSKEY)] = true
			}
		}
	}
	hold(others)
	hold(keysOf(slots))
	told := map[tagged]bool{}
	for i := range slots {
		s := &slots[i]
		for _, key := range s.keys {
			if !mine(key) {
				continue
			}
			for _, tag := range tagsOf(key.DNSKEY) {
				if len(holders[tag]) > 1 && !told[tag] {
					told[tag] = true
					j.violateAt(s, key.Line, "key tag %d of algorithm %d is that of %d keys", tag.tag, tag.algorithm, len(holders[tag]))
					j.hint("generate another key")
				}
			}
		}
	}
}
