package baseline

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

// Walk trains a direction w such that G(z + t·w) looks like T_t(G(z)), without
// inverting anything: the linear walk of Jahanian, Chai and Isola (On the
// "steerability" of generative adversarial networks, ICLR 2020, section 3.1). The
// loss is averaged over codes of the prior and over t, uniform in [−Range, Range],
// by Adam on fresh samples in every step. It is the one that inversion minimises by
// default, which looks at pixels only where the transform defines them and is
// blurred, so that it says which way to go.
type Walk struct {
	// Range is the largest |t|, in the transform's unit; 0 stands for 0.25.
	Range float64

	// Steps is the number of steps, 0 stands for 400; Batch the number of codes
	// in each, 0 stands for 16. A code costs 4 forward equivalents a step. Seed
	// determines the codes and their t.
	Steps, Batch int
	Seed         uint64

	// Rate is the size of Adam's first steps, in latent units that a code is
	// moved by at the largest |t|; 0 stands for 0.05. It falls to 0 along a
	// cosine.
	Rate float64

	// Linear keeps the calibration that training gives, as published: t grows by
	// 1/‖w‖ for each latent unit along w. Otherwise one is fitted to pairs, as for
	// other methods.
	Linear bool

	// Loss compares images; nil stands for loss.Blurred with σ = 3/128 of the
	// image's width.
	Loss loss.Loss
}

// Name implements Finder.
func (w Walk) Name() string {
	w.settle()
	name := "walk"
	if w.Linear {
		name = "walk-linear"
	}
	name += fmt.Sprintf("(range=%g,steps=%d,batch=%d,rate=%g,seed=%d", w.Range, w.Steps, w.Batch, w.Rate, w.Seed)
	if w.Loss != nil {
		name += ",loss=" + w.Loss.Name()
	}
	return name + ")"
}

func (w *Walk) settle() {
	w.Range = defaulted(w.Range, 0.25)
	w.Steps = defaulted(w.Steps, 400)
	w.Batch = defaulted(w.Batch, 16)
	w.Rate = defaulted(w.Rate, 0.05)
}

func (w *Walk) validate() error {
	positive := func(v float64) bool { return v > 0 && !math.IsInf(v, 0) }
	if !positive(w.Range) || !positive(w.Rate) || w.Steps < 1 || w.Batch < 1 {
		return fmt.Errorf("%w: %s: range, steps, batch and rate must be positive", ErrOptions, w.Name())
	}
	return nil
}

// Find implements Finder. The one candidate is the direction of what Train returns.
func (w Walk) Find(ctx context.Context, g generator.Differentiable, t transform.Transform) (*Candidates, error) {
	u, err := w.Train(ctx, g, t)
	if err != nil {
		return nil, err
	}
	length := floats.Norm(u, 2)
	if !normalised(u) {
		return nil, fmt.Errorf("%w: %s: no step moved the walk: see whether %s changes the images of generator %q and whether these change with the code",
			ErrNoDirection, w.Name(), t.Name(), g.Info().Name)
	}
	w.settle()
	c := &Candidates{U: [][]float64{u}, ForwardEquivalents: 4 * float64(w.Steps*w.Batch)}
	if w.Linear {
		c.Slopes = []float64{1 / length}
	}
	return c, nil
}

// Train returns w, what a code is to be moved by for each unit of t: the published
// method with the linear calibration that comes with it. Errors are those of Find.
func (w Walk) Train(ctx context.Context, g generator.Differentiable, t transform.Transform) ([]float64, error) {
	if err := check(g); err != nil {
		return nil, err
	}
	if t == nil {
		return nil, fmt.Errorf("%w: the transform is nil: a walk is trained to do what a transform does", ErrOptions)
	}
	w.settle()
	if err := w.validate(); err != nil {
		return nil, err
	}
	name := w.Name()
	if w.Loss == nil {
		w.Loss = loss.Blurred{Sigma: 3.0 / 128 * float64(g.Info().W)}
	}
	s := newTraining(&w, g, t)
	for step := range w.Steps {
		if err := s.gradient(ctx, step); err != nil {
			return nil, fmt.Errorf("baseline: %s: step %d of %d: %w", name, step+1, w.Steps, err)
		}
		s.descend(step)
	}
	out := make([]float64, len(s.v))
	for j, v := range s.v {
		out[j] = v / w.Range
	}
	return out, nil
}

// training is a walk under way.
type training struct {
	w      *Walk
	g      generator.Differentiable
	t      transform.Transform
	source *rand.Rand // of t

	v      []float64 // what a code is moved by at the largest t
	grad   []float64 // of the mean loss, with respect to v
	m1     []float64 // Adam's moments: of the gradient
	m2     float64   // and of its norm
	value  []float64
	part   []float64 // t of each code, over the largest
	before generator.Images
	target *generator.Images
	mask   *generator.Images
	one    struct{ target, mask generator.Images } // of one sample: t differs between them
	slope  generator.Images
	pulled generator.Latents
}

func newTraining(w *Walk, g generator.Differentiable, t transform.Transform) *training {
	info := g.Info()
	return &training{
		w: w, g: g, t: t,
		source: rand.New(rand.NewPCG(w.Seed, apart)),
		v:      make([]float64, info.D), grad: make([]float64, info.D),
		m1:    make([]float64, info.D),
		value: make([]float64, w.Batch), part: make([]float64, w.Batch),
		target: generator.NewImages(w.Batch, info.C, info.H, info.W),
		mask:   generator.NewImages(w.Batch, 1, info.H, info.W),
	}
}

// gradient draws codes and values of t and computes the gradient of their mean
// loss.
func (s *training) gradient(ctx context.Context, step int) error {
	z := sample(s.g, s.w.Batch, s.w.Seed, step*s.w.Batch)
	if err := s.g.Generate(ctx, &s.before, z); err != nil {
		return err
	}
	for i := range z.N {
		s.part[i] = 2*s.source.Float64() - 1
		if err := s.t.Apply(&s.one.target, &s.one.mask, s.before.Slice(i, i+1), s.part[i]*s.w.Range); err != nil {
			return err
		}
		copy(s.target.Sample(i), s.one.target.Pix)
		copy(s.mask.Sample(i), s.one.mask.Pix)
		row := z.Row(i)
		for j, v := range s.v {
			row[j] += float32(s.part[i] * v)
		}
	}
	lin, err := s.g.Linearize(ctx, z)
	if err != nil {
		return err
	}
	defer lin.Close()
	if err := s.w.Loss.Eval(s.value, &s.slope, lin.Images(), s.target, s.mask); err != nil {
		return err
	}
	if err := lin.VJP(ctx, &s.pulled, &s.slope); err != nil {
		return err
	}
	clear(s.grad)
	for i := range z.N {
		for j, v := range s.pulled.Row(i) {
			s.grad[j] += s.part[i] * float64(v) / float64(z.N)
		}
	}
	for _, v := range s.grad {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: the gradient is not finite: see whether the images are, or lower the rate", ErrNoDirection)
		}
	}
	return nil
}

// descend takes one step of Adam (Kingma and Ba, ICLR 2015) with one second moment
// for all coordinates, that of the gradient's norm. With one for each, coordinates
// that change nothing in the images would take steps as long as those that do, in
// directions that are noise.
func (s *training) descend(step int) {
	const beta1, beta2, epsilon = 0.9, 0.999, 1e-8
	n := float64(step + 1)
	rate := s.w.Rate * 0.5 * (1 + math.Cos(math.Pi*float64(step)/float64(s.w.Steps)))
	s.m2 += (1 - beta2) * (floats.Dot(s.grad, s.grad) - s.m2)
	scale1, norm := 1/(1-math.Pow(beta1, n)), math.Sqrt(s.m2/(1-math.Pow(beta2, n)))
	for j, g := range s.grad {
		s.m1[j] += (1 - beta1) * (g - s.m1[j])
		s.v[j] -= rate * s.m1[j] * scale1 / (norm + epsilon)
	}
}
