package saliency

import "math"

// Area returns the sum of a map as a fraction of the frame: the mean of its
// pixels.
func Area(m []float32) float64 {
	var sum float64
	for _, v := range m {
		sum += float64(v)
	}
	return sum / float64(len(m))
}

// Barycentre returns the centre of mass of an h×w map, x as a fraction of the
// width and y of the height. The centre of pixel (i, j) is at (j+½)/w, (i+½)/h.
// An empty map has its barycentre at NaN.
func Barycentre(m []float32, h, w int) (x, y float64) {
	p := momentsOf(m, h, w)
	return (p.x + 0.5) / float64(w), (p.y + 0.5) / float64(h)
}

// Confidence returns how sure a map is of the object it marks: the mean of its
// pixels with these as weights, Σm²/Σm, which is 1 for a map of zeros and ones
// and small for one that marks everything a little. An empty map has 0.
func Confidence(m []float32) float64 {
	var sum, squares float64
	for _, v := range m {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	if sum == 0 {
		return 0
	}
	return squares / sum
}

// Box is a rectangle with sides along the axes: Left and Right as fractions of
// the width, Top and Bottom of the height.
type Box struct{ Left, Top, Right, Bottom float64 }

// BoundingBox returns the smallest box around the pixels of an h×w map that are
// at least half as salient as its most salient one, and false for an empty map.
func BoundingBox(m []float32, h, w int) (Box, bool) {
	_, high := span(m)
	if !(high > 0) {
		return Box{}, false
	}
	left, top, right, bottom := w, h, 0, 0
	for i := range h {
		for j, v := range m[i*w : (i+1)*w] {
			if v >= high/2 {
				left, right = min(left, j), max(right, j+1)
				top, bottom = min(top, i), max(bottom, i+1)
			}
		}
	}
	return Box{
		Left: float64(left) / float64(w), Top: float64(top) / float64(h),
		Right: float64(right) / float64(w), Bottom: float64(bottom) / float64(h),
	}, true
}

// Orientation returns the direction of the longest principal axis of an h×w
// map, in radians counter-clockwise as seen from the x axis, in (−π/2, π/2]. An
// axis has no head: orientations are equal modulo π. elongation is
// (λ₁−λ₂)/(λ₁+λ₂) of the two principal second moments, from 0 for a shape
// without a longest axis, such as a disc or a square, to 1 for a line.
func Orientation(m []float32, h, w int) (angle, elongation float64) {
	p := momentsOf(m, h, w)
	// Rows grow downwards, so the mixed moment changes its sign.
	difference, mixed := p.xx-p.yy, -2*p.xy
	return math.Atan2(mixed, difference) / 2, math.Hypot(difference, mixed) / (p.xx + p.yy)
}

// moments are the mass, the barycentre and the central second moments of a map,
// in pixel indices.
type moments struct{ mass, x, y, xx, yy, xy float64 }

func momentsOf(m []float32, h, w int) moments {
	var p moments
	for i := range h {
		var row, first float64
		for j, v := range m[i*w : (i+1)*w] {
			row += float64(v)
			first += float64(v) * float64(j)
		}
		p.mass += row
		p.x += first
		p.y += row * float64(i)
	}
	p.x /= p.mass
	p.y /= p.mass
	for i := range h {
		dy := float64(i) - p.y
		for j, v := range m[i*w : (i+1)*w] {
			dx := float64(j) - p.x
			p.xx += float64(v) * dx * dx
			p.yy += float64(v) * dy * dy
			p.xy += float64(v) * dx * dy
		}
	}
	p.xx /= p.mass
	p.yy /= p.mass
	p.xy /= p.mass
	return p
}
