package lcfv

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func ones(n int) []float64 { return slices.Repeat([]float64{1}, n) }

// Wilson's interval for 90 of 100 is [0.8256, 0.9448].
func TestCoverage(t *testing.T) {
	missed := append(ones(10), make([]float64, 90)...)
	n, share, ci := coverage(missed, ones(100))
	require.Equal(t, 100, n)
	require.InDelta(t, 0.9, share, 1e-12)
	require.InDeltaSlice(t, []float64{0.8256, 0.9448}, ci[:], 2e-3)

	// Ten copies of every request know nothing more.
	copies := make([]float64, 100)
	for i := range copies {
		copies[i] = 10 * missed[i]
	}
	n, share, again := coverage(copies, slices.Repeat([]float64{10}, 100))
	require.Equal(t, 1000, n)
	require.InDelta(t, 0.9, share, 1e-12)
	require.InDeltaSlice(t, ci[:], again[:], 1e-9)

	// Ten that have nothing to do with each other do.
	_, _, spread := coverage(ones(100), slices.Repeat([]float64{10}, 100))
	require.InDeltaSlice(t, []float64{0.8798, 0.9171}, spread[:], 1e-3)
}

func TestCoverageAtItsEnds(t *testing.T) {
	_, share, ci := coverage(make([]float64, 50), slices.Repeat([]float64{8}, 50))
	require.Equal(t, 1.0, share)
	require.InDelta(t, 50/(50+1.96*1.96), ci[0], 1e-4, "400 requests of 50 codes are worth 50")
	require.InDelta(t, 1, ci[1], 1e-12)
	n, share, ci := coverage(make([]float64, 5), make([]float64, 5))
	require.Zero(t, n)
	require.Zero(t, share)
	require.Zero(t, ci)
}
