package lcfv_test

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// turning is a curve that turns codes in the plane of their first two numbers, by a
// radian for each unit.
func turning() *factor.Curve {
	c := &factor.Curve{D: 4, Order: 1, Coefficients: make([]float64, 20), Radius: 2, Reach: 1.5, Report: factor.CurveReport{Pairs: 9, Trajectories: 3, Ridge: 0.1}}
	c.Coefficients[4+1] = 1  // z_0 moves the second number
	c.Coefficients[8+0] = -1 // and z_1 the first back
	return c
}

func curvedByHand() *lcfv.Control {
	c := byHand()
	c.Curve = turning()
	return c
}

func TestSteerAlongACurve(t *testing.T) {
	c := curvedByHand()
	z, dst := []float32{1, 0, 0.5, 0}, make([]float32, 4)
	require.NoError(t, c.Steer(dst, z, 0.7))
	require.InDeltaSlice(t, []float32{float32(math.Cos(0.7)), float32(math.Sin(0.7)), 0.5, 0}, dst, 1e-5)
	require.NoError(t, c.Steer(dst, dst, -0.7), "in place, and back")
	require.InDeltaSlice(t, z, dst, 1e-5)

	// The reading is that of the straight line, and Set goes by it.
	p, err := c.Position(z)
	require.NoError(t, err)
	require.InDelta(t, 0.1, p, 1e-9)
	require.NoError(t, c.Set(dst, z, -0.3))
	require.InDelta(t, math.Cos(-0.4), dst[0], 1e-5)
	low, high := c.Range()
	require.Equal(t, [2]float64{-0.2, 0.2}, [2]float64{low, high})
}

// What a curve was not learned from is refused, and nothing else: where the reading
// is does not matter without limits.
func TestCurveRefuses(t *testing.T) {
	c := curvedByHand()
	dst := make([]float32, 4)
	require.NoError(t, c.Steer(dst, []float32{-1.9, 0, 0, 0}, 1.5), "the largest change it was learned from")

	var out *lcfv.RangeError
	for _, delta := range []float64{2, math.Inf(1)} {
		err := c.Steer(dst, []float32{1, 0, 0, 0}, delta)
		require.ErrorAs(t, err, &out)
		require.ErrorIs(t, err, lcfv.ErrOutOfRange)
		require.Equal(t, lcfv.PathBound, out.Beyond)
		require.InDelta(t, 1.5, out.Change, 1e-9)
		require.InDelta(t, 0.1+1.5, out.Nearest, 1e-9)
		require.InDelta(t, math.Sin(1.5), dst[1], 1e-4, "as far as it goes")
		require.ErrorContains(t, err, "no more than 1.5")
	}
	require.ErrorIs(t, c.Steer(dst, []float32{1, 0, 0, 0}, math.NaN()), lcfv.ErrOutOfRange)

	c.Curve.Coefficients = make([]float64, 20)
	c.Curve.Coefficients[0] = 10 // straight out of the ball
	require.ErrorAs(t, c.Steer(dst, []float32{0, 0, 0, 0}, 1), &out)
	require.LessOrEqual(t, dst[0], float32(2))
	require.InDelta(t, float64(dst[0])/10, out.Change, 1e-6)

	c.Limits = &lcfv.Limits{Low: -0.1, High: 0.15, Change: 0.08}
	require.ErrorAs(t, c.Steer(dst, []float32{0, 0, 0, 0}, 0.1), &out)
	require.Equal(t, lcfv.ChangeBound, out.Beyond)
	require.InDelta(t, 0.8, dst[0], 1e-5)
	require.ErrorAs(t, c.Steer(dst, []float32{1.9, 0, 0, 0}, -0.05), &out)
	require.Equal(t, lcfv.StartBound, out.Beyond)
}

// A set steers along directions; alone, a curve is as good as its control.
func TestCurveInASet(t *testing.T) {
	c, other := curvedByHand(), byHand()
	other.Transform, other.Model.U = "zoom", []float64{0, 0, 1, 0}
	_, err := lcfv.NewControls(c, other)
	require.ErrorIs(t, err, lcfv.ErrControls)
	require.ErrorContains(t, err, "translate-x moves codes along a curve")

	set, err := lcfv.NewControls(c)
	require.NoError(t, err)
	z := []float32{1, 0, 0.5, 0}
	alone, inSet := make([]float32, 4), make([]float32, 4)
	require.NoError(t, c.Steer(alone, z, 0.3))
	require.NoError(t, set.Steer(inSet, z, map[string]float64{"translate-x": 0.3}))
	require.Equal(t, alone, inSet)
	require.NoError(t, c.Set(alone, z, -0.1))
	require.NoError(t, set.Set(inSet, z, map[string]float64{"translate-x": -0.1}))
	require.Equal(t, alone, inSet)
	require.NoError(t, set.Steer(inSet, z, nil))
	require.Equal(t, z, inSet)
	var errs lcfv.RangeErrors
	require.ErrorAs(t, set.Steer(inSet, z, map[string]float64{"translate-x": 3}), &errs)
	require.Equal(t, lcfv.PathBound, errs["translate-x"].Beyond)
	require.ErrorIs(t, errs, lcfv.ErrOutOfRange)
}

func TestCurveFile(t *testing.T) {
	c := curvedByHand()
	text := written(t, c)
	again, err := lcfv.Read(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, c, again)
	for old, new := range map[string]string{
		`"order": 1`:         `"order": 2`,
		`"radius": 2`:        `"radius": -2`,
		`"reach": 1.5`:       `"reach": 0`,
		`"trajectories": 3,`: `"trajectory": 3,`,
	} {
		require.Contains(t, text, old)
		_, err := lcfv.Read(strings.NewReader(strings.Replace(text, old, new, 1)))
		require.ErrorIs(t, err, lcfv.ErrFormat, new)
	}
	c.Curve.D = 3
	require.ErrorContains(t, c.Write(new(bytes.Buffer)), "codes of 3 numbers")
}

// On a generator in which a direction does carry the factor, the curve is another
// way to say it. Limits and refinement are had with it as without.
func TestLearnACurve(t *testing.T) {
	ctx := context.Background()
	g := blob.Generator{Angle: 0.5}
	o := quick(1)
	o.Curved = true
	c, err := lcfv.Learn(ctx, g, transform.TranslateX{}, o)
	require.NoError(t, err)
	require.NotNil(t, c.Curve)
	require.Equal(t, c.Inversion.Pairs-c.Inversion.Dropped, c.Curve.Report.Pairs)
	e, err := lcfv.Evaluate(ctx, g, c, &lcfv.EvaluateOptions{Samples: 100, Deltas: []float64{-0.1, -0.05, 0.05, 0.1}})
	require.NoError(t, err)
	require.Less(t, e.RMSE, 0.01)
	require.InDelta(t, 1, e.Slope, 0.1)

	// The curve makes the first guess.
	found, err := c.Refine(ctx, g, &generator.Latents{N: 1, D: blob.D, Data: []float32{0.3, 0.2, 0.1, 0}}, 0.05, nil)
	require.NoError(t, err)
	require.Equal(t, invert.Kept, found[0].Status)

	c.Limits, err = lcfv.Delimit(ctx, g, c, nil)
	require.NoError(t, err)
	require.False(t, c.Limits.Empty())
	low, high := c.Range()
	require.Equal(t, [2]float64{c.Limits.Low, c.Limits.High}, [2]float64{low, high})
}

func TestLearnACurveRefuses(t *testing.T) {
	ctx := context.Background()
	o := quick(1)
	o.Curved, o.Baseline = true, baseline.Random{}
	_, err := lcfv.Learn(ctx, blob.Generator{}, transform.TranslateX{}, o)
	require.ErrorContains(t, err, "baseline")
	o.Baseline = nil
	_, err = lcfv.LearnAll(ctx, blob.Generator{}, []transform.Transform{transform.TranslateX{}, transform.Zoom{}}, o)
	require.ErrorIs(t, err, lcfv.ErrControls)
	_, err = lcfv.FitCurve(nil, nil)
	require.ErrorContains(t, err, "nil")
	pairs, err := invert.Run(ctx, blob.Generator{}, transform.TranslateX{}, &o.Invert)
	require.NoError(t, err)
	_, err = lcfv.FitCurve(pairs, &factor.CurveOptions{Order: 5})
	require.ErrorIs(t, err, factor.ErrOptions)
}
