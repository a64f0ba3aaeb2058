package bootstrap_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// The mean of n normal numbers has a standard error of 1/√n.
func TestIntervalOfAMean(t *testing.T) {
	const n = 2000
	r := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	mean := func(rows []int) float64 {
		sum := 0.0
		for _, i := range rows {
			sum += x[i]
		}
		return sum / float64(len(rows))
	}
	ci := bootstrap.Interval(n, 2000, 1, mean)
	require.InEpsilon(t, 2*1.96/math.Sqrt(n), ci[1]-ci[0], 0.1)
	require.InDelta(t, 0, (ci[0]+ci[1])/2, 0.05)
	require.Equal(t, ci, bootstrap.Interval(n, 2000, 1, mean))
}

// It draws what RMS draws.
func TestIntervalAgreesWithRMS(t *testing.T) {
	squares := []float64{1, 4, 9, 16, 25}
	counts := []float64{1, 1, 2, 1, 1}
	want := bootstrap.RMS(squares, counts, 500, 3)
	got := bootstrap.Interval(len(squares), 500, 3, func(rows []int) float64 {
		sum, n := 0.0, 0.0
		for _, i := range rows {
			sum += squares[i]
			n += counts[i]
		}
		return math.Sqrt(sum / n)
	})
	require.Equal(t, want, got)
}

func TestIntervalWithoutValues(t *testing.T) {
	// Where the statistic is not defined for some draws, the others count.
	ci := bootstrap.Interval(2, 200, 1, func(rows []int) float64 {
		if rows[0] == rows[1] {
			return math.NaN()
		}
		return 7
	})
	require.Equal(t, [2]float64{7, 7}, ci)
	ci = bootstrap.Interval(2, 10, 1, func([]int) float64 { return math.NaN() })
	require.True(t, math.IsNaN(ci[0]) && math.IsNaN(ci[1]))
}
