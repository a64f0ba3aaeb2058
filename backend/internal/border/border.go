// Package border says which element of an array ONNX's Pad repeats outside it.
// Rewriting, executing and differentiating the operator all start from it.
package border

// Source returns the position along an axis of extent n ≥ 1 whose element stands
// at position i, which may be outside, in one of the modes reflect, edge and
// wrap; false for any other mode. A border wider than the array is reflected or
// wrapped again, as numpy has it.
func Source(mode string, i, n int) (int, bool) {
	switch {
	case mode == "edge":
		return min(max(i, 0), n-1), true
	case mode == "wrap":
		return modulo(i, n), true
	case mode == "reflect" && n == 1:
		return 0, true
	case mode == "reflect":
		i = modulo(i, 2*(n-1))
		return min(i, 2*(n-1)-i), true
	}
	return 0, false
}

// modulo is the remainder 0 ≤ r < n.
func modulo(i, n int) int { return (i%n + n) % n }
