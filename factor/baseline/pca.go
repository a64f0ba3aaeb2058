package baseline

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// PCA proposes the directions along which codes move, on average, when one of the
// principal components of what they draw grows; those of the largest components
// come first.
//
// GANSpace (Härkönen, Hertzmann, Lehtinen and Paris, NeurIPS 2020, section 2.2)
// takes the principal components of an early layer's features, as the codes of the
// generators it was made for have none of their own, and regresses the codes on
// the components' coordinates. Which layer that is differs from network to
// network; here the features are the images, which every generator has. They are
// averaged over squares of pixels where they are larger than 64 rows or columns.
type PCA struct {
	// Samples is the number of images; 0 stands for 2000. Seed determines them.
	// 4 bytes are kept for each of their values.
	Samples int
	Seed    uint64

	// Components is the number of directions proposed; 0 stands for 32. There
	// are no more than images have components.
	Components int
}

// Name implements Finder.
func (p PCA) Name() string {
	return fmt.Sprintf("pca(samples=%d,seed=%d)", defaulted(p.Samples, 2000), p.Seed)
}

// negligible is the variance, relative to the largest component's, below which a
// component is rounding.
const negligible = 1e-9

// Find implements Finder. It does not look at t.
func (p PCA) Find(ctx context.Context, g generator.Differentiable, _ transform.Transform) (*Candidates, error) {
	if err := check(g); err != nil {
		return nil, err
	}
	if p.Samples < 0 || p.Samples == 1 || p.Components < 0 {
		return nil, fmt.Errorf("%w: PCA with %d samples and %d components: give positive numbers, and at least two samples", ErrOptions, p.Samples, p.Components)
	}
	samples := defaulted(p.Samples, 2000)
	x, err := features(ctx, g, samples, p.Seed)
	if err != nil {
		return nil, fmt.Errorf("baseline: %s: %w", p.Name(), err)
	}
	coordinates, variances, err := principal(ctx, x, defaulted(p.Components, 32), p.Seed)
	if err != nil {
		return nil, fmt.Errorf("baseline: %s: %w", p.Name(), err)
	}
	if coordinates == nil {
		return nil, fmt.Errorf("%w: %s: the images have no variance that is finite and not 0: see whether those of generator %q are finite and change with the code",
			ErrNoDirection, p.Name(), g.Info().Name)
	}
	c := &Candidates{ForwardEquivalents: float64(samples)}
	z := sample(g, samples, p.Seed, 0)
	for k, v := range variances {
		if u := regress(z, coordinates, k); v > negligible*variances[0] && normalised(u) {
			c.U = append(c.U, u)
		}
	}
	if len(c.U) == 0 {
		return nil, fmt.Errorf("%w: %s: no component of the images depends on the code", ErrNoDirection, p.Name())
	}
	return c, nil
}

// regress returns, up to its length, the slope of the regression of codes on
// coordinate k. Coordinates of different components are uncorrelated, so that each
// can be looked at alone; they have mean 0, so that that of the codes cancels.
func regress(z *generator.Latents, coordinates *mat.Dense, k int) []float64 {
	u := make([]float64, z.D)
	for i := range z.N {
		c := coordinates.At(i, k)
		for j, v := range z.Row(i) {
			u[j] += c * float64(v)
		}
	}
	return u
}
