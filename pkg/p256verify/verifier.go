package p256verify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"sync"
)

// BatchSize is how many signatures are verified in lockstep. Batches that are a
// multiple of it are the fastest.
const BatchSize = 256

// fewest is the size of a batch below which crypto/ecdsa alone is faster, since
// it verifies one signature of a batch in any case.
const fewest = 3

// ErrDisagreement means that this package and crypto/ecdsa came to different
// verdicts on a signature: the machine or one of the two is broken, and no
// verdict of this process is to be relied on.
var ErrDisagreement = errors.New("p256verify and crypto/ecdsa differ: trust no verdict of this machine until it has been tested")

// Signed is a digest and what is said to be its signature.
type Signed struct {
	Digest    [sha256.Size]byte
	Signature []byte // r and s, 32 octets each (RFC 6605, Section 4)
}

// Verifier verifies signatures by one public key. It may be used by several
// goroutines at once.
type Verifier struct {
	public *ecdsa.PublicKey
	table  table
}

// New makes the table for a key on P-256, which takes as long as crypto/ecdsa
// takes for some 200 signatures, and 5 MiB. The first call makes the table of the
// generator too. A key on another curve, or one that is no point of the curve, is
// an error. The key may be changed afterwards.
func New(public *ecdsa.PublicKey) (*Verifier, error) {
	if public == nil || public.Curve != elliptic.P256() {
		return nil, errors.New("p256verify: the key is not on P-256")
	}
	octets, err := public.Bytes()
	if err != nil {
		return nil, fmt.Errorf("p256verify: %w", err)
	}
	own, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), octets)
	if err != nil {
		return nil, fmt.Errorf("p256verify: %w", err)
	}
	p := pointOf((*[32]byte)(octets[1:33]), (*[32]byte)(octets[33:]))
	if !p.isOnCurve() {
		return nil, errors.New("p256verify: the key is not on the curve")
	}
	return &Verifier{public: own, table: newTable(p)}, nil
}

// groups is memory for VerifyBatch, some 700 KiB each.
var groups = sync.Pool{New: func() any { return new(group) }}

// VerifyBatch appends to bad the indices of those in batch that the key did not
// sign, ascending. Signatures of another length than 64 octets are among them. An
// error is an ErrDisagreement, and the signature it names is among the bad ones.
// The batch may be of any size, and is not kept.
func (v *Verifier) VerifyBatch(batch []Signed, bad []int) ([]int, error) {
	g := groups.Get().(*group)
	defer groups.Put(g)
	var first error
	for start := 0; start < len(batch); start += BatchSize {
		part := batch[start:min(start+BatchSize, len(batch))]
		var good [BatchSize]bool
		err := v.judge(g, part, &good)
		if err != nil && first == nil {
			first = fmt.Errorf("batch from signature %d on: %w", start, err)
		}
		for i := range part {
			if !good[i] {
				bad = append(bad, start+i)
			}
		}
	}
	return bad, first
}

// judge sets good for those of up to BatchSize signatures that are good, after
// crypto/ecdsa has agreed on all that are not, and on one that is.
func (v *Verifier) judge(g *group, part []Signed, good *[BatchSize]bool) error {
	if len(part) < fewest {
		for i := range part {
			good[i] = v.standard(&part[i])
		}
		return nil
	}
	g.verify(part, v.table, good)
	sample := sampleOf(part, good)
	var err error
	for i := range part {
		if good[i] && i != sample || v.standard(&part[i]) == good[i] {
			continue
		}
		good[i] = false
		if err == nil {
			err = fmt.Errorf("signature %d in it: %w", i, ErrDisagreement)
		}
	}
	return err
}

// standard is the verdict of crypto/ecdsa.
func (v *Verifier) standard(s *Signed) bool {
	if len(s.Signature) != 64 {
		return false
	}
	der, err := asn1.Marshal([]*big.Int{
		new(big.Int).SetBytes(s.Signature[:32]),
		new(big.Int).SetBytes(s.Signature[32:]),
	})
	return err == nil && ecdsa.VerifyASN1(v.public, s.Digest[:], der)
}

// sampleOf chooses one of the good ones, or -1 if there are none. It depends on
// all of the batch, so that no position is safe from it, and on nothing else, so
// that a verdict can be found again.
func sampleOf(part []Signed, good *[BatchSize]bool) int {
	hash := sha256.New()
	candidates := make([]int, 0, BatchSize)
	for i := range part {
		hash.Write(part[i].Digest[:])
		hash.Write(part[i].Signature)
		if good[i] {
			candidates = append(candidates, i)
		}
	}
	if len(candidates) == 0 {
		return -1
	}
	number := binary.BigEndian.Uint64(hash.Sum(nil))
	return candidates[number%uint64(len(candidates))]
}
