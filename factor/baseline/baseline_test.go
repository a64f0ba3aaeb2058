package baseline_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

var background = context.Background()

// Of a linear generator the mean of JᵀJ is AᵀA, whatever the codes.
func TestSeFaIsTheSingularVectors(t *testing.T) {
	g := newLinear(5, 5, 3, 2, 1, 0.1)
	c, err := baseline.SeFa{Samples: 20}.Find(background, g, nil)
	require.NoError(t, err)
	require.Len(t, c.U, 4)
	for k, u := range c.U {
		requireUnit(t, u)
		require.InDelta(t, 1, cosine(mat.Col(nil, k, g.v), u), 1e-5, "direction %d", k)
	}
	require.Equal(t, 20.*(3*4+1), c.ForwardEquivalents)

	c, err = baseline.SeFa{Samples: 1, Components: 2}.Find(background, g, nil)
	require.NoError(t, err)
	require.Len(t, c.U, 2)
	require.InDelta(t, 1, cosine(mat.Col(nil, 0, g.v), c.U[0]), 1e-5)
}

// Components of the images of a linear generator are the left singular vectors,
// and the regression leads back to the right ones, up to how far the codes are from
// uncorrelated.
func TestPCAIsTheSingularVectors(t *testing.T) {
	for name, g := range map[string]*linear{
		"small": newLinear(5, 5, 4, 2, 1, 0.5),
		// Averaged over squares of 3×3 pixels, the last ones incomplete: other
		// singular values, which still belong to four directions.
		"large": newLinear(3, 190, 4, 2, 1, 0.5),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := baseline.PCA{}.Find(background, g, nil)
			require.NoError(t, err)
			require.Len(t, c.U, 4, "the others have no variance")
			require.Equal(t, 2000., c.ForwardEquivalents)
			a := g.a
			if name == "large" {
				a = averaged(g.a, 190, 3)
			}
			var svd mat.SVD
			require.True(t, svd.Factorize(a, mat.SVDThin))
			var v mat.Dense
			svd.VTo(&v)
			for k, u := range c.U {
				requireUnit(t, u)
				require.Greater(t, cosine(mat.Col(nil, k, &v), u), 0.99, "component %d", k)
			}
		})
	}
}

// averaged sums the rows of a, pixels of an image of one row of squares.
func averaged(a *mat.Dense, width, factor int) *mat.Dense {
	rows, d := a.Dims()
	out := mat.NewDense((width+factor-1)/factor, d, nil)
	for p := range rows {
		to := p % width / factor
		for j := range d {
			out.Set(to, j, out.At(to, j)+a.At(p, j))
		}
	}
	return out
}

// Components and samples beyond what images have are not asked for in vain.
func TestPCAOfFewSamples(t *testing.T) {
	g := newLinear(2, 2, 2, 1)
	c, err := baseline.PCA{Samples: 3, Components: 40}.Find(background, g, nil)
	require.NoError(t, err)
	require.NotEmpty(t, c.U)
	require.LessOrEqual(t, len(c.U), 2)
	c, err = baseline.PCA{Samples: 50, Components: 1}.Find(background, g, nil)
	require.NoError(t, err)
	require.Len(t, c.U, 1)
}

// The walk for x + t·A·b is b, with its length. What lies in the generator's kernel
// has no influence, and the walk stays out of it.
func TestWalkFindsTheShift(t *testing.T) {
	g := newLinear(5, 5, 3, 2, 1, 0)
	b := make([]float64, 4)
	for k, v := range []float64{0.5, -1, 2} {
		floats.AddScaled(b, v, mat.Col(nil, k, g.v))
	}
	walk := baseline.Walk{Range: 1, Loss: loss.MSE{}}
	w, err := walk.Train(background, g, along{g, b})
	require.NoError(t, err)
	require.InDeltaSlice(t, b, w, 0.01)
	require.InDelta(t, 0, floats.Dot(w, mat.Col(nil, 3, g.v)), 1e-6)

	c, err := walk.Find(background, g, along{g, b})
	require.NoError(t, err)
	require.Len(t, c.U, 1)
	requireUnit(t, c.U[0])
	require.InDelta(t, 1, floats.Dot(w, c.U[0])/floats.Norm(w, 2), 1e-9)
	require.Nil(t, c.Slopes)
	require.Equal(t, 4.*400*16, c.ForwardEquivalents)

	walk.Linear = true
	c, err = walk.Find(background, g, along{g, b})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{1 / floats.Norm(w, 2)}, c.Slopes, 1e-9)
}

// The blob moves a tenth of the width for each unit of the code.
func TestWalkMovesTheBlob(t *testing.T) {
	g := blob.Generator{Angle: 0.5}
	w, err := baseline.Walk{Range: 0.12, Steps: 200}.Train(background, g, transform.TranslateX{})
	require.NoError(t, err)
	want := g.XDirection()
	floats.Scale(10, want)
	require.InDeltaSlice(t, want, w, 0.3)
}

func TestRandom(t *testing.T) {
	g := newLinear(5, 5, 3, 2, 1, 0.1)
	c, err := baseline.Random{Seed: 1}.Find(background, g, nil)
	require.NoError(t, err)
	require.Len(t, c.U, 1)
	require.Zero(t, c.ForwardEquivalents)
	requireUnit(t, c.U[0])
	other, err := baseline.Random{Seed: 2}.Find(background, g, nil)
	require.NoError(t, err)
	require.Less(t, cosine(c.U[0], other.U[0]), 0.999)
}

// The position of the sprites of this decoder is in two of its ten latents: most of
// what images change by.
func TestSeFaOfAnotherDecoder(t *testing.T) {
	m, err := native.Open(testmodels.Path(t, "disvae_btcvae_dsprites", "generator.onnx"), nil)
	require.NoError(t, err)
	g, err := generator.FromModel(m, nil)
	require.NoError(t, err)
	defer g.Close()
	c, err := baseline.SeFa{Seed: 1}.Find(background, g, nil)
	require.NoError(t, err)
	require.Len(t, c.U, 10)
	for k, u := range c.U[:2] {
		require.Greater(t, math.Hypot(u[4], u[8]), 0.97, "direction %d", k)
	}
}

func quick(t *testing.T, name string) baseline.Finder {
	t.Helper()
	f, err := baseline.ByName(name, 0.1, 3)
	require.NoError(t, err)
	switch f := f.(type) {
	case baseline.PCA:
		f.Samples = 40
		return f
	case baseline.SeFa:
		f.Samples = 4
		return f
	case baseline.Walk:
		f.Steps = 10
		return f
	}
	return f
}

func TestAllAreDeterministic(t *testing.T) {
	g := blob.Generator{Angle: 0.3}
	for _, name := range baseline.Names() {
		a, err := quick(t, name).Find(background, g, transform.TranslateX{})
		require.NoError(t, err)
		b, err := quick(t, name).Find(background, g, transform.TranslateX{})
		require.NoError(t, err)
		require.Equal(t, a, b, name)
		require.NotEmpty(t, a.U)
		for _, u := range a.U {
			require.Len(t, u, blob.D)
			requireUnit(t, u)
		}
	}
}

func TestAllAreCancelled(t *testing.T) {
	for _, name := range baseline.Names() {
		ctx, cancel := context.WithCancel(background)
		g := newLinear(5, 5, 3, 2, 1)
		calls := 0
		g.drawn = func() { calls++; cancel() }
		if name == "random" {
			cancel() // it draws nothing
		}
		_, err := quick(t, name).Find(ctx, g, transform.TranslateX{})
		require.ErrorIs(t, err, context.Canceled, name)
		require.LessOrEqual(t, calls, 1, name)
	}
}

func TestNoDirection(t *testing.T) {
	still, spoilt := newLinear(5, 5, 0, 0, 0), newLinear(5, 5, 3, 2, 1)
	spoilt.spoil = float32(math.NaN())
	for _, name := range baseline.Names() {
		if name == "random" {
			continue // it looks at nothing
		}
		for _, g := range []*linear{still, spoilt} {
			_, err := quick(t, name).Find(background, g, transform.Brightness{})
			require.ErrorIs(t, err, baseline.ErrNoDirection, name)
		}
	}
}

func TestMistakes(t *testing.T) {
	g, tr := newLinear(5, 5, 3, 2, 1), transform.TranslateX{}
	for _, f := range []baseline.Finder{
		baseline.PCA{Samples: -1}, baseline.PCA{Samples: 1}, baseline.PCA{Components: -1},
		baseline.SeFa{Samples: -1}, baseline.SeFa{Components: -1},
		baseline.Walk{Range: -1}, baseline.Walk{Range: math.NaN()}, baseline.Walk{Rate: math.Inf(1)},
		baseline.Walk{Steps: -1}, baseline.Walk{Batch: -1},
	} {
		_, err := f.Find(background, g, tr)
		require.ErrorIs(t, err, baseline.ErrOptions, f.Name())
	}
	for _, name := range baseline.Names() {
		_, err := quick(t, name).Find(background, nil, tr)
		require.ErrorIs(t, err, baseline.ErrOptions, name)
	}
	_, err := baseline.Walk{}.Find(background, g, nil)
	require.ErrorIs(t, err, baseline.ErrOptions)
	_, err = baseline.ByName("ica", 0.1, 1)
	require.ErrorIs(t, err, baseline.ErrUnknown)
	require.ErrorContains(t, err, "sefa")
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range baseline.Names() {
		f, err := baseline.ByName(name, 0.2, 5)
		require.NoError(t, err)
		require.Regexp(t, "^"+name+`\(.*seed=5\)$`, f.Name())
		require.False(t, seen[f.Name()])
		seen[f.Name()] = true
	}
	require.Contains(t, baseline.Walk{Loss: loss.MSE{}}.Name(), loss.MSE{}.Name())
}
