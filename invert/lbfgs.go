package invert

import (
	"context"
	"fmt"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// LBFGS follows trajectories target by target with the limited-memory method of
// Nocedal (Math. Comp. 35, 1980) on the gradient projected onto the constraint. It
// is for long codes and for losses that are no sums of squares. Trajectories are
// independent of each other, and leave the generator's batches when they have
// converged. Fields that are 0 stand for what their comments say.
//
// Where the loss is a sum of squares and codes are not too long, the method starts
// from the curvature of the Gauss–Newton approximation at z_0 instead of a multiple
// of the identity. That costs one Jacobian a trajectory, a pushforward a latent
// dimension, and saves more than that in iterations.
type LBFGS struct {
	// Iterations is the largest number of gradients a target; 0: 50.
	Iterations int

	// Tolerance ends the iterations when twice in a row a step is expected to
	// lower the loss by less than this fraction of it; 0: 1e-3.
	Tolerance float64

	// Exact ends them when the loss is below this fraction of that of not moving
	// at all; 0: 1e-4.
	Exact float64

	// Memory is the number of steps remembered, from one target to the next;
	// 0: 60.
	Memory int

	// Curvature is the length of codes up to which the Gauss–Newton curvature is
	// used; 0: 256, a negative number: never.
	Curvature int

	// Damping is added to that curvature, relative to its largest eigenvalue;
	// 0: 0.03.
	Damping float64
}

// Name implements Method.
func (m LBFGS) Name() string {
	m.settle()
	return fmt.Sprintf("lbfgs(iterations=%d,tolerance=%g,exact=%g,memory=%d,curvature=%d,damping=%g)",
		m.Iterations, m.Tolerance, m.Exact, m.Memory, m.Curvature, m.Damping)
}

func (m *LBFGS) settle() {
	fill(&m.Iterations, 50)
	fill(&m.Tolerance, 1e-3)
	fill(&m.Exact, 1e-4)
	fill(&m.Memory, 60)
	fill(&m.Curvature, 256)
	fill(&m.Damping, 0.03)
	m.Curvature = max(m.Curvature, -1)
}

func (m *LBFGS) validate() error {
	if m.Iterations < 0 || m.Memory < 0 || !(m.Tolerance > 0) || !(m.Exact > 0) || !(m.Damping > 0) {
		return fmt.Errorf("%w: L-BFGS with %d iterations, memory %d, tolerance %g, exact %g and damping %g: give positive numbers",
			ErrOptions, m.Iterations, m.Memory, m.Tolerance, m.Exact, m.Damping)
	}
	return nil
}

// Follow implements Method.
func (m LBFGS) Follow(ctx context.Context, p *Problem, ts []float64, emit Emit) error {
	m.settle()
	if err := m.validate(); err != nil {
		return err
	}
	f := &descent{LBFGS: &m, p: p}
	for i := range p.N() {
		f.all = append(f.all, newDescender(i, p.Start().Row(i), m.Memory))
	}
	if err := f.curvature(ctx); err != nil {
		return err
	}
	out := newFound(1, p.N(), p.D())[0]
	for k, t := range ts {
		if err := f.reach(ctx, t); err != nil {
			return err
		}
		for i, s := range f.all {
			copy(out.z.Row(i), s.z)
			out.value[i], out.notes[i] = s.value, s.note
			s.note = Note{}
		}
		if err := emit(k, out.z, out.value, out.notes); err != nil {
			return err
		}
	}
	return nil
}

// descent is a batch of trajectories on their way.
type descent struct {
	*LBFGS
	p   *Problem
	all []*descender

	z, grad generator.Latents
	rows    []int
	value   []float64
	aim     []float64
	still   []float64 // losses of not moving at all
}

// reach minimises the loss at t from where the trajectories are.
func (f *descent) reach(ctx context.Context, t float64) error {
	f.aim = f.aim[:0]
	for range f.all {
		f.aim = append(f.aim, t)
	}
	if err := f.p.Aim(f.aim); err != nil {
		return err
	}
	f.still = append(f.still[:0], make([]float64, len(f.all))...)
	if err := f.p.loss.Eval(f.still, nil, f.p.source, f.p.target, f.p.mask); err != nil {
		return fmt.Errorf("invert: loss %s: %w", f.p.loss.Name(), err)
	}
	var active []*descender
	for _, s := range f.all {
		s.depart(f.p.Constraint(s.i))
		active = append(active, s)
	}
	for range f.Iterations {
		if active = f.going(active); len(active) == 0 {
			return nil
		}
		if err := f.evaluate(ctx, active); err != nil {
			return err
		}
		for n, s := range active {
			if !f.p.Alive(s.i) {
				continue
			}
			s.judge(f.value[n], f.grad.Row(n), f.p.Constraint(s.i))
			s.note.Iterations++
			if s.quiet = s.quiet + 1; s.expect > f.Tolerance*s.value {
				s.quiet = 0
			}
			s.note.Converged = s.quiet >= 2 || s.value <= f.Exact*f.still[s.i]
		}
	}
	return nil
}

// going returns the trajectories that are alive and have not converged.
func (f *descent) going(of []*descender) []*descender {
	var out []*descender
	for _, s := range of {
		if f.p.Alive(s.i) && !s.note.Converged {
			out = append(out, s)
		}
	}
	return out
}

// evaluate computes losses and gradients at the trial codes.
func (f *descent) evaluate(ctx context.Context, active []*descender) error {
	f.z.Resize(len(active), f.p.D())
	f.rows, f.value = f.rows[:0], f.value[:0]
	for i, s := range active {
		copy(f.z.Row(i), s.trial)
		f.rows, f.value = append(f.rows, s.i), append(f.value, 0)
	}
	if err := f.p.EvalRows(ctx, f.rows, f.value, &f.grad, &f.z); err != nil {
		return err
	}
	for _, s := range active {
		s.note.Work += 3
	}
	return nil
}

// curvature gives trajectories the curvatures at z_0, where they are asked for and
// possible.
func (f *descent) curvature(ctx context.Context) error {
	l, ok := f.p.loss.(loss.LeastSquares)
	if !ok || f.p.D() > f.Curvature {
		return nil
	}
	models, err := f.p.origin.curvatures(ctx, newSquares(f.p, l))
	if err != nil {
		return err
	}
	for _, s := range f.all {
		if m := models[s.i]; m != nil && m.largest() > 0 {
			s.model, s.damping = m, f.Damping*m.largest()
			s.note.Work += float64(1 + f.p.D())
		}
	}
	return nil
}
