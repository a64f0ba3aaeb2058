package factor_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/factor"
)

// A factor that stops at ±1 whatever the code does beyond: the pairs that go on have
// the Δt they were asked for nonetheless only while it grows.
func TestRangeEndsWhereTheFactorSaturates(t *testing.T) {
	stop := func(p float64) float64 { return min(p, 1) }
	w := newWorld(4, stop, func(t float64) float64 { return t })
	data := w.pairsOf(3, 80, steps(0.5, 4), 0, 0)
	for i := range data.T { // where the factor has stopped, codes move and nothing happens
		data.T[i] = stop(inner64(data.Z1.Row(i), w.u)) - stop(inner64(data.Z0.Row(i), w.u))
	}
	m, err := factor.Fit(data, &factor.Options{Cells: []int{32}, Smoothness: []float64{1e-6}, Ridge: []float64{1e-6}})
	require.NoError(t, err)
	require.Equal(t, factor.BySaturation, m.Report.HighBound)
	require.InDelta(t, 1, m.High, 0.1)
	require.Equal(t, factor.BySupport, m.Report.LowBound)
	require.Less(t, m.Low, -1.5)
}

// One trajectory that goes far does not take the range with it, however many codes
// it has there.
func TestRangeNeedsSeveralTrajectories(t *testing.T) {
	g, inverse := linear(1)
	data := newWorld(1, g, inverse).pairs(20, steps(0.25, 4), 0, 0)
	far := 0.0
	for i, z := range data.Z1.Data {
		if data.Group[i] == 7 { // 8 of 160 pairs
			data.Z0.Data[i], data.Z1.Data[i] = data.Z0.Data[i]+9, z+9
		} else {
			far = max(far, math.Abs(float64(z)), math.Abs(float64(data.Z0.Data[i])))
		}
	}
	m, err := factor.Fit(data, nil)
	require.NoError(t, err)
	require.LessOrEqual(t, m.High, far+1e-9)
	require.Greater(t, m.High, 0.5)
}

// Pairs above p = 0.5 contradict each other: errors there are far above the
// tolerance.
func TestRangeEndsWhereErrorsPassTheTolerance(t *testing.T) {
	g, inverse := linear(1)
	w := newWorld(4, g, inverse)
	data, noise := w.pairsOf(4, 80, steps(0.25, 4), 0, 0), w.pairsOf(5, 80, steps(0.25, 4), 0, 0.3)
	clean := w.pairsOf(5, 80, steps(0.25, 4), 0, 0)
	for i := range data.T {
		if p := inner64(data.Z0.Row(i), w.u); p > 0.5 {
			miss := inner64(noise.Z1.Row(i), w.u) - inner64(clean.Z1.Row(i), w.u)
			for j, u := range w.u {
				data.Z1.Row(i)[j] += float32(miss * u)
			}
		}
	}
	all, err := factor.Fit(data, nil)
	require.NoError(t, err)
	require.Equal(t, factor.BySupport, all.Report.HighBound)
	require.Greater(t, all.High, 0.8)
	m, err := factor.Fit(data, &factor.Options{Tolerance: 0.1})
	require.NoError(t, err)
	require.Equal(t, factor.ByError, m.Report.HighBound)
	require.Equal(t, factor.BySupport, m.Report.LowBound)
	require.InDelta(t, 0.5, m.High, 0.25)
	require.Equal(t, all.Low, m.Low)
	require.Equal(t, all.G, m.G, "the tolerance is about the range alone")

	_, err = factor.Fit(data, &factor.Options{Tolerance: 1e-9})
	require.ErrorIs(t, err, factor.ErrTolerance)
	_, err = factor.Fit(data, &factor.Options{Tolerance: math.NaN()})
	require.ErrorIs(t, err, factor.ErrOptions)
}
