package factor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGridOfQuantilesHasAsManyCodesInEveryCell(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	sorted := make([]float64, 20000)
	for i := range sorted {
		sorted[i] = math.Exp(r.NormFloat64())
	}
	slices.Sort(sorted)
	const cells = 8
	quantiles, even := newGrid(sorted, cells, Quantile), newGrid(sorted, cells, Uniform)
	require.Equal(t, cells, quantiles.cells())
	require.Equal(t, even.knots[0], quantiles.knots[0])
	require.InDelta(t, even.knots[cells], quantiles.knots[cells], 1e-12)
	counts := make([]int, cells)
	for _, p := range sorted {
		counts[quantiles.locate(p)]++
	}
	for k := 1; k < cells-1; k++ {
		require.InDelta(t, 0.98*20000/cells, counts[k], 10)
		require.InDelta(t, even.span()/cells, even.width(k), 1e-12)
	}
}

// A z_0 that a hundred pairs share is one code, and codes that coincide make no
// cell of no width.
func TestGridOfQuantilesOfCodesThatCoincide(t *testing.T) {
	var sorted []float64
	for k := range 400 {
		sorted = append(sorted, float64(k))
	}
	once := newGrid(sorted, 4, Quantile)
	for range 100 {
		sorted = append(sorted, 110)
	}
	slices.Sort(sorted)
	often := newGrid(sorted, 4, Quantile)
	for k := 1; k < 4; k++ {
		require.InDelta(t, once.knots[k], often.knots[k], 1.5)
	}
	two := newGrid([]float64{0, 0, 0, 1, 1, 1}, 16, Quantile)
	require.True(t, slices.IsSorted(two.knots))
	for k := range two.cells() {
		require.Positive(t, two.width(k))
	}
	one := newGrid([]float64{3, 3, 3}, 2, Quantile)
	require.Equal(t, 2.5, one.knots[0])
	require.Equal(t, 3.5, one.knots[len(one.knots)-1])
}
