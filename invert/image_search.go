package invert

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
	"golang.org/x/sync/errgroup"
)

// imageSearch is a call of Image. Each stage cuts its work at fixed places and
// waits for all of it, so that nothing depends on who is first.
type imageSearch struct {
	g            generator.Differentiable
	o            ImageOptions
	target, mask *generator.Images

	mu          sync.Mutex
	done, total int
}

// candidate is one search for one image.
type candidate struct {
	target int
	z      []float32
	value  float64 // +Inf once it has met a value that is not finite
	note   Note    // of the last loss
	steps  int     // over all losses
}

func (s *imageSearch) run(ctx context.Context) ([]Projection, error) {
	drawn, err := s.screen(ctx)
	if err != nil {
		return nil, err
	}
	for rest, k := s.o.Restarts, 0; k < len(s.o.Losses); rest, k = (rest+1)/2, k+1 {
		s.total += s.target.N * rest
	}
	all, work := drawn.best, make([]float64, s.target.N)
	for k, l := range s.o.Losses {
		if k > 0 {
			all = betterHalf(all, len(all)/s.target.N)
		}
		if err := s.parallel(ctx, len(all), s.o.Batch, func(ctx context.Context, low, high int) error {
			return s.minimize(ctx, l, all[low:high])
		}); err != nil {
			return nil, err
		}
		for _, c := range all {
			work[c.target] += c.note.Work
		}
		rank(all)
	}
	out := make([]Projection, s.target.N)
	for _, c := range slices.Backward(all) { // the best of an image is the last one written
		out[c.target] = Projection{
			Code: c.z, Status: c.note.Status, Converged: c.note.Converged, Active: isActive(s.o.Constraint, c.z),
			Iterations:         c.steps,
			ForwardEquivalents: work[c.target] + float64(s.o.Draws)/float64(s.target.N),
		}
	}
	return out, s.measure(ctx, out, drawn.mean)
}

// parallel calls f for the batches of n things.
func (s *imageSearch) parallel(ctx context.Context, n, batch int, f func(ctx context.Context, low, high int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.o.Workers)
	for low := 0; low < n; low += batch {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return f(ctx, low, min(low+batch, n))
		})
	}
	return group.Wait()
}

// rank sorts the candidates of each image, which follow one another, from the best
// to the worst.
func rank(all []*candidate) {
	slices.SortStableFunc(all, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.value, b.value))
	})
}

// betterHalf keeps, of n ranked candidates for each image, the better half, the one
// in the middle included.
func betterHalf(all []*candidate, n int) []*candidate {
	var out []*candidate
	for of := range slices.Chunk(all, n) {
		out = append(out, of[:(n+1)/2]...)
	}
	return out
}

// minimize moves a batch of candidates to a minimum of the loss.
func (s *imageSearch) minimize(ctx context.Context, l loss.Loss, batch []*candidate) error {
	z := generator.NewLatents(len(batch), len(batch[0].z))
	to := given{images: s.like(len(batch), s.target.C)}
	if s.mask != nil {
		to.mask = s.like(len(batch), 1)
	}
	for i, c := range batch {
		copy(z.Row(i), c.z)
		copy(to.images.Sample(i), s.target.Sample(c.target))
		if s.mask != nil {
			copy(to.mask.Sample(i), s.mask.Sample(c.target))
		}
	}
	p := newProblem(s.g, to, l, s.o.Constraint)
	if err := p.start(ctx, z); err != nil {
		return err
	}
	method := s.o.Method
	if method == nil {
		method = ImageMethod(s.g.Info(), l)
	}
	err := method.Follow(ctx, p, []float64{1}, func(_ int, z *generator.Latents, value []float64, notes []Note) error {
		for i, c := range batch {
			c.note = Note{Work: float64(p.work) / float64(len(batch)), Status: p.status[i]}
			if notes != nil {
				c.note = notes[i]
				c.note.Work++ // the image to start from
				c.note.Status = max(c.note.Status, p.status[i])
			}
			c.steps += c.note.Iterations
			if c.note.Status == NotFinite {
				c.value = math.Inf(1)
				continue
			}
			c.value = value[i]
			copy(c.z, z.Row(i))
		}
		return nil
	})
	if err == nil {
		s.progress(len(batch))
	}
	return err
}

func (s *imageSearch) like(n, c int) *generator.Images {
	return generator.NewImages(n, c, s.target.H, s.target.W)
}

func (s *imageSearch) progress(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += n
	if s.o.Progress != nil {
		s.o.Progress(s.done, s.total)
	}
}

// measure compares what was found with the images.
func (s *imageSearch) measure(ctx context.Context, found []Projection, mean *generator.Images) error {
	fine := s.o.Losses[len(s.o.Losses)-1]
	return s.parallel(ctx, len(found), s.o.Batch, func(ctx context.Context, low, high int) error {
		n := high - low
		z := generator.NewLatents(n, len(found[low].Code))
		flat := s.like(n, s.target.C)
		for i := range n {
			copy(z.Row(i), found[low+i].Code)
			copy(flat.Sample(i), mean.Pix)
		}
		var drawn, mask *generator.Images = new(generator.Images), nil
		if s.mask != nil {
			mask = s.mask.Slice(low, high)
		}
		if err := s.g.Generate(ctx, drawn, z); err != nil {
			return err
		}
		target := s.target.Slice(low, high)
		values := make([]float64, n)
		for _, m := range []struct {
			loss  loss.Loss
			image *generator.Images
			put   func(*Projection, float64)
		}{
			{fine, drawn, func(p *Projection, v float64) { p.Error = v }},
			{fine, flat, func(p *Projection, v float64) { p.Mean = v }},
			{loss.MSE{}, drawn, func(p *Projection, v float64) { p.RMSE = math.Sqrt(v) }},
		} {
			if err := m.loss.Eval(values, nil, m.image, target, mask); err != nil {
				return fmt.Errorf("invert: loss %s: %w", m.loss.Name(), err)
			}
			for i, v := range values {
				m.put(&found[low+i], v)
			}
		}
		return nil
	})
}
