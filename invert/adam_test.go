package invert

import (
	"context"
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/stretchr/testify/require"
)

// identity draws a code as an image and allocates nothing in doing so.
type identity struct{ image *generator.Images }

func (g *identity) Info() generator.Info { return generator.Info{D: 3, C: 1, H: 1, W: 3} }

func (g *identity) Generate(_ context.Context, dst *generator.Images, z *generator.Latents) error {
	dst.Resize(z.N, 1, 1, 3)
	copy(dst.Pix, z.Data)
	return nil
}

func (g *identity) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	return g, g.Generate(ctx, g.image, z)
}

func (g *identity) Images() *generator.Images { return g.image }
func (g *identity) Close() error              { return nil }

func (g *identity) VJP(_ context.Context, dz *generator.Latents, v *generator.Images) error {
	dz.Resize(v.N, 3)
	copy(dz.Data, v.Pix)
	return nil
}

func (g *identity) JVP(ctx context.Context, dx *generator.Images, dz *generator.Latents) error {
	return g.Generate(ctx, dx, dz)
}

// shift adds t to the first pixel.
type shift struct{}

func (shift) Name() string { return "shift" }
func (shift) Unit() string { return "pixel value" }

func (shift) Apply(dst, mask, src *generator.Images, t float64) error {
	dst.CopyFrom(src)
	mask.Resize(src.N, 1, src.H, src.W)
	for i := range mask.Pix {
		mask.Pix[i] = 1
	}
	for i := range dst.N {
		dst.Sample(i)[0] += float32(t)
	}
	return nil
}

// half is half the sum of squares: its gradient is the difference.
type half struct{}

func (half) Name() string { return "half" }

func (half) Eval(value []float64, grad, x, target, _ *generator.Images) error {
	if grad != nil {
		grad.Resize(x.N, x.C, x.H, x.W)
	}
	clear(value)
	for i, v := range x.Pix {
		e := v - target.Pix[i]
		value[i/3] += 0.5 * float64(e) * float64(e)
		if grad != nil {
			grad.Pix[i] = e
		}
	}
	return nil
}

func started(t testing.TB, z0 []float32) *Problem {
	p := newProblem(&identity{image: new(generator.Images)}, transformed{shift{}}, half{}, Unconstrained{})
	require.NoError(t, p.start(t.Context(), &generator.Latents{N: len(z0) / 3, D: 3, Data: z0}))
	return p
}

// Three steps against the recursion written out by hand, with bias correction.
func TestAdamFollowsItsFormula(t *testing.T) {
	p := started(t, []float32{1, 2, 3})
	a := Adam{Rate: 0.1, Iterations: 3}
	var got []float32
	require.NoError(t, a.Follow(t.Context(), p, []float64{0.5}, func(_ int, z *generator.Latents, loss []float64, _ []Note) error {
		got = append(got, z.Data...)
		require.InDelta(t, 0.5*math.Pow(1.5-float64(z.Data[0]), 2), loss[0], 1e-6)
		return nil
	}))
	x, m, v := 1.0, 0.0, 0.0
	for k := 1; k <= 3; k++ {
		g := x - 1.5
		m = 0.9*m + 0.1*g
		v = 0.999*v + 0.001*g*g
		x -= 0.1 * m / (1 - math.Pow(0.9, float64(k))) / (math.Sqrt(v/(1-math.Pow(0.999, float64(k)))) + 1e-8)
	}
	require.InDelta(t, x, got[0], 1e-6)
	require.Equal(t, []float32{2, 3}, got[1:])
}

func TestAdamPredictsAlongTheSecant(t *testing.T) {
	// With the codes found exactly, the prediction is exact too: one forward
	// pass confirms it, and keeping the best code means no step can spoil it.
	p := started(t, []float32{1, 2, 3})
	s := newAdamState(p)
	a := Adam{Rate: 0.2, FinalRate: 1e-4, Iterations: 200, Secant: true, Best: true}
	a.settle()
	require.NoError(t, s.step(t.Context(), &a, p, 0.1))
	require.InDelta(t, 1.1, s.z.Data[0], 1e-3)
	s.predict(&a, p, 0.3)
	require.InDelta(t, 1.3, s.z.Data[0], 3e-3)
}

func TestAdamKeepsTheBest(t *testing.T) {
	// A rate far too large: every step makes things worse.
	last, best := 0.0, 0.0
	for _, keep := range []bool{false, true} {
		p := started(t, []float32{1, 2, 3})
		a := Adam{Rate: 50, Iterations: 5, Best: keep}
		require.NoError(t, a.Follow(t.Context(), p, []float64{0.5}, func(_ int, z *generator.Latents, loss []float64, _ []Note) error {
			if keep {
				best = loss[0]
				require.Equal(t, []float32{1, 2, 3}, z.Data)
			} else {
				last = loss[0]
			}
			return nil
		}))
	}
	require.InDelta(t, 0.125, best, 1e-6)
	require.Greater(t, last, 1.0)
}

func TestAdamRate(t *testing.T) {
	a := Adam{Rate: 1, FinalRate: 0.1, Iterations: 11}
	require.InDelta(t, 1, a.rate(0), 1e-12)
	require.InDelta(t, 0.55, a.rate(5), 1e-12)
	require.InDelta(t, 0.1, a.rate(10), 1e-12)
	a = Adam{Rate: 1}
	a.settle()
	require.Equal(t, 1.0, a.rate(30))
}

func TestStepLoopDoesNotAllocate(t *testing.T) {
	p := started(t, []float32{1, 2, 3, 4, 5, 6})
	s := newAdamState(p)
	a := DefaultAdam()
	a.settle()
	require.NoError(t, s.step(t.Context(), &a, p, 0.1))
	at := 0.1
	require.Zero(t, testing.AllocsPerRun(5, func() {
		at += 0.1
		if err := s.step(t.Context(), &a, p, at); err != nil {
			panic(err)
		}
	}))
}
