package ksr

import "time"

// InForce is the bundle to publish at a moment, out of a chain of SKRs with the
// oldest first: the one that came into force last, of the newest SKR that has
// begun. The result is nil before the first bundle, and when the signatures of
// that bundle have run out: an older bundle does not come back.
func InForce(chain []*Response, at time.Time) *Bundle {
	for i := len(chain) - 1; i >= 0; i-- {
		if bundle := latest(chain[i].Bundles, at); bundle != nil {
			if !at.Before(bundle.Expiration) {
				return nil
			}
			return bundle
		}
	}
	return nil
}

// BundleAt is the bundle of the KSR whose ZSKs are to be published at a moment:
// the one with the latest inception that is not after it, nil before the first.
func (r *Request) BundleAt(at time.Time) *Bundle { return latest(r.Bundles, at) }

// latest is the bundle with the latest inception that is not after the moment.
func latest(bundles []Bundle, at time.Time) *Bundle {
	var latest *Bundle
	for i := range bundles {
		bundle := &bundles[i]
		if !at.Before(bundle.Inception) && (latest == nil || !bundle.Inception.Before(latest.Inception)) {
			latest = bundle
		}
	}
	return latest
}

// SignedUntil is the moment from which no bundle is in force any more, walking
// the chain from a moment on; it is that moment itself when none is in force
// then.
func SignedUntil(chain []*Response, from time.Time) time.Time {
	for {
		bundle := InForce(chain, from)
		if bundle == nil {
			return from
		}
		from = nextChange(chain, from, bundle.Expiration)
	}
}

// nextChange is the first inception after a moment and before the limit, else
// the limit.
func nextChange(chain []*Response, after, limit time.Time) time.Time {
	next := limit
	for _, response := range chain {
		for _, bundle := range response.Bundles {
			if bundle.Inception.After(after) && bundle.Inception.Before(next) {
				next = bundle.Inception
			}
		}
	}
	return next
}
