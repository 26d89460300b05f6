package zone

// SerialAfter says whether serial a is greater than b in the arithmetic of RFC
// 1982, Section 3.2. Serials that are 2^31 apart are not comparable: neither is
// after the other.
func SerialAfter(a, b uint32) bool {
	return int32(a-b) > 0
}

// MaxSerialStep is the most that a serial can grow at once. See RFC 1982,
// Section 3.1.
const MaxSerialStep = 1<<31 - 1
