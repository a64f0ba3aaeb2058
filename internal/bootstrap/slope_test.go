package bootstrap_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

func TestSlopeOfALine(t *testing.T) {
	groups := make([]bootstrap.Line, 3)
	for i := range groups {
		groups[i].Add(float64(i), 5+2*float64(i))
		groups[i].Add(float64(i)+1, 7+2*float64(i))
	}
	slope, ci := bootstrap.Slope(groups, 100, 1)
	require.InDelta(t, 2, slope, 1e-12)
	require.InDelta(t, 2, ci[0], 1e-9)
	require.InDelta(t, 2, ci[1], 1e-9)
}

// For n points with normal noise the slope has a standard error of
// σ/(√n·deviation of x).
func TestSlopeHasTheRightInterval(t *testing.T) {
	const n = 2000
	r := rand.New(rand.NewPCG(1, 1))
	groups := make([]bootstrap.Line, n)
	for i := range groups {
		x := float64(2*(i%2) - 1)
		groups[i].Add(x, 0.5*x+r.NormFloat64())
	}
	slope, ci := bootstrap.Slope(groups, 2000, 1)
	require.InDelta(t, 0.5, slope, 4/math.Sqrt(n))
	require.InEpsilon(t, 2*1.96/math.Sqrt(n), ci[1]-ci[0], 0.1)
	require.Less(t, ci[0], slope)
	require.Less(t, slope, ci[1])
}

func TestSlopeOfOnePlace(t *testing.T) {
	var g bootstrap.Line
	g.Add(1, 2)
	g.Add(1, 3)
	slope, ci := bootstrap.Slope([]bootstrap.Line{g, {}}, 100, 1)
	require.Zero(t, slope)
	require.Zero(t, ci)
}
