package rollover

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"countersign/pkg/iso8601"
	"countersign/pkg/rr"
)

// KSKDates are the five dates of a KSK. A zero date means not planned.
type KSKDates struct {
	AnchorFrom  time.Time // validators may hold it as a trust anchor
	PublishFrom time.Time // in the DNSKEY RRset
	SignFrom    time.Time // signs, until a newer KSK of its algorithm does
	RevokeFrom  time.Time // in the DNSKEY RRset with the REVOKE flag (RFC 5011)
	RemoveFrom  time.Time // no longer in the DNSKEY RRset
}

// KSK is a key signing key and its dates. Key has flags 257.
type KSK struct {
	Label string
	Key   rr.DNSKEY
	KSKDates
}

// Role is what a slot does with one KSK that it publishes.
type Role struct {
	KSK     KSK
	Key     rr.DNSKEY // as published: revoked or not
	Signs   bool
	Revoked bool
}

// Action names the role as bundle tables do: S signs, P is published only, RS is
// revoked and signs for itself.
func (r Role) Action() string {
	switch {
	case r.Revoked:
		return "RS"
	case r.Signs:
		return "S"
	}
	return "P"
}

// ValidKSKs checks a plan: dates in order, labels unique, and no two keys with
// one tag and algorithm, revoked forms included.
func ValidKSKs(ksks []KSK) error {
	labels := map[string]bool{}
	type tagged struct {
		tag       uint16
		algorithm uint8
	}
	tags := map[tagged]string{}
	for _, ksk := range ksks {
		if labels[ksk.Label] {
			return fmt.Errorf("KSK %s is listed twice", ksk.Label)
		}
		labels[ksk.Label] = true
		if err := ksk.KSKDates.Valid(); err != nil {
			return fmt.Errorf("KSK %s: %w", ksk.Label, err)
		}
		for _, key := range []rr.DNSKEY{ksk.Key, ksk.Key.Revoked()} {
			at := tagged{key.KeyTag(), key.Algorithm}
			if other, taken := tags[at]; taken {
				return fmt.Errorf("KSKs %s and %s share key tag %d (one of them perhaps revoked)", other, ksk.Label, at.tag)
			}
			tags[at] = ksk.Label
		}
	}
	return nil
}

// Valid checks that the dates that are set are in order, and that none is set
// without those it needs before it.
func (d KSKDates) Valid() error {
	if !d.SignFrom.IsZero() && d.PublishFrom.IsZero() {
		return fmt.Errorf("signs from %s but is never published", stamp(d.SignFrom))
	}
	if !d.RevokeFrom.IsZero() && d.PublishFrom.IsZero() {
		return fmt.Errorf("revoked from %s but is never published", stamp(d.RevokeFrom))
	}
	if !d.RemoveFrom.IsZero() && d.PublishFrom.IsZero() {
		return fmt.Errorf("removed from %s but is never published", stamp(d.RemoveFrom))
	}
	last, lastName := time.Time{}, ""
	for _, date := range []struct {
		name string
		at   time.Time
	}{{"publish", d.PublishFrom}, {"sign", d.SignFrom}, {"revoke", d.RevokeFrom}, {"remove", d.RemoveFrom}} {
		if date.at.IsZero() {
			continue
		}
		if date.at.Before(last) {
			return fmt.Errorf("%s from %s is before %s from %s", date.name, stamp(date.at), lastName, stamp(last))
		}
		last, lastName = date.at, date.name
	}
	return nil
}

// reached says whether a planned date has come.
func reached(date, at time.Time) bool { return !date.IsZero() && !at.Before(date) }

// State is the key's state at a moment. The safety intervals separate Published
// from Ready; Retired is a key that a newer one has relieved, which State cannot
// know and so calls Active.
func (d KSKDates) State(at time.Time, safety Safety) State {
	switch {
	case reached(d.RemoveFrom, at):
		return Removed
	case reached(d.RevokeFrom, at):
		return Revoked
	case reached(d.SignFrom, at):
		return Active
	case reached(d.PublishFrom, at):
		if !at.Before(d.PublishFrom.Add(safety.Publish)) {
			return Ready
		}
		return Published
	}
	return Generated
}

// RolesAt is what a slot with this inception does with each KSK it publishes, in
// the order of ksks. Of each algorithm the key with the latest SignFrom that has
// come signs (all of them, if several have the same); so a new KSK relieves the
// old one on its own SignFrom. A revoked key signs too, so that validators see
// the revocation (RFC 5011, Section 2.1).
func RolesAt(ksks []KSK, inception time.Time) []Role {
	newest := map[uint8]time.Time{}
	for _, ksk := range ksks {
		if ksk.State(inception, Safety{}) == Active && ksk.SignFrom.After(newest[ksk.Key.Algorithm]) {
			newest[ksk.Key.Algorithm] = ksk.SignFrom
		}
	}
	var roles []Role
	for _, ksk := range ksks {
		switch ksk.State(inception, Safety{}) {
		case Published, Ready:
			roles = append(roles, Role{KSK: ksk, Key: ksk.Key})
		case Active:
			signs := ksk.SignFrom.Equal(newest[ksk.Key.Algorithm])
			roles = append(roles, Role{KSK: ksk, Key: ksk.Key, Signs: signs})
		case Revoked:
			roles = append(roles, Role{KSK: ksk, Key: ksk.Key.Revoked(), Signs: true, Revoked: true})
		}
	}
	return roles
}

// AnchorsAt are the KSKs that validators should hold as trust anchors, the
// oldest first.
func AnchorsAt(ksks []KSK, at time.Time) []KSK {
	var anchors []KSK
	for _, ksk := range ksks {
		if reached(ksk.AnchorFrom, at) && !reached(ksk.RevokeFrom, at) && !reached(ksk.RemoveFrom, at) {
			anchors = append(anchors, ksk)
		}
	}
	slices.SortStableFunc(anchors, func(a, b KSK) int {
		return cmp.Or(a.AnchorFrom.Compare(b.AnchorFrom), cmp.Compare(a.Label, b.Label))
	})
	return anchors
}

// ParentKSKs are the KSKs that the parent's DS RRset shall have at a moment, for
// CDS and CDNSKEY (RFC 7344): those that may be anchors and are published, less
// the ones that a newer key has relieved.
func ParentKSKs(ksks []KSK, at time.Time) []KSK {
	var wanted []KSK
	for _, role := range RolesAt(ksks, at) {
		relieved := reached(role.KSK.SignFrom, at) && !role.Signs
		if !role.Revoked && !relieved && reached(role.KSK.AnchorFrom, at) {
			wanted = append(wanted, role.KSK)
		}
	}
	return wanted
}

// CheckParent checks the plan of a zone whose parent takes DS records from CDS: a
// KSK that relieves another has been meant for the parent, from its AnchorFrom on,
// for the safety interval before it signs. Else validators would still follow the
// DS record of the old one. See RFC 7583, Section 3.3.
func CheckParent(ksks []KSK, safety time.Duration) error {
	for _, ksk := range ksks {
		relieves := false
		for _, other := range ksks {
			relieves = relieves || !other.SignFrom.IsZero() && other.SignFrom.Before(ksk.SignFrom) &&
				other.Key.Algorithm == ksk.Key.Algorithm
		}
		if relieves && (ksk.AnchorFrom.IsZero() || ksk.SignFrom.Before(ksk.AnchorFrom.Add(safety))) {
			return fmt.Errorf("KSK %s signs from %s, but is an anchor from %s: the parent would not have its DS record for %s before",
				ksk.Label, stamp(ksk.SignFrom), stamp(ksk.AnchorFrom), iso8601.FormatDuration(safety))
		}
	}
	return nil
}

// Dates are all planned moments of the keys after from and before to, in order:
// where a long slot has to be cut.
func Dates(ksks []KSK, from, to time.Time) []time.Time {
	var dates []time.Time
	for _, ksk := range ksks {
		for _, date := range []time.Time{ksk.PublishFrom, ksk.SignFrom, ksk.RevokeFrom, ksk.RemoveFrom} {
			if date.After(from) && date.Before(to) {
				dates = append(dates, date)
			}
		}
	}
	slices.SortFunc(dates, time.Time.Compare)
	return slices.CompactFunc(dates, time.Time.Equal)
}
