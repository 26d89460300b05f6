package ksr

// The limits of the readers. Each is far above what any zone needs (the root:
// 9 bundles, 5 keys, 25 kB) and there so that a hostile document costs little.
// The depth of the XML is limited by its grammar: no element is opened that the
// schema does not have at that place, and the deepest is the sixth.
const (
	// MaxDocument is the size in octets of the largest document that is read.
	MaxDocument = 1 << 20

	// MaxBundles is the number of bundles in a document.
	MaxBundles = 512

	// MaxKeys is the number of keys in a bundle, and of Signer elements.
	MaxKeys = 64

	// MaxSignatures is the number of signatures in a bundle.
	MaxSignatures = 64

	// MaxAlgorithms is the number of algorithms in a stated policy.
	MaxAlgorithms = 16

	// MaxText is the length in octets of the text of one XML element, and of
	// the words of one record or header of a text document.
	MaxText = 64 << 10

	// MaxData is the length in octets of a public key or signature.
	MaxData = 8 << 10

	// MaxAttribute is the length in octets of one XML attribute, and of one
	// identifier in the text formats.
	MaxAttribute = 256

	// maxWarnings is the number of warnings that are kept.
	maxWarnings = 100

	// maxFaults is the number of faults reported before a reader gives up.
	maxFaults = 20
)
