package invert

import (
	"github.com/lcfv-go/lcfv/generator"
)

// track is one trajectory on its way from base, the last point of its path, to
// aim, which is its next target or a point on the way there.
type track struct {
	i      int              // its row
	source generator.Images // G(z_0)
	base   spot             // at t
	t      float64
	next   int  // target to reach
	halved int  // how often the distance between targets is halved for a step
	astray bool // whether it missed its last aim by far
	done   bool // whether all targets are settled

	aim          float64
	target, mask generator.Images
	still        float64 // error at aim of not having moved from z_0
	cur, trial   spot    // the best code for aim so far, and another

	jac   jacobian // at a code near cur
	stale bool     // whether it is to be computed anew,
	whole bool     // and that along all directions
	sub   *subproblem
	y, z  []float64 // step and centre, for sub

	damping float64 // relative to the largest eigenvalue of the normal equations; kept from aim to aim
	expect  float64 // expected fall of the sum of squares from cur to trial
	tries   int     // codes tried for aim
	spoiled bool    // whether one of them drew values that are not finite
	note    Note    // of the target to reach
}

// depart starts the search for aim from base. The residual of cur is the
// caller's to measure.
func (t *track) depart() {
	t.cur.z = append(t.cur.z[:0], t.base.z...)
	t.cur.image.CopyFrom(&t.base.image)
	t.tries, t.spoiled = 0, false
}

// arrive makes the code found for aim the last point of the path.
func (t *track) arrive() {
	t.t = t.aim
	t.base.z = append(t.base.z[:0], t.cur.z...)
	t.base.image.CopyFrom(&t.cur.image)
}

// propose sets the trial code to the minimum of the damped linear model within
// the constraint, and what is expected of it.
func (t *track) propose(c Constraint) {
	k := t.sub.k
	if t.y == nil {
		t.y, t.z = make([]float64, k), make([]float64, k)
	}
	for i, v := range t.cur.z {
		t.z[i] = float64(v)
	}
	damping := t.damping * t.sub.largest()
	switch c := c.(type) {
	case Ball:
		t.sub.within(t.y, t.z, c.Radius, damping)
	case Sphere:
		t.sub.onto(t.y, t.z, c.Radius, damping)
	case Box:
		t.sub.inside(t.y, t.z, c.Low, c.High, damping)
	default:
		t.sub.free(t.y, damping)
	}
	t.trial.z = t.trial.z[:0]
	for i, v := range t.z {
		t.trial.z = append(t.trial.z, float32(v+t.y[i]))
	}
	// For the sets above this mends rounding; for others it is all there is.
	c.Project(t.trial.z)
	for i, v := range t.trial.z {
		t.y[i] = float64(v) - t.z[i]
	}
	t.expect = t.sub.reduction(t.y)
}
