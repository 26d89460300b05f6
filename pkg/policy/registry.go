package policy

import "slices"

// Check describes one check.
type Check struct {
	Name     string   `json:"name"`             // stable and public
	Verifies string   `json:"verifies"`         // what it makes sure of
	Source   string   `json:"source"`           // who asks for it
	Limits   []string `json:"limits,omitempty"` // what it reads, by the names of the limits file
	Applies  []string `json:"applies"`          // to a KSR, a planned SKR, an SKR
}

// What a check applies to.
const (
	OnKSR     = "KSR"
	OnPlanned = "planned SKR" // what the KSK operator is about to sign
	OnSKR     = "SKR"
)

// check is a Check with what it does.
type check struct {
	Check
	run func(*judgement)
}

// Checks is every check once, in the order in which they run: those of a KSR
// with the SKR planned for it, then those of an SKR alone.
func Checks() []Check {
	var all []Check
	at := map[string]int{}
	add := func(checks []check, on string) {
		for _, c := range checks {
			i, known := at[c.Name]
			if !known {
				i = len(all)
				at[c.Name] = i
				c.Check.Applies = nil
				all = append(all, c.Check)
			}
			if !slices.Contains(all[i].Applies, on) {
				all[i].Applies = append(all[i].Applies, on)
			}
		}
	}
	add(requestChecks, OnKSR)
	add(plannedChecks, OnPlanned)
	add(responseChecks, OnSKR)
	return all
}

// requestChecks judge the KSR itself. The order matters where a later check
// asks whether an earlier one failed.
var requestChecks = []check{
	limitsValid,
	ksrFormat, ksrDomain, ksrID, ksrGenesis,
	ksrBundleUnique, ksrBundleOrder, ksrBundleCount,
	ksrBundleKeys, ksrBundleAlias, ksrBundleTTL, ksrSigFields, ksrBundlePOP,
	ksrCycleDuration, ksrBundleIntervals, ksrSigValidity, ksrSigOverlap, ksrSigHorizon,
	ksrPolicyKeys, ksrPolicyAlg, ksrKeyStated, ksrKeyWeak, ksrKeyTag, ksrPolicyStated,
	ksrChainSKR, ksrChainHash, ksrChainOverlap, ksrChainKeys,
	ksrPublishSafety, ksrRetireSafety,
}

// plannedChecks judge the SKR that is about to be signed for the KSR.
var plannedChecks = []check{
	skrMatch, skrBundleOrder, skrKeyFlags, skrKeyAlg, skrKeyTag,
	skrSigValidity, skrSigOverlap, skrSigHorizon, skrSize,
	skrKSKHeld, skrKSKSigner, skrKSKPublishSafety, skrKSKRetireSafety, skrKSKRevoke, skrKSKWithdraw,
}

// responseChecks judge an SKR.
var responseChecks = []check{
	limitsValid,
	skrFormat, skrDomain, skrID, skrGenesis,
	skrBundleUnique, skrBundleOrder, skrBundleCount,
	skrBundleKeys, skrKeyFlags, skrKeyAlg, skrKeyWeak, skrKeyTag, skrTTL, skrSigFields, skrSigValid,
	skrMatch,
	skrCycleDuration, skrBundleIntervals, skrSigValidity, skrSigOverlap, skrSigHorizon, skrNow,
	skrPolicyStated, skrSize, skrCDS,
	skrChainSKR, skrChainHash, skrChainOverlap, skrChainKeys,
	skrPublishSafety, skrRetireSafety,
	skrSigAnchor, skrKSKSigner, skrKSKPublishSafety, skrKSKRetireSafety, skrKSKRevoke, skrKSKWithdraw,
}
