package factor_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
)

// within are two levels of codes of length 6, and their numbers.
var (
	within     = []generator.Level{{Name: "late", Low: 4, High: 6}, {Name: "early", Low: 1, High: 2}}
	withinDims = []int{1, 4, 5}
)

// embed makes codes of length 6 of codes of length 3, which become the numbers in
// within. The others are random, and stir says whether those of the two codes of a
// pair differ.
func embed(data *factor.Data, stir bool) *factor.Data {
	r := rand.New(rand.NewPCG(9, 9))
	out := &factor.Data{Z0: generator.NewLatents(data.Z0.N, 6), Z1: generator.NewLatents(data.Z0.N, 6), T: data.T, Group: data.Group}
	for i := range data.Z0.N {
		z0, z1 := out.Z0.Row(i), out.Z1.Row(i)
		for j := range z0 {
			z0[j] = float32(r.NormFloat64())
			z1[j] = z0[j]
			if stir {
				z1[j] = float32(r.NormFloat64())
			}
		}
		for k, at := range withinDims {
			z0[at], z1[at] = data.Z0.Row(i)[k], data.Z1.Row(i)[k]
		}
	}
	return out
}

// A direction in some levels is that of codes which are these levels and nothing
// else, whatever the other levels do.
func TestFitInLevels(t *testing.T) {
	g, inverse := linear(0.15)
	w := newWorld(3, g, inverse)
	short := w.pairs(30, steps(0.25, 3), 0.2, 0.01)
	heldOut := w.pairsOf(5, 10, steps(0.25, 3), 0.2, 0.01)
	o := &factor.Options{Levels: within}
	for _, stir := range []bool{false, true} {
		long := embed(short, stir)
		want, err := factor.Fit(short, nil)
		require.NoError(t, err)
		got, err := factor.Fit(long, o)
		require.NoError(t, err)
		requireEmbedded(t, want, got)

		require.Less(t, angle([]float64{got.U[1], got.U[4], got.U[5]}, w.u), 0.05)

		want, err = factor.FitAlong(short, []float64{1, 2, 2}, nil)
		require.NoError(t, err)
		got, err = factor.FitAlong(long, []float64{7, 1, 7, 7, 2, 2}, o)
		require.NoError(t, err)
		requireEmbedded(t, want, got)

		compared, err := factor.Compare(short, heldOut, nil)
		require.NoError(t, err)
		again, err := factor.Compare(long, embed(heldOut, stir), o)
		require.NoError(t, err)
		require.Equal(t, compared, again)
	}
}

// requireEmbedded says that got is want, with a longer direction.
func requireEmbedded(t *testing.T, want, got *factor.Model) {
	t.Helper()
	require.Equal(t, within, got.Report.Levels)
	u := make([]float64, 6)
	for k, at := range withinDims {
		u[at] = want.U[k]
	}
	require.Equal(t, u, got.U)
	same := *got
	same.U, same.Report.Levels = want.U, nil
	require.Equal(t, want, &same)
}

// A model refitted to other trajectories stays in its levels.
func TestBootstrapInLevels(t *testing.T) {
	g, inverse := linear(0.15)
	short := newWorld(3, g, inverse).pairs(20, steps(0.25, 3), 0.2, 0.01)
	long := embed(short, true)
	m, err := factor.Fit(short, nil)
	require.NoError(t, err)
	want, err := factor.Bootstrap(short, m, &factor.BootstrapOptions{Resamples: 20})
	require.NoError(t, err)
	m, err = factor.Fit(long, &factor.Options{Levels: within})
	require.NoError(t, err)
	got, err := factor.Bootstrap(long, m, &factor.BootstrapOptions{Resamples: 20})
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Positive(t, got.Angle)
}

func TestFitRefusesLevels(t *testing.T) {
	g, inverse := linear(0.15)
	data := newWorld(4, g, inverse).pairs(20, steps(0.25, 3), 0.1, 0.01)
	for want, levels := range map[string][]generator.Level{
		"give one at least": {},
		"overlap":           {{Name: "a", High: 3}, {Name: "b", Low: 2, High: 4}},
		"covers [2, 5)":     {{Name: "a", Low: 2, High: 5}},
		"covers [2, 1)":     {{Name: "a", Low: 2, High: 1}},
	} {
		_, err := factor.Fit(data, &factor.Options{Levels: levels})
		require.ErrorIs(t, err, factor.ErrOptions)
		require.ErrorContains(t, err, want)
	}
	// Levels in which nothing has moved hold no direction.
	for i := range data.Z0.N {
		copy(data.Z1.Row(i)[:2], data.Z0.Row(i)[:2])
	}
	still := &factor.Options{Levels: []generator.Level{{Name: "still", High: 2}}}
	_, err := factor.Fit(data, still)
	require.ErrorIs(t, err, factor.ErrNoMotion)
	_, err = factor.FitAlong(data, []float64{1, 0, 0, 1}, still)
	require.ErrorIs(t, err, factor.ErrNoMotion)
	_, err = factor.FitAlong(data, []float64{0, 0, 0, 1}, still)
	require.ErrorIs(t, err, factor.ErrModel)
}
