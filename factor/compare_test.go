package factor_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/factor"
)

func TestCompareTellsBentFromStraight(t *testing.T) {
	g := func(p float64) float64 { return math.Tanh(p) + 0.2*p }
	w := newWorld(5, g, inverseOf(g))
	data, heldOut := w.pairsOf(1, 40, steps(0.5, 6), 0.1, 0.01), w.pairsOf(2, 40, steps(0.5, 6), 0.1, 0.01)
	rows, err := factor.Compare(data, heldOut, &factor.Options{Cells: []int{1, 4, 16}, Smoothness: []float64{1e-4}})
	require.NoError(t, err)
	require.Len(t, rows, 5, "a straight line has one grid")
	for _, c := range rows {
		require.Less(t, c.CrossCI[0], c.CrossRMSE)
		require.Greater(t, c.CrossCI[1], c.CrossRMSE)
		require.Less(t, c.HeldOutCI[0], c.HeldOutRMSE)
		require.Greater(t, c.HeldOutCI[1], c.HeldOutRMSE)
		require.Equal(t, c.Cells+1, c.Knots)
	}
	straight, bent := rows[0], rows[3]
	require.Equal(t, factor.Uniform, bent.Grid)
	require.Equal(t, factor.Quantile, rows[4].Grid)
	require.Equal(t, 16, bent.Cells)
	require.Greater(t, straight.CrossCI[0], bent.CrossCI[1])
	require.Greater(t, straight.HeldOutCI[0], bent.HeldOutCI[1])
	// What is left over is little more than the noise of the pairs, 0.01.
	require.Less(t, bent.HeldOutRMSE, 0.02)

	// Each row is what Fit makes of that choice.
	m, err := factor.Fit(data, &factor.Options{Cells: []int{16}, Grids: []factor.Grid{factor.Quantile}, Smoothness: []float64{1e-4}})
	require.NoError(t, err)
	require.InDelta(t, m.Report.CrossRMSE, rows[4].CrossRMSE, 1e-12)
	require.Equal(t, factor.Quantile, m.Report.Grid)
}

func TestCompareRefuses(t *testing.T) {
	g, inverse := linear(0.5)
	data := newWorld(4, g, inverse).pairs(10, steps(0.4, 2), 0.1, 0)
	_, err := factor.Compare(data, newWorld(3, g, inverse).pairs(10, steps(0.4, 2), 0.1, 0), nil)
	require.ErrorIs(t, err, factor.ErrData)
	_, err = factor.Compare(data, &factor.Data{}, nil)
	require.ErrorIs(t, err, factor.ErrData)
	require.ErrorContains(t, err, "held-out")
	_, err = factor.Compare(nil, nil, nil)
	require.ErrorIs(t, err, factor.ErrData)
	_, err = factor.Compare(data, nil, &factor.Options{Grids: []factor.Grid{"round"}})
	require.ErrorIs(t, err, factor.ErrOptions)
	rows, err := factor.Compare(data, nil, &factor.Options{Cells: []int{1}})
	require.NoError(t, err)
	require.Zero(t, rows[0].HeldOutRMSE)
}

// inverseOf inverts an increasing function by bisection.
func inverseOf(g func(float64) float64) func(float64) float64 {
	return func(t float64) float64 {
		low, high := -100.0, 100.0
		for range 60 {
			if middle := (low + high) / 2; g(middle) < t {
				low = middle
			} else {
				high = middle
			}
		}
		return (low + high) / 2
	}
}

// Does the calibration have to bend? Twice the cells, and pairs that the fit has not
// seen, tell.
func ExampleCompare() {
	w := newWorld(4, math.Sinh, math.Asinh)
	data, heldOut := w.pairsOf(1, 40, steps(0.5, 4), 0.1, 0.01), w.pairsOf(2, 40, steps(0.5, 4), 0.1, 0.01)
	rows, err := factor.Compare(data, heldOut, &factor.Options{Cells: []int{1, 8}, Grids: []factor.Grid{factor.Uniform}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rows {
		fmt.Printf("%d cells: below 0.05 %t\n", r.Cells, r.HeldOutRMSE < 0.05)
	}
	// Output:
	// 1 cells: below 0.05 false
	// 8 cells: below 0.05 true
}
