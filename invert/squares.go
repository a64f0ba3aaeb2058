package invert

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
	"github.com/lcfv-go/lcfv/loss"
)

// squares draws codes of a Problem's trajectories, any of them at a time, and
// computes residuals and Jacobians for a loss that is a sum of squares.
type squares struct {
	p    *Problem
	loss loss.LeastSquares
	most int // trajectories whose Jacobians are computed at once

	z, dz  generator.Latents
	images generator.Images
}

// spot is a code, what the generator draws there, and how far that is from the
// aim of its track.
type spot struct {
	z        []float32
	image    generator.Images
	residual generator.Images
	value    float64 // sum of the squares of residual; +Inf where not finite
}

// jacobian is the derivative of an image with respect to the code.
type jacobian struct {
	images  generator.Images // one a latent dimension
	applied generator.Images // their residuals under cover
	cover   generator.Images // a mask, once a dimension
	age     int              // rank-one updates since it was computed
}

// budget is the number of pixels that Jacobians computed together may have.
const budget = 1 << 24

func newSquares(p *Problem, l loss.LeastSquares) *squares {
	return &squares{p: p, loss: l, most: max(1, budget/(p.D()*len(p.source.Sample(0))))}
}

// gather fills z with a code of each track.
func (s *squares) gather(tracks []*track, at func(*track) []float32) {
	s.z.Resize(padded(len(tracks), s.p.N()), s.p.D())
	for i := range s.z.N {
		copy(s.z.Row(i), at(tracks[min(i, len(tracks)-1)]))
	}
}

// padded rounds n up to 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on, but not beyond
// most: an engine that prepares itself for each size of a batch meets a few sizes
// only.
func padded(n, most int) int {
	step := 1
	for 4*step < n {
		step *= 2
	}
	return max(n, min((n+step-1)/step*step, most))
}

// count books generator work of so many forward equivalents a code.
func (s *squares) count(tracks []*track, equivalents int) {
	s.p.work += int64(equivalents * s.z.N)
	for _, t := range tracks {
		t.note.Work += float64(equivalents)
	}
}

// draw draws the trial codes of the tracks and measures them.
func (s *squares) draw(ctx context.Context, tracks []*track) error {
	s.gather(tracks, func(t *track) []float32 { return t.trial.z })
	if err := s.p.g.Generate(ctx, &s.images, &s.z); err != nil {
		return err
	}
	s.count(tracks, 1)
	for i, t := range tracks {
		t.trial.image.Resize(1, s.images.C, s.images.H, s.images.W)
		copy(t.trial.image.Pix, s.images.Sample(i))
		if err := s.measure(t, &t.trial); err != nil {
			return err
		}
	}
	return nil
}

// measure compares a spot with its track's aim.
func (s *squares) measure(t *track, at *spot) error {
	at.value = math.Inf(1)
	if !finite(at.image.Pix) {
		return nil
	}
	if err := s.loss.Residual(&at.residual, &at.image, &t.target, &t.mask); err != nil {
		return s.wrap(err)
	}
	if v := f32.Dot(at.residual.Pix, at.residual.Pix); !math.IsNaN(v) {
		at.value = v
	}
	return nil
}

func (s *squares) wrap(err error) error { return fmt.Errorf("invert: loss %s: %w", s.loss.Name(), err) }

// aim gives a track its target at v.
func (s *squares) aim(t *track, v float64) error {
	t.aim = v
	return s.p.aims.at(&t.target, &t.mask, &t.source, t.i, v)
}

// linearize computes the Jacobians of the tracks, at most s.most, at their
// present codes: one linearization of all, through which every unit vector is
// pushed forward, column j of all tracks at once.
func (s *squares) linearize(ctx context.Context, tracks []*track) error {
	s.gather(tracks, func(t *track) []float32 { return t.cur.z })
	lin, err := s.p.g.Linearize(ctx, &s.z)
	if err != nil {
		return err
	}
	defer lin.Close()
	m, d := s.p.source, s.p.D()
	for _, t := range tracks {
		t.jac.age, t.jac.cover.N = 0, 0
		t.jac.images.Resize(d, m.C, m.H, m.W)
	}
	s.dz.Resize(s.z.N, d)
	for j := range d {
		clear(s.dz.Data)
		for i := range s.dz.N {
			s.dz.Row(i)[j] = 1
		}
		if err := lin.JVP(ctx, &s.images, &s.dz); err != nil {
			return err
		}
		for i, t := range tracks {
			copy(t.jac.images.Sample(j), s.images.Sample(i))
		}
	}
	s.count(tracks, 1+d)
	return nil
}

// apply brings the derivative of the residual up to date with the track's mask.
func (s *squares) apply(t *track) error {
	j := &t.jac
	if j.cover.N > 0 && slices.Equal(j.cover.Sample(0), t.mask.Pix) {
		return nil
	}
	j.cover.Resize(j.images.N, 1, t.mask.H, t.mask.W)
	for i := range j.cover.N {
		copy(j.cover.Sample(i), t.mask.Pix)
	}
	if err := s.loss.ApplyLinear(&j.applied, &j.images, &j.cover); err != nil {
		return s.wrap(err)
	}
	return nil
}

// normal sets up the normal equations of a track at its present code, and
// reports whether they are finite.
func (s *squares) normal(t *track) bool {
	if t.sub == nil {
		t.sub = newSubproblem(s.p.D())
	}
	for a := range t.sub.k {
		row := t.jac.applied.Sample(a)
		t.sub.g[a] = f32.Dot(row, t.cur.residual.Pix)
		for b := a; b < t.sub.k; b++ {
			v := f32.Dot(row, t.jac.applied.Sample(b))
			t.sub.h[a*t.sub.k+b], t.sub.h[b*t.sub.k+a] = v, v
		}
	}
	return t.sub.decompose()
}
