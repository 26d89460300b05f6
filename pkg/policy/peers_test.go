package policy_test

import (
	"testing"

	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// peerLimits are limits for the zones of Knot's and BIND's real documents.
func peerLimits(zone rr.Name) policy.Limits {
	l := policy.TLDLimits(zone)
	if zone == rr.Root {
		l.Parent = policy.ParentNone
		l.ZSK.Algorithms, l.KSK.Algorithms = policy.RootLimits().ZSK.Algorithms, policy.RootLimits().KSK.Algorithms
		l.Bundles.AnswerSize = 2048
	}
	l.Documents.Possession = policy.PossessionOutOfBand
	l.Bundles.TTL = 172800
	l.Bundles.Overlap.Min = 7 * day
	return l
}

const example rr.Name = "\x07example\x03com\x00"

// Real documents of Knot and BIND, without what came before them. What is
// refused is at fault: Knot's example publishes a ZSK for an hour where the TTL
// is two days, and its KSK roll signs with a KSK that was just published, revokes
// the old one at once, and has the revoked key sign CDS, which no parent takes.
func TestPeerDocuments(t *testing.T) {
	for _, row := range []struct {
		name     string
		zone     rr.Name
		request  []string
		response []string
	}{
		{name: "bind/example.com", zone: example},
		{name: "bind/root", zone: rr.Root},
		{name: "knot/example.com", zone: example, request: []string{"KSR-ZSK-PUBLISH-SAFETY"}, response: []string{"SKR-ZSK-PUBLISH-SAFETY"}},
		{name: "knot/root", zone: rr.Root},
		{name: "knot/kskroll", zone: example, response: []string{"SKR-CDS", "SKR-KSK-PUBLISH-SAFETY", "SKR-KSK-RETIRE-SAFETY"}},
	} {
		limits := peerLimits(row.zone)
		response := readSKR(t, row.name+"-skr.txt")
		in := policy.ResponseInput{Response: response, Limits: limits, Now: before(response.Bundles), Anchors: pinsOf(kskOf(response))}
		if row.name != "knot/kskroll" { // whose KSR is not there
			in.Request = readKSR(t, row.name+"-ksr.txt")
			same(t, row.name+" KSR", policy.JudgeRequest(policy.RequestInput{Request: in.Request, Limits: limits, Now: in.Now}), row.request)
		}
		same(t, row.name+" SKR", policy.JudgeResponse(in), row.response)
	}
}

func pinsOf(keys []rr.DNSKEY) policy.Anchors {
	tags := make([]uint16, len(keys))
	for i, key := range keys {
		tags[i] = key.KeyTag()
	}
	return pins(tags...)
}
