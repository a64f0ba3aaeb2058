package invert_test

import (
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/stretchr/testify/require"
)

// tracked are settings of a run by Levenberg–Marquardt on a toy, whose residual is
// linear: without a constraint, one step is exact.
func tracked() *invert.Options {
	o := quick()
	o.Loss, o.Method, o.Constraint = loss.MSE{}, invert.LevenbergMarquardt{Damping: 1e-9}, invert.Unconstrained{}
	return o
}

func TestLevenbergIsExactWhereLinear(t *testing.T) {
	g := newToy(4)
	set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, tracked())
	require.NoError(t, err)
	for i, p := range set.Pairs {
		require.True(t, p.Converged)
		require.Equal(t, 1, p.Iterations, "the first code is the solution")
		require.Less(t, p.Relative(), 1e-6)
		require.False(t, p.Active)
		for j, b := range direction {
			require.InDelta(t, set.Z0.Row(p.Trajectory)[j]+float32(p.T)*b, set.Z.Row(i)[j], 1e-4)
		}
	}
	// The start and one Jacobian there for both signs, and one code a target.
	// Batches of four, four and two, which are too small to be filled up.
	require.Equal(t, 1+5+2*4.0, set.ForwardEquivalents)
}

// What is found on the ball must be the minimum there: the gradient points away
// from the centre, along the code.
func TestLevenbergOnTheBall(t *testing.T) {
	g := newToy(4)
	long := []float32{1, -1, 1, 1}
	o := tracked()
	o.Constraint, o.Range = nil, 2
	o.Method = invert.LevenbergMarquardt{Damping: 1e-9, Limit: 10, Tolerance: 1e-9, Exact: 1e-12}
	set, err := invert.Run(t.Context(), g, along{g: g, b: long}, o)
	require.NoError(t, err)
	active := 0
	for i, p := range set.Pairs {
		require.Equal(t, invert.Kept, p.Status)
		z := set.Z.Row(i)
		norm := math.Hypot(math.Hypot(float64(z[0]), float64(z[1])), math.Hypot(float64(z[2]), float64(z[3])))
		require.LessOrEqual(t, norm, 2*(1+1e-6))
		if !p.Active {
			require.Less(t, p.Relative(), 1e-6)
			continue
		}
		active++
		grad := make([]float64, 4) // Bᵀ·B·(z − wanted)
		for pix := range side * side {
			e := 0.0
			for j, v := range z {
				e += float64(g.b[pix*4+j]) * (float64(v) - float64(set.Z0.Row(p.Trajectory)[j]) - p.T*float64(long[j]))
			}
			for j := range grad {
				grad[j] += e * float64(g.b[pix*4+j])
			}
		}
		length, cos := 0.0, 0.0
		for j, v := range grad {
			length += v * v
			cos -= v * float64(z[j]) / norm
		}
		require.InDelta(t, 1, cos/math.Sqrt(length), 1e-4)
	}
	require.Greater(t, active, 20)
}

func TestLevenbergInABoxAndOnASphere(t *testing.T) {
	g := newToy(4)
	o := tracked()
	o.Method = invert.LevenbergMarquardt{Limit: 10}
	o.Constraint, o.Range = invert.Box{Low: -1, High: 1}, 2
	set, err := invert.Run(t.Context(), g, along{g: g, b: []float32{1, 0, 0, 0}}, o)
	require.NoError(t, err)
	active := 0
	for i, p := range set.Pairs {
		for _, v := range set.Z.Row(i) {
			require.LessOrEqual(t, math.Abs(float64(v)), 1.0)
		}
		if p.Active {
			active++
		}
	}
	require.Greater(t, active, 20)

	o.Constraint = invert.Sphere{Radius: 2}
	set, err = invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	for i, p := range set.Pairs {
		require.True(t, p.Active)
		sum := 0.0
		for _, v := range set.Z.Row(i) {
			sum += float64(v) * float64(v)
		}
		require.InEpsilon(t, 2, math.Sqrt(sum), 1e-6)
	}
}

// Along one latent dimension that a box ends: the image stops moving, and the
// trajectory says where.
func TestLevenbergSaysWhereItLeft(t *testing.T) {
	g := newToy(4)
	o := tracked()
	o.Constraint, o.T = invert.Box{Low: -0.5, High: 0.5}, []float64{0.25, 1, 3, 6}
	set, err := invert.Run(t.Context(), g, along{g: g, b: []float32{1, 0, 0, 0}}, o)
	require.NoError(t, err)
	require.Positive(t, set.Count(invert.Left))
	require.Positive(t, set.Count(invert.Kept))
	for i, p := range set.Pairs {
		require.Positive(t, p.Still)
		if p.Status != invert.Left {
			require.Zero(t, p.LeftAt)
			continue
		}
		require.Less(t, p.LeftAt, p.T)
		require.False(t, p.Converged)
		// The error is that of the code that is recorded.
		if room := 0.5 - set.Z0.Row(p.Trajectory)[0]; p.T == 6 {
			require.InEpsilon(t, math.Pow((6-float64(room))/6, 2), p.Relative(), 0.2)
			require.LessOrEqual(t, set.Z.Row(i)[0], float32(0.5))
		}
	}
	_, _, ts, _ := set.Kept()
	require.Len(t, ts, set.Count(invert.Kept))
}

func TestLevenbergDoesNotDependOnCompany(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: []float32{4, -4, 4, 4}}
	o := tracked()
	o.Constraint, o.Workers = nil, 1
	want, err := invert.Run(t.Context(), g, tr, o)
	require.NoError(t, err)
	o.Workers = 5
	got, err := invert.Run(t.Context(), g, tr, o)
	require.NoError(t, err)
	require.Equal(t, want, got)
	o.Trajectories = 7
	few, err := invert.Run(t.Context(), g, tr, o)
	require.NoError(t, err)
	for i, p := range few.Pairs {
		if p.Status == want.Pairs[i].Status { // what is dropped depends on all
			require.Equal(t, want.Pairs[i], p)
		}
		require.Equal(t, want.Z.Row(i), few.Z.Row(i))
	}
}

func TestLevenbergAndValuesThatAreNotFinite(t *testing.T) {
	clean := newToy(4)
	want, err := invert.Run(t.Context(), clean, along{g: clean, b: direction}, tracked())
	require.NoError(t, err)
	g := newToy(4)
	z0 := want.Z0.Row(3)
	g.spoil = func(x, z []float32) { // beyond t = 0.3 of trajectory 3
		if z[0] > z0[0]+0.3 && math.Abs(float64(z[2]-z0[2])) < 0.05 {
			x[0] = float32(math.NaN())
		}
	}
	set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, tracked())
	require.NoError(t, err)
	require.Equal(t, 2, set.Count(invert.NotFinite))
	for i, p := range set.Pairs {
		if p.Status == invert.NotFinite {
			require.Equal(t, 3, p.Trajectory)
			require.Greater(t, p.T, 0.3)
			continue
		}
		if p.Trajectory != 3 {
			require.Equal(t, want.Pairs[i], p)
		}
	}
}

func TestLevenbergNeedsLeastSquares(t *testing.T) {
	g := newToy(4)
	o := tracked()
	o.Loss = square{}
	_, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.ErrorIs(t, err, invert.ErrOptions)
	require.ErrorContains(t, err, "LBFGS")
}

func TestAutomatic(t *testing.T) {
	require.IsType(t, invert.LevenbergMarquardt{}, invert.Automatic(generator.Info{D: 10}, loss.Blurred{}))
	require.IsType(t, invert.LBFGS{}, invert.Automatic(generator.Info{D: 128}, loss.Blurred{}))
	require.IsType(t, invert.LBFGS{}, invert.Automatic(generator.Info{D: 10}, square{}))
}
