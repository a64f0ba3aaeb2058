package invert_test

import (
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/stretchr/testify/require"
)

func TestLBFGSFindsTheCodes(t *testing.T) {
	g := newToy(4)
	for name, m := range map[string]invert.LBFGS{
		"curvature": {Damping: 1e-6, Exact: 1e-8},
		"identity":  {Curvature: -1, Exact: 1e-8},
	} {
		t.Run(name, func(t *testing.T) {
			o := quick()
			o.Loss, o.Method, o.Constraint = loss.MSE{}, m, invert.Unconstrained{}
			set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
			require.NoError(t, err)
			for i, p := range set.Pairs {
				require.True(t, p.Converged)
				require.Less(t, p.Relative(), 1e-4)
				require.Positive(t, p.Work)
				if name == "curvature" {
					// The curvature is exact, and so is the first step.
					require.LessOrEqual(t, p.Iterations, 2)
				}
				for j, b := range direction {
					require.InDelta(t, set.Z0.Row(p.Trajectory)[j]+float32(p.T)*b, set.Z.Row(i)[j], 0.01)
				}
			}
		})
	}
}

func TestLBFGSAtTheConstraint(t *testing.T) {
	g := newToy(4)
	long := []float32{4, -4, 4, 4}
	o := quick()
	o.Loss = loss.MSE{}
	o.Method = invert.LevenbergMarquardt{Limit: 10, Tolerance: 1e-6, Exact: 1e-9, Damping: 1e-9, Iterations: 30}
	exact, err := invert.Run(t.Context(), g, along{g: g, b: long}, o)
	require.NoError(t, err)
	o.Method = invert.LBFGS{Iterations: 100, Tolerance: 1e-6}
	set, err := invert.Run(t.Context(), g, along{g: g, b: long}, o)
	require.NoError(t, err)
	active := 0
	for i, p := range set.Pairs {
		sum := 0.0
		for _, v := range set.Z.Row(i) {
			sum += float64(v) * float64(v)
		}
		require.LessOrEqual(t, math.Sqrt(sum), 2*(1+1e-6))
		if p.Active && exact.Pairs[i].Active {
			active++
			require.InEpsilon(t, exact.Pairs[i].Error, p.Error, 0.01)
		}
	}
	require.Greater(t, active, 20)
}

func TestLBFGSInABox(t *testing.T) {
	g := newToy(4)
	o := quick()
	o.Loss, o.Constraint, o.Method = loss.MSE{}, invert.Box{Low: -1, High: 1}, invert.LBFGS{}
	o.Range = 2
	set, err := invert.Run(t.Context(), g, along{g: g, b: []float32{1, 0, 0, 0}}, o)
	require.NoError(t, err)
	active := 0
	for i, p := range set.Pairs {
		for _, v := range set.Z.Row(i) {
			require.LessOrEqual(t, math.Abs(float64(v)), 1.0)
		}
		if p.Active {
			active++
			require.Less(t, p.Error, p.Still)
		}
	}
	require.Greater(t, active, 20)
}

func TestLBFGSDoesNotDependOnCompany(t *testing.T) {
	g := newToy(4)
	o := quick()
	o.Loss, o.Method, o.Workers = loss.MSE{}, invert.LBFGS{}, 1
	want, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	o.Workers = 4
	got, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	require.Equal(t, want, got)
	o.Trajectories = 6
	few, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	require.Equal(t, want.Pairs[:len(few.Pairs)], few.Pairs)
}
