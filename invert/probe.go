package invert

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/stat"
)

// ProbeOptions say how to probe. The zero value and nil stand for the defaults
// stated with each field.
type ProbeOptions struct {
	Method     Method     // as in Options
	Loss       loss.Loss  // as in Options
	Constraint Constraint // as in Options

	// Codes is the number of images to find again; 0 stands for 16. Seed
	// determines them.
	Codes int
	Seed  uint64

	// Distances are those from which the search starts, as fractions of the way
	// to an unrelated code of the prior; nil stands for 0.05, 0.1, 0.25, 0.5
	// and 1.
	Distances []float64
}

// Probed is how well images were found again from one distance.
type Probed struct {
	Distance           float64
	Recovered          float64 // fraction of the images with a relative error of at most 0.01
	MedianRelative     float64 // error of the image, in units of that of the start
	MedianCode         float64 // distance to the code it was drawn from, in units of that of the start
	ForwardEquivalents float64 // mean work
}

// recovered is the relative error up to which an image counts as found again.
const recovered = 0.01

// Probe tells whether a generator can be inverted at all, where success is known
// to be possible: at images of its own. It draws codes z from the prior, starts a
// method at some distance from each, aims it at G(z), and reports one summary a
// distance. Where that fails from nearby, trajectories will get lost too, and it
// is the method or the generator that is to be looked at, not the transform. A
// MedianCode much larger than MedianRelative says that different codes draw alike.
//
// Errors are those of Run. The result does not depend on the number of processors.
func Probe(ctx context.Context, g generator.Differentiable, opts *ProbeOptions) ([]Probed, error) {
	if g == nil {
		return nil, fmt.Errorf("%w: the generator must not be nil", ErrOptions)
	}
	var o ProbeOptions
	if opts != nil {
		o = *opts
	}
	if o.Codes < 0 || slices.ContainsFunc(o.Distances, func(d float64) bool { return !(d > 0 && d <= 1) }) {
		return nil, fmt.Errorf("%w: probing with %d codes from the distances %v: give positive numbers, and distances of at most 1", ErrOptions, o.Codes, o.Distances)
	}
	fill(&o.Codes, 16)
	if len(o.Distances) == 0 {
		o.Distances = []float64{0.05, 0.1, 0.25, 0.5, 1}
	}
	s, err := (&Options{Method: o.Method, Loss: o.Loss, Constraint: o.Constraint}).Resolve(g.Info())
	if err != nil {
		return nil, err
	}
	// Even rows are codes to find again, odd ones where to look away to.
	z := generator.NewLatents(2*o.Codes, g.Info().D)
	g.Info().Prior.Sample(z, o.Seed, 0)
	for i := range z.N {
		s.Constraint.Project(z.Row(i))
	}
	out := make([]Probed, len(o.Distances))
	found := make([]probe, len(o.Distances)*o.Codes)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range found {
		group.Go(func() error {
			code, distance := i%o.Codes, o.Distances[i/o.Codes]
			return found[i].search(ctx, g, &s, z.Row(2*code), z.Row(2*code+1), distance)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for k, d := range o.Distances {
		out[k] = summarizeProbes(d, found[k*o.Codes:(k+1)*o.Codes])
	}
	return out, nil
}

// probe is one search, relative to where it started.
type probe struct {
	relative, code, work float64
}

func (r *probe) search(ctx context.Context, g generator.Differentiable, o *Options, z, away []float32, distance float64) error {
	start := generator.NewLatents(1, len(z))
	for i, v := range z {
		start.Data[i] = v + float32(distance)*(away[i]-v)
	}
	o.Constraint.Project(start.Data)
	to := given{images: new(generator.Images)}
	if err := g.Generate(ctx, to.images, &generator.Latents{N: 1, D: len(z), Data: z}); err != nil {
		return err
	}
	p := newProblem(g, to, o.Loss, o.Constraint)
	if err := p.start(ctx, start); err != nil {
		return err
	}
	still := []float64{0}
	if err := p.Aim([]float64{1}); err != nil {
		return err
	}
	if err := p.loss.Eval(still, nil, p.source, p.target, p.mask); err != nil {
		return fmt.Errorf("invert: loss %s: %w", p.loss.Name(), err)
	}
	err := o.Method.Follow(ctx, p, []float64{1}, func(_ int, at *generator.Latents, value []float64, notes []Note) error {
		r.relative, r.code = Pair{Error: value[0], Still: still[0]}.Relative(), distance32(at.Row(0), z)/distance32(start.Data, z)
		if notes != nil && notes[0].Status == NotFinite || !p.Alive(0) {
			r.relative, r.code = math.Inf(1), math.Inf(1)
		}
		return nil
	})
	r.work = float64(p.work)
	return err
}

func summarizeProbes(distance float64, of []probe) Probed {
	s := Probed{Distance: distance}
	var relative, code []float64
	for _, r := range of {
		relative, code = append(relative, r.relative), append(code, r.code)
		if r.relative <= recovered {
			s.Recovered += 1 / float64(len(of))
		}
		s.ForwardEquivalents += r.work / float64(len(of))
	}
	slices.Sort(relative)
	slices.Sort(code)
	s.MedianRelative = stat.Quantile(0.5, stat.Empirical, relative, nil)
	s.MedianCode = stat.Quantile(0.5, stat.Empirical, code, nil)
	return s
}

func distance32(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += (float64(v) - float64(b[i])) * (float64(v) - float64(b[i]))
	}
	return math.Sqrt(sum)
}
