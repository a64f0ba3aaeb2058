package invert

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
)

// freedom is which numbers of a code may move, by their indices in increasing order.
// A nil one stands for all of them.
type freedom struct{ at []int }

// newFreedom returns that of levels of codes of length d; nil levels stand for all.
func newFreedom(levels []generator.Level, d int) (*freedom, error) {
	if levels == nil {
		return nil, nil
	}
	at, err := generator.Dims(levels, d)
	if err != nil {
		return nil, fmt.Errorf("%w: Levels: %w", ErrOptions, err)
	}
	if len(at) == d {
		return nil, nil
	}
	return &freedom{at}, nil
}

// size returns how many numbers of a code of length d move.
func (m *freedom) size(d int) int {
	if m == nil {
		return d
	}
	return len(m.at)
}

// take writes the numbers of z that move to dst.
func (m *freedom) take(dst, z []float32) {
	if m == nil {
		copy(dst, z)
		return
	}
	for i, k := range m.at {
		dst[i] = z[k]
	}
}

// put replaces the numbers of z that move.
func (m *freedom) put(z, moving []float32) {
	if m == nil {
		copy(z, moving)
		return
	}
	for i, k := range m.at {
		z[k] = moving[i]
	}
}

// within returns what a set of codes leaves to the moving numbers of the code z,
// whose other numbers stay as they are.
//
// Of a ball or a sphere that is a ball or a sphere again, of what the others leave
// of the squared radius. A ball is never smaller than the moving numbers' share of
// that: numbers drawn from a prior are independent of each other, so those that move
// are no shorter because the others happen to be long. Nor is it smaller than they
// are long in z, which may be outside of the set because of the others.
func (m *freedom) within(c Constraint, z []float32) Constraint {
	if m == nil {
		return c
	}
	switch c := c.(type) {
	case Ball:
		left, share, own := m.squares(c.Radius, z)
		return Ball{Radius: math.Sqrt(max(left, share, own))}
	case Sphere:
		left, share, _ := m.squares(c.Radius, z)
		if left <= 0 { // the others are too long already
			left = share
		}
		return Sphere{Radius: math.Sqrt(left)}
	case Box, Unconstrained:
		return c
	}
	return &section{whole: c, freedom: m, home: append([]float32(nil), z...)}
}

// squares returns what the numbers of z that do not move leave of a squared radius,
// the share of it of those that do, by their number, and the square that these have.
func (m *freedom) squares(radius float64, z []float32) (left, share, own float64) {
	for _, k := range m.at {
		own += float64(z[k]) * float64(z[k])
	}
	all := 0.0
	for _, v := range z {
		all += float64(v) * float64(v)
	}
	square := radius * radius
	return square - (all - own), square * float64(len(m.at)) / float64(len(z)), own
}

// section is a set of somebody else's, for the moving numbers of a code.
type section struct {
	whole   Constraint
	freedom *freedom
	home    []float32 // a code with the others
}

// Name implements Constraint.
func (s *section) Name() string { return s.whole.Name() }

// Project implements Constraint. It projects the whole code onto the set and puts
// the numbers that stay back, by turns, until nothing changes any more: alternating
// projections, which lead to a point of both sets where there is one, near z if not
// always the nearest (Bauschke and Borwein, SIAM Review 38, 1996).
func (s *section) Project(z []float32) {
	code, last := make([]float32, len(s.home)), make([]float32, len(z))
	for range 100 {
		copy(last, z)
		copy(code, s.home)
		s.freedom.put(code, z)
		s.whole.Project(code)
		s.freedom.take(z, code)
		if distance32(z, last) <= touching*norm32(z) {
			return
		}
	}
}

// whole returns codes as the generator takes them, of the trajectories in rows, nil
// standing for all: z itself, or with the numbers that do not move filled in, valid
// until the next call.
func (p *Problem) whole(rows []int, z *generator.Latents) *generator.Latents {
	if p.freedom == nil {
		return z
	}
	p.codes.Resize(z.N, p.home.D)
	for i := range z.N {
		copy(p.codes.Row(i), p.home.Row(at(rows, i)))
		p.freedom.put(p.codes.Row(i), z.Row(i))
	}
	return &p.codes
}

// draw draws codes of the trajectories in rows.
func (p *Problem) draw(ctx context.Context, dst *generator.Images, rows []int, z *generator.Latents) error {
	return p.g.Generate(ctx, dst, p.whole(rows, z))
}

// linearize draws codes of the trajectories in rows with the derivatives for the
// numbers that move.
func (p *Problem) linearize(ctx context.Context, rows []int, z *generator.Latents) (generator.Linearization, error) {
	lin, err := p.g.Linearize(ctx, p.whole(rows, z))
	if p.freedom == nil || err != nil {
		return lin, err
	}
	return &partial{Linearization: lin, freedom: p.freedom, d: p.home.D}, nil
}

// partial is a linearization for some of the numbers of a code.
type partial struct {
	generator.Linearization
	freedom *freedom
	d       int
	dz      generator.Latents // for all of them
}

// VJP implements generator.Linearization.
func (l *partial) VJP(ctx context.Context, dz *generator.Latents, v *generator.Images) error {
	if err := l.Linearization.VJP(ctx, &l.dz, v); err != nil {
		return err
	}
	dz.Resize(l.dz.N, len(l.freedom.at))
	for i := range dz.N {
		l.freedom.take(dz.Row(i), l.dz.Row(i))
	}
	return nil
}

// JVP implements generator.Linearization.
func (l *partial) JVP(ctx context.Context, dx *generator.Images, dz *generator.Latents) error {
	l.dz.Resize(dz.N, l.d)
	clear(l.dz.Data)
	for i := range dz.N {
		l.freedom.put(l.dz.Row(i), dz.Row(i))
	}
	return l.Linearization.JVP(ctx, dx, &l.dz)
}

// inOrder returns a copy of levels in the order of the code.
func inOrder(levels []generator.Level) []generator.Level {
	out := slices.Clone(levels)
	slices.SortFunc(out, func(a, b generator.Level) int { return cmp.Compare(a.Low, b.Low) })
	return out
}
