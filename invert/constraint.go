package invert

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// Constraint is a closed convex set of latent codes. Methods that treat one of
// this package's sets exactly may find out which it is by type assertion.
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
	sum := 0.0
	for _, v := range z {
		sum += float64(v) * float64(v)
	}
	if sum <= b.Radius*b.Radius {
		return
	}
	scale := b.Radius / math.Sqrt(sum)
	for i, v := range z {
		z[i] = float32(float64(v) * scale)
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
// ball of radius √D for a normal prior, the box of its bounds for the others.
func ConstraintFor(info generator.Info) Constraint {
	if info.Prior.Kind == generator.Normal {
		return Ball{Radius: math.Sqrt(float64(info.D))}
	}
	return Box{Low: info.Prior.Low, High: info.Prior.High}
}
