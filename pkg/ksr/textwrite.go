package ksr

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/rr"
)

// textWriter writes one record a line, with its class, and no line but headers
// and records: what BIND's and Knot's readers of every version take. Records
// are in the order given: DNSKEY, RRSIG over DNSKEY, CDNSKEY, CDS, RRSIG over
// those.
type textWriter struct {
	b      strings.Builder
	kind   Kind
	format Format
	owner  string
}

func writeTextRequest(r *Request, f Format) []byte {
	w := textWriter{kind: KSR, format: f, owner: r.Zone.String()}
	meta := metadata{id: r.ID, serial: r.Serial, made: r.Timestamp,
		policies: map[string]StatedPolicy{"policy": r.Policy}}
	return w.document(meta, r.Bundles)
}

func writeTextResponse(r *Response, f Format) []byte {
	w := textWriter{kind: SKR, format: f, owner: r.Zone.String()}
	meta := metadata{id: r.ID, serial: r.Serial, made: r.Timestamp,
		policies: map[string]StatedPolicy{"ksk": r.KSKPolicy, "zsk": r.ZSKPolicy}}
	return w.document(meta, r.Bundles)
}

func (w *textWriter) document(meta metadata, bundles []Bundle) []byte {
	generated := meta.made
	if generated.IsZero() && len(bundles) > 0 {
		// The readers want some time in the trailer. This one is always the same.
		generated = bundles[len(bundles)-1].Inception
	}
	for i := range bundles {
		b := &bundles[i]
		meta.bundle, meta.signers = b.ID, b.Signers
		if !b.Expiration.Equal(b.earliestExpiration()) {
			meta.expires = b.Expiration
		}
		w.header(b.Inception, &meta)
		w.records(b)
		meta = metadata{}
	}
	fmt.Fprintf(&w.b, ";; %s %s generated at %s by %s\n",
		kindWords[w.kind], headerVersion, iso(generated), program)
	return []byte(w.b.String())
}

func iso(t time.Time) string { return t.UTC().Format(dateTimeLayout + "Z") }

func (w *textWriter) header(begins time.Time, meta *metadata) {
	stamp := strconv.FormatInt(begins.Unix(), 10)
	if w.format == BIND {
		stamp = begins.UTC().Format(digitsLayout)
	}
	fmt.Fprintf(&w.b, ";; %s %s %s (%s) %s%s\n",
		kindWords[w.kind], headerVersion, stamp, iso(begins), program, meta.words())
}

func (w *textWriter) records(b *Bundle) {
	for i := range b.Keys {
		w.record(b.Keys[i].TTL, rr.TypeDNSKEY, keyData(b.Keys[i].DNSKEY), b.Keys[i].Identifier)
	}
	for i := range b.Signatures {
		w.signature(&b.Signatures[i])
	}
	if b.CDNSKEY != nil {
		for _, data := range b.CDNSKEY.Data {
			if key, err := rr.ParseDNSKEY(data); err == nil {
				w.record(b.CDNSKEY.TTL, rr.TypeCDNSKEY, keyData(key), "")
			}
		}
	}
	if b.CDS != nil {
		for _, data := range b.CDS.Data {
			if len(data) > 4 {
				w.record(b.CDS.TTL, rr.TypeCDS, cdsData(data), "")
			}
		}
	}
	for i := range b.CDSSignatures {
		w.signature(&b.CDSSignatures[i])
	}
}

func (w *textWriter) record(ttl uint32, typ rr.Type, data, identifier string) {
	fmt.Fprintf(&w.b, "%s %d IN %s %s", w.owner, ttl, typ, data)
	if identifier != "" {
		fmt.Fprintf(&w.b, " ; %s key=%s", program, escapeLabel(identifier))
	}
	w.b.WriteByte('\n')
}

func keyData(k rr.DNSKEY) string {
	return fmt.Sprintf("%d %d %d %s", k.Flags, k.Protocol, k.Algorithm, base64.StdEncoding.EncodeToString(k.PublicKey))
}

func cdsData(data []byte) string {
	return fmt.Sprintf("%d %d %d %s", binary.BigEndian.Uint16(data), data[2], data[3],
		strings.ToUpper(hex.EncodeToString(data[4:])))
}

func (w *textWriter) signature(s *Signature) {
	data := fmt.Sprintf("%s %d %d %d %s %s %d %s %s", s.TypeCovered, s.Algorithm, s.Labels, s.OriginalTTL,
		s.Expiration.UTC().Format(digitsLayout), s.Inception.UTC().Format(digitsLayout),
		s.KeyTag, s.SignerName, base64.StdEncoding.EncodeToString(s.Signature))
	w.record(s.TTL, rr.TypeRRSIG, data, s.KeyIdentifier)
}
