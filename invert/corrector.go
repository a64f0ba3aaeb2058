package invert

import (
	"context"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// corrector corrects a batch of codes.
type corrector struct {
	g        generator.Differentiable
	tr       transform.Transform
	o        *CorrectOptions
	free     *freedom
	t        float64
	z0, from *generator.Latents
	source   generator.Images // G(z_0)
	out      []Correction
}

// moved asks for transformed images that are given, whatever images the search
// starts from.
type moved struct {
	transformed
	of *generator.Images // G(z_0) of trajectory i
}

func (a moved) at(dst, mask, src *generator.Images, first int, t float64) error {
	return a.transformed.at(dst, mask, a.of.Slice(first, first+src.N), first, t)
}

func (c *corrector) run(ctx context.Context) error {
	if err := c.g.Generate(ctx, &c.source, c.z0); err != nil {
		return err
	}
	guess := c.from
	if guess == nil {
		guess = c.z0
	}
	for i := range c.out {
		r := &c.out[i]
		r.Code = make([]float32, guess.D)
		c.begin(r.Code, i, guess.Row(i))
		r.ForwardEquivalents = 1
		r.Error, r.Before = math.Inf(1), math.Inf(1)
		if !finite(c.source.Sample(i)) {
			clear(c.source.Sample(i))
			r.Status = NotFinite
		}
	}
	if err := c.still(); err != nil {
		return err
	}
	if c.from != nil {
		if err := c.search(ctx, c.short(), c.from, direct(c.o.Method), []float64{c.t}, false); err != nil {
			return err
		}
	}
	if c.from == nil || c.o.Step > 0 {
		if err := c.search(ctx, c.short(), c.z0, c.o.Method, c.path(), true); err != nil {
			return err
		}
	}
	for i := range c.out {
		c.conclude(i)
	}
	return nil
}

// set returns that in which what moves of code i has to stay. It may hold more than
// that of the code a search begins with: see freedom.within.
func (c *corrector) set(i int) Constraint { return c.free.within(c.o.Constraint, c.z0.Row(i)) }

// begin writes code i as a search begins with it: what moves as it is in z, in the
// constraint set, and the rest as in z_0.
func (c *corrector) begin(code []float32, i int, z []float32) {
	moving := make([]float32, c.free.size(len(z)))
	c.free.take(moving, z)
	c.set(i).Project(moving)
	copy(code, c.z0.Row(i))
	c.free.put(code, moving)
}

// conclude says what became of a code after all searches.
func (c *corrector) conclude(i int) {
	r := &c.out[i]
	moving := make([]float32, c.free.size(len(r.Code)))
	c.free.take(moving, r.Code)
	r.Active = isActive(c.set(i), moving)
	if c.from == nil {
		r.Before = r.Still
	}
	if math.IsInf(r.Error, 1) && r.Status != Undefined {
		r.Status = NotFinite
	}
	switch reached := r.Relative() <= c.o.MaxRelative; {
	case r.Status == NotFinite || r.Status == Undefined:
		r.Error, r.Before, r.LeftAt = 0, 0, 0
	case reached:
		r.Status, r.LeftAt = Kept, 0
	case r.Status == Kept:
		r.Status = Unreached
	}
}

// direct returns the method for a search without a path. Levenberg–Marquardt has
// nothing to halve there, and what it finds is judged afterwards.
func direct(m Method) Method {
	if lm, ok := m.(LevenbergMarquardt); ok {
		lm.Halvings, lm.Limit = -1, math.MaxFloat64
		return lm
	}
	return m
}

// path returns the targets on the way to t.
func (c *corrector) path() []float64 {
	n := 1
	if c.o.Step > 0 {
		n = max(1, int(math.Ceil(math.Abs(c.t)/c.o.Step-1e-9)))
	}
	ts := make([]float64, n)
	for k := range ts {
		ts[k] = c.t * float64(k+1) / float64(n)
	}
	return ts
}

// still measures the errors of not moving, and marks codes without a target.
func (c *corrector) still() error {
	var target, mask generator.Images
	if err := (transformed{c.tr}).at(&target, &mask, &c.source, 0, c.t); err != nil {
		return err
	}
	still := make([]float64, len(c.out))
	if err := c.o.Loss.Eval(still, nil, &c.source, &target, &mask); err != nil {
		return fmt.Errorf("invert: loss %s: %w", c.o.Loss.Name(), err)
	}
	for i := range c.out {
		if r := &c.out[i]; r.Status == Kept {
			r.Still = still[i]
			if blank(mask.Sample(i)) {
				r.Status = Undefined
			}
		}
	}
	return nil
}

// short returns the codes that have a target and do not draw it.
func (c *corrector) short() []int {
	var out []int
	for i := range c.out {
		if r := &c.out[i]; r.Status == Kept && !(r.Relative() <= c.o.MaxRelative) {
			out = append(out, i)
		}
	}
	return out
}

// search follows the targets ts from the codes in some rows of start, and keeps
// what it finds for the last of them where that is better.
func (c *corrector) search(ctx context.Context, rows []int, start *generator.Latents, method Method, ts []float64, path bool) error {
	if len(rows) == 0 {
		return nil
	}
	z := generator.NewLatents(len(rows), start.D)
	of := generator.NewImages(len(rows), c.source.C, c.source.H, c.source.W)
	for i, row := range rows {
		c.begin(z.Row(i), row, start.Row(row))
		copy(of.Sample(i), c.source.Sample(row))
	}
	p := newProblem(c.g, moved{transformed{c.tr}, of}, c.o.Loss, c.o.Constraint)
	p.freedom = c.free
	if err := p.start(ctx, z); err != nil {
		return err
	}
	for i, row := range rows {
		p.sets[i] = c.set(row)
	}
	if !path {
		if err := c.before(p, rows); err != nil {
			return err
		}
	}
	return method.Follow(ctx, p, ts, func(k int, z *generator.Latents, value []float64, notes []Note) error {
		last := k == len(ts)-1
		for i, row := range rows {
			var n Note
			if notes != nil {
				n = notes[i]
				if k == 0 {
					n.Work++ // the image to start from
				}
			} else if last { // a method that does not say
				n.Work = float64(p.work) / float64(p.N())
			}
			n.Status = max(n.Status, p.status[i])
			c.take(&c.out[row], z.Row(i), value[i], n, last)
			c.out[row].Path = path
		}
		return ctx.Err()
	})
}

// before measures the guesses.
func (c *corrector) before(p *Problem, rows []int) error {
	aim := make([]float64, len(rows))
	for i := range aim {
		aim[i] = c.t
	}
	if err := p.Aim(aim); err != nil {
		return err
	}
	value := make([]float64, len(rows))
	if err := p.loss.Eval(value, nil, p.source, p.target, p.mask); err != nil {
		return fmt.Errorf("invert: loss %s: %w", p.loss.Name(), err)
	}
	for i, row := range rows {
		if p.Alive(i) && !math.IsNaN(value[i]) {
			c.out[row].Before, c.out[row].Error = value[i], value[i]
		}
	}
	return nil
}

// take records what a search found for a target, and the code found for the last
// one if no better is known.
func (c *corrector) take(r *Correction, z []float32, value float64, n Note, last bool) {
	r.ForwardEquivalents += n.Work
	r.Iterations += n.Iterations
	if !last || n.Status == NotFinite || n.Status == Undefined || math.IsNaN(value) {
		return
	}
	if value < r.Error {
		r.Error = value
		c.free.put(r.Code, z)
	}
	if n.Status == Left {
		r.Status, r.LeftAt = Left, n.LeftAt
	}
}
