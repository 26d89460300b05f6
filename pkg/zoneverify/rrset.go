package zoneverify

import (
	"slices"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// checkSignatures judges all RRSIG records of a node against its RRsets.
func (w *worker) checkSignatures(n *view) {
	count, at := len(n.sigs), 0
	for i := range n.sets {
		set := &n.sets[i]
		// RRSIG records ascend by the type they cover, as the sets do.
		first := at
		for ; at < count && typeCovered(n.sigs[at].rdata) <= set.Type; at++ {
			if t := typeCovered(n.sigs[at].rdata); t < set.Type {
				w.addStray(n.owner, t)
				first = at + 1
			}
		}
		switch {
		case !n.place.isSigned(set.Type):
			for range at - first {
				w.found.add(rrsigUnsigned, n.owner, set.Type, "signed although it is not authoritative: it is %s", standing(n.place, set.Type))
			}
		case at > first:
			w.checkSigned(set, n.sigs[first:at])
		case !w.config.ApexOnly || set.Type == rr.TypeSOA || set.Type == rr.TypeDNSKEY:
			w.found.add(rrsigMissing, n.owner, set.Type, "not signed")
		}
	}
	for ; at < count; at++ {
		w.addStray(n.owner, typeCovered(n.sigs[at].rdata))
	}
}

// typeCovered is the first field of an RRSIG record; 0 if it has none.
func typeCovered(rdata []byte) rr.Type {
	if len(rdata) < 2 {
		return 0
	}
	return rr.Type(rdata[0])<<8 | rr.Type(rdata[1])
}

// addStray reports a signature over a type that the owner has not.
func (w *worker) addStray(owner rr.Name, t rr.Type) {
	if t == rr.TypeRRSIG {
		w.found.add(rrsigExtra, owner, t, "a signature over signatures")
		return
	}
	w.found.add(rrsigExtra, owner, t, "a signature over an RRset that does not exist")
}

func standing(p place, t rr.Type) string {
	switch {
	case p == placeCut && t == rr.TypeNS:
		return "the NS of a delegation"
	case p == placeAlias:
		return "below a DNAME"
	case t == rr.TypeA || t == rr.TypeAAAA:
		return "glue"
	}
	return "at or below a delegation"
}

// checkSigned judges the signatures of one RRset.
func (w *worker) checkSigned(set *rrset, sigs []record) {
	w.found.sets++
	var bogus []signature
	var room [4]*key
	good := room[:0]
	var present [256 / 64]uint64
	for i := range sigs {
		s, ok := readSignature(&sigs[i])
		if !ok {
			w.found.add(rrsigValid, set.Owner, set.Type, "malformed signature")
			continue
		}
		present[s.algorithm/64] |= 1 << (s.algorithm % 64)
		w.checkFields(&s, set)
		candidates, by := w.verifySignature(&s, set)
		switch {
		case candidates == 0:
		case by == nil:
			bogus = append(bogus, s)
		default:
			if slices.Contains(good, by) {
				w.found.add(rrsigExtra, set.Owner, set.Type, "two signatures by key %d", s.tag)
			}
			good = append(good, by)
			w.checkRole(by, set)
		}
	}
	w.checkForParent(good, set)
	for i := range bogus {
		w.addBogus(&bogus[i], good, set)
	}
	for _, algorithm := range w.roles.algorithms {
		if present[algorithm/64]&(1<<(algorithm%64)) == 0 {
			w.addLacking(algorithm, set)
		}
	}
}

// verifySignature tries s with each key of its tag and algorithm. It says how
// many could be tried and which one made it. A key that is malformed is
// ZONE-KEY-FORM's.
func (w *worker) verifySignature(s *signature, set *rrset) (candidates int, by *key) {
	var named *key
	for _, k := range w.keys {
		if k.tag != s.tag || k.Algorithm != s.algorithm {
			continue
		}
		named = k
		if k.public == nil {
			continue
		}
		candidates++
		if w.verifies(k, s, set) {
			by, named = k, k
			break
		}
	}
	if named != nil && isApexKeys(w.origin, set) {
		w.signed[named] = true
	}
	if named == nil {
		w.found.add(rrsigKey, set.Owner, set.Type, "signature by key %d of algorithm %s, which is not in the DNSKEY RRset", s.tag, dnssec.AlgorithmName(s.algorithm))
	}
	w.found.signatures++
	w.found.expires = min(w.found.expires, int64(s.expiration))
	return candidates, by
}

// addBogus reports a signature that does not verify: as the fault of the RRset,
// or as a useless extra one where a good one of its algorithm stands beside it.
func (w *worker) addBogus(s *signature, good []*key, set *rrset) {
	if slices.ContainsFunc(good, func(k *key) bool { return k.Algorithm == s.algorithm }) {
		w.found.add(rrsigExtra, set.Owner, set.Type, "a signature by key %d that does not verify, beside a good one", s.tag)
		return
	}
	w.found.add(rrsigValid, set.Owner, set.Type, "the signature by key %d does not verify", s.tag)
}

func isApexKeys(origin rr.Name, set *rrset) bool {
	return set.Type == rr.TypeDNSKEY && set.Owner == origin
}

// checkRole judges what a key that verified may sign. Where there is no ZSK the
// KSKs do its work.
func (w *worker) checkRole(k *key, set *rrset) {
	keys := isApexKeys(w.origin, set)
	forParent := set.Owner == w.origin && (set.Type == rr.TypeCDS || set.Type == rr.TypeCDNSKEY)
	switch {
	case k.IsRevoked() && !keys:
		w.found.add(keyRole, set.Owner, set.Type, "signed by key %d, which is revoked", k.tag)
	case k.IsSEP() && w.roles.zsk && !keys && !forParent:
		w.found.add(keyRole, set.Owner, set.Type, "signed by key %d, which is a KSK", k.tag)
	case !k.active:
		w.found.add(rrsigKey, set.Owner, set.Type, "signed by key %d, which is not meant to sign at this time", k.tag)
	}
}

// checkFields judges the fields of a signature other than its key.
func (w *worker) checkFields(s *signature, set *rrset) {
	if want := set.Owner.SignatureLabels(); s.labels != want {
		w.found.add(rrsigLabels, set.Owner, set.Type, "the labels field of the signature by key %d is %d, want %d", s.tag, s.labels, want)
	}
	if string(s.signer) != string(w.origin) {
		w.found.add(rrsigSigner, set.Owner, set.Type, "the signer of the signature by key %d is not the apex", s.tag)
	}
	switch {
	case s.original != set.TTL:
		w.found.add(rrsigTTL, set.Owner, set.Type, "the original TTL of the signature by key %d is %d, the RRset's is %d", s.tag, s.original, set.TTL)
	case s.ttl != set.TTL:
		w.found.add(rrsigTTL, set.Owner, set.Type, "the TTL of the signature by key %d is %d, the RRset's is %d", s.tag, s.ttl, set.TTL)
	}
	w.checkTimes(s, set)
}

func (w *worker) checkTimes(s *signature, set *rrset) {
	inception, expiration := int64(s.inception), int64(s.expiration)
	seconds := func(d time.Duration) int64 { return int64(d / time.Second) }
	switch {
	case inception >= expiration:
		w.found.add(rrsigTime, set.Owner, set.Type, "the signature by key %d begins at %s, not before it expires at %s", s.tag, stamp(inception), stamp(expiration))
		return
	case inception > w.at-seconds(w.limits.InceptionSkew):
		w.found.add(rrsigTime, set.Owner, set.Type, "the signature by key %d is not valid before %s", s.tag, stamp(inception))
	case expiration <= w.at:
		w.found.add(rrsigTime, set.Owner, set.Type, "the signature by key %d expired at %s", s.tag, stamp(expiration))
	default:
		if least := w.limits.MinRemaining.For(set.Type); expiration-w.at < seconds(least) {
			w.found.add(rrsigRemaining, set.Owner, set.Type, "the signature by key %d expires at %s, %s after publishing, want %s", s.tag, stamp(expiration), time.Duration(expiration-w.at)*time.Second, least)
		}
	}
	if most := w.limits.MaxValidity.For(set.Type); most > 0 && expiration-inception > seconds(most) {
		w.found.add(rrsigValidity, set.Owner, set.Type, "the signature by key %d is valid for %s, want at most %s", s.tag, time.Duration(expiration-inception)*time.Second, most)
	}
}

func stamp(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// addLacking notes that an RRset has signatures but none of an algorithm.
func (w *worker) addLacking(algorithm uint8, set *rrset) {
	if w.found.lacking == nil {
		w.found.lacking = make(map[uint8]*faults)
	}
	if w.found.lacking[algorithm] == nil {
		w.found.lacking[algorithm] = &faults{}
	}
	w.found.lacking[algorithm].add(algorithms, set.Owner, set.Type, "no signature of algorithm %s, which a key or trust anchor has", dnssec.AlgorithmName(algorithm))
}

// checkLacking reports an algorithm that signs nothing at all once, and not for
// every RRset.
func (v *verifier) checkLacking(total *chunk) {
	for _, algorithm := range v.roles.algorithms {
		f := total.lacking[algorithm]
		if f == nil {
			continue
		}
		if f.counts[algorithms] == total.sets {
			f.replace(algorithms, v.origin, rr.TypeDNSKEY, "algorithm %s, which a key or trust anchor has, signs none of the %d signed RRsets", dnssec.AlgorithmName(algorithm), total.sets)
		}
		total.faults.join(f)
	}
}
