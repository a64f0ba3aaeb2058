package invert

import (
	"context"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/loss"
)

// LevenbergMarquardt follows each trajectory as a path through latent space, with
// a step in t of its own: it needs a loss that is a sum of squares
// (loss.LeastSquares) and short codes, for a Jacobian costs one pushforward a
// latent dimension. Fields that are 0 stand for what their comments say.
//
// A step starts from the last point of the path with the Jacobian known there:
// the target's motion, pulled back through it, is the first code tried. Further
// ones correct that, each the minimum of the damped linear model of the residual
// under the constraint, which for Ball, Sphere and Box is found exactly, not by
// clipping. Between Jacobians, which are what costs, Broyden's update corrects the
// last one by what each step has shown, and but for the first, Jacobians are
// computed along those directions only that the image depends on. A step that
// fails is tried again at half the length; where the shortest one fails too, the
// trajectory has left what the generator can draw, and ends with the status Left.
type LevenbergMarquardt struct {
	// Tolerance ends the corrections of a step when the next one is expected to
	// lower the error by less than this fraction of it; 0: 0.05.
	Tolerance float64

	// Exact ends them when the error is below this fraction of that of not
	// moving at all; 0: 1e-3.
	Exact float64

	// Iterations is the largest number of codes tried for a step in t; 0: 7.
	Iterations int

	// Refresh is the number of updates after which a Jacobian is computed anew,
	// unless it has served too badly before; 1 computes it for every correction.
	// 0: 6.
	Refresh int

	// Negligible is the share of the largest eigenvalue of the normal equations
	// below which an eigenvector is left out when a Jacobian is computed anew. The
	// image hardly changes along it, and what is known of that is kept. 0: 0.005, a
	// negative number: none is left out.
	Negligible float64

	// Damping is the least damping, relative to the largest eigenvalue of the
	// normal equations. It holds codes back along latent dimensions that the
	// image hardly depends on; 0: 1e-4.
	Damping float64

	// Halvings is how often a step, which is the distance between two targets at
	// first, may be halved; 0: 1, a negative number: never.
	Halvings int

	// Limit is the error, relative to that of not moving at all, at which a
	// trajectory is taken to have lost its target; 0: 0.5.
	Limit float64
}

// Name implements Method.
func (m LevenbergMarquardt) Name() string {
	m.settle()
	return fmt.Sprintf("lm(tolerance=%g,exact=%g,iterations=%d,refresh=%d,negligible=%g,damping=%g,halvings=%d,limit=%g)",
		m.Tolerance, m.Exact, m.Iterations, m.Refresh, m.Negligible, m.Damping, m.Halvings, m.Limit)
}

func (m *LevenbergMarquardt) settle() {
	fill(&m.Tolerance, 0.05)
	fill(&m.Exact, 1e-3)
	fill(&m.Iterations, 7)
	fill(&m.Refresh, 6)
	fill(&m.Damping, 1e-4)
	fill(&m.Halvings, 1)
	fill(&m.Negligible, 0.005)
	m.Negligible = max(m.Negligible, -1)
	fill(&m.Limit, 0.5)
	m.Halvings = max(m.Halvings, 0)
}

func (m *LevenbergMarquardt) validate() error {
	for _, v := range []float64{m.Tolerance, m.Exact, m.Damping, m.Limit} {
		if !(v > 0) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: Levenberg–Marquardt with tolerance %g, exact %g, damping %g and limit %g: give positive numbers",
				ErrOptions, m.Tolerance, m.Exact, m.Damping, m.Limit)
		}
	}
	if !(m.Negligible < 1) {
		return fmt.Errorf("%w: Levenberg–Marquardt that neglects directions of less than %g of the largest eigenvalue: give a number below 1",
			ErrOptions, m.Negligible)
	}
	if m.Iterations < 0 || m.Refresh < 0 || m.Halvings > 30 {
		return fmt.Errorf("%w: Levenberg–Marquardt with %d iterations, refresh %d and %d halvings: give positive numbers, and 30 halvings at most",
			ErrOptions, m.Iterations, m.Refresh, m.Halvings)
	}
	return nil
}

// Follow implements Method. A loss that is no loss.LeastSquares is an error.
func (m LevenbergMarquardt) Follow(ctx context.Context, p *Problem, ts []float64, emit Emit) error {
	m.settle()
	if err := m.validate(); err != nil {
		return err
	}
	l, ok := p.loss.(loss.LeastSquares)
	if !ok {
		return fmt.Errorf("%w: Levenberg–Marquardt needs a loss that is a loss.LeastSquares, and %s is not: use LBFGS or Adam", ErrOptions, p.loss.Name())
	}
	f := newTracker(&m, p, l, ts, emit)
	if len(f.active) > 0 {
		if err := p.origin.linearize(ctx, f.s); err != nil {
			return err
		}
	}
	for len(f.active) > 0 {
		if err := f.round(ctx); err != nil {
			return err
		}
	}
	return f.send()
}
