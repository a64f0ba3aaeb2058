package bootstrap_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// groups makes n groups of size equal errors each, normal with deviation 1.
func groups(n, size int) (squares, counts []float64) {
	r := rand.New(rand.NewPCG(1, 1))
	for range n {
		e := r.NormFloat64()
		squares = append(squares, float64(size)*e*e)
		counts = append(counts, float64(size))
	}
	return squares, counts
}

// For n independent normal errors the root mean square has a standard error of
// 1/√(2n), and an interval of ±1.96 of these.
func TestRMSHasTheRightWidth(t *testing.T) {
	const n = 2000
	squares, counts := groups(n, 1)
	ci := bootstrap.RMS(squares, counts, 2000, 1)
	require.InEpsilon(t, 2*1.96/math.Sqrt(2*n), ci[1]-ci[0], 0.1)
	require.InDelta(t, 1, (ci[0]+ci[1])/2, 0.05)

	// Ten copies of every error know nothing more.
	squares, counts = groups(n, 10)
	require.InDeltaSlice(t, ci[:], bootstrapped(squares, counts, 1), 1e-9)
}

func bootstrapped(squares, counts []float64, seed uint64) []float64 {
	ci := bootstrap.RMS(squares, counts, 2000, seed)
	return ci[:]
}

func TestRMSDependsOnTheSeedAlone(t *testing.T) {
	squares, counts := groups(50, 3)
	require.Equal(t, bootstrapped(squares, counts, 1), bootstrapped(squares, counts, 1))
	require.NotEqual(t, bootstrapped(squares, counts, 1), bootstrapped(squares, counts, 2))
}

func TestRMSOfEmptyGroups(t *testing.T) {
	// Groups without errors weigh nothing, even where a resample has no others.
	ci := bootstrap.RMS([]float64{4, 0, 0}, []float64{1, 0, 0}, 100, 1)
	require.Equal(t, [2]float64{0, 2}, ci)
}
