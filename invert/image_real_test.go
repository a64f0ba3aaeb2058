package invert_test

import (
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/stretchr/testify/require"
)

// real opens a generator that other people trained.
func real(t *testing.T, name string, o *generator.ModelOptions) *generator.Network {
	t.Helper()
	m, err := native.Open(testmodels.Path(t, name, "generator.onnx"), nil)
	require.NoError(t, err)
	g, err := generator.FromModel(m, o)
	require.NoError(t, err)
	t.Cleanup(func() { g.Close() })
	return g
}

// Faces that the generator drew are found again, all of them.
func TestImageFindsRealImagesAgain(t *testing.T) {
	g := real(t, "disvae_btcvae_celeba", nil)
	z, x := generator.NewLatents(8, g.Info().D), new(generator.Images)
	g.Info().Prior.Sample(z, 777, 0)
	for i := range z.N {
		invert.ConstraintFor(g.Info()).Project(z.Row(i))
	}
	require.NoError(t, g.Generate(t.Context(), x, z))
	found, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Seed: 1})
	require.NoError(t, err)
	for i, p := range found {
		require.Less(t, p.Relative(), 1e-4, "face %d", i)
		require.Less(t, p.RMSE, 1e-3, "face %d", i)
		require.LessOrEqual(t, length(p.Code), math.Sqrt(10)*(1+1e-6))
	}
}

// Sprites of the renderer, which another generator was not trained on, and codes of
// length 10 for it.
func TestImageOfRenderedSprites(t *testing.T) {
	g := real(t, "disvae_VAE_dsprites", nil)
	x := generator.NewImages(3, 1, dsprites.Size, dsprites.Size)
	for i, s := range []dsprites.Sprite{
		{Shape: dsprites.Heart, Scale: 0.9, Orientation: 0.3, X: 0.5, Y: 0.45},
		{Shape: dsprites.Square, Scale: 0.8, Orientation: 0.5, X: 0.6, Y: 0.5},
		{Shape: dsprites.Ellipse, Scale: 1, Orientation: 1, X: 0.4, Y: 0.6},
	} {
		require.NoError(t, s.Render(x.Sample(i)))
	}
	found, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Seed: 1})
	require.NoError(t, err)
	for i, p := range found {
		t.Logf("%v: relative error %.4f, RMSE %.4f, %s, %.0f forward equivalents", dsprites.Shape(i), p.Relative(), p.RMSE, p.Outcome(), p.ForwardEquivalents)
		require.Less(t, p.Relative(), 0.1)
		require.Less(t, p.RMSE, 0.08)
	}
}

// A seven drawn by hand, of the class it was drawn for.
func TestImageOfADrawnDigit(t *testing.T) {
	class := 7
	g := real(t, "mnist_cwgan", &generator.ModelOptions{Class: &class, Range: generator.PixelRange{Low: -1, High: 1}})
	x := generator.NewImages(1, 1, 28, 28)
	stroke(x, 7.5, 8, 20, 8)
	stroke(x, 20, 8, 12, 22)
	found, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Seed: 1})
	require.NoError(t, err)
	p := found[0]
	t.Logf("relative error %.3f, RMSE %.3f, %s, %d iterations, %.0f forward equivalents", p.Relative(), p.RMSE, p.Outcome(), p.Iterations, p.ForwardEquivalents)
	require.Less(t, p.Relative(), 0.7, "its strokes are straighter than anybody's in the training data")
	require.Less(t, p.RMSE, 0.2)
	blank := 0.0
	for _, v := range x.Pix {
		blank += float64(v) * float64(v)
	}
	require.Less(t, p.RMSE, 0.7*math.Sqrt(blank/float64(len(x.Pix))), "much nearer than an empty page")
}

// stroke draws a line with a pen 3 pixels wide.
func stroke(x *generator.Images, ax, ay, bx, by float64) {
	for k := range x.Pix {
		px, py := float64(k%x.W)+0.5, float64(k/x.W)+0.5
		along := ((px-ax)*(bx-ax) + (py-ay)*(by-ay)) / ((bx-ax)*(bx-ax) + (by-ay)*(by-ay))
		along = min(max(along, 0), 1)
		away := math.Hypot(px-ax-along*(bx-ax), py-ay-along*(by-ay))
		x.Pix[k] = max(x.Pix[k], float32(min(max(2-away, 0), 1)))
	}
}
