package transform_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// pixels returns a one-row image of the given pixels, one channel after the
// other.
func pixels(c int, pix ...float32) *generator.Images {
	m := generator.NewImages(1, c, 1, len(pix)/c)
	copy(m.Pix, pix)
	return m
}

func TestBrightness(t *testing.T) {
	src := pixels(1, 0, 0.2, 0.5, 0.9, 1)
	dst, mask := apply(t, transform.Brightness{}, src, math.Log(1.5))
	require.InDeltaSlice(t, []float32{0, 0.3, 0.75, 1, 1}, dst.Pix, 1e-6)
	require.Equal(t, []float32{1, 1, 1, 1, 1}, mask.Pix) // overexposed, but defined
	dst, mask = apply(t, transform.Brightness{}, src, math.Log(0.5))
	require.InDeltaSlice(t, []float32{0, 0.1, 0.25, 0.45, 0.5}, dst.Pix, 1e-6)
	require.Equal(t, []float32{1, 1, 1, 1, 0}, mask.Pix) // how bright white was is lost
}

func TestContrast(t *testing.T) {
	src := pixels(1, 0, 0.2, 0.5, 0.9, 1)
	dst, mask := apply(t, transform.Contrast{}, src, math.Log(2))
	require.InDeltaSlice(t, []float32{0, 0, 0.5, 1, 1}, dst.Pix, 1e-6)
	require.Equal(t, []float32{1, 1, 1, 1, 1}, mask.Pix)
	dst, mask = apply(t, transform.Contrast{}, src, math.Log(0.5))
	require.InDeltaSlice(t, []float32{0.25, 0.35, 0.5, 0.7, 0.75}, dst.Pix, 1e-6)
	require.Equal(t, []float32{0, 1, 1, 1, 0}, mask.Pix)
}

func TestSaturation(t *testing.T) {
	luma := func(m *generator.Images, i int) float64 {
		return 0.299*float64(m.Pix[i]) + 0.587*float64(m.Pix[m.W+i]) + 0.114*float64(m.Pix[2*m.W+i])
	}
	// A muted colour, a strong one, white, mid grey.
	src := pixels(3,
		0.5, 0.9, 1, 0.4,
		0.4, 0.1, 1, 0.4,
		0.3, 0.2, 1, 0.4)
	for _, by := range []float64{-2, -0.3, 0.2, 3} {
		dst, mask := apply(t, transform.Saturation{}, src, by)
		for i := range src.W {
			require.InDelta(t, luma(src, i), luma(dst, i), 1e-6, "luma is kept")
			require.Equal(t, float32(1), mask.Pix[i])
		}
		for _, i := range []int{2, 3} {
			require.Equal(t, src.Pix[i], dst.Pix[i], "grey is kept")
		}
	}
	dst, _ := apply(t, transform.Saturation{}, src, math.Log(1.2))
	require.InDelta(t, 1.2*0.1, dst.Pix[0]-dst.Pix[src.W], 1e-6)
	// Stopped at the limit of the range, and undefined on the way back.
	full, _ := apply(t, transform.Saturation{}, src, 3)
	require.Equal(t, float32(1), full.Pix[1])
	_, mask := apply(t, transform.Saturation{}, full, -1)
	require.Equal(t, []float32{0, 0, 1, 1}, mask.Pix)
}

func TestHue(t *testing.T) {
	src := pixels(3,
		0.5, 0.9, 1, 0.3,
		0.4, 0.1, 1, 0.3,
		0.3, 0.2, 1, 0.3)
	// A third of a turn permutes the channels.
	dst, mask := apply(t, transform.Hue{}, src, 2*math.Pi/3)
	for i := range src.W {
		require.InDelta(t, src.Pix[i], dst.Pix[src.W+i], 1e-6)
		require.InDelta(t, src.Pix[src.W+i], dst.Pix[2*src.W+i], 1e-6)
		require.InDelta(t, src.Pix[2*src.W+i], dst.Pix[i], 1e-6)
		require.Equal(t, float32(1), mask.Pix[i])
	}
	// Half a turn of the strong colour leaves the range.
	_, mask = apply(t, transform.Hue{}, pixels(3, 1, 0, 0), math.Pi)
	require.Equal(t, []float32{0}, mask.Pix)
	dst, mask = apply(t, transform.Hue{}, src, 2*math.Pi)
	require.InDeltaSlice(t, src.Pix, dst.Pix, 1e-6)
	require.Equal(t, []float32{1, 1, 1, 1}, mask.Pix)
}
