package dsprites

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var shapes = []Shape{Square, Ellipse, Heart}

func draw(t testing.TB, s Sprite) []float32 {
	t.Helper()
	img := make([]float32, Size*Size)
	require.NoError(t, s.Render(img))
	return img
}

// moments returns the area in square pixels and the barycentre in pixels.
func moments(img []float32) (area, x, y float64) {
	for i, v := range img {
		area += float64(v)
		x += float64(v) * (float64(i%Size) + 0.5)
		y += float64(v) * (float64(i/Size) + 0.5)
	}
	return area, x / area, y / area
}

func maxDiff(a, b []float32) float64 {
	var d float64
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}

func randomSprite(rng *rand.Rand, shape Shape) Sprite {
	return Sprite{
		Shape:       shape,
		Scale:       0.5 + 0.5*rng.Float64(),
		Orientation: 2 * math.Pi * rng.Float64(),
		X:           rng.Float64(),
		Y:           rng.Float64(),
	}
}

func TestMomentsAreClosedForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, shape := range shapes {
		for range 300 {
			s := randomSprite(rng, shape)
			area, x, y := moments(draw(t, s))
			cx, cy := s.Center()
			require.InDelta(t, cx, x, 0.08, "%+v", s)
			require.InDelta(t, cy, y, 0.08, "%+v", s)
			require.InEpsilon(t, s.Area(), area, 0.02, "%+v", s)
		}
	}
}

func TestAreaScalesWithSquare(t *testing.T) {
	for _, shape := range shapes {
		whole, _, _ := moments(draw(t, Sprite{Shape: shape, Scale: 1, Orientation: 0.3, X: 0.5, Y: 0.5}))
		half, _, _ := moments(draw(t, Sprite{Shape: shape, Scale: 0.5, Orientation: 0.3, X: 0.5, Y: 0.5}))
		require.InDelta(t, 4, whole/half, 0.04, shape)
	}
}

// An edge parallel to the pixels is drawn as its exact coverage.
func TestUprightSquareIsExact(t *testing.T) {
	img := draw(t, Sprite{Shape: Square, Scale: 0.5, X: 0.5 + 0.25/32, Y: 0.5})
	row := img[32*Size : 33*Size] // the square covers 27.25 to 37.25
	require.InDelta(t, 0, row[26], 1e-6)
	require.InDelta(t, 0.75, row[27], 1e-6)
	require.InDelta(t, 1, row[28], 1e-6)
	require.InDelta(t, 1, row[36], 1e-6)
	require.InDelta(t, 0.25, row[37], 1e-6)
	require.InDelta(t, 0, row[38], 1e-6)
}

// Each shape repeats after its own period, and not after half of it.
func TestSymmetries(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	turns := map[Shape]float64{Square: math.Pi / 2, Ellipse: math.Pi, Heart: 2 * math.Pi}
	for _, shape := range shapes {
		for range 50 {
			s := randomSprite(rng, shape)
			turned := s
			turned.Orientation += turns[shape]
			require.LessOrEqual(t, maxDiff(draw(t, s), draw(t, turned)), 1e-5, "%+v", s)
			turned.Orientation -= turns[shape] / 2
			require.Greater(t, maxDiff(draw(t, s), draw(t, turned)), 0.3, "half a period: %+v", s)
		}
	}
}

// A quarter turn of the sprite in the middle is a quarter turn of the image.
func TestQuarterTurnIsClockwise(t *testing.T) {
	for _, shape := range shapes {
		s := Sprite{Shape: shape, Scale: 0.9, Orientation: 0.7, X: 0.5, Y: 0.5}
		before := draw(t, s)
		s.Orientation += math.Pi / 2
		after := draw(t, s)
		turned := make([]float32, Size*Size)
		for row := range Size {
			for col := range Size {
				turned[col*Size+Size-1-row] = before[row*Size+col]
			}
		}
		require.LessOrEqual(t, maxDiff(turned, after), 1e-5, shape)
	}
}

func TestDataSetStaysInFrame(t *testing.T) {
	for _, shape := range shapes {
		for o := range NumOrientations {
			for _, corner := range []float64{0, 1} {
				s := Sprite{shape, 1, 2 * math.Pi * float64(o) / (NumOrientations - 1), corner, corner}
				area, _, _ := moments(draw(t, s))
				require.InEpsilon(t, s.Area(), area, 0.01, "%+v", s)
			}
		}
	}
}

// testdata/golden.json is written by the renderer that made the training images:
//
//	python train/render.py testdata/golden.json
func TestGoldenFromTraining(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var cases []struct {
		Shape                    string
		Scale, Orientation, X, Y float64
		Top, Left, Width         int
		Pixels                   []float32
	}
	require.NoError(t, json.Unmarshal(raw, &cases))
	require.Len(t, cases, 6)
	for _, c := range cases {
		s := Sprite{Scale: c.Scale, Orientation: c.Orientation, X: c.X, Y: c.Y}
		for s.Shape.String() != c.Shape {
			s.Shape++
		}
		want := make([]float32, Size*Size)
		for i, v := range c.Pixels {
			want[(c.Top+i/c.Width)*Size+c.Left+i%c.Width] = v
		}
		require.LessOrEqual(t, maxDiff(want, draw(t, s)), 2e-6, "%+v", s)
	}
}

func TestRenderErrors(t *testing.T) {
	ok := Sprite{Shape: Heart, Scale: 1, X: 0.5, Y: 0.5}
	require.ErrorContains(t, ok.Render(make([]float32, 10)), "needs 4096 values")

	img := make([]float32, Size*Size)
	for _, change := range []func(*Sprite){
		func(s *Sprite) { s.Shape = 3 },
		func(s *Sprite) { s.Shape = -1 },
		func(s *Sprite) { s.Scale = 0 },
		func(s *Sprite) { s.Scale = math.NaN() },
		func(s *Sprite) { s.Orientation = math.Inf(1) },
		func(s *Sprite) { s.X = math.NaN() },
		func(s *Sprite) { s.Y = math.Inf(-1) },
	} {
		s := ok
		change(&s)
		require.ErrorIs(t, s.Render(img), ErrSprite, "%+v", s)
	}
	require.Equal(t, "Shape(7)", Shape(7).String())
}

func BenchmarkRender(b *testing.B) {
	img := make([]float32, Size*Size)
	for _, shape := range shapes {
		b.Run(shape.String(), func(b *testing.B) {
			b.ReportAllocs()
			s := Sprite{Shape: shape, Scale: 0.8, Orientation: 0.5, X: 0.4, Y: 0.6}
			for b.Loop() {
				_ = s.Render(img)
			}
		})
	}
}
