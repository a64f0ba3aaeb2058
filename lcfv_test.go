package lcfv_test

import (
	"bytes"
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// quick are options for a generator that needs no great effort.
func quick(seed uint64) *lcfv.LearnOptions {
	return &lcfv.LearnOptions{Invert: invert.Options{Range: 0.12, Steps: 4, Trajectories: 24, Seed: seed}}
}

// learned is a control of the blob's position, along a direction known in
// closed form.
func learned(t *testing.T) (blob.Generator, *lcfv.Control) {
	t.Helper()
	g := blob.Generator{Angle: 0.5}
	c, err := lcfv.Learn(context.Background(), g, transform.TranslateX{}, quick(1))
	require.NoError(t, err)
	return g, c
}

func TestLearnFindsTheKnownDirection(t *testing.T) {
	g, c := learned(t)
	cos := 0.0
	for i, u := range g.XDirection() {
		cos += u * c.Model.U[i]
	}
	require.Greater(t, cos, 0.99)
	// The blob moves 0.1 of the width a unit of the code.
	p := func(x float32) float64 {
		z := make([]float32, blob.D)
		for i, u := range g.XDirection() {
			z[i] = x * float32(u)
		}
		v, err := c.Position(z)
		require.NoError(t, err)
		return v
	}
	require.InDelta(t, 0.1, p(0.5)-p(-0.5), 0.01)

	e, err := lcfv.Evaluate(context.Background(), g, c, &lcfv.EvaluateOptions{Samples: 100, Deltas: []float64{-0.1, -0.05, 0.05, 0.1}})
	require.NoError(t, err)
	require.Less(t, e.RMSE, 0.01)
	require.InDelta(t, 1, e.Slope, 0.1)
	require.Greater(t, e.Spearman, 0.9)
	require.Equal(t, 400, e.N)
	require.Equal(t, e.N-e.Refused-e.Undetected, len(e.Requests))
	require.Greater(t, e.Refused, 0, "some codes are at the edge of the range")
	require.True(t, e.RMSECI[0] <= e.RMSE && e.RMSE <= e.RMSECI[1])
	asked := 0.0
	for _, q := range e.Requests {
		asked += q.Requested * q.Requested
	}
	require.InEpsilon(t, math.Sqrt(asked/float64(len(e.Requests))), e.Still, 1e-12)
	require.Len(t, e.ByDelta, 4)
}

func TestLearnDoesNotDependOnWorkers(t *testing.T) {
	var files [2]bytes.Buffer
	for i := range files {
		o := quick(3)
		o.Invert.Workers, o.Invert.Batch = i+1, 8
		c, err := lcfv.Learn(context.Background(), blob.Generator{}, transform.Zoom{}, o)
		require.NoError(t, err)
		require.NoError(t, c.Write(&files[i]))
	}
	require.Equal(t, files[0].String(), files[1].String())
}

func TestLearnIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := quick(1)
	o.Invert.Progress = func(invert.Progress) { cancel() }
	_, err := lcfv.Learn(ctx, blob.Generator{}, transform.TranslateX{}, o)
	require.ErrorIs(t, err, context.Canceled)
}

func TestLearnRefusesNothing(t *testing.T) {
	_, err := lcfv.Learn(context.Background(), nil, transform.Zoom{}, nil)
	require.ErrorContains(t, err, "nil")
	_, err = lcfv.Learn(context.Background(), blob.Generator{}, nil, nil)
	require.ErrorContains(t, err, "nil")
	_, err = lcfv.FromPairs(blob.Generator{}.Info(), transform.Zoom{}, nil, nil)
	require.ErrorContains(t, err, "nil")
}

// byHand is a control in closed form: z0 counts tenths of the width.
func byHand() *lcfv.Control {
	return &lcfv.Control{
		Transform: "translate-x", Unit: "fraction of width",
		Model: factor.Model{
			U: []float64{1, 0, 0, 0},
			G: factor.Calibration{Knots: []float64{-3, 0, 3}, Values: []float64{-0.3, 0, 0.3}}, Low: -0.2, High: 0.2,
		},
		Generator: lcfv.GeneratorRecord{Name: "blob", Fingerprint: "blob-0", D: 4},
		Inversion: lcfv.InversionRecord{Method: "none", Targets: []float64{-0.1, 0.1}, Seed: 1},
	}
}

func TestSteerAndSet(t *testing.T) {
	c := byHand()
	z := []float32{0.5, 7, 8, 9}
	p, err := c.Position(z)
	require.NoError(t, err)
	require.InDelta(t, 0.05, p, 1e-9)

	dst := make([]float32, 4)
	require.NoError(t, c.Steer(dst, z, 0.1))
	require.InDeltaSlice(t, []float32{1.5, 7, 8, 9}, dst, 1e-6)
	require.NoError(t, c.Set(dst, z, -0.2))
	require.InDeltaSlice(t, []float32{-2, 7, 8, 9}, dst, 1e-6)
	require.NoError(t, c.Steer(z, z, -0.05), "in place")
	require.InDelta(t, 0, z[0], 1e-6)
}

func TestSteerOutOfRange(t *testing.T) {
	c := byHand()
	z, dst := []float32{1, 7, 8, 9}, make([]float32, 4)
	err := c.Steer(dst, z, 0.15)
	require.ErrorIs(t, err, lcfv.ErrOutOfRange)
	var r *lcfv.RangeError
	require.ErrorAs(t, err, &r)
	require.InDelta(t, 0.25, r.Asked, 1e-9)
	require.InDelta(t, 0.2, r.Nearest, 1e-9)
	require.InDelta(t, 2, dst[0], 1e-6, "the nearest code is there for who wants to clamp")
	require.ErrorIs(t, c.Set(dst, z, math.Inf(-1)), lcfv.ErrOutOfRange)
	require.InDelta(t, -2, dst[0], 1e-6)
	require.ErrorIs(t, c.Set(dst, z, math.NaN()), lcfv.ErrOutOfRange)
	require.Equal(t, z, dst)

	require.ErrorContains(t, c.Steer(dst, z[:3], 0.1), "length 3")
	require.ErrorContains(t, c.Steer(dst[:2], z, 0.1), "length 2")
	_, err = c.Position(make([]float32, 5))
	require.ErrorContains(t, err, "length 5")
	_, err = new(lcfv.Control).Position(nil)
	require.ErrorContains(t, err, "Learn or Load")
}

func TestSteerRefusesCodesThatAreNotFinite(t *testing.T) {
	c, dst := byHand(), []float32{1, 2, 3, 4}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		z := []float32{0, 0, float32(bad), 0} // across the direction too
		_, err := c.Position(z)
		require.ErrorContains(t, err, "number 2 of the latent code")
		for _, err := range []error{c.Steer(dst, z, 0), c.Set(dst, z, 0)} {
			require.ErrorContains(t, err, "number 2 of the latent code")
			require.NotErrorIs(t, err, lcfv.ErrOutOfRange)
		}
	}
	require.Equal(t, []float32{1, 2, 3, 4}, dst)
}

// To ask for no change is never too much.
func TestSteerByNothing(t *testing.T) {
	z, dst := []float32{5, 7, 8, 9}, make([]float32, 4) // far out of range
	require.NoError(t, byHand().Steer(dst, z, 0))
	require.Equal(t, z, dst)
	require.ErrorIs(t, byHand().Steer(dst, z, 0.01), lcfv.ErrOutOfRange)
}

func TestLevelNorms(t *testing.T) {
	c := byHand()
	c.Model.U = []float64{0.6, 0, 0.8, 0}
	norms, err := c.LevelNorms([]generator.Level{{Name: "coarse", High: 2}, {Name: "fine", Low: 2, High: 4}})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0.6, 0.8}, norms, 1e-12)
	_, err = c.LevelNorms([]generator.Level{{Name: "too long", High: 5}})
	require.ErrorContains(t, err, "too long")
}

// A control that is right by construction has no error but the pixels'.
func TestEvaluateExactControl(t *testing.T) {
	e, err := lcfv.Evaluate(context.Background(), blob.Generator{}, byHand(), &lcfv.EvaluateOptions{
		Samples: 50, Deltas: []float64{-0.05, 0.05}, Detector: saliency.Intensity{},
	})
	require.NoError(t, err)
	require.Less(t, e.RMSE, 0.005, "a blob partly out of the frame is not measured exactly")
	require.Less(t, e.Std, 0.005)
	require.InDelta(t, 0.05, e.ByDelta[1].Mean, 0.003)

	// One that goes too far by a tenth shows it.
	c := byHand()
	c.Model.G.Values = []float64{-0.3 / 1.1, 0, 0.3 / 1.1}
	e, err = lcfv.Evaluate(context.Background(), blob.Generator{}, c, &lcfv.EvaluateOptions{Samples: 50, Deltas: []float64{-0.05, 0.05}})
	require.NoError(t, err)
	require.InDelta(t, 1.1, e.Slope, 0.02)
}

func TestEvaluateRefuses(t *testing.T) {
	ctx := context.Background()
	_, err := lcfv.Evaluate(ctx, blob.Generator{}, byHand(), &lcfv.EvaluateOptions{Seed: 1})
	require.ErrorIs(t, err, lcfv.ErrHeldOut)
	_, err = lcfv.Evaluate(ctx, blob.Generator{}, byHand(), &lcfv.EvaluateOptions{Samples: -1})
	require.ErrorContains(t, err, "positive")
	for _, deltas := range [][]float64{{}, {math.NaN()}, {0.1, math.Inf(1)}, {0.1, -0.1, 0.1}} {
		_, err = lcfv.Evaluate(ctx, blob.Generator{}, byHand(), &lcfv.EvaluateOptions{Deltas: deltas})
		require.ErrorContains(t, err, "changes", deltas)
	}
	_, err = lcfv.Evaluate(ctx, nil, byHand(), nil)
	require.ErrorContains(t, err, "nil")
	_, err = lcfv.Evaluate(ctx, blob.Generator{}, nil, nil)
	require.ErrorContains(t, err, "nil")
	c := byHand()
	c.Model.G.Values = []float64{0.3, 0, -0.3}
	_, err = lcfv.Evaluate(ctx, blob.Generator{}, c, nil)
	require.ErrorIs(t, err, factor.ErrCalibration)
	c = byHand()
	c.Transform = "my own"
	_, err = lcfv.Evaluate(ctx, blob.Generator{}, c, nil)
	require.ErrorContains(t, err, "EvaluateOptions.Measure")
	c.Model.U = []float64{1}
	_, err = lcfv.Evaluate(ctx, blob.Generator{}, c, nil)
	require.ErrorIs(t, err, lcfv.ErrGenerator)
}

// An evaluation without a single measured request has no figures to report.
func TestEvaluateOfNothing(t *testing.T) {
	_, err := lcfv.Evaluate(context.Background(), blob.Generator{}, byHand(), &lcfv.EvaluateOptions{Samples: 10, Deltas: []float64{0.7}})
	require.ErrorIs(t, err, lcfv.ErrNothingMeasured)
	require.ErrorContains(t, err, "of 10, 10 were out of the range")
	_, err = lcfv.Evaluate(context.Background(), blob.Generator{}, byHand(), &lcfv.EvaluateOptions{
		Samples: 10, Deltas: []float64{0}, Detector: saliency.Intensity{Threshold: 0.99}, // brighter than any blob
	})
	require.ErrorIs(t, err, lcfv.ErrNothingMeasured)
	require.ErrorContains(t, err, "left nothing to measure")
}

// What is constant has no rank correlation, and is no reason for a NaN.
func TestEvaluateOfAFactorThatStays(t *testing.T) {
	constant := &saliency.Measure{Name: "constant", Of: func(saliency.Sample) (float64, bool) { return 7, true }}
	steps := 0
	e, err := lcfv.Evaluate(context.Background(), blob.Generator{}, byHand(), &lcfv.EvaluateOptions{
		Samples: 5, Deltas: []float64{-0.01, 0.01}, Measure: constant,
		Progress: func(done, total int) {
			steps++
			require.Equal(t, steps, done)
			require.Equal(t, 4, total, "before, after each change, and all set alike")
		},
	})
	require.NoError(t, err)
	require.Equal(t, 4, steps)
	require.Zero(t, e.Spearman)
	require.Zero(t, e.Slope)
	require.InDelta(t, 0.01, e.RMSE, 1e-12)
	require.InDelta(t, e.Still, e.RMSE, 1e-12)
}

func TestEvaluateIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, err := lcfv.Evaluate(ctx, blob.Generator{}, byHand(), &lcfv.EvaluateOptions{
		Samples: 5, Progress: func(int, int) { cancel() },
	})
	require.ErrorIs(t, err, context.Canceled)
}

func TestSaveAndLoad(t *testing.T) {
	g, c := learned(t)
	path := filepath.Join(t.TempDir(), "control.json")
	require.NoError(t, c.Save(path))
	again, err := lcfv.Load(path, g)
	require.NoError(t, err)
	require.Equal(t, c, again)

	_, err = lcfv.Load(path, blob.Generator{Angle: 0.1})
	require.ErrorIs(t, err, lcfv.ErrGenerator)
	_, err = lcfv.Load(path, nil)
	require.NoError(t, err, "asked not to check")
	require.ErrorContains(t, c.Save(filepath.Join(path, "below a file")), path)
	_, err = lcfv.Load(path+"x", nil)
	require.ErrorContains(t, err, path+"x")
}
