package invert_test

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/stretchr/testify/require"
)

var direction = []float32{1, -0.5, 0, 0.25}

// quick are settings with which the toy is inverted well and fast.
func quick() *invert.Options {
	return &invert.Options{Loss: square{}, Range: 0.5, Steps: 4, Trajectories: 10, Batch: 4, Seed: 1, MaxRelative: -1, Drop: -1}
}

func TestRunFindsTheCodes(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: direction}
	for name, m := range map[string]invert.Method{
		"default":   nil,
		"substeps":  invert.Adam{Rate: 0.05, FinalRate: 0.001, Iterations: 60, Substeps: 2, Secant: true},
		"published": invert.Adam{Rate: 0.01, Iterations: 50},
	} {
		t.Run(name, func(t *testing.T) {
			o := quick()
			o.Method, o.Constraint = m, invert.Unconstrained{}
			set, err := invert.Run(t.Context(), g, tr, o)
			require.NoError(t, err)
			require.Equal(t, []float64{-0.5, -0.375, -0.25, -0.125, 0.125, 0.25, 0.375, 0.5}, set.T)
			require.Len(t, set.Pairs, 80)
			for i, p := range set.Pairs {
				require.Equal(t, i/8, p.Trajectory)
				require.Equal(t, set.T[i%8], p.T)
				require.Equal(t, invert.Kept, p.Status)
				require.Less(t, p.Relative(), 0.04)
				for j, b := range direction {
					want := set.Z0.Row(p.Trajectory)[j] + float32(p.T)*b
					require.InDelta(t, want, set.Z.Row(i)[j], 0.05)
				}
			}
		})
	}
}

func TestRunMeasuresErrors(t *testing.T) {
	g := newToy(4)
	set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, quick())
	require.NoError(t, err)
	var x0, x, target, mask generator.Images
	for i, p := range set.Pairs {
		value := make([]float64, 1)
		require.NoError(t, g.Generate(t.Context(), &x0, set.Z0.Slice(p.Trajectory, p.Trajectory+1)))
		require.NoError(t, g.Generate(t.Context(), &x, set.Z.Slice(i, i+1)))
		require.NoError(t, along{g: g, b: direction}.Apply(&target, &mask, &x0, p.T))
		require.NoError(t, square{}.Eval(value, nil, &x, &target, &mask))
		require.InEpsilon(t, value[0], p.Error, 1e-9, "the error must be that of the code that is returned")
		require.NoError(t, square{}.Eval(value, nil, &x0, &target, &mask))
		require.InEpsilon(t, value[0], p.Still, 1e-9)
	}
}

func TestRunDoesNotDependOnWorkers(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: direction}
	o := quick()
	o.Workers = 1
	want, err := invert.Run(t.Context(), g, tr, o)
	require.NoError(t, err)
	for _, workers := range []int{2, 7} {
		o.Workers = workers
		got, err := invert.Run(t.Context(), g, tr, o)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	o.Seed = 2
	other, err := invert.Run(t.Context(), g, tr, o)
	require.NoError(t, err)
	require.NotEqual(t, want.Z0, other.Z0)
}

func TestTrajectoriesDoNotDependOnTheirNumber(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: direction}
	o := quick()
	many, err := invert.Run(t.Context(), g, tr, o)
	require.NoError(t, err)
	o.Trajectories = 6
	few, err := invert.Run(t.Context(), g, tr, o)
	require.NoError(t, err)
	require.Equal(t, many.Z0.Data[:6*4], few.Z0.Data)
	require.Equal(t, many.Pairs[:len(few.Pairs)], few.Pairs)
}

func TestConstraintsHold(t *testing.T) {
	normal, uniform := newToy(4), newToy(4)
	uniform.prior = generator.Prior{Kind: generator.Uniform, Low: -1, High: 1}
	long := []float32{4, -4, 4, 4} // further than the sets reach
	set, err := invert.Run(t.Context(), normal, along{g: normal, b: long}, quick())
	require.NoError(t, err)
	require.Equal(t, "ball(2)", set.Settings.Constraint)
	touching := 0
	for i := range set.Pairs {
		norm := 0.0
		for _, v := range set.Z.Row(i) {
			norm += float64(v) * float64(v)
		}
		require.LessOrEqual(t, math.Sqrt(norm), 2*(1+1e-6))
		if math.Sqrt(norm) > 2*(1-1e-6) {
			touching++
		}
	}
	require.Positive(t, touching, "the constraint must have mattered")

	set, err = invert.Run(t.Context(), uniform, along{g: uniform, b: long}, quick())
	require.NoError(t, err)
	require.Equal(t, "box(-1,1)", set.Settings.Constraint)
	for _, v := range set.Z.Data {
		require.LessOrEqual(t, math.Abs(float64(v)), 1.0)
	}
}

func TestNotFiniteEndsOneTrajectoryOnly(t *testing.T) {
	clean := newToy(4)
	want, err := invert.Run(t.Context(), clean, along{g: clean, b: direction}, quick())
	require.NoError(t, err)
	bad := func(x, z []float32) {
		if z[0] > want.Z0.Row(3)[0]+0.3 && z[1] < want.Z0.Row(3)[1] && z[2] == z[2] && math.Abs(float64(z[2]-want.Z0.Row(3)[2])) < 0.05 {
			x[0] = float32(math.Inf(1))
		}
	}
	for name, g := range map[string]*toy{"image": newToy(4), "gradient": newToy(4)} {
		t.Run(name, func(t *testing.T) {
			if name == "image" {
				g.spoil = bad
			} else {
				g.drop = bad
			}
			set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, quick())
			require.NoError(t, err)
			ended := 0
			for i, p := range set.Pairs {
				if p.Status == invert.NotFinite {
					ended++
					require.Equal(t, 3, p.Trajectory)
					require.Greater(t, p.T, 0.0, "the other direction goes on")
					require.Zero(t, p.Error)
					require.Equal(t, set.Z0.Row(3), set.Z.Row(i))
					continue
				}
				require.Equal(t, want.Pairs[i], p)
				require.Equal(t, want.Z.Row(i), set.Z.Row(i))
			}
			require.Positive(t, ended)
			require.Equal(t, len(set.Pairs)-ended, set.Count(invert.Kept))
		})
	}
}

func TestAllFailed(t *testing.T) {
	g := newToy(4)
	g.spoil = func(x, _ []float32) { x[5] = float32(math.NaN()) }
	_, err := invert.Run(t.Context(), g, along{g: g, b: direction}, quick())
	require.ErrorIs(t, err, invert.ErrAllFailed)
	require.ErrorContains(t, err, "80 met values that are not finite")

	g = newToy(4)
	_, err = invert.Run(t.Context(), g, along{g: g, b: direction, reach: 0.01}, quick())
	require.ErrorIs(t, err, invert.ErrAllFailed)
	require.ErrorContains(t, err, "smaller range")

	set, err := invert.Run(t.Context(), g, along{g: g, b: direction, reach: 0.3}, quick())
	require.NoError(t, err)
	require.Equal(t, 40, set.Count(invert.Undefined))
	for _, p := range set.Pairs {
		require.Equal(t, math.Abs(p.T) > 0.3, p.Status == invert.Undefined)
	}
}

func TestCancel(t *testing.T) {
	g := newToy(4)
	ctx, cancel := context.WithCancel(t.Context())
	g.spoil = func(_, _ []float32) {
		if g.calls.Load() == 20 {
			cancel()
		}
	}
	o := quick()
	o.Workers = 1 // several may call while the first is about to cancel
	_, err := invert.Run(ctx, g, along{g: g, b: direction}, o)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "of 80 pairs")
	require.LessOrEqual(t, g.calls.Load(), int64(20+1), "at most one call more, which fails")
}

func TestErrorsAreReturned(t *testing.T) {
	g := newToy(4)
	g.fail = errors.New("out of memory")
	_, err := invert.Run(t.Context(), g, along{g: g, b: direction}, quick())
	require.ErrorIs(t, err, g.fail)

	g = newToy(4)
	_, err = invert.Run(t.Context(), g, broken{along{g: g, b: direction}}, quick())
	require.ErrorIs(t, err, errBroken)
	require.ErrorContains(t, err, "transform along at t = ")

	_, err = invert.Run(t.Context(), nil, along{}, nil)
	require.ErrorIs(t, err, invert.ErrOptions)
	_, err = invert.Run(t.Context(), g, nil, nil)
	require.ErrorIs(t, err, invert.ErrOptions)

	// Sampling from such a prior would never end.
	g.prior = generator.Prior{Kind: generator.TruncatedNormal, Low: 2, High: 1}
	_, err = invert.Run(t.Context(), g, along{g: g, b: direction}, quick())
	require.ErrorIs(t, err, invert.ErrOptions)
	require.ErrorContains(t, err, "increasing order")
}

var errBroken = errors.New("broken")

type broken struct{ along }

func (broken) Apply(_, _, _ *generator.Images, _ float64) error { return errBroken }

func TestWorkIsCounted(t *testing.T) {
	g := newToy(4)
	o := quick()
	o.Method = invert.Adam{Iterations: 7}
	set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	// The start is drawn once; each target takes 7 steps of forward and
	// pullback and one forward pass for the error.
	require.Equal(t, 1.0+8*(7*3+1), set.ForwardEquivalents)
}

func TestProgress(t *testing.T) {
	g := newToy(4)
	o := quick()
	o.Workers = 4
	var inside atomic.Int32
	last := 0
	o.Progress = func(p invert.Progress) {
		require.Equal(t, int32(1), inside.Add(1))
		require.Greater(t, p.Done, last)
		require.Equal(t, 80, p.Total)
		require.NotZero(t, p.T)
		last = p.Done
		inside.Add(-1)
	}
	_, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	require.Equal(t, 80, last)
}

func TestOptionsAreChecked(t *testing.T) {
	g := newToy(4)
	for name, o := range map[string]invert.Options{
		"range":        {Range: -1},
		"steps":        {Steps: -1},
		"trajectories": {Trajectories: -1},
		"drop":         {Drop: 1},
		"NaN drop":     {Drop: math.NaN()},
		"batch":        {Batch: -1},
		"workers":      {Workers: -1},
		"zero":         {T: []float64{0.1, 0}},
		"twice":        {T: []float64{0.1, 0.1}},
		"none":         {T: []float64{}},
		"infinite":     {T: []float64{math.Inf(1)}},
		"rate":         {Method: invert.Adam{Rate: -1}},
		"iterations":   {Method: invert.Adam{Iterations: -1}},
		"moments":      {Method: invert.Adam{Beta1: 1}},
		"tolerance":    {Method: invert.LevenbergMarquardt{Tolerance: -1}},
		"halvings":     {Method: invert.LevenbergMarquardt{Halvings: 31}},
		"negligible":   {Method: invert.LevenbergMarquardt{Negligible: 1}},
		"memory":       {Method: invert.LBFGS{Memory: -1}},
		"damping":      {Method: invert.LBFGS{Damping: -1}},
	} {
		o.Loss = square{}
		_, err := invert.Run(t.Context(), g, along{g: g, b: direction}, &o)
		require.ErrorIs(t, err, invert.ErrOptions, name)
	}
}

func TestExplicitTargets(t *testing.T) {
	g := newToy(4)
	o := quick()
	o.T = []float64{0.3, 0.1}
	set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	require.Equal(t, []float64{0.1, 0.3}, set.T)
	require.Equal(t, []float64{0.3, 0.1}, o.T, "the caller's slice is left alone")
	require.Len(t, set.Pairs, 20)
}
