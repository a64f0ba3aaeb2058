package invert

import (
	"context"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// Problem is a batch of trajectories as a Method sees it: where they start, what
// they are aimed at, and how far a code is from it. It belongs to one goroutine.
//
// Where only some levels of codes may move (Options.Levels), the codes that a Method
// sees and moves hold the numbers of these levels alone, in their order. The rest
// stays that of z_0 and is filled in for the generator.
type Problem struct {
	g          generator.Differentiable
	aims       aims
	loss       loss.Loss
	constraint Constraint // of whole codes
	freedom    *freedom

	origin *origin
	home   *generator.Latents // the whole codes z_0
	z0     *generator.Latents // what moves of them
	sets   []Constraint       // of what moves, by trajectory
	codes  generator.Latents  // whole codes for the generator
	source *generator.Images  // G(z_0), the origin's: not to be modified
	target *generator.Images  // T_t(source), at the t of the last Aim
	mask   *generator.Images
	single aimed // headers of one sample, for aims that differ
	picked aimed // of the trajectories of EvalRows

	image  *generator.Images // of evaluations without gradient
	slope  *generator.Images // ∂loss/∂image
	status []Status          // Kept while alive
	work   int64             // forward equivalents, all trajectories together
}

type aimed struct{ source, target, mask generator.Images }

func newProblem(g generator.Differentiable, a aims, l loss.Loss, c Constraint) *Problem {
	return &Problem{
		g: g, aims: a, loss: l, constraint: c,
		home: new(generator.Latents), z0: new(generator.Latents),
		target: new(generator.Images), mask: new(generator.Images),
		image: new(generator.Images), slope: new(generator.Images),
	}
}

// start sets the trajectories' first codes, draws them, and revives all.
func (p *Problem) start(ctx context.Context, z0 *generator.Latents) error {
	o := &origin{searches: 1}
	err := p.startFrom(ctx, z0, o)
	p.work += o.work
	return err
}

// startFrom is start for codes whose images several searches share. What it costs
// to draw them is counted there.
func (p *Problem) startFrom(ctx context.Context, z0 *generator.Latents, o *origin) error {
	p.origin = o
	p.home.CopyFrom(z0)
	p.z0.Resize(z0.N, p.freedom.size(z0.D))
	p.sets = p.sets[:0]
	for i := range z0.N {
		p.freedom.take(p.z0.Row(i), z0.Row(i))
		p.sets = append(p.sets, p.freedom.within(p.constraint, z0.Row(i)))
	}
	p.status = append(p.status[:0], make([]Status, z0.N)...)
	if err := o.draw(ctx, p); err != nil {
		return err
	}
	p.source = &o.source
	for i, lost := range o.lost {
		if lost {
			p.End(i, NotFinite)
		}
	}
	return nil
}

// N returns the number of trajectories.
func (p *Problem) N() int { return p.z0.N }

// D returns the length of a code, of what moves of it.
func (p *Problem) D() int { return p.z0.D }

// Start returns the codes z_0, which satisfy the constraint. They must not be
// modified.
func (p *Problem) Start() *generator.Latents { return p.z0 }

// Constraint returns the set in which the codes of trajectory i have to stay. It is
// the same for all of them unless only some levels move.
func (p *Problem) Constraint(i int) Constraint { return p.sets[i] }

// Project moves every code of z, row i of which belongs to trajectory i, to the
// nearest one that satisfies the constraint.
func (p *Problem) Project(z *generator.Latents) {
	for i := range z.N {
		p.sets[i].Project(z.Row(i))
	}
}

// Aim makes T_t(G(z_0)) the target, or for a given image y the point
// G(z_0) + t·(y − G(z_0)) on the way to it, with t[i] for trajectory i. A trajectory
// whose target has no defined pixel ends.
func (p *Problem) Aim(t []float64) error {
	same := true
	for _, v := range t[1:] {
		same = same && v == t[0]
	}
	if same {
		if err := p.aims.at(p.target, p.mask, p.source, 0, t[0]); err != nil {
			return err
		}
	} else if err := p.aimEach(t); err != nil {
		return err
	}
	for i := range t {
		if p.status[i] == Kept && blank(p.mask.Sample(i)) {
			p.End(i, Undefined)
		}
	}
	return nil
}

func (p *Problem) aimEach(t []float64) error {
	n, c, h, w := p.source.N, p.source.C, p.source.H, p.source.W
	p.target.Resize(n, c, h, w)
	p.mask.Resize(n, 1, h, w)
	s := &p.single
	for i, v := range t {
		s.source = generator.Images{N: 1, C: c, H: h, W: w, Pix: p.source.Sample(i)}
		if err := p.aims.at(&s.target, &s.mask, &s.source, i, v); err != nil {
			return err
		}
		copy(p.target.Sample(i), s.target.Pix)
		copy(p.mask.Sample(i), s.mask.Pix)
	}
	return nil
}

// Eval writes the loss of code i against the target to value[i] and, where grad
// is not nil, its gradient to row i of grad, which it resizes. Value and gradient
// of a trajectory that is not alive are 0. A trajectory whose loss or gradient is
// not finite ends.
//
// It costs one forward pass a trajectory, and a pullback where grad is not nil.
func (p *Problem) Eval(ctx context.Context, value []float64, grad, z *generator.Latents) error {
	return p.eval(ctx, nil, p.target, p.mask, value, grad, z)
}

// EvalRows is Eval for some trajectories only, in any order: row i of z, grad and
// value belongs to trajectory rows[i].
func (p *Problem) EvalRows(ctx context.Context, rows []int, value []float64, grad, z *generator.Latents) error {
	t, m := &p.picked.target, &p.picked.mask
	t.Resize(len(rows), p.target.C, p.target.H, p.target.W)
	m.Resize(len(rows), 1, p.mask.H, p.mask.W)
	for i, row := range rows {
		copy(t.Sample(i), p.target.Sample(row))
		copy(m.Sample(i), p.mask.Sample(row))
	}
	return p.eval(ctx, rows, t, m, value, grad, z)
}

// eval evaluates the trajectories in rows, nil standing for all.
func (p *Problem) eval(ctx context.Context, rows []int, target, mask *generator.Images, value []float64, grad, z *generator.Latents) error {
	if grad == nil {
		if err := p.draw(ctx, p.image, rows, z); err != nil {
			return err
		}
		p.work += int64(z.N)
		if err := p.loss.Eval(value, nil, p.image, target, mask); err != nil {
			return fmt.Errorf("invert: loss %s: %w", p.loss.Name(), err)
		}
		p.check(rows, value, nil)
		return nil
	}
	lin, err := p.linearize(ctx, rows, z)
	if err != nil {
		return err
	}
	defer lin.Close()
	if err := p.loss.Eval(value, p.slope, lin.Images(), target, mask); err != nil {
		return fmt.Errorf("invert: loss %s: %w", p.loss.Name(), err)
	}
	// A value that is not finite in one sample's cotangent is not allowed to
	// reach a product it shares with others.
	p.check(rows, value, nil)
	for i := range value {
		if !p.Alive(at(rows, i)) {
			clear(p.slope.Sample(i))
		}
	}
	if err := lin.VJP(ctx, grad, p.slope); err != nil {
		return err
	}
	p.work += 3 * int64(z.N)
	p.check(rows, value, grad)
	return nil
}

// at returns the trajectory that row i of a batch belongs to.
func at(rows []int, i int) int {
	if rows == nil {
		return i
	}
	return rows[i]
}

// check ends the trajectories whose loss or gradient is not finite, and clears
// what was evaluated for those that have ended.
func (p *Problem) check(rows []int, value []float64, grad *generator.Latents) {
	for i, v := range value {
		if math.IsNaN(v) || math.IsInf(v, 0) || (grad != nil && !finite(grad.Row(i))) {
			p.End(at(rows, i), NotFinite)
		}
		if p.Alive(at(rows, i)) {
			continue
		}
		value[i] = 0
		if grad != nil {
			clear(grad.Row(i))
		}
	}
}

// Alive reports whether trajectory i is still being followed.
func (p *Problem) Alive(i int) bool { return p.status[i] == Kept }

// End stops following trajectory i in the present direction, for the reason
// why; its targets that have not been emitted are recorded with it. The first
// reason given counts.
func (p *Problem) End(i int, why Status) {
	if p.status[i] == Kept {
		p.status[i] = why
	}
}

func finite(x []float32) bool {
	// x - x is 0 for finite x and NaN for the others: one branch a slice.
	var sum float32
	for _, v := range x {
		sum += v - v
	}
	return sum == 0
}

func blank(mask []float32) bool {
	for _, v := range mask {
		if v != 0 {
			return false
		}
	}
	return true
}
