package transform

import "math"

// snap is the distance in pixels below which a coordinate counts as that of the
// nearest pixel, so that 0.07·100 pixels are exactly 7.
const snap = 1e-6

// split returns the pixel index at or below coordinate u and how far u lies
// beyond it, in [0, 1).
func split(u float64) (i int, frac float64) {
	floor := math.Floor(u + snap)
	frac = u - floor
	if frac < snap {
		frac = 0
	}
	return int(floor), frac
}

// axis describes a shift along one axis of n pixels: output j takes (1−frac) of
// source j+step and frac of source j+step+1.
type axis struct {
	n, step int
	frac    float32
}

// newAxis describes the shift by which output j looks at source j+offset.
func newAxis(n int, offset float64) axis {
	// From the width of the frame on, all offsets are alike; these fit an int.
	offset = min(max(offset, -float64(n)), float64(n))
	step, frac := split(offset)
	return axis{n: n, step: step, frac: float32(frac)}
}

// source returns the two source indices of output j, the weight of the second,
// and the share of weight inside the frame. An index outside is replaced by the
// other one; both are 0 where nothing lies inside.
func (a axis) source(j int) (lo, hi int, frac, cover float32) {
	lo = j + a.step
	hi = lo + 1
	switch {
	case lo >= 0 && a.frac == 0 && lo < a.n:
		return lo, lo, 0, 1
	case lo >= 0 && hi < a.n:
		return lo, hi, a.frac, 1
	case lo == -1:
		return 0, 0, 0, a.frac
	case hi == a.n:
		return lo, lo, 0, 1 - a.frac
	}
	return 0, 0, 0, 0
}

// inner returns the range [j0, j1) of outputs that lie wholly inside.
func (a axis) inner() (j0, j1 int) {
	last := a.n - a.step
	if a.frac != 0 {
		last--
	}
	j0 = min(max(-a.step, 0), a.n)
	return j0, max(min(last, a.n), j0)
}

// border returns the outputs beside [j0, j1) that lie partly inside, which show
// the first and the last source, or −1 where there is none.
func (a axis) border(j0, j1 int) (first, last int) {
	first, last = -1, -1
	if j0 > 0 && a.step+j0-1 == -1 && a.frac != 0 {
		first = j0 - 1
	}
	if j1 < a.n && a.step+j1 == a.n-1 && a.frac != 0 {
		last = j1
	}
	return first, last
}
