package zoneverify

// Check is one thing that is verified. Names are stable: operators, limits and
// alerts refer to them.
type Check struct {
	Name     string `json:"name"`
	Number   string `json:"number"` // of the requirement it belongs to: several checks can share one
	Title    string `json:"title"`  // what is so when it passes
	Citation string `json:"citation"`
	Needs    string `json:"needs,omitempty"` // the input it needs besides the zone and the time
}

// Checks is the table of all checks, in the order in which they are reported.
func Checks() []Check { return append([]Check(nil), checks[:]...) }

type checkID int

const (
	dnskeyBundle checkID = iota
	dnskeySigned
	trustAnchor
	rrsigMissing
	rrsigValid
	keyPrivate
	keyTags
	rrsigKey
	rrsigTime
	rrsigLabels
	rrsigSigner
	rrsigTTL
	rrsigValidity
	rrsigRemaining
	keyRole
	revokedSigned
	algorithms
	keyForm
	keyPolicy
	dnskeySize
	denialChain
	denialBitmap
	nsec3Param
	negativeTTL
	rrsigUnsigned
	rrsigExtra
	zonemdDigest
	keyChange
	serialOrder
	serialStep
	apexData
	zoneData
	glueData
	maxTTL
	changeSize
	apexNS
	dsLoss
	cdsData
	checkCount
)

const (
	needsAnchors   = "trust anchors"
	needsPublished = "the published version"
	needsLimits    = "limits"
	needsSKR       = "an SKR"
)

var checks = [checkCount]Check{
	dnskeyBundle:   {"ZONE-DNSKEY-BUNDLE", "C1", "the DNSKEY RRset and its signatures are those of the SKR bundle in force", "draft-icann-dnssec-keymgmt-01", needsSKR},
	dnskeySigned:   {"ZONE-DNSKEY-SIGNED", "C2", "the DNSKEY RRset is signed by a KSK in it", "RFC 4035, Section 2.2", ""},
	trustAnchor:    {"ZONE-TRUST-ANCHOR", "C2", "a key that a pinned trust anchor is for signs the DNSKEY RRset", "RFC 4035, Section 5.2", needsAnchors},
	rrsigMissing:   {"ZONE-RRSIG-MISSING", "C3", "every authoritative RRset has a signature", "RFC 4035, Section 2.2", ""},
	rrsigValid:     {"ZONE-RRSIG-VALID", "C3", "every signature that is needed verifies with its published key", "RFC 4035, Section 5.3.3", ""},
	keyPrivate:     {"ZONE-KEY-PRIVATE", "C4", "the private keys are those of the published keys", "RFC 6781, Section 3.4.1", "the key stores, which test every key before its first use"},
	keyTags:        {"ZONE-KEY-TAGS", "C5", "no two keys of one algorithm share a key tag", "RFC 4034, Section 8", ""},
	rrsigKey:       {"ZONE-RRSIG-KEY", "C6", "every signature is by a key in the DNSKEY RRset that is meant to sign", "RFC 4035, Section 5.3.1", ""},
	rrsigTime:      {"ZONE-RRSIG-TIME", "C7", "every signature is valid at the moment of publishing", "RFC 4034, Section 3.1.5", ""},
	rrsigLabels:    {"ZONE-RRSIG-LABELS", "C7", "the labels field counts the labels of the owner without an asterisk", "RFC 4034, Section 3.1.3", ""},
	rrsigSigner:    {"ZONE-RRSIG-SIGNER", "C7", "the signer's name is the apex", "RFC 4034, Section 3.1.7", ""},
	rrsigTTL:       {"ZONE-RRSIG-TTL", "C7", "the original TTL and the TTL of a signature are that of its RRset", "RFC 4034, Sections 3 and 3.1.4", ""},
	rrsigValidity:  {"ZONE-RRSIG-VALIDITY", "C7", "no signature is valid for longer than the limits allow", "RFC 6781, Section 4.4.2", needsLimits},
	rrsigRemaining: {"ZONE-RRSIG-REMAINING", "C8", "every signature outlives the moment of publishing by what the limits demand", "RFC 6781, Section 4.4.2", needsLimits},
	keyRole:        {"ZONE-KEY-ROLE", "C9", "a KSK signs DNSKEY, CDS and CDNSKEY only, a revoked key DNSKEY only", "RFC 6781, Section 3.1; RFC 5011, Section 2.1", ""},
	revokedSigned:  {"ZONE-REVOKED-SIGNED", "C9", "every revoked key signs the DNSKEY RRset", "RFC 5011, Section 2.1", ""},
	algorithms:     {"ZONE-ALGORITHMS", "C10", "every algorithm of a key or trust anchor signs every RRset", "RFC 4035, Section 2.2; RFC 6840, Section 5.11", ""},
	keyForm:        {"ZONE-KEY-FORM", "C11", "every DNSKEY is a zone key of a supported algorithm in its one right form", "RFC 4034, Section 2.1", ""},
	keyPolicy:      {"ZONE-KEY-POLICY", "C11", "algorithms, sizes and exponents are within the limits", "RFC 8624, Section 3.1", needsLimits},
	dnskeySize:     {"ZONE-DNSKEY-SIZE", "C11", "the answer to a DNSKEY query is no larger than the limits allow", "RFC 6781, Section 3.4.2; RFC 9715", needsLimits},
	denialChain:    {"ZONE-DENIAL-CHAIN", "C12", "the NSEC or NSEC3 chain is closed, in order and complete", "RFC 4034, Section 4.1.1; RFC 5155, Section 7.1", ""},
	denialBitmap:   {"ZONE-DENIAL-BITMAP", "C13", "every type bitmap has the types of its name and no others", "RFC 4034, Section 4.1.2; RFC 5155, Section 3.2.1", ""},
	nsec3Param:     {"ZONE-NSEC3-PARAM", "C14", "NSEC3 has one set of parameters, without additional iterations, within the limits", "RFC 5155, Section 4; RFC 9276, Section 3.1", ""},
	negativeTTL:    {"ZONE-NEGATIVE-TTL", "C15", "the TTL of NSEC and NSEC3 is the lesser of the SOA's TTL and minimum", "RFC 9077, Section 3", ""},
	rrsigUnsigned:  {"ZONE-RRSIG-UNSIGNED", "C16", "what is not authoritative has no signature", "RFC 4035, Section 2.2", ""},
	rrsigExtra:     {"ZONE-RRSIG-EXTRA", "C16", "no signature is over nothing, double, or bogus beside a good one", "RFC 4035, Section 5.3.3", ""},
	zonemdDigest:   {"ZONE-ZONEMD", "C17", "the digest and serial of the ZONEMD record are those of the zone", "RFC 8976, Section 4", ""},
	keyChange:      {"ZONE-KEY-CHANGE", "C20", "the DNSKEY RRset differs from the published one only as the SKR foresees", "RFC 6781, Section 4.1", needsPublished + " and " + needsSKR},
	serialOrder:    {"ZONE-SERIAL", "C23", "the serial is greater than the published one", "RFC 1982, Section 3.2", needsPublished},
	serialStep:     {"ZONE-SERIAL-STEP", "C23", "the serial grows by no more than the limits allow", "RFC 1912, Section 3.1", needsPublished + " and " + needsLimits},
	apexData:       {"ZONE-APEX", "C24", "the apex has one SOA record and name servers that resolve", "RFC 1035, Section 5.2", ""},
	zoneData:       {"ZONE-DATA", "C24", "nothing stands where it cannot: CNAME beside other data, DS without a delegation, data below a DNAME; records of one RRset have one TTL", "RFC 1034, Section 3.6.2; RFC 2181, Section 5.2; RFC 4035, Section 2.4; RFC 6672, Section 2.4", ""},
	glueData:       {"ZONE-GLUE", "C24", "name servers at or below their own delegation have glue", "RFC 9471, Section 3.1", ""},
	maxTTL:         {"ZONE-MAX-TTL", "C24", "no TTL is larger than the limits allow", "RFC 6781, Section 4.4.1", needsLimits},
	changeSize:     {"ZONE-CHANGE-SIZE", "C25", "no more has changed since the published version than the limits allow", "operator's policy", needsPublished + " and " + needsLimits},
	apexNS:         {"ZONE-APEX-NS", "C25", "the apex NS RRset is the published one, unless the limits allow a change", "operator's policy", needsPublished},
	dsLoss:         {"ZONE-DS-LOSS", "C26", "no more secure delegations are lost than the limits allow", "operator's policy", needsPublished + " and " + needsLimits},
	cdsData:        {"ZONE-CDS", "C28", "CDS and CDNSKEY are for KSKs in the DNSKEY RRset, of which one of each algorithm signs it, are signed by a KSK, and agree", "RFC 7344, Section 4", ""},
}

// apexChecks is what is judged with Config.ApexOnly.
var apexChecks = [checkCount]bool{
	dnskeyBundle: true, dnskeySigned: true, trustAnchor: true, rrsigMissing: true, rrsigValid: true, keyTags: true,
	rrsigKey: true, rrsigTime: true, rrsigLabels: true, rrsigSigner: true, rrsigTTL: true, rrsigValidity: true,
	rrsigRemaining: true, keyRole: true, revokedSigned: true, algorithms: true, keyForm: true, keyPolicy: true,
	dnskeySize: true, rrsigExtra: true, keyChange: true, serialOrder: true, serialStep: true, cdsData: true,
}

// missing says why a check cannot be made; "" if it can.
func (v *verifier) missing(id checkID) string {
	c, l := &v.config, v.limits
	lacks := func(missing bool, what string) string {
		if missing {
			return "no " + what + " given"
		}
		return ""
	}
	unsaid := func(isZero bool) string {
		switch {
		case c.Limits == nil:
			return "no limits given"
		case isZero:
			return "the limits do not say"
		}
		return ""
	}
	published := lacks(c.Published == nil, "published version")
	if c.ApexOnly && !apexChecks[id] {
		return "only the apex is judged"
	}
	switch id {
	case keyPrivate:
		return "needs " + checks[id].Needs
	case dnskeyBundle:
		return lacks(c.SKR == nil, "SKR")
	case trustAnchor:
		return lacks(c.Anchors == nil, "trust anchor")
	case rrsigValidity:
		return unsaid(l.MaxValidity.isZero())
	case rrsigRemaining:
		return unsaid(l.MinRemaining.isZero())
	case keyPolicy:
		return unsaid(len(l.Algorithms) == 0)
	case dnskeySize:
		return unsaid(l.MaxDNSKEYResponse == 0)
	case maxTTL:
		return unsaid(l.MaxTTL == 0)
	case serialOrder, apexNS:
		return published
	case keyChange:
		return either(published, lacks(c.SKR == nil, "SKR"))
	case serialStep:
		return either(published, unsaid(l.MaxSerialStep == 0))
	case changeSize:
		return either(published, unsaid(l.Change.isZero()))
	case dsLoss:
		return either(published, unsaid(l.Change.DSLoss == nil))
	}
	return ""
}

func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

func (c *ChangeLimits) isZero() bool {
	return c.Names == nil && c.Delegations == nil && c.Glue == nil && c.DS == nil
}
