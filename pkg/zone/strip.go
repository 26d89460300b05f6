package zone

import "countersign/pkg/rr"

// StripDNSSEC is the zone without what a signer adds, and how many records it
// left out. RRSIG, NSEC and NSEC3 go everywhere: they are only ever made by
// signing. NSEC3PARAM, DNSKEY, CDS, CDNSKEY and ZONEMD go at the apex only,
// where they state keys, parameters and a digest that the next signer has its
// own of; elsewhere they are data like any other. DS and CSYNC stay: they are
// what the zone's owner says. A zone with nothing to leave out is returned as it
// is.
func (z *Zone) StripDNSSEC() (*Zone, int, error) {
	if !z.hasSignersWork() {
		return z, 0, nil
	}
	a := NewAssembler(z.origin, z.Len(), z.Sets(), z.Records())
	for i := range z.Len() {
		apex := i == 0
		a.copyNode(z.Node(i), func(t rr.Type) bool { return isSignersWork(t, apex) })
	}
	stripped, err := a.Zone()
	if err != nil {
		return nil, 0, err
	}
	return stripped, z.Records() - stripped.Records(), nil
}

func isSignersWork(t rr.Type, apex bool) bool {
	switch t {
	case rr.TypeRRSIG, rr.TypeNSEC, rr.TypeNSEC3:
		return true
	case rr.TypeNSEC3PARAM, rr.TypeDNSKEY, rr.TypeCDS, rr.TypeCDNSKEY, rr.TypeZONEMD:
		return apex
	}
	return false
}

func (z *Zone) hasSignersWork() bool {
	apex := z.nodes[1].first
	for i := range z.Sets() {
		if isSignersWork(z.sets[i].typ, uint32(i) < apex) {
			return true
		}
	}
	return false
}
