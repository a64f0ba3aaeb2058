package sprites

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

var classes = []Class{Disc, Square, Triangle, Star, Cross, Ring}

func draw(t testing.TB, s Scene) []float32 {
	t.Helper()
	img := make([]float32, 3*Size*Size)
	require.NoError(t, s.Render(img))
	return img
}

func cover(t testing.TB, s Scene) []float32 {
	t.Helper()
	mask := make([]float32, Size*Size)
	require.NoError(t, s.Coverage(mask))
	return mask
}

func maxDiff(a, b []float32) float64 {
	var d float64
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}

func TestCoverageMomentsAreClosedForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, class := range classes {
		for range 60 {
			s := Random(rng, class)
			var area, x, y float64
			for i, v := range cover(t, s) {
				area += float64(v)
				x += float64(v) * (float64(i%Size) + 0.5) / Size
				y += float64(v) * (float64(i/Size) + 0.5) / Size
			}
			require.InDelta(t, s.X, x/area, 0.001, "%+v", s)
			require.InDelta(t, s.Y, y/area, 0.001, "%+v", s)
			require.InEpsilon(t, s.Area(), area, 0.02, "%+v", s)
		}
	}
}

// The whole object of a random scene is in the frame, wherever it lies and however
// it is turned.
func TestRandomObjectsStayInFrame(t *testing.T) {
	for _, class := range classes {
		for angle := -0.5; angle <= 0.5; angle += 0.1 {
			for _, corner := range [][2]float64{{0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}} {
				s := Scene{Class: class, X: corner[0], Y: corner[1], Scale: 1, Angle: angle}
				var sum float64
				for _, v := range cover(t, s) {
					sum += float64(v)
				}
				require.InEpsilon(t, s.Area(), sum, 0.01, "%+v", s)
			}
		}
	}
}

func TestRandomStaysInRange(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 300 {
		s := Random(rng, classes[i%NumClasses])
		img := draw(t, s)
		dim := s
		dim.Brightness /= 2
		// Nothing clips, so half the light halves every pixel.
		half := draw(t, dim)
		for k := range half {
			half[k] *= 2
		}
		require.LessOrEqual(t, maxDiff(img, half), 1e-6)
		require.Less(t, slices.Max(img), float32(1))
		require.Greater(t, slices.Min(img), float32(0))
	}
}

// A quarter turn of an object in the middle is a quarter turn of its mask, and
// counter-clockwise.
func TestAngleIsCounterClockwise(t *testing.T) {
	for _, class := range classes {
		s := Scene{Class: class, X: 0.5, Y: 0.5, Scale: 0.9, Angle: 0.3}
		before := cover(t, s)
		s.Angle += math.Pi / 2
		after := cover(t, s)
		turned := make([]float32, Size*Size)
		for row := range Size {
			for col := range Size {
				turned[(Size-1-col)*Size+row] = before[row*Size+col]
			}
		}
		require.LessOrEqual(t, maxDiff(turned, after), 1e-5, class)
	}
}

// Each class repeats after its own turn and after no smaller one; a disc and a
// ring look alike at every angle.
func TestSymmetries(t *testing.T) {
	turns := map[Class]float64{Square: math.Pi / 2, Triangle: 2 * math.Pi / 3, Star: 2 * math.Pi / 5, Cross: math.Pi / 2}
	for _, class := range classes {
		s := Scene{Class: class, X: 0.41, Y: 0.57, Scale: 0.8, Angle: 0.1}
		turned := s
		turn, found := turns[class]
		if !found {
			turned.Angle = 1.3
			require.LessOrEqual(t, maxDiff(cover(t, s), cover(t, turned)), 1e-5, class)
			continue
		}
		turned.Angle += turn
		require.LessOrEqual(t, maxDiff(cover(t, s), cover(t, turned)), 1e-5, class)
		turned.Angle -= turn / 2
		require.Greater(t, maxDiff(cover(t, s), cover(t, turned)), 0.3, class)
	}
}

// The six classes are six outlines: a tenth of the object's area at least tells
// any two apart.
func TestClassesDiffer(t *testing.T) {
	for i, a := range classes {
		for _, b := range classes[:i] {
			p := cover(t, Scene{Class: a, X: 0.5, Y: 0.5, Scale: 1})
			q := cover(t, Scene{Class: b, X: 0.5, Y: 0.5, Scale: 1})
			var d float64
			for k := range p {
				d += math.Abs(float64(p[k] - q[k]))
			}
			require.Greater(t, d, 0.1*area, "%v and %v", a, b)
		}
	}
}

func TestColours(t *testing.T) {
	for hue, want := range map[float64][3]float64{
		0: {1, 0, 0}, 1: {1, 1, 0}, 2: {0, 1, 0}, 3: {0, 1, 1}, 4: {0, 0, 1}, 5: {1, 0, 1}, 0.5: {1, 0.5, 0}, -0.5: {1, 0, 0.5},
	} {
		require.Equal(t, want, rgb(hue, 1), hue)
		require.Equal(t, [3]float64{1, 1, 1}, rgb(hue, 0), hue)
	}
	s := Scene{Class: Disc, X: 0.5, Y: 0.5, Scale: 1, Brightness: 0.5, Hue: 2, Saturation: 0.75}
	img := draw(t, s)
	at := Size*Size/2 + Size/2
	require.Equal(t, []float32{0.125, 0.5, 0.125}, []float32{img[at], img[Size*Size+at], img[2*Size*Size+at]})
}

// Moving a wave by a quarter of its period is the same as a quarter of a cycle of
// phase, and a wave's colour is what it adds at its crest.
func TestGroundWaves(t *testing.T) {
	s := Scene{Class: Disc, X: -1, Y: -1, Scale: 0.5, Brightness: 1}
	s.Ground.Color = [3]float64{0.5, 0.5, 0.5}
	s.Ground.Waves[0] = Wave{X: 1, Phase: -0.5 / Size, Color: [3]float64{0.25, 0, -0.25}}
	img := draw(t, s)
	for row := range Size {
		for c, want := range []float32{0.75, 0.5, 0.25} {
			require.InDelta(t, want, img[(c*Size+row)*Size], 1e-6)
			require.InDelta(t, 0.5, img[(c*Size+row)*Size+Size/4], 1e-6)
			require.InDelta(t, 1-want, img[(c*Size+row)*Size+Size/2], 1e-6)
		}
	}
	moved := s
	moved.Ground.Waves[0].Phase -= 0.25
	require.InDelta(t, 0.75, draw(t, moved)[Size/4], 1e-6)
}

// testdata/golden.json is written by the renderer that makes the training images:
//
//	python train/render.py testdata/golden.json
func TestGoldenFromTraining(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var cases []struct {
		Class                                           string
		X, Y, Scale, Angle, Brightness, Hue, Saturation float64
		Ground                                          [3]float64
		WaveX                                           [2]float64    `json:"wave_x"`
		WaveY                                           [2]float64    `json:"wave_y"`
		WavePhase                                       [2]float64    `json:"wave_phase"`
		WaveColour                                      [2][3]float64 `json:"wave_colour"`
		Pixels                                          []float32
	}
	require.NoError(t, json.Unmarshal(raw, &cases))
	require.Len(t, cases, NumClasses)
	for i, c := range cases {
		require.Equal(t, ClassNames()[i], c.Class)
		s := Scene{
			Class: Class(i), X: c.X, Y: c.Y, Scale: c.Scale, Angle: c.Angle, Brightness: c.Brightness,
			Hue: c.Hue, Saturation: c.Saturation, Ground: Ground{Color: c.Ground},
		}
		for w := range s.Ground.Waves {
			s.Ground.Waves[w] = Wave{c.WaveX[w], c.WaveY[w], c.WavePhase[w], c.WaveColour[w]}
		}
		img := draw(t, s)
		var got []float32 // every third pixel of every third row, as the file has them
		for channel := range 3 {
			for row := 0; row < Size; row += 3 {
				for col := 0; col < Size; col += 3 {
					got = append(got, img[(channel*Size+row)*Size+col])
				}
			}
		}
		require.Len(t, c.Pixels, len(got))
		require.LessOrEqual(t, maxDiff(c.Pixels, got), 2e-6, c.Class)
	}
}

func TestSceneErrors(t *testing.T) {
	ok := Random(rand.New(rand.NewPCG(5, 6)), Star)
	require.ErrorContains(t, ok.Render(make([]float32, 10)), "needs 12288 values")
	require.ErrorContains(t, ok.Coverage(make([]float32, 10)), "needs 4096 values")

	img := make([]float32, 3*Size*Size)
	for want, change := range map[string]func(*Scene){
		"Class(6)":     func(s *Scene) { s.Class = 6 },
		"Class(-1)":    func(s *Scene) { s.Class = -1 },
		"Scale is 0":   func(s *Scene) { s.Scale = 0 },
		"Scale is NaN": func(s *Scene) { s.Scale = math.NaN() },
		"X is":         func(s *Scene) { s.X = math.Inf(1) },
		"Brightness":   func(s *Scene) { s.Brightness = math.NaN() },
		"Ground.Color": func(s *Scene) { s.Ground.Color[2] = math.NaN() },
		"Ground.Waves": func(s *Scene) { s.Ground.Waves[1].Phase = math.Inf(-1) },
	} {
		s := ok
		change(&s)
		err := s.Render(img)
		require.ErrorIs(t, err, ErrScene, want)
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, "ring", Ring.String())
}

func BenchmarkRender(b *testing.B) {
	img := make([]float32, 3*Size*Size)
	for _, class := range classes {
		b.Run(class.String(), func(b *testing.B) {
			b.ReportAllocs()
			s := Random(rand.New(rand.NewPCG(1, 1)), class)
			for b.Loop() {
				_ = s.Render(img)
			}
		})
	}
}
