package zoneverify

import (
	"crypto/ecdsa"
	"crypto/sha256"

	"countersign/pkg/dnssec"
	"countersign/pkg/p256verify"
	"countersign/pkg/rr"
)

// fewSignatures is how many signatures of P-256 are verified one by one: the
// tables of package p256verify cost as much as some hundred of them.
const fewSignatures = 2000

// prepareKeys makes the tables of the keys that have many signatures to verify,
// as far as can be told from the number of records.
func (v *verifier) prepareKeys(records int) {
	if records < fewSignatures || v.config.ApexOnly {
		return
	}
	for _, k := range v.keys {
		public, ok := k.public.(*ecdsa.PublicKey)
		if !ok || k.fast != nil || k.Algorithm != dnssec.ECDSAP256SHA256 || v.roles.zsk && k.IsSEP() {
			continue
		}
		if fast, err := p256verify.New(public); err == nil {
			k.fast = fast.VerifyBatch
		}
	}
}

// keepTables takes over the tables of equal keys of another version.
func (v *verifier) keepTables(known []*key) {
	for _, k := range v.keys {
		for _, old := range known {
			if k.public != nil && sameKey(k.DNSKEY, old.DNSKEY) {
				k.fast = old.fast
			}
		}
	}
}

// batch is the signatures of one piece of work that are verified together, before
// they are judged one by one.
type batch struct {
	signed []p256verify.Signed
	of     []*record
	data   []byte
	bad    []int
}

// verifyBatches verifies the signatures of the piece by the keys that have tables,
// each that only one key can have made. Those that are not good, or not among
// them, are looked at again when they are judged.
func (w *worker) verifyBatches() {
	for _, k := range w.keys {
		if k.fast == nil || !w.isOnly(k) {
			continue
		}
		w.batch.signed, w.batch.of = w.batch.signed[:0], w.batch.of[:0]
		for i := range w.views.list {
			w.gather(k, &w.views.list[i])
		}
		w.batch.verify(k)
	}
}

// isOnly says whether no other key has the tag and algorithm of k.
func (v *verifier) isOnly(k *key) bool {
	for _, o := range v.keys {
		if o != k && o.tag == k.tag && o.Algorithm == k.Algorithm {
			return false
		}
	}
	return true
}

// gather adds the signatures of a node that name k and are over an RRset that is
// to be signed.
func (w *worker) gather(k *key, n *view) {
	at := 0
	for i := range n.sets {
		set := &n.sets[i]
		for ; at < len(n.sigs) && typeCovered(n.sigs[at].rdata) <= set.Type; at++ {
			sig := &n.sigs[at]
			if typeCovered(sig.rdata) != set.Type || !n.place.isSigned(set.Type) {
				continue
			}
			if s, ok := readSignature(sig); ok && s.tag == k.tag && s.algorithm == k.Algorithm {
				w.batch.add(sig, &s, set)
			}
		}
	}
}

func (b *batch) add(sig *record, s *signature, set *rrset) {
	b.data = s.appendSigned(b.data[:0], set.Owner, set)
	b.signed = append(b.signed, p256verify.Signed{Digest: sha256.Sum256(b.data), Signature: s.octets})
	b.of = append(b.of, sig)
}

// verify notes which signatures are good. Where the fast code and crypto/ecdsa
// disagree, none of them is taken for good, and that is a fault of its own.
func (b *batch) verify(k *key) {
	bad, err := k.fast(b.signed, b.bad[:0])
	b.bad = bad
	if err != nil {
		k.disagreed.Store(true)
		return
	}
	for i, sig := range b.of {
		if len(bad) > 0 && bad[0] == i {
			bad = bad[1:]
			continue
		}
		sig.good = true
	}
}

// checkAgreement reports that the machine, or the code, is not to be trusted.
func (v *verifier) checkAgreement() {
	for _, k := range v.keys {
		if k.disagreed.Load() {
			v.apex.add(rrsigValid, v.origin, rr.TypeDNSKEY, "key %d: %v", k.tag, p256verify.ErrDisagreement)
		}
	}
}
