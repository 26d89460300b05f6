package keyfile

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"countersign/pkg/dnssec"
)

// share is how many signatures of Go's crypto are worth handing to a worker.
const share = 4

// SignBatch makes signatures[i] for inputs[i], on all cores. The signatures are
// deterministic: PKCS#1 v1.5, ECDSA with the nonce of RFC 6979, Ed25519. See
// dnssec.Signer.
func (k *Key) SignBatch(inputs, signatures [][]byte) error {
	if len(inputs) != len(signatures) {
		return fmt.Errorf("%d inputs and room for %d signatures", len(inputs), len(signatures))
	}
	if k.closed.Load() {
		return errClosed
	}
	if len(inputs) == 0 {
		return nil
	}
	size := k.pieceSize(len(inputs))
	pieces := (len(inputs) + size - 1) / size
	workers := min(runtime.GOMAXPROCS(0), pieces)
	if workers <= 1 {
		return k.signPiece(inputs, signatures)
	}
	var (
		next  atomic.Int64
		group sync.WaitGroup
		errs  = make([]error, workers)
	)
	for w := range workers {
		group.Go(func() {
			for {
				from := (int(next.Add(1)) - 1) * size
				if from >= len(inputs) {
					return
				}
				to := min(from+size, len(inputs))
				if errs[w] = k.signPiece(inputs[from:to], signatures[from:to]); errs[w] != nil {
					next.Store(int64(pieces)) // the others stop too
					return
				}
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// pieceSize cuts a batch of n into pieces that are worth a worker and differ by one
// signature, or few, so that no core ends long after the others.
func (k *Key) pieceSize(n int) int {
	most := share
	if k.handles != nil {
		most = k.handles.group
	}
	pieces := (n + most - 1) / most
	return (n + pieces - 1) / pieces
}

// signPiece makes the signatures of a piece, one after the other.
func (k *Key) signPiece(inputs, signatures [][]byte) error {
	if k.handles != nil {
		return k.handles.sign(inputs, signatures)
	}
	for i := range inputs {
		if err := k.sign(inputs[i], &signatures[i]); err != nil {
			return err
		}
	}
	return nil
}

// sign makes one signature with Go's crypto in the place of *signature.
func (k *Key) sign(input []byte, signature *[]byte) error {
	hash := dnssec.Hash(k.dnskey.Algorithm)
	if hash != 0 && len(input) != hash.Size() {
		return fmt.Errorf("digest of %d octets, want %d", len(input), hash.Size())
	}
	switch private := k.private.(type) {
	case *rsa.PrivateKey:
		raw, err := rsa.SignPKCS1v15(nil, private, hash, input)
		if err != nil {
			return errors.New("RSA signing failed")
		}
		*signature = append((*signature)[:0], raw...)
	case *ecdsa.PrivateKey:
		der, err := private.Sign(nil, input, hash) // no randomness: RFC 6979
		if err != nil {
			return errors.New("ECDSA signing failed")
		}
		size := (private.Curve.Params().BitSize + 7) / 8
		out, err := appendFixed((*signature)[:0], der, size)
		if err != nil {
			return err
		}
		*signature = out
	case ed25519.PrivateKey:
		*signature = append((*signature)[:0], ed25519.Sign(private, input)...)
	default:
		return fmt.Errorf("keys of type %T are not supported", private)
	}
	return nil
}

// appendFixed appends r | s, each size octets, from the DER sequence of two
// integers. See RFC 6605, Section 4.
func appendFixed(dst, der []byte, size int) ([]byte, error) {
	body, rest, ok := derValue(der, 0x30)
	if !ok || len(rest) != 0 {
		return nil, errors.New("ECDSA signature is not a DER sequence")
	}
	for range 2 {
		var number []byte
		number, body, ok = derValue(body, 0x02)
		for ok && len(number) > size && number[0] == 0 {
			number = number[1:]
		}
		if !ok || len(number) > size {
			return nil, errors.New("ECDSA signature without two numbers of the curve's size")
		}
		for range size - len(number) {
			dst = append(dst, 0)
		}
		dst = append(dst, number...)
	}
	if len(body) != 0 {
		return nil, errors.New("ECDSA signature with more than two numbers")
	}
	return dst, nil
}

// derValue splits off one value with the tag and a length below 128.
func derValue(der []byte, tag byte) (value, rest []byte, ok bool) {
	if len(der) < 2 || der[0] != tag || der[1] >= 0x80 || len(der) < 2+int(der[1]) {
		return nil, nil, false
	}
	end := 2 + int(der[1])
	return der[2:end], der[end:], true
}
