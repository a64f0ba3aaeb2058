package factor_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/factor"
)

// The angle between the direction of a fit and the true one, over many sets of
// trajectories, is what the bootstrap claims to tell from one of them.
func TestBootstrapTellsHowFarDirectionsSpread(t *testing.T) {
	g, inverse := linear(0.15)
	w := newWorld(6, g, inverse)
	o := &factor.Options{Cells: []int{1}, Ridge: []float64{0.1}}
	const sets = 30
	truth, told := 0.0, 0.0
	for k := range sets {
		data := w.pairsOf(uint64(k), 25, steps(0.25, 3), 0.3, 0.02)
		m, err := factor.Fit(data, o)
		require.NoError(t, err)
		truth += angle(m.U, w.u) / sets
		if k < 5 {
			s, err := factor.Bootstrap(data, m, &factor.BootstrapOptions{Resamples: 100})
			require.NoError(t, err)
			require.Len(t, s.Angles, 100)
			require.True(t, slices.IsSorted(s.Angles))
			require.Greater(t, s.AngleHigh, s.Angle)
			told += s.Angle / 5
		}
	}
	require.InEpsilon(t, truth, told, 0.25)
}

func TestBootstrapBandsHoldTheCalibration(t *testing.T) {
	w := newWorld(4, math.Sinh, math.Asinh)
	o := &factor.Options{Cells: []int{16}, Smoothness: []float64{1e-4}, Ridge: []float64{1e-6}}
	inside, all := 0, 0
	for k := range 10 {
		data := w.pairsOf(uint64(k), 40, steps(0.5, 4), 0.1, 0.03)
		m, err := factor.Fit(data, o)
		require.NoError(t, err)
		s, err := factor.Bootstrap(data, m, &factor.BootstrapOptions{Resamples: 100, Points: 9})
		require.NoError(t, err)
		for i, p := range s.Positions {
			require.InDelta(t, m.G.At(p), s.Values[i], 1e-12)
			require.LessOrEqual(t, s.Low[i], s.High[i])
			if math.Abs(p) < 0.05 || math.Abs(p) > 1.5 {
				continue // no width at 0, and no codes to speak of in the tails
			}
			all++
			if g := math.Sinh(p); s.Low[i] <= g && g <= s.High[i] {
				inside++
			}
		}
	}
	require.Greater(t, float64(inside)/float64(all), 0.8)
}

func TestBootstrapOfAGivenDirectionKeepsIt(t *testing.T) {
	g, inverse := linear(0.15)
	w := newWorld(4, g, inverse)
	data := w.pairs(20, steps(0.25, 3), 0.1, 0.01)
	m, err := factor.FitAlong(data, w.u, nil)
	require.NoError(t, err)
	s, err := factor.Bootstrap(data, m, &factor.BootstrapOptions{Resamples: 10})
	require.NoError(t, err)
	require.Zero(t, s.Angles[9])
	require.Less(t, s.Low[0], s.High[0], "the calibration spreads all the same")
}

func TestBootstrapIsDeterministic(t *testing.T) {
	g, inverse := linear(0.15)
	data := newWorld(4, g, inverse).pairs(20, steps(0.25, 3), 0.1, 0.01)
	m, err := factor.Fit(data, nil)
	require.NoError(t, err)
	of := func(seed uint64) *factor.Spread {
		s, err := factor.Bootstrap(data, m, &factor.BootstrapOptions{Resamples: 40, Seed: seed})
		require.NoError(t, err)
		return s
	}
	first := of(1)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.Equal(t, first, of(1))
	require.NotEqual(t, first.Angles, of(2).Angles)
}

func TestBootstrapRefuses(t *testing.T) {
	g, inverse := linear(0.15)
	data := newWorld(4, g, inverse).pairs(20, steps(0.25, 3), 0.1, 0.01)
	m, err := factor.Fit(data, nil)
	require.NoError(t, err)
	_, err = factor.Bootstrap(data, nil, nil)
	require.ErrorIs(t, err, factor.ErrModel)
	_, err = factor.Bootstrap(nil, m, nil)
	require.ErrorIs(t, err, factor.ErrData)
	for _, o := range []factor.BootstrapOptions{{Resamples: 1}, {Points: 1}, {MinSlope: 2}, {Resamples: -3}} {
		_, err = factor.Bootstrap(data, m, &o)
		require.ErrorIs(t, err, factor.ErrOptions)
	}
	short := *m
	short.U = []float64{1}
	_, err = factor.Bootstrap(data, &short, nil)
	require.ErrorIs(t, err, factor.ErrModel)
	made := *m
	made.Report.Cells = 0
	_, err = factor.Bootstrap(data, &made, nil)
	require.ErrorIs(t, err, factor.ErrModel)
	require.ErrorContains(t, err, "0 cells")
}
