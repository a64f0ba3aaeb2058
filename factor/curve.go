package factor

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Curve is a velocity field on the latent space: v(z) = dz/dt, how a code moves as
// the factor grows. Where a Model changes a factor along one direction everywhere,
// a Curve follows a path that bends with the code it starts from, for generators in
// which no direction carries the factor alone. FitCurve makes one.
//
// The field is a polynomial in the code, and outside the ball of radius Radius, in
// which the codes it was fitted to lie, that of the nearest point of the ball: a
// polynomial means nothing beyond its data. It is safe for concurrent use as long
// as nobody changes it.
type Curve struct {
	D     int // length of a code
	Order int // of the polynomial: 0, 1 or 2

	// Coefficients has a row of length D for each of the features 1, then z_i for
	// every i, then z_i z_j for every i and j ≥ i, as far as Order goes: what a unit
	// of the feature adds to the velocity. Rows follow each other.
	Coefficients []float64

	Radius float64 // largest norm of the codes it was fitted to
	Reach  float64 // largest |t| of the pairs it was fitted to

	Report CurveReport
}

// CurveReport says what a curve was fitted to, and with which ridge. How good it is
// only images tell.
type CurveReport struct {
	Pairs        int
	Trajectories int
	Ridge        float64
}

// ErrCurve is wrapped by errors about a curve that is malformed.
var ErrCurve = errors.New("factor: invalid curve")

// curveSteps is the number of steps of the integration to Reach.
const curveSteps = 20

// features returns the number of features of a polynomial of codes of length d.
func features(d, order int) int {
	switch order {
	case 0:
		return 1
	case 1:
		return 1 + d
	}
	return 1 + d + d*(d+1)/2
}

// Validate reports what makes the curve unusable, if anything does.
func (c *Curve) Validate() error {
	if c.D < 1 || c.Order < 0 || c.Order > 2 {
		return fmt.Errorf("%w: codes of length %d and order %d: a length must be positive, and an order 0, 1 or 2", ErrCurve, c.D, c.Order)
	}
	// Divided, for a length from a file whose square is out of range.
	if n := len(c.Coefficients); n%c.D != 0 || c.D > n || n/c.D != features(c.D, c.Order) {
		return fmt.Errorf("%w: %d coefficients for codes of length %d and order %d", ErrCurve, n, c.D, c.Order)
	}
	for i, v := range c.Coefficients {
		if bad(v) {
			return fmt.Errorf("%w: coefficient %d is %g", ErrCurve, i, v)
		}
	}
	if !(c.Radius > 0 && c.Reach > 0) || bad(c.Radius) || bad(c.Reach) {
		return fmt.Errorf("%w: radius %g and reach %g: they must be positive and finite", ErrCurve, c.Radius, c.Reach)
	}
	return nil
}

// Flow moves the code z along the curve until the factor has changed by delta, and
// writes it to dst, which may be z. To flow by −delta leads back.
//
// It stops early where the code would leave the ball of radius Radius, or, if it is
// outside to begin with, go further out, and at a change of Reach; it returns the
// change that it reached, in whole steps of the integration, of which there are
// twenty to Reach. It panics if dst or z does not have length D.
//
// The equation is integrated by the classical method of Runge and Kutta (Hairer,
// Nørsett and Wanner, Solving ordinary differential equations I, section II.1).
func (c *Curve) Flow(dst, z []float32, delta float64) (reached float64) {
	if len(dst) != c.D || len(z) != c.D {
		panic(fmt.Sprintf("factor: codes of length %d and %d for a curve of length %d", len(dst), len(z), c.D))
	}
	goal := delta
	if math.Abs(delta) > c.Reach*(1+1e-6) { // which a difference of values may be by rounding
		goal = math.Copysign(c.Reach, delta)
	}
	if goal == 0 || math.IsNaN(goal) {
		copy(dst, z)
		return 0
	}
	p := newPath(c, widen(z))
	n := p.steps(goal)
	bound := max(c.Radius, floats.Norm(p.z, 2)) * (1 + 1e-6) // codes of single precision lie on the bound
	for i := range n {
		p.step(goal / float64(n))
		if !(floats.Norm(p.z, 2) <= bound) {
			copy(p.z, p.last)
			goal = goal * float64(i) / float64(n)
			break
		}
	}
	if goal == 0 {
		copy(dst, z) // to the bit
		return 0
	}
	for i, v := range p.z {
		dst[i] = float32(v)
	}
	return goal
}

// path is a code on its way along a curve.
type path struct {
	c       *Curve
	z, last []float64 // the code, and before the last step
	at, v   []float64 // where the velocity is asked for, and it
}

func newPath(c *Curve, z []float64) *path {
	d := c.D
	p := &path{c: c, z: make([]float64, d), last: make([]float64, d), at: make([]float64, d), v: make([]float64, d)}
	copy(p.z, z)
	return p
}

// steps returns the number of steps that a change takes.
func (p *path) steps(delta float64) int {
	return max(1, int(math.Ceil(curveSteps*math.Abs(delta)/p.c.Reach-1e-9)))
}

// step follows the curve for a change of h.
func (p *path) step(h float64) {
	copy(p.last, p.z)
	copy(p.at, p.z)
	for _, s := range [4]struct{ weight, ahead float64 }{{1, 0.5}, {2, 0.5}, {2, 1}, {1, 0}} {
		p.c.velocity(p.v, p.at)
		floats.AddScaledTo(p.at, p.last, s.ahead*h, p.v)
		floats.AddScaled(p.z, s.weight*h/6, p.v)
	}
}

// velocity writes v(z) to dst. z is moved into the ball.
func (c *Curve) velocity(dst, z []float64) {
	if norm := floats.Norm(z, 2); norm > c.Radius {
		floats.Scale(c.Radius/norm, z)
	}
	d := c.D
	copy(dst, c.Coefficients[:d])
	rows := c.Coefficients[d:]
	add := func(feature float64) {
		floats.AddScaled(dst, feature, rows[:d])
		rows = rows[d:]
	}
	if c.Order >= 1 {
		for _, v := range z {
			add(v)
		}
	}
	if c.Order >= 2 {
		for i, v := range z {
			for _, w := range z[i:] {
				add(v * w)
			}
		}
	}
}
