package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	scenes "github.com/lcfv-go/lcfv/generator/sprites"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// Scenes are drawn whose objects are known: place and size are found, of every class.
func TestUnmixedFindsTheObject(t *testing.T) {
	const n = 20
	for class := range scenes.NumClasses {
		rng := rand.New(rand.NewPCG(7, uint64(class)))
		x, m := generator.NewImages(n, 3, scenes.Size, scenes.Size), new(generator.Images)
		var list []scenes.Scene
		for i := range n {
			list = append(list, scenes.Random(rng, scenes.Class(class)))
			require.NoError(t, list[i].Render(x.Sample(i)))
		}
		require.NoError(t, unmixed{}.Detect(t.Context(), m, x))
		place, scale := 0.0, 0.0
		for i, s := range list {
			px, py := saliency.Barycentre(m.Sample(i), m.H, m.W)
			place += square(px-s.X) + square(py-s.Y)
			area := saliency.Area(m.Sample(i)) * scenes.Size * scenes.Size
			scale += square(math.Log(area/s.Area()) / 2)
		}
		require.Less(t, math.Sqrt(place/(2*n)), 0.005, scenes.Class(class))
		require.Less(t, math.Sqrt(scale/n), 0.05, scenes.Class(class))
	}
}

func TestUnmixedSharesOfPixels(t *testing.T) {
	// A square of one colour on another, with a column of pixels that it covers by 0.3.
	x, m := generator.NewImages(1, 3, 8, 8), new(generator.Images)
	ground, object := []float32{0.2, 0.3, 0.4}, []float32{0.9, 0.3, 0.1}
	for p := range 64 {
		share := float32(0)
		if r, c := p/8, p%8; r >= 2 && r < 5 && c >= 3 && c <= 5 {
			share = 1
			if c == 5 {
				share = 0.3
			}
		}
		for c := range 3 {
			x.Pix[c*64+p] = ground[c] + share*(object[c]-ground[c])
		}
	}
	require.NoError(t, unmixed{}.Detect(t.Context(), m, x))
	require.InDeltaSlice(t, []float32{0, 0, 0, 1, 1, 0.3, 0, 0}, m.Pix[2*8:3*8], 1e-6)
	require.InDelta(t, 3*2.3/64, saliency.Area(m.Pix), 1e-6)

	// A faint spot far from it is none of it, nor a smaller object.
	x.Pix[7*8+0], x.Pix[7*8+7] = 0.4, 0.9
	again := new(generator.Images)
	require.NoError(t, unmixed{}.Detect(t.Context(), again, x))
	require.Equal(t, m.Pix, again.Pix)

	for i := range x.Pix {
		x.Pix[i] = 0.3 + 0.001*float32(i%5)
	}
	require.NoError(t, unmixed{}.Detect(t.Context(), m, x))
	require.Zero(t, saliency.Area(m.Pix))
	require.ErrorIs(t, unmixed{}.Detect(t.Context(), m, new(generator.Images)), saliency.ErrImages)
}

// Half the light halves every pixel of a scene: the change of brightness is measured as
// it was drawn, whatever the detector.
func TestRenderedBrightnessIsExact(t *testing.T) {
	const n = 5
	r, err := render(t.Context(), transform.Brightness{}, unmixed{}, []float64{-0.1, 0.1}, n)
	require.NoError(t, err)
	require.Len(t, r.Requests, r.Asked)
	require.Positive(t, r.Asked)
	require.LessOrEqual(t, r.Asked, 2*n*scenes.NumClasses)
	for _, q := range r.Requests {
		require.InDelta(t, q.Requested, q.Measured, 1e-5)
	}
}

func TestExactScenesStayInTheFrame(t *testing.T) {
	s := scenes.Scene{X: 0.7, Y: 0.3, Scale: 0.9, Brightness: 0.6}
	for _, c := range []struct {
		of    measurable
		delta float64
		want  bool
	}{
		{transform.TranslateX{}, 0.04, true}, {transform.TranslateX{}, 0.1, false}, {transform.TranslateY{}, -0.1, false},
		{transform.Zoom{}, 0.1, true}, {transform.Zoom{}, 0.2, false}, {transform.Brightness{}, -0.2, false}, {transform.Hue{}, 0.1, false},
	} {
		_, ok := exact(s, c.of, c.delta)
		require.Equal(t, c.want, ok, c)
	}
	moved, _ := exact(s, transform.Zoom{}, math.Log(1.1))
	require.InDelta(t, 0.99, moved.Scale, 1e-12)
}
