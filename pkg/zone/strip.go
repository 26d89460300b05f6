package zone

import "countersign/pkg/rr"

// StripDNSSEC is the zone without what a signer adds, and how many records it
// left out. RRSIG, NSEC and NSEC3 go everywhere: they are only ever made by
// signing. NSEC3PARAM, DNSKEY, CDS, CDNSKEY and ZONEMD go at the apex only,
// where they state keys, parameters and a digest that the next signer has its
// own of; elsewhere they are data like any other. DS and CSYNC stay: they are
// what the zone's owner says. A zone with nothing to leave out is returned as it
// is, and pages with nothing to leave out are shared.
func (z *Zone) StripDNSSEC() (*Zone, int, error) {
	if !z.hasSignersWork() {
		return z, 0, nil
	}
	var changes []Change
	for i, p := range z.pages {
		if !p.signed && i > 0 {
			continue
		}
		for n := range z.Page(i).Nodes() {
			if wire, stripped := stripNode(n); stripped {
				changes = append(changes, Change{n.Owner(), wire})
			}
		}
	}
	stripped, err := z.With(changes)
	if err != nil {
		return nil, 0, err
	}
	return stripped, z.Records() - stripped.Records(), nil
}

// stripNode is the records of a node without the signer's, and whether there
// were any of these.
func stripNode(n Node) (wire []byte, stripped bool) {
	apex := n.index == 0
	all, read := n.Wire(), 0
	for s := range n.RRsets() {
		switch gone := isSignersWork(s.Type, apex); {
		case gone && !stripped:
			stripped = true
			wire = append(make([]byte, 0, len(all)), all[:read]...)
		case !gone && stripped:
			wire = append(wire, s.wire...)
		}
		read += len(s.wire)
	}
	return wire, stripped
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
	for _, p := range z.pages {
		if p.signed {
			return true
		}
	}
	for s := range z.Node(0).RRsets() {
		if isSignersWork(s.Type, true) {
			return true
		}
	}
	return false
}
