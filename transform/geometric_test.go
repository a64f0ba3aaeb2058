package transform_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

func apply(t testing.TB, tr transform.Transform, src *generator.Images, by float64) (dst, mask *generator.Images) {
	dst, mask = new(generator.Images), new(generator.Images)
	require.NoError(t, tr.Apply(dst, mask, src, by))
	return dst, mask
}

func noise(seed uint64, n, c, h, w int) *generator.Images {
	r := rand.New(rand.NewPCG(seed, 0))
	m := generator.NewImages(n, c, h, w)
	for i := range m.Pix {
		m.Pix[i] = r.Float32()
	}
	return m
}

// Shifts by whole pixels copy.
func TestWholePixels(t *testing.T) {
	src := noise(1, 2, 3, 30, 50)
	for _, s := range []struct{ tr, dx, dy int }{{0, 7, 0}, {0, -3, 0}, {0, 50, 0}, {0, -80, 0}, {1, 0, 9}, {1, 0, -29}, {1, 0, -30}} {
		tr, by := transform.Transform(transform.TranslateX{}), float64(s.dx)/50
		if s.tr == 1 {
			tr, by = transform.TranslateY{}, float64(s.dy)/30
		}
		dst, mask := apply(t, tr, src, by)
		for at, got := range dst.Pix {
			plane, i, j := at/1500, at/50%30, at%50
			want, inside := float32(0), float32(0)
			if fi, fj := i-s.dy, j-s.dx; fi >= 0 && fi < 30 && fj >= 0 && fj < 50 {
				want, inside = src.Pix[plane*1500+fi*50+fj], 1
			}
			require.Equal(t, want, got)
			require.Equal(t, inside, mask.Sample(plane / 3)[i*50+j])
		}
	}
}

// Quarter turns of a square copy too, counter-clockwise as seen.
func TestQuarterTurn(t *testing.T) {
	const n = 9
	src := noise(2, 1, 1, n, n)
	dst, mask := apply(t, transform.Rotate{}, src, math.Pi/2)
	for i := range n {
		for j := range n {
			// What was at the right is now on top.
			require.Equal(t, src.Pix[j*n+n-1-i], dst.Pix[i*n+j])
			require.Equal(t, float32(1), mask.Pix[i*n+j])
		}
	}
}

// Bilinear interpolation is exact on an affine image, which makes every
// geometric transform checkable against its formula.
func TestAffineImage(t *testing.T) {
	const h, w = 31, 44
	ramp := func(p complex128) float64 { return 0.4 + 0.005*real(p) - 0.008*imag(p) }
	centre := complex((w-1)/2.0, (h-1)/2.0)
	src := generator.NewImages(2, 1, h, w)
	for at := range src.Pix {
		src.Pix[at] = float32(ramp(complex(float64(at%w), float64(at/w%h)) - centre))
	}
	for name, back := range map[string]func(p complex128, t float64) complex128{
		"translate-x":                  func(p complex128, t float64) complex128 { return p - complex(t*w, 0) },
		"translate-y":                  func(p complex128, t float64) complex128 { return p - complex(0, t*h) },
		"translate-x+-0.5*translate-y": func(p complex128, t float64) complex128 { return p - complex(t*w, -t*h/2) },
		"zoom":                         func(p complex128, t float64) complex128 { return p * complex(math.Exp(-t), 0) },
		"rotate":                       func(p complex128, t float64) complex128 { return p * cmplx.Exp(complex(0, t)) },
		// The flow w' = w + W turns about its resting point −W.
		"zoom+translate-x": func(p complex128, t float64) complex128 { return (p+w)*complex(math.Exp(-t), 0) - w },
	} {
		t.Run(name, func(t *testing.T) {
			for _, by := range []float64{-0.31, -0.1, -1e-5, 1e-5, 0.013, 0.2} {
				dst, mask := apply(t, byName(t, name), src, by)
				defined := 0
				for at, got := range dst.Pix {
					from := back(complex(float64(at%w), float64(at/w%h))-centre, by)
					u, v := real(from+centre), imag(from+centre)
					cover := max(0, min(1, u+1, w-u)) * max(0, min(1, v+1, h-v))
					require.InDelta(t, cover, mask.Pix[at], 1e-5)
					if cover > 1-1e-9 {
						defined++
						require.InDelta(t, ramp(from), got, 1e-5)
					}
				}
				require.Greater(t, defined, h*w/2)
			}
		})
	}
}

// One pixel wide or high images are legal.
func TestThinImages(t *testing.T) {
	for _, name := range []string{"translate-x", "translate-y", "zoom", "rotate"} {
		for _, size := range [][2]int{{1, 1}, {1, 7}, {7, 1}} {
			src := noise(3, 1, 1, size[0], size[1])
			dst, mask := apply(t, byName(t, name), src, 0.3)
			for i, v := range dst.Pix {
				require.False(t, math.IsNaN(float64(v)))
				require.True(t, mask.Pix[i] >= 0 && mask.Pix[i] <= 1)
			}
		}
	}
}

// Where an earlier part has left pixels undefined, later parts carry them along
// or leave them, as befits them.
func TestComposeMask(t *testing.T) {
	src := noise(4, 1, 1, 8, 8)
	for i := range 8 {
		src.Pix[i*8+3] = 1 // saturated column
	}
	// Darkened, the column is undefined; then it moves two pixels to the left.
	_, mask := apply(t, byName(t, "brightness+translate-x"), src, -0.25)
	for i := range 8 {
		require.Equal(t, []float32{1, 0, 1, 1, 1, 1, 0, 0}, mask.Pix[i*8:i*8+8])
	}
	// Moved first, the darkening meets the column where it then is.
	_, mask = apply(t, byName(t, "translate-x+brightness"), src, -0.25)
	for i := range 8 {
		require.Equal(t, []float32{1, 0, 1, 1, 1, 1, 0, 0}, mask.Pix[i*8:i*8+8])
	}
	_, err := transform.Compose()
	require.ErrorIs(t, err, transform.ErrUnknown)
	_, err = transform.Compose(transform.Part{})
	require.ErrorIs(t, err, transform.ErrUnknown)
	_, err = transform.Compose(transform.Part{Transform: transform.Zoom{}, Weight: math.Inf(1)})
	require.ErrorIs(t, err, transform.ErrParameter)
}
