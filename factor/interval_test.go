package factor_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/factor"
)

// Over many fits, the share of new pairs within the interval is the level asked
// for: for pairs of the same noise, and, because σ grows with |Δt|, for near and far
// ones alike.
func TestIntervalsCover(t *testing.T) {
	g, inverse := linear(0.15)
	w := newWorld(4, g, inverse)
	o := &factor.Options{Cells: []int{1}, Ridge: []float64{1e-6}}
	for _, level := range []float64{0.5, 0.9} {
		near, far, nears, fars := 0, 0, 0, 0
		for k := range 12 {
			m, err := factor.Fit(grown(w, uint64(k)), o)
			require.NoError(t, err)
			require.Greater(t, m.Errors.Growth, m.Errors.Base, "the noise is 0.1 of Δt")
			fresh := grown(w, uint64(1000+k))
			for i, dt := range fresh.T {
				said := m.Position(fresh.Z1.Row(i)) - m.Position(fresh.Z0.Row(i))
				low, high := m.Interval(said, level)
				in := 0
				if low <= dt && dt <= high {
					in = 1
				}
				if math.Abs(dt) < 0.15 {
					near, nears = near+in, nears+1
				} else {
					far, fars = far+in, fars+1
				}
			}
		}
		require.InDelta(t, level, float64(near+far)/float64(nears+fars), 0.04, "level %g", level)
		require.InDelta(t, level, float64(near)/float64(nears), 0.1, "level %g, small changes", level)
		require.InDelta(t, level, float64(far)/float64(fars), 0.1, "level %g, large changes", level)
	}
}

// grown makes pairs whose noise grows with Δt.
func grown(w world, seed uint64) *factor.Data {
	data := w.pairsOf(seed, 40, steps(0.25, 5), 0.02, 0)
	noise := w.pairsOf(seed+5000, 40, steps(0.25, 5), 0, 1) // displacements of variance 1 along u
	for i, t := range data.T {
		miss := (inner64(noise.Z1.Row(i), w.u)-inner64(noise.Z0.Row(i), w.u))*0.15 - t // N(0, 1)
		for j, u := range w.u {
			data.Z1.Row(i)[j] += float32(0.1 * t * miss / 0.15 * u)
		}
	}
	return data
}

func inner64(z []float32, u []float64) float64 {
	sum := 0.0
	for i, v := range z {
		sum += float64(v) * u[i]
	}
	return sum
}

func TestIntervalOfFewTrajectories(t *testing.T) {
	g, inverse := linear(0.15)
	m, err := factor.Fit(newWorld(4, g, inverse).pairs(9, steps(0.25, 5), 0.1, 0.01), nil)
	require.NoError(t, err)
	low, high := m.Interval(0.1, 0.9) // 9/(9+1)
	require.Less(t, low, 0.1)
	require.Greater(t, high, 0.1)
	low, high = m.Interval(0.1, 0.91)
	require.True(t, math.IsInf(low, -1) && math.IsInf(high, 1), "nine trajectories cannot tell")
	wide, narrow := high, 0.0
	_, wide = m.Interval(0.1, 0.9)
	_, narrow = m.Interval(0.1, 0.5)
	require.Less(t, narrow, wide)
	require.Panics(t, func() { m.Interval(0.1, 1) })
	require.Panics(t, func() { m.Interval(0.1, math.NaN()) })
}

func TestIntervalKnowsNothingWithoutErrors(t *testing.T) {
	m := &factor.Model{U: []float64{1}, G: bent(), Low: -1, High: 1}
	low, high := m.Interval(0.1, 0.5)
	require.True(t, math.IsInf(low, -1) && math.IsInf(high, 1))
}

func TestErrorsValidate(t *testing.T) {
	require.NoError(t, factor.Errors{}.Validate())
	require.NoError(t, factor.Errors{Base: 1, Growth: 2, Quantiles: []float64{0, 1, 1}}.Validate())
	for name, e := range map[string]factor.Errors{
		"NaN":      {Base: math.NaN()},
		"negative": {Growth: -1},
		"falls":    {Quantiles: []float64{2, 1}},
		"infinite": {Quantiles: []float64{1, math.Inf(1)}},
		"too many": {Quantiles: make([]float64, 100)},
	} {
		require.ErrorIs(t, e.Validate(), factor.ErrModel, name)
	}
}
