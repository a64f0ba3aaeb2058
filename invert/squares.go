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
	rows   []int // of z
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

func newSquares(p *Problem, l loss.LeastSquares) *squares {
	return &squares{p: p, loss: l, most: max(1, budget/(p.D()*len(p.source.Sample(0))))}
}

// gather fills z with a code of each track, and rows with whose they are.
func (s *squares) gather(tracks []*track, at func(*track) []float32) {
	s.z.Resize(len(tracks), s.p.D())
	s.rows = s.rows[:0]
	for i, t := range tracks {
		copy(s.z.Row(i), at(t))
		s.rows = append(s.rows, t.i)
	}
}

// count books generator work of so many forward equivalents a code.
func (s *squares) count(tracks []*track, equivalents int) {
	s.p.work += int64(equivalents * len(tracks))
	for _, t := range tracks {
		t.note.Work += float64(equivalents)
	}
}

// draw draws the trial codes of the tracks and measures them.
func (s *squares) draw(ctx context.Context, tracks []*track) error {
	for part := range pieces(tracks, s.p.N()) {
		if err := s.drawTogether(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (s *squares) drawTogether(ctx context.Context, tracks []*track) error {
	s.gather(tracks, func(t *track) []float32 { return t.trial.z })
	if err := s.p.draw(ctx, &s.images, s.rows, &s.z); err != nil {
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

// square sets up the left side of the normal equations of a track with all pixels,
// and drops them if they are not finite.
func (s *squares) square(t *track) error {
	m := s.p.source
	t.mask.Resize(1, 1, m.H, m.W)
	for i := range t.mask.Pix {
		t.mask.Pix[i] = 1
	}
	if err := s.apply(t); err != nil {
		return err
	}
	t.cur.residual.Resize(1, t.jac.applied.C, t.jac.applied.H, t.jac.applied.W)
	clear(t.cur.residual.Pix)
	if !s.normal(t) {
		t.sub = nil
	}
	return nil
}
