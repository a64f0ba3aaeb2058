package invert

import (
	"math"
	"slices"
)

// descender is one trajectory of LBFGS: the best code for its target so far, and
// what is known of the curvature there.
type descender struct {
	i      int
	z      []float32
	last   []float32 // z at the target before; nil: there is none
	value  float64
	grad   []float64
	inward []float64 // grad without what the constraint holds back
	trial  []float32
	step   []float64 // quasi-Newton step from z
	length float64   // fraction of it to try
	expect float64   // how far the linear model falls over the whole step
	quiet  int       // steps in a row that little was expected of
	fresh  bool      // whether z has not been evaluated yet
	note   Note

	model   *subproblem // initial curvature; nil: a multiple of the identity
	damping float64

	memory int
	pairs  []curvaturePair
}

// curvaturePair is a step and the change of the gradient over it.
type curvaturePair struct {
	s, y []float64
	sy   float64
}

func newDescender(i int, z []float32, memory int) *descender {
	return &descender{i: i, z: slices.Clone(z), trial: slices.Clone(z), memory: memory}
}

// depart sets the first code to be evaluated for a new target: half as far on as
// the last target was from the one before. The whole way, which is right where
// codes move evenly, does worse on long codes.
func (d *descender) depart(c Constraint) {
	copy(d.trial, d.z)
	if d.last == nil {
		d.last = make([]float32, len(d.z))
	} else {
		for i, v := range d.z {
			d.trial[i] += 0.5 * (v - d.last[i])
		}
		c.Project(d.trial)
	}
	copy(d.last, d.z)
	d.fresh, d.quiet = true, 0
	d.value = math.Inf(1)
}

// judge takes or leaves the trial code with its loss and gradient, learns from it
// in any case, and sets the next trial code.
func (d *descender) judge(value float64, gradient []float32, c Constraint) {
	grad := make([]float64, len(gradient))
	for i, v := range gradient {
		grad[i] = float64(v)
	}
	inward := slices.Clone(grad)
	holdBack(inward, d.trial, c)
	accept := d.fresh
	if !d.fresh {
		s, y := make([]float64, len(grad)), make([]float64, len(grad))
		fall := 0.0
		for i := range s {
			s[i] = float64(d.trial[i]) - float64(d.z[i])
			y[i] = inward[i] - d.inward[i]
			fall += d.grad[i] * s[i]
		}
		d.remember(s, y)
		accept = value <= d.value+1e-4*min(fall, 0) // Armijo's condition
	}
	if accept {
		copy(d.z, d.trial)
		d.value, d.grad, d.inward = value, grad, inward
		d.length, d.fresh = 1, false
	} else {
		d.length *= 0.3
	}
	d.direct()
	for i, v := range d.z {
		d.trial[i] = float32(float64(v) + d.length*d.step[i])
	}
	c.Project(d.trial)
}

// remember keeps a pair whose curvature is positive beyond doubt.
func (d *descender) remember(s, y []float64) {
	sy := dot(s, y)
	if !(sy > 1e-3*math.Sqrt(dot(s, s)*dot(y, y))) {
		return
	}
	if len(d.pairs) >= d.memory {
		d.pairs = slices.Delete(d.pairs, 0, 1)
	}
	d.pairs = append(d.pairs, curvaturePair{s, y, sy})
}

// direct sets step to minus the inverse curvature times inward: the two-loop
// recursion (Nocedal and Wright, Numerical Optimization, algorithm 7.4).
func (d *descender) direct() {
	q := slices.Clone(d.inward)
	a := make([]float64, len(d.pairs))
	for k, p := range slices.Backward(d.pairs) {
		a[k] = dot(p.s, q) / p.sy
		axpy(q, -a[k], p.y)
	}
	q = d.initial(q)
	for k, p := range d.pairs {
		axpy(q, a[k]-dot(p.y, q)/p.sy, p.s)
	}
	if !(dot(q, d.inward) > 0) {
		// Rounding has spoiled the pairs.
		d.pairs = nil
		q = d.initial(slices.Clone(d.inward))
	}
	d.expect = dot(q, d.inward)
	for i := range q {
		q[i] = -q[i]
	}
	d.step = q
}

// firstStep is the length of a step that nothing is known about, in latent units.
const firstStep = 0.1

// initial returns the initial inverse curvature times q, in the memory of q.
func (d *descender) initial(q []float64) []float64 {
	scale := 1.0
	switch {
	case d.model != nil:
		turned := make([]float64, len(q))
		d.model.turn(turned, q)
		for i, v := range d.model.values {
			turned[i] /= 2 * (v + d.damping) // the loss has twice the curvature of ½‖r‖²
		}
		d.model.back(q, turned)
		return q
	case len(d.pairs) > 0:
		last := d.pairs[len(d.pairs)-1]
		scale = last.sy / dot(last.y, last.y)
	default:
		if norm := math.Sqrt(dot(q, q)); norm > 0 {
			scale = firstStep / norm
		}
	}
	for i := range q {
		q[i] *= scale
	}
	return q
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// axpy adds alpha·x to y.
func axpy(y []float64, alpha float64, x []float64) {
	for i, v := range x {
		y[i] += alpha * v
	}
}
