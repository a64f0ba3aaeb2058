package saliency_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/saliency"
)

// A scene is a sprite of one colour on a texture made of two others. The colours
// are drawn anywhere in the RGB cube: the texture's between contrastLow and
// contrastHigh of each other, the sprite's at least apart from both, so that a
// person sees it.
const (
	contrastLow, contrastHigh = 0.1, 0.4
)

// textures are the kinds of ground, each a function of the pixel into [0, 1].
var textures = []struct {
	name string
	draw func(r *rand.Rand) func(x, y float64) float64
}{
	{"fine noise", func(r *rand.Rand) func(x, y float64) float64 { return noise(r, 1+r.Float64()) }},
	{"coarse noise", func(r *rand.Rand) func(x, y float64) float64 { return noise(r, 4+8*r.Float64()) }},
	{"clouds", func(r *rand.Rand) func(x, y float64) float64 {
		a, b, c, d := noise(r, 16), noise(r, 8), noise(r, 4), noise(r, 2)
		return func(x, y float64) float64 { return (8*a(x, y) + 4*b(x, y) + 2*c(x, y) + d(x, y)) / 15 }
	}},
	{"stripes", func(r *rand.Rand) func(x, y float64) float64 {
		angle, period, phase := math.Pi*r.Float64(), 4+12*r.Float64(), 2*math.Pi*r.Float64()
		sin, cos := math.Sincos(angle)
		return func(x, y float64) float64 { return 0.5 + 0.5*math.Sin(2*math.Pi*(x*cos+y*sin)/period+phase) }
	}},
	{"gradient", func(r *rand.Rand) func(x, y float64) float64 {
		sin, cos := math.Sincos(2 * math.Pi * r.Float64())
		grain := noise(r, 1)
		return func(x, y float64) float64 {
			return min(1, max(0, 0.5+((x-32)*cos+(y-32)*sin)/64+0.1*(grain(x, y)-0.5)))
		}
	}},
}

// noise is smooth interpolation of random values on a lattice.
func noise(r *rand.Rand, cell float64) func(x, y float64) float64 {
	const side = 80
	values := make([]float64, side*side)
	for i := range values {
		values[i] = r.Float64()
	}
	ease := func(t float64) float64 { return t * t * (3 - 2*t) }
	return func(x, y float64) float64 {
		i, s := math.Modf(y / cell)
		j, t := math.Modf(x / cell)
		s, t = ease(s), ease(t)
		at := int(i)*side + int(j)
		return (1-s)*((1-t)*values[at]+t*values[at+1]) + s*((1-t)*values[at+side]+t*values[at+side+1])
	}
}

// colour is a point of the RGB cube.
type colour [3]float64

func (a colour) to(b colour) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

// palette draws the colours of a scene.
func palette(r *rand.Rand, apart float64) (a, b, object colour) {
	draw := func() colour { return colour{r.Float64(), r.Float64(), r.Float64()} }
	for {
		a, b, object = draw(), draw(), draw()
		if d := a.to(b); contrastLow <= d && d <= contrastHigh && object.to(a) >= apart && object.to(b) >= apart {
			return a, b, object
		}
	}
}

// scenes composites n sprites that disvae_btcvae_dsprites draws on textures, in
// turn, and returns the sprites too: their barycentres are the truth.
func scenes(t testing.TB, n int, seed uint64, apart float64) (images, sprites *generator.Images) {
	t.Helper()
	m, err := native.Open(testmodels.Path(t, "disvae_btcvae_dsprites", "generator.onnx"), nil)
	require.NoError(t, err)
	g, err := generator.FromModel(m, nil)
	require.NoError(t, err)
	defer g.Close()
	z, sprites := generator.NewLatents(n, g.Info().D), new(generator.Images)
	g.Info().Prior.Sample(z, seed, 0)
	require.NoError(t, g.Generate(context.Background(), sprites, z))

	h, w := sprites.H, sprites.W
	images = generator.NewImages(n, 3, h, w)
	for i := range n {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		ground := textures[i%len(textures)].draw(r)
		a, b, object := palette(r, apart)
		alpha, pix := sprites.Sample(i), images.Sample(i)
		for p, cover := range alpha {
			cover := min(1, max(0, float64(cover)))
			mix := ground(float64(p%w), float64(p/w))
			for c := range 3 {
				under := a[c] + mix*(b[c]-a[c])
				pix[c*h*w+p] = float32(under + cover*(object[c]-under))
			}
		}
	}
	return images, sprites
}

// offBy is how far the barycentres of two maps are from each other, as a
// fraction of the frame's side; NaN if either has none.
func offBy(a, b []float32, h, w int) float64 {
	ax, ay := saliency.Barycentre(a, h, w)
	bx, by := saliency.Barycentre(b, h, w)
	return math.Hypot(ax-bx, ay-by)
}
