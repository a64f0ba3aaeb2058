package baseline

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// SeFa proposes the directions along which images change most: the eigenvectors of
// E[JᵀJ], where J = dG/dz is the generator's Jacobian, by decreasing eigenvalue.
//
// Closed-form factorisation proper (Shen and Zhou, CVPR 2021, section 3) takes the
// eigenvectors of AᵀA, where A is the matrix of the first layer. That asks for a
// first layer that is a matrix, and for its place in the network. The Jacobian of
// the whole generator is to a small step what A is to the first layer, and every
// generator has one; it depends on the code, so its mean is taken. For a generator
// that is linear both are the same.
type SeFa struct {
	// Samples is the number of codes over which the mean is taken; 0 stands for
	// 64. Seed determines them. Each costs 3·D+1 forward equivalents.
	Samples int
	Seed    uint64

	// Components is the number of directions proposed; 0 stands for 32. There
	// are no more than a code has numbers.
	Components int
}

// Name implements Finder.
func (s SeFa) Name() string {
	return fmt.Sprintf("sefa(samples=%d,seed=%d)", defaulted(s.Samples, 64), s.Seed)
}

// Find implements Finder. It does not look at t.
func (s SeFa) Find(ctx context.Context, g generator.Differentiable, _ transform.Transform) (*Candidates, error) {
	if err := check(g); err != nil {
		return nil, err
	}
	if s.Samples < 0 || s.Components < 0 {
		return nil, fmt.Errorf("%w: SeFa with %d samples and %d components: give positive numbers", ErrOptions, s.Samples, s.Components)
	}
	samples, d := defaulted(s.Samples, 64), g.Info().D
	sum := mat.NewDense(d, d, nil)
	for first := 0; first < samples; first += batch {
		z := sample(g, min(batch, samples-first), s.Seed, first)
		if err := addMetric(ctx, sum, g, z); err != nil {
			return nil, fmt.Errorf("baseline: %s: %w", s.Name(), err)
		}
	}
	metric := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			metric.SetSym(i, j, (sum.At(i, j)+sum.At(j, i))/2/float64(samples))
		}
	}
	c := &Candidates{ForwardEquivalents: float64(samples) * float64(3*d+1)}
	var eigen mat.EigenSym
	if trace := mat.Trace(metric); !(trace > 0) || math.IsInf(trace, 0) || !eigen.Factorize(metric, true) {
		return nil, fmt.Errorf("%w: %s: the mean of the squared Jacobian has trace %g: see whether the images of generator %q are finite and change with the code",
			ErrNoDirection, s.Name(), trace, g.Info().Name)
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	for k := range min(d, defaulted(s.Components, 32)) {
		u := mat.Col(nil, d-1-k, &vectors) // eigenvalues increase
		if !normalised(u) {
			continue
		}
		c.U = append(c.U, u)
	}
	return c, nil
}

// addMetric adds JᵀJ at every code of z to sum. Its columns are made one by one,
// each pushed forward and pulled back at once: that is three times the work of
// pushing alone, and no more than one batch of images has to be kept.
func addMetric(ctx context.Context, sum *mat.Dense, g generator.Differentiable, z *generator.Latents) error {
	lin, err := g.Linearize(ctx, z)
	if err != nil {
		return err
	}
	defer lin.Close()
	dz, back, dx := generator.NewLatents(z.N, z.D), new(generator.Latents), new(generator.Images)
	for j := range z.D {
		clear(dz.Data)
		for i := range z.N {
			dz.Row(i)[j] = 1
		}
		if err := lin.JVP(ctx, dx, dz); err != nil {
			return err
		}
		if err := lin.VJP(ctx, back, dx); err != nil {
			return err
		}
		for i := range z.N {
			for k, v := range back.Row(i) {
				sum.Set(k, j, sum.At(k, j)+float64(v))
			}
		}
	}
	return nil
}
