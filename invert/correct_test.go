package invert_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
)

// b is a step of the code that the toys' transform asks for, t = 1.
var b = []float32{1, -0.5, 0.8, 0.3}

func codes(n, d int, seed uint64) *generator.Latents {
	z := generator.NewLatents(n, d)
	generator.Prior{}.Sample(z, seed, 0)
	return z
}

// requireAlong checks codes against z + t·b.
func requireAlong(t *testing.T, z *generator.Latents, by float64, got []invert.Correction) {
	t.Helper()
	for i, r := range got {
		require.Equal(t, invert.Kept, r.Status, "code %d", i)
		for j, v := range r.Code {
			require.InDelta(t, float64(z.Row(i)[j])+by*float64(b[j]), v, 0.02, "code %d", i)
		}
	}
}

// From a poor guess, and along a path without one, the codes found are those that
// are known to draw the targets.
func TestCorrectFindsTheKnownCodes(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: b}
	z := codes(7, 4, 3)
	poor := codes(7, 4, 4)
	for name, method := range map[string]invert.Method{
		"least squares": invert.LevenbergMarquardt{}, "L-BFGS": invert.LBFGS{}, "Adam": invert.Adam{Rate: 0.05, Iterations: 200},
	} {
		t.Run(name, func(t *testing.T) {
			for _, from := range []*generator.Latents{nil, poor, z} {
				o := &invert.CorrectOptions{Method: method, Constraint: invert.Unconstrained{}, Batch: 4}
				if name != "least squares" {
					o.Loss = square{}
				}
				got, err := invert.Correct(t.Context(), g, tr, z, from, -0.6, o)
				require.NoError(t, err)
				requireAlong(t, z, -0.6, got)
				for _, r := range got {
					require.Less(t, r.Relative(), 0.01)
					require.Greater(t, r.ForwardEquivalents, 3.0)
					require.Positive(t, r.Iterations)
					require.Equal(t, from == nil, r.Path)
					require.LessOrEqual(t, r.Error, r.Before)
				}
			}
		})
	}
}

func TestCorrectDoesNotDependOnWorkers(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: b}
	z := codes(9, 4, 3)
	var all [][]invert.Correction
	for _, workers := range []int{1, 3} {
		got, err := invert.Correct(t.Context(), g, tr, z, z, 0.5, &invert.CorrectOptions{Batch: 2, Workers: workers})
		require.NoError(t, err)
		all = append(all, got)
	}
	require.Equal(t, all[0], all[1])
}

// A target beyond the constraint set is reported, and the code kept is the best
// one in the set.
func TestCorrectOutOfReach(t *testing.T) {
	g := newToy(4)
	z := generator.NewLatents(2, 4)
	copy(z.Row(1), []float32{1.9, 0, 0, 0})
	got, err := invert.Correct(t.Context(), g, along{g: g, b: []float32{1, 0, 0, 0}}, z, z, 1, nil)
	require.NoError(t, err)
	require.Equal(t, invert.Kept, got[0].Status, "1 is in the ball of radius 2")
	require.Contains(t, []invert.Status{invert.Unreached, invert.Left}, got[1].Status, "2.9 is not")
	require.True(t, got[1].Path)
	require.True(t, got[1].Active)
	require.LessOrEqual(t, got[1].Error, got[1].Before)
	norm := 0.0
	for _, v := range got[1].Code {
		norm += float64(v) * float64(v)
	}
	require.LessOrEqual(t, math.Sqrt(norm), 2*(1+1e-6))
}

func TestCorrectWithoutATarget(t *testing.T) {
	g := newToy(4)
	z := codes(2, 4, 3)
	got, err := invert.Correct(t.Context(), g, along{g: g, b: b, reach: 0.1}, z, z, 0.5, &invert.CorrectOptions{Constraint: invert.Unconstrained{}})
	require.NoError(t, err)
	for i, r := range got {
		require.Equal(t, invert.Undefined, r.Status)
		require.Equal(t, z.Row(i), r.Code)
		require.Zero(t, r.Error)
	}
	g.spoil = func(x, z []float32) { x[0] = float32(math.NaN()) }
	got, err = invert.Correct(t.Context(), g, along{g: g, b: b}, z, z, 0.5, nil)
	require.NoError(t, err)
	require.Equal(t, invert.NotFinite, got[0].Status)
	require.Zero(t, got[0].Error)
}

// A guess that draws nothing finite leaves the path from z_0.
func TestCorrectFromASpoiledGuess(t *testing.T) {
	g := newToy(4)
	z, far := codes(1, 4, 3), codes(1, 4, 3)
	far.Data[0] = 50
	g.spoil = func(x, z []float32) {
		if z[0] > 40 {
			x[0] = float32(math.Inf(1))
		}
	}
	got, err := invert.Correct(t.Context(), g, along{g: g, b: b}, z, far, 0.3, &invert.CorrectOptions{Constraint: invert.Unconstrained{}})
	require.NoError(t, err)
	requireAlong(t, z, 0.3, got)
	require.True(t, got[0].Path)
	require.True(t, math.IsInf(got[0].Before, 1))
}

func TestCorrectRefuses(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: b}
	z := codes(2, 4, 3)
	spoiled := codes(2, 4, 3)
	spoiled.Data[3] = float32(math.NaN())
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"no generator": func() error { _, err := invert.Correct(ctx, nil, tr, z, z, 1, nil); return err },
		"no transform": func() error { _, err := invert.Correct(ctx, g, nil, z, z, 1, nil); return err },
		"no codes":     func() error { _, err := invert.Correct(ctx, g, tr, nil, z, 1, nil); return err },
		"no change":    func() error { _, err := invert.Correct(ctx, g, tr, z, z, 0, nil); return err },
		"NaN":          func() error { _, err := invert.Correct(ctx, g, tr, z, z, math.NaN(), nil); return err },
		"length":       func() error { _, err := invert.Correct(ctx, g, tr, codes(2, 3, 1), nil, 1, nil); return err },
		"numbers":      func() error { _, err := invert.Correct(ctx, g, tr, z, codes(3, 4, 1), 1, nil); return err },
		"not finite":   func() error { _, err := invert.Correct(ctx, g, tr, z, spoiled, 1, nil); return err },
		"step": func() error {
			_, err := invert.Correct(ctx, g, tr, z, z, 1, &invert.CorrectOptions{Step: math.Inf(1)})
			return err
		},
		"relative error": func() error {
			_, err := invert.Correct(ctx, g, tr, z, z, 1, &invert.CorrectOptions{MaxRelative: -1})
			return err
		},
		"batch": func() error {
			_, err := invert.Correct(ctx, g, tr, z, z, 1, &invert.CorrectOptions{Batch: -1})
			return err
		},
	} {
		require.ErrorIs(t, call(), invert.ErrOptions, name)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	_, err := invert.Correct(stopped, g, tr, z, z, 1, nil)
	require.ErrorIs(t, err, context.Canceled)
}
