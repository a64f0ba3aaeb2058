package lcfv_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

func learnLayered(t *testing.T, levels ...generator.Level) *lcfv.Control {
	t.Helper()
	c, err := lcfv.Learn(t.Context(), layered{}, lift{}, &lcfv.LearnOptions{Invert: invert.Options{
		Range: 0.1, Steps: 4, Trajectories: 24, Seed: 1, Levels: levels, Constraint: invert.Unconstrained{},
		Method: invert.LevenbergMarquardt{Damping: 1e-9, Tolerance: 1e-6, Exact: 1e-9},
	}})
	require.NoError(t, err)
	return c
}

func evaluateLayered(t *testing.T, c *lcfv.Control) *lcfv.Evaluation {
	t.Helper()
	e, err := lcfv.Evaluate(t.Context(), layered{}, c, &lcfv.EvaluateOptions{
		Samples: 60, Deltas: []float64{-0.1, -0.05, 0.05, 0.1}, Measure: &lifted, Tolerance: 0.01,
	})
	require.NoError(t, err)
	return e
}

// Learned on some levels, the direction is the part of w in them, and the
// calibration that of this part: the control keeps its unit.
func TestLearnOnLevels(t *testing.T) {
	for _, c := range []struct {
		levels []generator.Level
		dims   []int // of w
		norm   float64
	}{
		{nil, []int{0, 5, 6}, 1},
		{[]generator.Level{coarse}, []int{0}, 0.6},
		{[]generator.Level{fine}, []int{5, 6}, 0.8},
		{[]generator.Level{fine, middle}, []int{5, 6}, 0.8},
		{[]generator.Level{coarse, fine}, []int{0, 5, 6}, 1},
	} {
		t.Run(fmt.Sprint(c.levels), func(t *testing.T) {
			control := learnLayered(t, c.levels...)
			want := make([]float64, layeredD)
			for _, k := range c.dims {
				want[k] = layeredW[k] / c.norm
			}
			require.InDeltaSlice(t, want, control.Model.U, 2e-3)
			// What the inversion could not move, the direction does not: to the bit.
			if c.levels != nil {
				free, err := generator.Dims(c.levels, layeredD)
				require.NoError(t, err)
				for k, u := range control.Model.U {
					require.True(t, u == 0 || slices.Contains(free, k), "number %d", k)
				}
			}
			require.ElementsMatch(t, c.levels, control.Inversion.Levels)
			require.ElementsMatch(t, c.levels, control.Model.Report.Levels)
			require.Equal(t, layered{}.Info().Levels, control.Generator.Levels)
			require.InDelta(t, 0.1*c.norm, control.Model.G.At(1)-control.Model.G.At(0), 1e-3)

			e := evaluateLayered(t, control)
			require.Less(t, e.RMSE, 1e-3)
			require.InDelta(t, 1, e.Slope, 0.01)

			norms, err := control.LevelNorms(control.Generator.Levels)
			require.NoError(t, err)
			require.InDelta(t, 1, floats.Dot(norms, norms), 1e-9)
			require.InDelta(t, floats.Norm(want[:2], 2), norms[0], 2e-3)
			require.InDelta(t, 0, norms[1], 2e-3)
		})
	}
}

// Levels that do not have the factor have no control of it.
func TestLearnOnLevelsWithoutTheFactor(t *testing.T) {
	_, err := lcfv.Learn(t.Context(), layered{}, lift{}, &lcfv.LearnOptions{Invert: invert.Options{
		Range: 0.1, Trajectories: 10, Levels: []generator.Level{middle}, MaxRelative: -1,
	}})
	require.ErrorIs(t, err, invert.ErrAllFailed)
	require.ErrorContains(t, err, "let more levels move")
}

func TestLearnAllOnLevels(t *testing.T) {
	set, err := lcfv.LearnAll(t.Context(), layered{}, []transform.Transform{lift{}, sink{}}, &lcfv.LearnOptions{Invert: invert.Options{
		Range: 0.1, Steps: 3, Trajectories: 20, Levels: []generator.Level{coarse, middle}, Constraint: invert.Unconstrained{},
	}})
	require.NoError(t, err)
	for name, want := range map[string]int{"lift": 0, "sink": 1} {
		u := set.Control(name).Model.U
		require.InDelta(t, 1, u[want], 0.02, name)
		require.Equal(t, []float64{0, 0, 0}, u[5:])
		require.Len(t, set.Control(name).Inversion.Levels, 2)
	}
}

// sink adds t to another pixel, which number 1 of a code alone draws.
type sink struct{ lift }

func (sink) Name() string { return "sink" }
func (sink) Apply(dst, mask, src *generator.Images, t float64) error {
	err := lift{}.Apply(dst, mask, src, 0)
	for i := range dst.N {
		dst.Sample(i)[1] += float32(t)
	}
	return err
}

func TestLevelsBesideABaseline(t *testing.T) {
	o := &lcfv.LearnOptions{Baseline: baseline.Random{}, Invert: invert.Options{Levels: []generator.Level{coarse}}}
	_, err := lcfv.Learn(t.Context(), layered{}, lift{}, o)
	require.ErrorContains(t, err, "baseline's direction")
	_, err = lcfv.LearnAll(t.Context(), layered{}, []transform.Transform{lift{}}, o)
	require.ErrorContains(t, err, "baseline's direction")
	pairs, err := invert.Run(t.Context(), layered{}, lift{}, &invert.Options{Levels: []generator.Level{coarse}, Trajectories: 4, Range: 0.1})
	require.NoError(t, err)
	_, err = lcfv.FromBaseline(t.Context(), layered{}, lift{}, pairs, baseline.Random{}, nil)
	require.ErrorContains(t, err, "baseline's direction")
}

// The curve of pairs that move some levels moves these alone.
func TestCurveOnLevels(t *testing.T) {
	c, err := lcfv.Learn(t.Context(), layered{}, lift{}, &lcfv.LearnOptions{Curved: true, Invert: invert.Options{
		Range: 0.1, Steps: 4, Trajectories: 24, Levels: []generator.Level{fine}, Constraint: invert.Unconstrained{},
	}})
	require.NoError(t, err)
	z := []float32{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}
	dst := make([]float32, layeredD)
	require.NoError(t, c.Steer(dst, z, 0.05))
	require.Equal(t, z[:5], dst[:5])
	by := 0.0
	for k, w := range layeredW {
		by += 0.1 * w * (float64(dst[k]) - float64(z[k]))
	}
	require.InDelta(t, 0.05, by, 0.01)
}

// On a decoder that keeps the position of its sprites in two of ten numbers, a
// control learned on these two is as good as one learned on all.
func TestLearnOnLevelsOfADecoder(t *testing.T) {
	path := testmodels.Path(t, "disvae_btcvae_dsprites", "generator.onnx")
	if testing.Short() {
		t.Skip("learns on a real decoder for a few seconds")
	}
	m, err := native.Open(path, nil)
	require.NoError(t, err)
	defer m.Close()
	sizes, err := generator.ParseLevels("a:4,place:1,b:3,other:1,c:1")
	require.NoError(t, err)
	g, err := generator.FromModel(m, &generator.ModelOptions{Levels: sizes})
	require.NoError(t, err)
	levels, err := g.Info().Select("place", "other")
	require.NoError(t, err)
	var rmse []float64
	for _, levels := range [][]generator.Level{nil, levels} {
		c, err := lcfv.Learn(t.Context(), g, transform.TranslateX{}, &lcfv.LearnOptions{Invert: invert.Options{
			Range: 0.15, Steps: 4, Trajectories: 24, Seed: 1, Levels: levels,
		}})
		require.NoError(t, err)
		require.InDelta(t, -math.Sqrt2/2, c.Model.U[4], 0.06)
		require.InDelta(t, -math.Sqrt2/2, c.Model.U[8], 0.06)
		e, err := lcfv.Evaluate(t.Context(), g, c, &lcfv.EvaluateOptions{Samples: 100, Deltas: []float64{-0.1, -0.05, 0.05, 0.1}})
		require.NoError(t, err)
		rmse = append(rmse, e.RMSE)
	}
	require.Less(t, rmse[1], 1.3*rmse[0])
	require.Less(t, rmse[1], 0.012)
}
