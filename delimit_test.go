package lcfv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/saliency"
)

// delimited measures the limits of a control of the blob.
func delimited(t *testing.T, c *lcfv.Control, tolerance float64) *lcfv.Limits {
	t.Helper()
	l, err := lcfv.Delimit(context.Background(), blob.Generator{}, c, &lcfv.DelimitOptions{Tolerance: tolerance, Samples: 200})
	require.NoError(t, err)
	require.NoError(t, l.Validate())
	require.Nil(t, c.Limits, "it is for the caller to take them")
	return l
}

func TestDelimitExactControl(t *testing.T) {
	l := delimited(t, byHand(), 0.03)
	require.InDelta(t, -0.2, l.Low, 1e-9, "all of the range")
	require.InDelta(t, 0.2, l.High, 1e-9)
	require.InDelta(t, 0.4, l.Change, 1e-9)
	require.Greater(t, l.Coverage, 0.99)
	require.Greater(t, l.CoverageCI[0], 0.95)
	require.Equal(t, "barycentre-x", l.Measure)
	require.EqualValues(t, 98, l.Seed)
	require.Greater(t, l.Requests, 1000)
}

// Of a control that goes a tenth too far, changes up to ten tolerances are good.
func TestDelimitFindsTheLargestChange(t *testing.T) {
	c := byHand()
	c.Model.G.Values = []float64{-0.3 / 1.1, 0, 0.3 / 1.1}
	l := delimited(t, c, 0.02)
	require.InDelta(t, 0.2, l.Change, 0.03)
	require.GreaterOrEqual(t, l.Coverage, 0.95)
	require.InDelta(t, -0.2, l.Low, 0.021)
	require.InDelta(t, 0.2, l.High, 0.021)
}

// Beyond 0.1, this control takes the blob to move twice as far as it does: changes
// that lead to t miss by (t-0.1)/2.
func TestDelimitFindsTheRange(t *testing.T) {
	c := byHand()
	c.Model.G = factor.Calibration{Knots: []float64{-3, 0, 1, 2}, Values: []float64{-0.3, 0, 0.1, 0.3}}
	c.Model.High = 0.3
	l := delimited(t, c, 0.02)
	require.InDelta(t, -0.2, l.Low, 1e-9)
	require.InDelta(t, 0.14, l.High, 0.03)
	require.GreaterOrEqual(t, l.Coverage, 0.95)

	c.Limits = l
	e, err := lcfv.Evaluate(context.Background(), blob.Generator{}, c, &lcfv.EvaluateOptions{Samples: 200})
	require.NoError(t, err)
	require.Equal(t, 0.02, e.Tolerance, "that of the limits")
	require.Greater(t, e.Within, 0.9, "on other codes")
	c.Limits = nil
	without, err := lcfv.Evaluate(context.Background(), blob.Generator{}, c, &lcfv.EvaluateOptions{Samples: 200, Tolerance: 0.02})
	require.NoError(t, err)
	require.Less(t, without.Within, e.Within)
	require.Less(t, without.Refused, e.Refused)
}

// A control that moves what it is not to move keeps its promise nowhere.
func TestDelimitUselessControl(t *testing.T) {
	c := byHand()
	c.Model.U = []float64{0, 1, 0, 0}
	l := delimited(t, c, 0.03)
	require.True(t, l.Empty())
	require.Less(t, l.Coverage, 0.5)
	require.Positive(t, l.Requests)

	c.Limits = l
	z, dst := []float32{0.5, 0.5, 1, 1}, make([]float32, 4)
	err := c.Steer(dst, z, 0.01)
	require.ErrorIs(t, err, lcfv.ErrOutOfRange)
	require.ErrorContains(t, err, "limits are empty")
	require.Equal(t, z, dst)
	var r *lcfv.RangeError
	require.ErrorAs(t, err, &r)
	require.Equal(t, lcfv.NoBound, r.Beyond)
	require.NoError(t, c.Steer(dst, z, 0))
	_, err = lcfv.Evaluate(context.Background(), blob.Generator{}, c, &lcfv.EvaluateOptions{Samples: 10})
	require.ErrorIs(t, err, lcfv.ErrNothingMeasured)
	require.ErrorContains(t, err, "limits are empty")
}

// vanishing is a blob that is not drawn right of 0.6.
type vanishing struct{ blob.Generator }

func (v vanishing) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	err := v.Generator.Generate(ctx, dst, z)
	for i := range dst.N {
		if z.Row(i)[0] > 1 {
			clear(dst.Sample(i))
		}
	}
	return err
}

// To lose the object is not to keep within the tolerance; not to have one to begin
// with says nothing.
func TestDelimitObjectsThatVanish(t *testing.T) {
	c := byHand()
	l, err := lcfv.Delimit(context.Background(), vanishing{}, c, &lcfv.DelimitOptions{Samples: 200})
	require.NoError(t, err)
	require.InDelta(t, 0.1, l.High, 0.021)
	require.InDelta(t, 0.16*200, l.Undetected, 12, "as many as are drawn right of it")

	e, err := lcfv.Evaluate(context.Background(), vanishing{}, c, &lcfv.EvaluateOptions{Samples: 200})
	require.NoError(t, err)
	require.Positive(t, e.Lost)
	require.Greater(t, e.Undetected, e.Lost)
	require.Less(t, e.RMSE, 0.01, "of what could be measured")
	require.InDelta(t, 1-float64(e.Lost)/float64(e.Lost+len(e.Requests)), e.Within, 1e-12)
	require.True(t, e.WithinCI[0] < e.Within && e.Within < e.WithinCI[1])
}

func TestDelimitNeedsAMeasureThatSees(t *testing.T) {
	ctx := context.Background()
	constant := &saliency.Measure{Name: "constant", Of: func(saliency.Sample) (float64, bool) { return 7, true }}
	_, err := lcfv.Delimit(ctx, blob.Generator{}, byHand(), &lcfv.DelimitOptions{Measure: constant, Samples: 20})
	require.ErrorIs(t, err, lcfv.ErrMeasure)
	require.ErrorContains(t, err, "constant changes by 0.00")
	_, err = lcfv.Delimit(ctx, blob.Generator{}, byHand(), &lcfv.DelimitOptions{Detector: saliency.Intensity{Threshold: 0.99}, Samples: 20})
	require.ErrorIs(t, err, lcfv.ErrNothingMeasured)
}

func TestDelimitIsHeldOut(t *testing.T) {
	ctx := context.Background()
	c := byHand()
	_, err := lcfv.Delimit(ctx, blob.Generator{}, c, &lcfv.DelimitOptions{Seed: 1})
	require.ErrorIs(t, err, lcfv.ErrHeldOut)
	c.Inversion.Seed = 98
	steps := 0
	c.Limits, err = lcfv.Delimit(ctx, blob.Generator{}, c, &lcfv.DelimitOptions{Samples: 30, Progress: func(done, total int) {
		steps++
		require.Equal(t, steps, done)
		require.Equal(t, 9, total)
	}})
	require.NoError(t, err)
	require.Equal(t, 9, steps)
	require.EqualValues(t, 97, c.Limits.Seed)
	_, err = lcfv.Evaluate(ctx, blob.Generator{}, c, &lcfv.EvaluateOptions{Seed: 97})
	require.ErrorIs(t, err, lcfv.ErrHeldOut)

	again, err := lcfv.Delimit(ctx, blob.Generator{}, c, &lcfv.DelimitOptions{Samples: 30})
	require.NoError(t, err, "limits there are already do not matter")
	require.Equal(t, c.Limits, again)
}

func TestDelimitRefuses(t *testing.T) {
	ctx := context.Background()
	_, err := lcfv.Delimit(ctx, nil, byHand(), nil)
	require.ErrorContains(t, err, "nil")
	_, err = lcfv.Delimit(ctx, blob.Generator{}, nil, nil)
	require.ErrorContains(t, err, "nil")
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err = lcfv.Delimit(ctx, blob.Generator{}, byHand(), &lcfv.DelimitOptions{Tolerance: bad})
		require.ErrorContains(t, err, "tolerance")
		_, err = lcfv.Delimit(ctx, blob.Generator{}, byHand(), &lcfv.DelimitOptions{Share: bad})
		require.ErrorContains(t, err, "share")
		_, err = lcfv.Evaluate(ctx, blob.Generator{}, byHand(), &lcfv.EvaluateOptions{Tolerance: bad})
		require.ErrorContains(t, err, "tolerance")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = lcfv.Delimit(cancelled, blob.Generator{}, byHand(), nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestSteerWithinLimits(t *testing.T) {
	c := byHand() // z0 counts tenths of the width
	c.Limits = &lcfv.Limits{Low: -0.1, High: 0.15, Change: 0.08, Tolerance: 0.03, Share: 0.95}
	low, high := c.Range()
	require.Equal(t, []float64{-0.1, 0.15}, []float64{low, high})
	for name, w := range map[string]struct {
		from, by, to float64
		beyond       lcfv.Bound
		refused      bool
	}{
		"inside":             {0, 0.08, 0.08, 0, false},
		"too large a change": {0, 0.1, 0.08, lcfv.ChangeBound, true},
		"back too":           {0.1, -0.15, 0.02, lcfv.ChangeBound, true},
		"beyond the range":   {0.1, 0.07, 0.15, lcfv.RangeBound, true},
		"beyond both":        {0.1, 0.3, 0.15, lcfv.RangeBound, true},
		"from outside":       {0.2, -0.06, 0.14, lcfv.StartBound, true},
		"not far enough":     {0.2, -0.02, 0.15, lcfv.RangeBound, true},
		"from too far out":   {0.25, -0.15, 0.25, lcfv.ChangeBound, true},
	} {
		z := []float32{float32(10 * w.from), 7, 8, 9}
		dst := make([]float32, 4)
		err := c.Steer(dst, z, w.by)
		require.InDeltaSlice(t, []float32{float32(10 * w.to), 7, 8, 9}, dst, 1e-5, name)
		if !w.refused {
			require.NoError(t, err, name)
			continue
		}
		var r *lcfv.RangeError
		require.ErrorAs(t, err, &r, name)
		require.ErrorIs(t, err, lcfv.ErrOutOfRange, name)
		require.Equal(t, w.beyond, r.Beyond, name)
		require.InDelta(t, w.from+w.by, r.Asked, 1e-6, name)
		require.InDelta(t, w.by, r.By, 1e-6, name)
		require.InDelta(t, w.to, r.Nearest, 1e-6, name)
		require.Equal(t, 0.08, r.Change, name)
	}
	dst := make([]float32, 4)
	require.ErrorIs(t, c.Set(dst, make([]float32, 4), 0.1), lcfv.ErrOutOfRange, "Set changes just as much")
	require.InDelta(t, 0.8, dst[0], 1e-6)
	require.NoError(t, c.Set(dst, []float32{2, 0, 0, 0}, 0.14), "but it may start outside")
	require.InDelta(t, 1.4, dst[0], 1e-6)
}

// What a code outside the range draws, and so how far it moves, is not known. One
// that was taken to the range's end is inside, whatever rounding says.
func TestSteerFromOutside(t *testing.T) {
	c := byHand()
	dst := make([]float32, 4)
	err := c.Steer(dst, []float32{2.5, 0, 0, 0}, -0.1)
	require.ErrorIs(t, err, lcfv.ErrOutOfRange)
	require.ErrorContains(t, err, "a code of value 0.25 is outside")
	require.InDelta(t, 1.5, dst[0], 1e-6, "for callers who try nevertheless")
	require.NoError(t, c.Set(dst, []float32{2.5, 0, 0, 0}, 0.15))
	require.InDelta(t, 1.5, dst[0], 1e-6)

	for _, u := range [][]float64{{0.6, 0.8, 0, 0}, {0.48, 0.64, 0.6, 0}, {-0.36, 0.48, 0.8, 0}} {
		c.Model.U = u
		for _, end := range []float64{-0.2, 0.2} {
			z := []float32{1.234567, -0.7654321, 0.1, 5.4321}
			require.NoError(t, c.Set(z, z, end))
			require.NoError(t, c.Steer(z, z, -end/4))
		}
	}
}

func TestLimitsAreKept(t *testing.T) {
	c := byHand()
	c.Inversion.Reached = []float64{0.9, 1}
	c.Limits = &lcfv.Limits{
		Low: -0.1, High: 0.15, Change: 0.08, Measure: "barycentre-x", Tolerance: 0.03, Share: 0.95,
		Coverage: 0.97, CoverageCI: [2]float64{0.96, 0.98}, Requests: 10, Samples: 5, Seed: 98, Undetected: 1,
	}
	text := written(t, c)
	again, err := lcfv.Read(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, c, again)

	c.Limits.High = -0.1
	require.ErrorContains(t, c.Write(new(bytes.Buffer)), "limits")
	c.Limits.Change = 0
	require.NoError(t, c.Write(new(bytes.Buffer)), "empty limits are limits")
	_, err = lcfv.Read(strings.NewReader(strings.Replace(text, `"change": 0.08`, `"change": -1`, 1)))
	require.ErrorIs(t, err, lcfv.ErrFormat)
	c.Limits.Tolerance = math.NaN()
	require.ErrorContains(t, c.Write(new(bytes.Buffer)), "finite")
}

func TestLearnRecordsHowFarTrajectoriesGot(t *testing.T) {
	_, c := learned(t)
	require.Len(t, c.Inversion.Reached, len(c.Inversion.Targets))
	for i, share := range c.Inversion.Reached {
		require.True(t, share > 0.5 && share <= 1, "%g reached by %g", c.Inversion.Targets[i], share)
	}
}

func TestReach(t *testing.T) {
	r := lcfv.InversionRecord{
		Targets: []float64{-0.3, -0.2, -0.1, 0.1, 0.2, 0.3},
		Reached: []float64{0.6, 0.4, 0.9, 1, 0.5, 0.2},
	}
	low, high := r.Reach(0.5)
	require.Equal(t, []float64{-0.1, 0.2}, []float64{low, high}, "what lies beyond a gap does not count")
	low, high = r.Reach(0.95)
	require.Equal(t, []float64{0, 0.1}, []float64{low, high})
	low, high = r.Reach(0.1)
	require.Equal(t, []float64{-0.3, 0.3}, []float64{low, high})
	r.Reached = nil
	low, high = r.Reach(0.1)
	require.Equal(t, []float64{0, 0}, []float64{low, high})
}

// A control that goes a tenth too far keeps within 0.02 of what is asked for up to
// changes of 0.2.
func ExampleDelimit() {
	ctx := context.Background()
	g, c := blob.Generator{}, byHand()
	for i := range c.Model.G.Values {
		c.Model.G.Values[i] /= 1.1
	}
	limits, err := lcfv.Delimit(ctx, g, c, &lcfv.DelimitOptions{Tolerance: 0.02, Samples: 200})
	if err != nil {
		log.Fatal(err)
	}
	c.Limits = limits // from now on, it keeps to them
	fmt.Printf("changes up to %.1f, met in at least 95 of 100 cases: %v\n", limits.Change, limits.Coverage >= 0.95)

	z := []float32{-1, 0, 0, 0}
	err = c.Steer(z, z, 0.25)
	var refused *lcfv.RangeError
	if errors.As(err, &refused) {
		fmt.Printf("a change of %.2f is refused\n", refused.By)
	}
	// Output:
	// changes up to 0.2, met in at least 95 of 100 cases: true
	// a change of 0.25 is refused
}
