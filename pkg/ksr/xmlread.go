package ksr

import (
	"countersign/pkg/rr"
)

// The grammar of ICANN's XML, one function an element. Elements come in exactly
// this order and number. See draft-icann-dnssec-keymgmt-01 and
// testdata/ksr.rnc.

// kindOf reads as far as the element that tells a KSR from an SKR.
func kindOf(doc []byte) (Kind, error) {
	w := newWalker(doc)
	w.skipSpace()
	if !w.stuck && (w.tok.kind != startTag || w.tok.name != "KSR") {
		w.halt(w.tok.line, "%s, want <KSR>", w.tok.describe())
	}
	w.advance()
	switch {
	case w.at("Request"):
		return KSR, nil
	case w.at("Response"):
		return SKR, nil
	}
	w.halt(w.tok.line, "%s, want <Request> or <Response>", w.tok.describe())
	return "", w.faults.err()
}

func readXMLRequest(doc []byte) (*Request, error) {
	w := newWalker(doc)
	r := &Request{}
	r.ID, r.Serial, r.Zone = w.root()
	r.Timestamp = w.attrTime(w.enter("Request", "?timestamp"), "timestamp")
	w.enter("RequestPolicy")
	r.Policy = w.policy("ZSK")
	w.leave()
	r.Bundles = w.bundles("RequestBundle")
	w.leave()
	w.leave()
	w.finish()
	r.Warnings = w.warnings.list
	return r, w.faults.err()
}

func readXMLResponse(doc []byte) (*Response, error) {
	w := newWalker(doc)
	r := &Response{}
	r.ID, r.Serial, r.Zone = w.root()
	r.Timestamp = w.attrTime(w.enter("Response", "?timestamp"), "timestamp")
	w.enter("ResponsePolicy")
	r.KSKPolicy = w.policy("KSK")
	r.ZSKPolicy = w.policy("ZSK")
	w.leave()
	r.Bundles = w.bundles("ResponseBundle")
	w.leave()
	w.leave()
	w.finish()
	r.Warnings = w.warnings.list
	return r, w.faults.err()
}

// root enters the root element.
func (w *walker) root() (id string, serial uint64, zone rr.Name) {
	e := w.enter("KSR", "id", "serial", "domain")
	id = w.attrLabel(e, "id")
	serial = w.attrNumber(e, "serial", 1<<64-1)
	if domain := e.get("domain"); domain != "" {
		zone = w.parseName(e.line, "domain", domain)
	}
	return id, serial, zone
}

func (w *walker) parseName(line int, what, text string) rr.Name {
	if w.stuck {
		return ""
	}
	name, err := parseName(text)
	if err != nil {
		w.fault(line, "%s: %v", what, err)
	}
	return name
}

func (w *walker) policy(name string) StatedPolicy {
	w.enter(name)
	p := StatedPolicy{
		PublishSafety:        w.duration("PublishSafety"),
		RetireSafety:         w.duration("RetireSafety"),
		MaxSignatureValidity: w.duration("MaxSignatureValidity"),
		MinSignatureValidity: w.duration("MinSignatureValidity"),
		MaxValidityOverlap:   w.duration("MaxValidityOverlap"),
		MinValidityOverlap:   w.duration("MinValidityOverlap"),
	}
	p.Algorithms = append(p.Algorithms, w.algorithm())
	for w.at("SignatureAlgorithm") {
		if len(p.Algorithms) == MaxAlgorithms {
			w.halt(w.tok.line, "more than %d algorithms in <%s>", MaxAlgorithms, name)
		}
		p.Algorithms = append(p.Algorithms, w.algorithm())
	}
	w.leave()
	return p
}

// The largest numbers a stated algorithm may have.
const (
	maxBits     = 1 << 16
	maxExponent = 1<<32 - 1
)

func (w *walker) algorithm() StatedAlgorithm {
	e := w.enter("SignatureAlgorithm", "algorithm")
	a := StatedAlgorithm{Algorithm: uint8(w.attrNumber(e, "algorithm", 255))}
	family := algorithmFamily(a.Algorithm)
	if family == "" {
		w.fault(e.line, "algorithm %d is not one that can be stated", a.Algorithm)
		family = "RSA"
	}
	var child element
	if family == "RSA" {
		child = w.enter(family, "size", "exponent")
		if a.Exponent = int(w.attrNumber(child, "exponent", maxExponent)); a.Exponent == 0 {
			w.fault(child.line, "the exponent is zero")
		}
	} else {
		child = w.enter(family, "size")
	}
	if a.Bits = int(w.attrNumber(child, "size", maxBits)); a.Bits == 0 {
		w.fault(child.line, "the size is zero")
	}
	w.leave()
	w.leave()
	return a
}

// algorithmFamily is the element that states the parameters of an algorithm.
// EdDSA is not in the schema of 2010, which is older than it; the name is the
// one ICANN's reader knows.
func algorithmFamily(algorithm uint8) string {
	switch algorithm {
	case 5, 7, 8, 10:
		return "RSA"
	case 13, 14:
		return "ECDSA"
	case 15, 16:
		return "EdDSA"
	}
	return ""
}

func (w *walker) bundles(name string) []Bundle {
	var list []Bundle
	for {
		list = append(list, w.bundle(name))
		if n := len(list); n > 1 && !list[n-1].Inception.After(list[n-2].Inception) && !w.stuck {
			w.warn(list[n-1].Line, "bundle begins no later than the one before it")
		}
		if !w.at(name) {
			return list
		}
		if len(list) == MaxBundles {
			w.halt(w.tok.line, "more than %d bundles", MaxBundles)
		}
	}
}

func (w *walker) bundle(name string) Bundle {
	e := w.enter(name, "id")
	b := Bundle{
		Line:       e.line,
		ID:         w.attrLabel(e, "id"),
		Inception:  w.time("Inception"),
		Expiration: w.time("Expiration"),
	}
	for name == "RequestBundle" && w.at("Signer") {
		if len(b.Signers) == MaxKeys {
			w.halt(w.tok.line, "more than %d signers in a bundle", MaxKeys)
		}
		b.Signers = append(b.Signers, w.attrLabel(w.enter("Signer", "keyIdentifier"), "keyIdentifier"))
		w.leave()
	}
	b.Keys = append(b.Keys, w.key())
	for w.at("Key") {
		if len(b.Keys) == MaxKeys {
			w.halt(w.tok.line, "more than %d keys in a bundle", MaxKeys)
		}
		b.Keys = append(b.Keys, w.key())
	}
	b.Signatures = append(b.Signatures, w.signature())
	for w.at("Signature") {
		if len(b.Signatures) == MaxSignatures {
			w.halt(w.tok.line, "more than %d signatures in a bundle", MaxSignatures)
		}
		b.Signatures = append(b.Signatures, w.signature())
	}
	w.leave()
	return b
}

func (w *walker) key() Key {
	e := w.enter("Key", "keyIdentifier", "keyTag")
	k := Key{
		Line:       e.line,
		Identifier: w.attrLabel(e, "keyIdentifier"),
		Tag:        uint16(w.attrNumber(e, "keyTag", 1<<16-1)),
		TTL:        uint32(w.number("TTL", maxTTL)),
	}
	k.Flags = uint16(w.number("Flags", 1<<16-1))
	k.Protocol = uint8(w.number("Protocol", 255))
	if k.Protocol != 3 {
		w.fault(k.Line, "Protocol is %d, want 3", k.Protocol)
	}
	k.Algorithm = uint8(w.number("Algorithm", 255))
	k.PublicKey = w.base64("PublicKey")
	w.leave()
	return k
}

func (w *walker) signature() Signature {
	e := w.enter("Signature", "keyIdentifier")
	s := Signature{
		Line:          e.line,
		KeyIdentifier: w.attrLabel(e, "keyIdentifier"),
		TTL:           uint32(w.number("TTL", maxTTL)),
	}
	s.TypeCovered = rr.TypeDNSKEY
	if covered, line := w.text("TypeCovered"); covered != "DNSKEY" {
		w.fault(line, "TypeCovered is %s, want DNSKEY", clip(covered))
	}
	s.Algorithm = uint8(w.number("Algorithm", 255))
	s.Labels = uint8(w.number("Labels", 255))
	s.OriginalTTL = uint32(w.number("OriginalTTL", maxTTL))
	s.Expiration = w.time("SignatureExpiration")
	s.Inception = w.time("SignatureInception")
	s.KeyTag = uint16(w.number("KeyTag", 1<<16-1))
	name, line := w.text("SignersName")
	s.SignerName = w.parseName(line, "SignersName", name)
	s.Signature = w.base64("SignatureData")
	w.leave()
	return s
}
