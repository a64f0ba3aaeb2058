package bootstrap_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// Errors that are twice as large in every group are so in every resample; those of
// other groups are independent, and the interval is as wide as that of two.
func TestRatio(t *testing.T) {
	const n = 400
	squares, counts := groups(n, 2)
	small := bootstrap.Errors{Squares: squares, Counts: counts}
	large := bootstrap.Errors{Squares: make([]float64, n), Counts: counts}
	other := bootstrap.Errors{Squares: make([]float64, n), Counts: counts}
	for i := range squares {
		large.Squares[i] = 4 * squares[i]
		other.Squares[i] = 4 * squares[(i+n/2)%n]
	}
	ci := bootstrap.Ratio(large, small, 1000, 1)
	require.InDeltaSlice(t, []float64{2, 2}, ci[:], 1e-9)

	ci = bootstrap.Ratio(other, small, 1000, 1)
	require.Less(t, ci[0], 2.)
	require.Greater(t, ci[1], 2.)
	// The relative error of each root mean square is 1/√(2n), of the ratio √2 as much.
	require.InEpsilon(t, 2*2*1.96/20, ci[1]-ci[0], 0.25)

	none := bootstrap.Errors{Squares: make([]float64, n), Counts: make([]float64, n)}
	require.Zero(t, bootstrap.Ratio(small, none, 100, 1))
	require.Zero(t, bootstrap.Ratio(none, small, 100, 1))
}
