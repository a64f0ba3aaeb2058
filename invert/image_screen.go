package invert

import (
	"context"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// drawing is what became of the draws from the prior.
type drawing struct {
	mean *generator.Images // of one sample
	best []*candidate      // to start from, ranked
}

// screenBatch is the number of draws a generator call.
const screenBatch = 32

// screen draws codes and compares all of their images with all targets, by the
// coarsest loss.
func (s *imageSearch) screen(ctx context.Context) (*drawing, error) {
	info := s.g.Info()
	z := generator.NewLatents(s.o.Draws, info.D)
	info.Prior.Sample(z, s.o.Seed, 0)
	for i := range z.N {
		s.o.Constraint.Project(z.Row(i))
	}
	values := make([]float64, s.target.N*z.N) // +Inf where not finite
	parts := make([]part, (z.N+screenBatch-1)/screenBatch)
	err := s.parallel(ctx, z.N, screenBatch, func(ctx context.Context, low, high int) error {
		var x generator.Images
		if err := s.g.Generate(ctx, &x, z.Slice(low, high)); err != nil {
			return err
		}
		of := &parts[low/screenBatch]
		of.add(&x)
		for t := range s.target.N {
			if err := s.compare(values[t*z.N+low:t*z.N+high], &x, t, of.spoiled); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	d := &drawing{mean: s.like(1, info.C)}
	if !average(d.mean, parts) {
		return nil, fmt.Errorf("%w: none of %d codes drawn from the prior gives a finite image: check the generator's weights (lcfv check)", ErrAllFailed, z.N)
	}
	for t := range s.target.N {
		var of []*candidate
		for i := range z.N {
			of = append(of, &candidate{target: t, z: z.Row(i), value: values[t*z.N+i]})
		}
		rank(of)
		for _, c := range of[:s.o.Restarts] {
			c.z = append([]float32(nil), c.z...) // draws may start several searches
			d.best = append(d.best, c)
		}
	}
	return d, nil
}

// compare writes the losses of the images x against target t.
func (s *imageSearch) compare(values []float64, x *generator.Images, t int, spoiled []bool) error {
	to, mask := s.like(x.N, x.C), (*generator.Images)(nil)
	if s.mask != nil {
		mask = s.like(x.N, 1)
	}
	for i := range x.N {
		copy(to.Sample(i), s.target.Sample(t))
		if mask != nil {
			copy(mask.Sample(i), s.mask.Sample(t))
		}
	}
	l := s.o.Losses[0]
	if err := l.Eval(values, nil, x, to, mask); err != nil {
		return fmt.Errorf("invert: loss %s: %w", l.Name(), err)
	}
	for i, bad := range spoiled {
		if bad || math.IsNaN(values[i]) {
			values[i] = math.Inf(1)
		}
	}
	return nil
}

// part is the sum of a batch of images.
type part struct {
	sum     []float64
	n       int
	spoiled []bool // which images are not finite, and left out; they are blackened
}

func (p *part) add(x *generator.Images) {
	p.sum, p.spoiled = make([]float64, len(x.Sample(0))), make([]bool, x.N)
	for i := range x.N {
		if p.spoiled[i] = !finite(x.Sample(i)); p.spoiled[i] {
			clear(x.Sample(i))
			continue
		}
		p.n++
		for k, v := range x.Sample(i) {
			p.sum[k] += float64(v)
		}
	}
}

// average writes the mean image and reports whether there is one.
func average(mean *generator.Images, parts []part) bool {
	n, sum := 0, make([]float64, len(mean.Pix))
	for _, p := range parts {
		n += p.n
		for k, v := range p.sum {
			sum[k] += v
		}
	}
	for k, v := range sum {
		mean.Pix[k] = float32(v / float64(n))
	}
	return n > 0
}
