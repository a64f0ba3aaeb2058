package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
)

func TestStatistics(t *testing.T) {
	x := []float64{1, 2, 4, 8}
	all := counted(0, 4)
	require.Equal(t, []int{0, 1, 2, 3}, all)
	for name, c := range map[string]struct {
		s    statistic
		want float64
	}{
		"mean":        {mean(x), 3.75},
		"median":      {median(x), 3},
		"rms":         {rms(x, nil), math.Sqrt(85.0 / 4)},
		"rms, but 8":  {rms(x, []bool{false, false, false, true}), math.Sqrt(7)},
		"less":        {less(mean(x), median(x)), 0.75},
		"ratio":       {ratio(x, []float64{1, 1, 1, 1}), math.Exp2(1.5)},
		"share":       {share(x, 2), 0.5},
		"ratio of it": {ratio(x, x), 1},
	} {
		require.InDelta(t, c.want, c.s(all), 1e-12, name)
	}
	require.InDelta(t, 4, median(x)([]int{2, 2, 0}), 1e-12)
	require.InDelta(t, 8, mean(x)([]int{3, 3}), 1e-12)
	require.Equal(t, 2, count([]bool{true, false, true}))
}

// Of values that are the same for all codes there is no doubt, and a difference to
// something else that is always the same size has none either.
func TestOverPairsWhatItCompares(t *testing.T) {
	x, y := make([]float64, 30), make([]float64, 30)
	for i := range x {
		x[i] = math.Sin(float64(i))
		y[i] = x[i] + 2
	}
	require.Equal(t, "2.00 [2.00, 2.00]", over(30, less(mean(y), mean(x))).format("%.2f"))
	e := over(30, mean(x))
	require.Less(t, e.CI[0], e.Value)
	require.Less(t, e.Value, e.CI[1])
	require.Equal(t, "50.0 % [50.0, 50.0]", estimate{0.5, [2]float64{0.5, 0.5}}.percent())
}

func TestSharedRequestsAreThoseThatAllMet(t *testing.T) {
	met := func(requests ...lcfv.Request) []steering {
		return []steering{{Evaluated: lcfv.Evaluation{Requests: requests}}}
	}
	got := shared([][]steering{
		met(lcfv.Request{Sample: 0, Requested: 0.1, Measured: 0.4}, lcfv.Request{Sample: 1, Requested: 0.1, Measured: 0.2}),
		met(lcfv.Request{Sample: 0, Requested: 0.1, Measured: 0.2}, lcfv.Request{Sample: 0, Requested: 0.2, Measured: 0.9}),
	}, 2)
	require.InDelta(t, 0.3, got[0].rms([]int{0, 1}), 1e-12)
	require.InDelta(t, 0.1, got[1].rms([]int{0, 1}), 1e-12)
	require.True(t, math.IsNaN(got[1].rms([]int{1})))
}
