package invert

import (
	"cmp"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// Constraint is a closed set of latent codes, convex but for Sphere. Methods that
// treat one of this package's sets exactly may find out which it is by type
// assertion.
type Constraint interface {
	// Name identifies the set and its extents, for example "ball(3.1623)".
	Name() string

	// Project replaces z by the point of the set that is nearest to it.
	Project(z []float32)
}

// Ball is the set ‖z‖ ≤ Radius. In high dimension the standard normal
// distribution has its mass near the sphere of radius √D.
type Ball struct{ Radius float64 }

// Name implements Constraint.
func (b Ball) Name() string { return fmt.Sprintf("ball(%.6g)", b.Radius) }

// Project implements Constraint. It scales codes outside the ball radially.
func (b Ball) Project(z []float32) {
	if norm := norm32(z); norm > b.Radius {
		scaleTo(z, b.Radius, norm)
	}
}

// Sphere is the set ‖z‖ = Radius, for generators that normalise their codes or
// know no others.
type Sphere struct{ Radius float64 }

// Name implements Constraint.
func (s Sphere) Name() string { return fmt.Sprintf("sphere(%.6g)", s.Radius) }

// Project implements Constraint. It leaves 0 alone, of which all points are
// equally near.
func (s Sphere) Project(z []float32) {
	if norm := norm32(z); norm > 0 {
		scaleTo(z, s.Radius, norm)
	}
}

func norm32(z []float32) float64 {
	sum := 0.0
	for _, v := range z {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

func scaleTo(z []float32, radius, norm float64) {
	for i, v := range z {
		z[i] = float32(float64(v) * (radius / norm))
	}
}

// Box is the set Low ≤ z_i ≤ High.
type Box struct{ Low, High float64 }

// Name implements Constraint.
func (b Box) Name() string { return fmt.Sprintf("box(%.6g,%.6g)", b.Low, b.High) }

// Project implements Constraint.
func (b Box) Project(z []float32) {
	low, high := float32(b.Low), float32(b.High)
	for i, v := range z {
		z[i] = min(max(v, low), high)
	}
}

// Unconstrained is the whole latent space.
type Unconstrained struct{}

// Name implements Constraint.
func (Unconstrained) Name() string { return "none" }

// Project implements Constraint. It does nothing.
func (Unconstrained) Project([]float32) {}

// ConstraintFor returns the set in which a generator's prior has its mass: the
// ball of radius √D, times its scale, for a normal prior, the box of its bounds for
// the others.
func ConstraintFor(info generator.Info) Constraint {
	if info.Prior.Kind == generator.Normal {
		return Ball{Radius: cmp.Or(info.Prior.Scale, 1) * math.Sqrt(float64(info.D))}
	}
	low, high := info.Prior.Support()
	return Box{Low: low, High: high}
}

// touching is how near the bound of its set, relative to its size, a code lies that
// the bound holds: nearer than rounding to float32 can tell.
const touching = 1e-6

// isActive reports whether a code lies on the bound of its set. Of sets that are
// not this package's nothing is known.
func isActive(c Constraint, z []float32) bool {
	switch c := c.(type) {
	case Ball:
		return norm32(z) >= c.Radius*(1-touching)
	case Sphere:
		return true
	case Box:
		low, high := c.Low+touching*(c.High-c.Low), c.High-touching*(c.High-c.Low)
		for _, v := range z {
			if float64(v) <= low || float64(v) >= high {
				return true
			}
		}
	}
	return false
}

// holdBack takes from a gradient at z what the constraint does not let a descent
// follow, so that it is 0 at a solution.
func holdBack(grad []float64, z []float32, c Constraint) {
	radial := func(always bool) {
		zz, zg := 0.0, 0.0
		for i, v := range z {
			zz += float64(v) * float64(v)
			zg += float64(v) * grad[i]
		}
		if zz > 0 && (always || zg < 0) {
			for i, v := range z {
				grad[i] -= zg / zz * float64(v)
			}
		}
	}
	switch c := c.(type) {
	case Ball:
		if isActive(c, z) {
			radial(false)
		}
	case Sphere:
		radial(true)
	case Box:
		margin := touching * (c.High - c.Low)
		for i, v := range z {
			if float64(v) <= c.Low+margin && grad[i] > 0 || float64(v) >= c.High-margin && grad[i] < 0 {
				grad[i] = 0
			}
		}
	}
}
