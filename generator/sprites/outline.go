package sprites

import "math"

// Lengths in pixels at scale 1. The classes share one area, so that the scale
// alone sets it, and none reaches further than 16 pixels from its barycentre, so
// that no object of Random leaves the frame.
const (
	area      = 324.0
	starInner = 0.55    // radius of a star's inner corners over that of its outer ones
	ringInner = 0.5     // radius of a ring's hole over the ring's
	crossArm  = 1.0 / 3 // half the width of a cross's arm over the arm's length
)

var (
	discRadius = math.Sqrt(area / math.Pi)
	ringRadius = math.Sqrt(area / (math.Pi * (1 - ringInner*ringInner)))

	squareCorners   = polygon(4, func(k int) (r, a float64) { return 1, float64(2*k+1) * math.Pi / 4 })
	triangleCorners = polygon(3, func(k int) (r, a float64) { return 1, float64(2*k) * math.Pi / 3 })
	starCorners     = polygon(10, func(k int) (r, a float64) {
		return [2]float64{1, starInner}[k%2], float64(k) * math.Pi / 5
	})
	crossCorners = polygon(12, func(k int) (r, a float64) {
		quarter, half := float64(k/3)*math.Pi/2, math.Atan(crossArm)
		switch k % 3 {
		case 0:
			return math.Hypot(1, crossArm), quarter - half
		case 1:
			return math.Hypot(1, crossArm), quarter + half
		default:
			return math.Hypot(crossArm, crossArm), quarter + math.Pi/4
		}
	})
)

type point struct{ x, y float64 }

// polygon returns n corners given in polar coordinates (angle 0 is up, clockwise
// on screen), scaled to the common area.
func polygon(n int, corner func(k int) (radius, angle float64)) []point {
	p := make([]point, n)
	for k := range p {
		r, a := corner(k)
		sin, cos := math.Sincos(a)
		p[k] = point{r * sin, -r * cos}
	}
	var twice float64
	for k, a := range p {
		b := p[(k+1)%n]
		twice += a.x*b.y - b.x*a.y
	}
	scale := math.Sqrt(area / (twice / 2))
	for k := range p {
		p[k].x *= scale
		p[k].y *= scale
	}
	return p
}

// distance is the signed distance, negative inside, from (u, v) to the outline of
// the class at scale 1, upright and with its barycentre at the origin.
func (c Class) distance(u, v float64) float64 {
	switch c {
	case Disc:
		return math.Hypot(u, v) - discRadius
	case Ring:
		const middle, half = (1 + ringInner) / 2, (1 - ringInner) / 2
		return math.Abs(math.Hypot(u, v)-middle*ringRadius) - half*ringRadius
	case Square:
		return polygonDistance(squareCorners, u, v)
	case Triangle:
		return polygonDistance(triangleCorners, u, v)
	case Star:
		return polygonDistance(starCorners, u, v)
	default:
		return polygonDistance(crossCorners, u, v)
	}
}

// polygonDistance is the distance to the nearest side, negative where a ray to
// the right crosses an odd number of sides.
func polygonDistance(corners []point, u, v float64) float64 {
	squared, inside := math.Inf(1), false
	a := corners[len(corners)-1]
	for _, b := range corners {
		ex, ey := b.x-a.x, b.y-a.y
		wu, wv := u-a.x, v-a.y
		t := min(1, max(0, (wu*ex+wv*ey)/(ex*ex+ey*ey)))
		dx, dy := wu-ex*t, wv-ey*t
		squared = min(squared, dx*dx+dy*dy)
		if (v >= a.y) != (v >= b.y) && (wu*ey < wv*ex) == (ey > 0) {
			inside = !inside
		}
		a = b
	}
	if inside {
		return -math.Sqrt(squared)
	}
	return math.Sqrt(squared)
}
