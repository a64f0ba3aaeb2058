package lcfv_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
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

// family are blobs with one direction, along which class k moves gains[k] times a
// tenth of the width a unit.
type family struct {
	opened []int // every class that was opened
	open   int   // classes that are not closed
	most   int   // the largest number of them at a time
}

var gains = []float64{0.8, 1.2, 1, 0.9, -1}

func (f *family) class(k int) (member, error) {
	if k < 0 || k >= len(gains) {
		return member{}, fmt.Errorf("class %d of %d: %w", k, len(gains), generator.ErrCondition)
	}
	f.opened = append(f.opened, k)
	f.open++
	f.most = max(f.most, f.open)
	return member{blob.Class{Generator: blob.Generator{Angle: 0.5}, Index: k, Gain: gains[k], Offset: 0.2 * float64(k)}, f}, nil
}

type member struct {
	blob.Class
	family *family
}

func (m member) Close() error {
	m.family.open--
	return nil
}

var _ io.Closer = member{}

// slope is how far, in widths, the calibration moves the blob a unit of the code.
func slope(m factor.Model) float64 { return m.G.At(0.5) - m.G.At(-0.5) }

func TestLearnClasses(t *testing.T) {
	f := &family{}
	o := quick(1)
	o.PerClass = true
	last, total := 0, 0
	o.Invert.Progress = func(p invert.Progress) {
		require.Greater(t, p.Done, last)
		last, total = p.Done, p.Total
	}
	c, err := lcfv.LearnClasses(context.Background(), f.class, []int{0, 1}, transform.TranslateX{}, o)
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 0, 1}, f.opened, "once to look, once to work")
	require.Equal(t, 0, f.open)
	require.Equal(t, 1, f.most)
	require.Equal(t, 2*24*8, total)
	require.Equal(t, total, last)

	cos := 0.0
	for i, u := range (blob.Generator{Angle: 0.5}).XDirection() {
		cos += u * c.Model.U[i]
	}
	require.Greater(t, cos, 0.99, "the direction is shared")

	// Δp = Δt/a with slopes a of 0.08 and 0.12: least squares weighs both alike.
	a, b := 0.08, 0.12
	require.InEpsilon(t, (1/a+1/b)/(1/(a*a)+1/(b*b)), slope(c.Model), 0.06)
	for k, want := range []float64{a, b} {
		own, ok := c.OfClass(fmt.Sprintf("class %d", k))
		require.True(t, ok)
		require.InEpsilon(t, want, slope(own.Model), 0.03)
		require.Equal(t, c.Model.U, own.Model.U)
		require.Equal(t, fmt.Sprintf("class %d", k), own.Generator.Condition)
		require.Equal(t, 24, own.Inversion.Trajectories)
		require.NoError(t, own.Validate())
	}
	_, ok := c.OfClass("class 2")
	require.False(t, ok)

	require.Equal(t, "class 0, class 1", c.Generator.Condition)
	require.Equal(t, 48, c.Inversion.Trajectories)
	require.Equal(t, uint64(1), c.Inversion.Seed)
	require.Equal(t, c.Classes[0].Inversion.Pairs+c.Classes[1].Inversion.Pairs, c.Inversion.Pairs)
	require.Equal(t, c.Classes[0].Inversion.Dropped+c.Classes[1].Inversion.Dropped, c.Inversion.Dropped)
	require.Equal(t, c.Inversion.Pairs-c.Inversion.Dropped, c.Model.Report.Pairs)
	require.InDelta(t, 48, c.Model.Report.Trajectories, 3, "one without good pairs is none")
	require.NotEqual(t, c.Classes[0].Inversion.Seed, c.Classes[1].Inversion.Seed)

	again, err := lcfv.Read(strings.NewReader(written(t, c)))
	require.NoError(t, err)
	require.Equal(t, c, again)
}

// What a class adds does not depend on the others, nor anything on the workers.
func TestLearnClassesIsDeterministic(t *testing.T) {
	var files [2]bytes.Buffer
	for i := range files {
		o := quick(3)
		o.PerClass = true
		o.Invert.Workers, o.Invert.Batch = i+1, 8
		c, err := lcfv.LearnClasses(context.Background(), new(family).class, []int{1, 0}, transform.TranslateX{}, o)
		require.NoError(t, err)
		require.NoError(t, c.Write(&files[i]))
	}
	require.Equal(t, files[0].String(), files[1].String())

	two, err := lcfv.Read(&files[0])
	require.NoError(t, err)
	o := quick(3)
	o.Invert.Batch = 8
	one, err := lcfv.LearnClasses(context.Background(), new(family).class, []int{0}, transform.TranslateX{}, o)
	require.NoError(t, err)
	require.Equal(t, one.Classes[0].Inversion, two.Classes[1].Inversion)

	seen := map[uint64]bool{}
	for seed := range uint64(20) {
		for k := range 20 {
			s := lcfv.ClassSeed(seed, fmt.Sprintf("class %d", k))
			require.Less(t, s, uint64(1)<<53)
			seen[s] = true
		}
	}
	require.Len(t, seen, 400)
}

// A class that was not learned on is calibrated along the direction.
func TestCalibrate(t *testing.T) {
	ctx := context.Background()
	f := &family{}
	c, err := lcfv.LearnClasses(ctx, f.class, []int{0, 1}, transform.TranslateX{}, quick(1))
	require.NoError(t, err)
	_, ok := c.OfClass("class 0")
	require.False(t, ok, "nobody asked for it")
	inverted := func(k int) (generator.Info, *invert.Dataset) {
		g, err := f.class(k)
		require.NoError(t, err)
		pairs, err := invert.Run(ctx, g, transform.TranslateX{}, &invert.Options{Range: 0.12, Steps: 4, Trajectories: 10, Seed: 5})
		require.NoError(t, err)
		return g.Info(), pairs
	}
	info, pairs := inverted(2)
	before := written(t, c)
	require.NoError(t, c.Calibrate(info, pairs, nil))
	own, ok := c.OfClass("class 2")
	require.True(t, ok)
	require.InEpsilon(t, 0.1, slope(own.Model), 0.03)
	require.Len(t, c.Classes, 3)
	require.True(t, c.Classes[2].HeldOut)
	require.NoError(t, c.Calibrate(info, pairs, nil), "again")
	require.Len(t, c.Classes, 3)
	info, pairs = inverted(0)
	require.NoError(t, c.Calibrate(info, pairs, nil))
	require.Len(t, c.Classes, 3)
	require.False(t, c.Classes[0].HeldOut)
	require.NotNil(t, c.Classes[0].Own)
	require.NotEqual(t, before, written(t, c))

	// The last class moves the other way.
	info, pairs = inverted(4)
	before = written(t, c)
	err = c.Calibrate(info, pairs, nil)
	require.ErrorIs(t, err, factor.ErrNoMotion)
	require.ErrorContains(t, err, "class 4: ")
	require.Equal(t, before, written(t, c))

	require.ErrorContains(t, c.Calibrate(info, nil, nil), "nil")
	require.ErrorIs(t, c.Calibrate(blob.Generator{Angle: 0.5}.Info(), pairs, nil), generator.ErrCondition)
	info.Fingerprint = "another"
	require.ErrorIs(t, c.Calibrate(info, pairs, nil), lcfv.ErrGenerator)
	info, pairs = inverted(1)
	c.Curve = turning()
	require.ErrorContains(t, c.Calibrate(info, pairs, nil), "curve")
}

func TestEvaluateClasses(t *testing.T) {
	ctx := context.Background()
	f := &family{}
	o := quick(1)
	o.PerClass = true
	c, err := lcfv.LearnClasses(ctx, f.class, []int{0, 1}, transform.TranslateX{}, o)
	require.NoError(t, err)
	f.most = 0
	var steps, total int
	opts := &lcfv.EvaluateOptions{Samples: 60, Deltas: []float64{-0.1, -0.05, 0.05, 0.1}, Progress: func(done, of int) {
		steps++
		require.Equal(t, steps, done)
		total = of
	}}
	e, err := lcfv.EvaluateClasses(ctx, f.class, []int{0, 1, 2, 3}, c, opts)
	require.NoError(t, err)
	require.Equal(t, 1, f.most)
	require.Equal(t, total, steps)
	require.Equal(t, (4+2)*(4+2), total, "four classes, two of them twice")
	var rmse []float64
	for k, r := range e.Classes {
		require.Equal(t, fmt.Sprintf("class %d", k), r.Condition)
		require.Equal(t, k > 1, r.HeldOut)
		require.Equal(t, k > 1, r.Own == nil)
		same := lcfv.ClassEvaluation{Common: r.Common, Own: r.Common}
		n, common, own := same.OnBoth()
		require.Equal(t, len(r.Common.Requests), n)
		require.InEpsilon(t, r.Common.RMSE, common, 1e-9)
		require.InEpsilon(t, common, own, 1e-9)
		// The common calibration is right for a class with its own slope.
		require.InEpsilon(t, 0.1*gains[k]/slope(c.Model), r.Common.Slope, 0.1)
		rmse = append(rmse, r.Common.RMSE)
		if r.Own != nil {
			require.InDelta(t, 1, r.Own.Slope, 0.07)
			n, common, own = r.OnBoth()
			require.True(t, n > 100 && n <= len(r.Own.Requests) && n <= len(r.Common.Requests))
			require.Less(t, own, common)
		}
	}
	g, err := f.class(2)
	require.NoError(t, err)
	one, err := lcfv.Evaluate(ctx, g, c, &lcfv.EvaluateOptions{Samples: 60, Deltas: opts.Deltas})
	require.NoError(t, err)
	require.Equal(t, one, e.Classes[2].Common)

	n := func(k int) float64 { return float64(len(e.Classes[k].Common.Requests)) }
	still := func(k int) float64 { return e.Classes[k].Common.Still }
	learned := math.Sqrt((n(0)*rmse[0]*rmse[0] + n(1)*rmse[1]*rmse[1]) / (n(0) + n(1)))
	heldOut := math.Sqrt((n(2)*rmse[2]*rmse[2] + n(3)*rmse[3]*rmse[3]) / (n(2) + n(3)))
	require.InEpsilon(t, learned, e.Common.Learned.RMSE, 1e-9)
	require.InEpsilon(t, heldOut, e.Common.HeldOut.RMSE, 1e-9)
	require.InEpsilon(t, heldOut/learned, e.Common.Ratio, 1e-9)
	require.InEpsilon(t, math.Sqrt((n(0)*still(0)*still(0)+n(1)*still(1)*still(1))/(n(0)+n(1))), e.Common.Learned.Still, 1e-9)
	require.True(t, e.Common.RatioCI[0] < e.Common.Ratio && e.Common.Ratio < e.Common.RatioCI[1])
	require.Equal(t, int(n(0)+n(1)), e.Common.Learned.N)
	require.Less(t, e.Common.Ratio, 1., "slopes of 1 and 0.9 are between those of 0.8 and 1.2")
	require.Positive(t, e.Own.Learned.N)
	require.Zero(t, e.Own.HeldOut)
	require.Zero(t, e.Own.Ratio)
}

func TestEvaluateClassesWhereNothingIsMeasured(t *testing.T) {
	// The last class moves the other way, which is measured; no request is met where
	// all are out of range.
	c := byHand()
	c.Model.Low, c.Model.High = 10, 11
	c.Generator.Fingerprint, c.Generator.Condition = "blob-0.5", "class 0"
	_, err := lcfv.EvaluateClasses(context.Background(), new(family).class, []int{0, 4}, c, &lcfv.EvaluateOptions{Samples: 5})
	require.ErrorIs(t, err, lcfv.ErrNothingMeasured)
	require.ErrorContains(t, err, "any of 2 classes")
}

func TestClassesThatDoNotFit(t *testing.T) {
	ctx := context.Background()
	f := &family{}
	for name, c := range map[string]struct {
		classes []int
		want    string
	}{
		"none":         {nil, "no classes"},
		"twice":        {[]int{1, 2, 1}, "class 1 is there twice"},
		"out of range": {[]int{1, 5}, "class 5 of 5"},
	} {
		_, err := lcfv.LearnClasses(ctx, f.class, c.classes, transform.Zoom{}, nil)
		require.ErrorIs(t, err, generator.ErrCondition, name)
		require.ErrorContains(t, err, c.want, name)
		_, err = lcfv.EvaluateClasses(ctx, f.class, c.classes, byHand(), nil)
		require.ErrorIs(t, err, generator.ErrCondition, name)
		require.ErrorContains(t, err, c.want, name)
	}
	plain := func(int) (blob.Generator, error) { return blob.Generator{}, nil }
	_, err := lcfv.LearnClasses(ctx, plain, []int{1}, transform.Zoom{}, nil)
	require.ErrorIs(t, err, generator.ErrCondition)
	same := func(int) (member, error) { return f.class(1) }
	_, err = lcfv.LearnClasses(ctx, same, []int{1, 2}, transform.Zoom{}, nil)
	require.ErrorContains(t, err, "class 1 is there twice")
	other := func(k int) (blob.Class, error) {
		return blob.Class{Generator: blob.Generator{Angle: float64(k)}, Index: k, Gain: 1}, nil
	}
	_, err = lcfv.LearnClasses(ctx, other, []int{1, 2}, transform.Zoom{}, nil)
	require.ErrorIs(t, err, lcfv.ErrGenerator)

	_, err = lcfv.LearnClasses(ctx, f.class, []int{1}, nil, nil)
	require.ErrorContains(t, err, "nil")
	_, err = lcfv.EvaluateClasses(ctx, f.class, []int{1}, nil, nil)
	require.ErrorContains(t, err, "nil")
	_, err = lcfv.FromClassPairs(nil, transform.Zoom{}, nil, nil)
	require.ErrorContains(t, err, "invert.Run")
	for _, o := range []*lcfv.LearnOptions{{Curved: true}, {Baseline: baseline.Walk{}}} {
		_, err = lcfv.LearnClasses(ctx, f.class, []int{1}, transform.Zoom{}, o)
		require.ErrorContains(t, err, "one class at a time")
	}
	require.Equal(t, 0, f.open)
}

func TestLearnClassesIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := quick(1)
	seen := 0
	o.Invert.Progress = func(p invert.Progress) {
		if seen++; p.Done > p.Total/2 {
			cancel() // in the second class
		}
	}
	f := &family{}
	_, err := lcfv.LearnClasses(ctx, f.class, []int{0, 1}, transform.TranslateX{}, o)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "on class 1")
	require.Equal(t, 0, f.open)
	_, err = lcfv.EvaluateClasses(ctx, f.class, []int{0, 1}, byHand(), nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestControlsOfClassesAreHeldOut(t *testing.T) {
	c := byHand()
	c.Classes = []lcfv.ClassRecord{{Condition: "class 3", Inversion: lcfv.InversionRecord{Seed: 42}}}
	_, err := lcfv.Evaluate(context.Background(), blob.Generator{}, c, &lcfv.EvaluateOptions{Seed: 42})
	require.ErrorIs(t, err, lcfv.ErrHeldOut)
	require.ErrorContains(t, err, "class 3")
}

func TestValidateClasses(t *testing.T) {
	c := byHand()
	own := c.Model
	c.Classes = []lcfv.ClassRecord{{Condition: "a", Own: &own}, {Condition: "b"}}
	require.NoError(t, c.Validate())
	c.Classes[1].Condition = "a"
	require.ErrorContains(t, c.Validate(), "twice")
	c.Classes[1].Condition = ""
	require.ErrorContains(t, c.Validate(), "no name")
	c.Classes = c.Classes[:1]
	own.Low = own.High
	require.ErrorIs(t, c.Validate(), factor.ErrModel)
	own.U = []float64{0, 1, 0, 0}
	require.ErrorContains(t, c.Validate(), "another direction")
}

// A direction that lies in one level is calibrated there, whatever moved in the pairs.
func TestCalibrateOnALevel(t *testing.T) {
	ctx := context.Background()
	straight := func(k int) (blob.Class, error) {
		return blob.Class{Index: k, Gain: gains[k], Offset: 0.1}, nil // u is the first unit vector
	}
	levels := []generator.Level{{Name: "first", Low: 0, High: 1}}
	o := quick(1)
	o.Invert.Levels = levels
	c, err := lcfv.LearnClasses(ctx, straight, []int{0, 1}, transform.TranslateX{}, o)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 0, 0, 0}, c.Model.U)
	require.Equal(t, levels, c.Classes[1].Inversion.Levels)
	g, err := straight(2)
	require.NoError(t, err)
	for _, moved := range [][]generator.Level{nil, levels} {
		pairs, err := invert.Run(ctx, g, transform.TranslateX{}, &invert.Options{Range: 0.12, Steps: 4, Trajectories: 10, Seed: 5, Levels: moved})
		require.NoError(t, err)
		require.NoError(t, c.Calibrate(g.Info(), pairs, nil))
		own, ok := c.OfClass("class 2")
		require.True(t, ok)
		require.Equal(t, c.Model.U, own.Model.U)
		require.InEpsilon(t, 0.1, slope(own.Model), 0.03)
	}
	pairs, err := invert.Run(ctx, g, transform.TranslateX{}, &invert.Options{Range: 0.12, Steps: 4, Trajectories: 10, Seed: 5})
	require.NoError(t, err)
	mixed, err := invert.Run(ctx, g, transform.TranslateX{}, &invert.Options{Range: 0.12, Steps: 4, Trajectories: 10, Seed: 5, Levels: levels})
	require.NoError(t, err)
	other, err := straight(0)
	require.NoError(t, err)
	_, err = lcfv.FromClassPairs([]generator.Info{g.Info(), other.Info()}, transform.TranslateX{}, []*invert.Dataset{pairs, mixed}, nil)
	require.ErrorContains(t, err, "different levels")
}
