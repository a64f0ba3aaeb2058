package invert

import (
	"context"
	"slices"
	"sync"

	"github.com/lcfv-go/lcfv/generator"
)

// origin is what all searches from the same codes z_0 begin with: the images of
// these and, for methods that ask for them, their Jacobians. Whichever search needs
// one first computes it for all. It is safe for concurrent use.
type origin struct {
	searches int // that share it; for one alone nothing but the images is kept

	mu     sync.Mutex
	source generator.Images // G(z_0); black where it is not finite
	lost   []bool           // whether it is not
	jac    []generator.Images
	models []*subproblem // of the loss with all pixels; nil where there is none
	work   int64         // forward equivalents, of all searches together
}

// draw makes the images of the problem's codes.
func (o *origin) draw(ctx context.Context, p *Problem) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost != nil {
		return nil
	}
	if err := p.g.Generate(ctx, &o.source, p.home); err != nil {
		return err
	}
	o.work += int64(p.z0.N)
	o.lost = make([]bool, p.z0.N)
	for i := range o.lost {
		if !finite(o.source.Sample(i)) {
			// The batch still has to be drawn; a black image disturbs nobody.
			clear(o.source.Sample(i))
			o.lost[i] = true
		}
	}
	return nil
}

// linearize computes the Jacobians at the codes, those of all that are not lost.
func (o *origin) linearize(ctx context.Context, s *squares) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.jac != nil || o.searches < 2 {
		return nil
	}
	all := o.tracks(s.p)
	before := s.p.work
	for part := range pieces(all, s.most) {
		if err := s.linearize(ctx, part, s.p.D()); err != nil {
			return err
		}
	}
	o.work += s.p.work - before
	s.p.work = before
	o.jac = make([]generator.Images, len(o.lost))
	for _, t := range all {
		o.jac[t.i] = t.jac.images
	}
	return nil
}

// tracks returns tracks that stand at the codes that are not lost.
func (o *origin) tracks(p *Problem) []*track {
	var all []*track
	for i, lost := range o.lost {
		if !lost {
			all = append(all, &track{i: i, cur: spot{z: p.z0.Row(i)}})
		}
	}
	return all
}

// curvatures returns, by trajectory, the Gauss–Newton approximations of the loss at
// the codes. They are not to be modified; nil stands for one that is not finite.
// They are of the loss with all pixels, as which are defined differs from search to
// search.
func (o *origin) curvatures(ctx context.Context, s *squares) ([]*subproblem, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.models != nil {
		return o.models, nil
	}
	models := make([]*subproblem, len(o.lost))
	before := s.p.work
	for part := range pieces(o.tracks(s.p), s.most) {
		if err := s.linearize(ctx, part, s.p.D()); err != nil {
			return nil, err
		}
		for _, t := range part {
			if err := s.square(t); err != nil {
				return nil, err
			}
			if t.sub != nil {
				models[t.i] = t.sub
			}
			t.jac = jacobian{}
		}
	}
	o.work += s.p.work - before
	s.p.work = before
	o.models = models
	return models, nil
}

// recall gives a track that sets out the Jacobian at its origin, and reports
// whether there is one. It counts as work on the track's first target.
func (o *origin) recall(s *squares, t *track) bool {
	o.mu.Lock()
	jac := o.jac
	o.mu.Unlock()
	if jac == nil || t.jac.images.N > 0 || !slices.Equal(t.cur.z, s.p.z0.Row(t.i)) {
		return false
	}
	t.jac.images.CopyFrom(&jac[t.i]) // which the track's steps will update
	t.jac.age, t.jac.fresh, t.jac.cover.N = 0, true, 0
	t.note.Work += float64(1 + s.p.D())
	return true
}
