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
