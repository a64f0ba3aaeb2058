package generator_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/generator"
)

func TestPriorText(t *testing.T) {
	for text, want := range map[string]generator.Prior{
		"normal":                  {},
		" uniform(-1, 1) ":        {Kind: generator.Uniform, Low: -1, High: 1},
		"truncated-normal(2)":     {Kind: generator.TruncatedNormal, Low: -2, High: 2},
		"truncated-normal(-1,3)":  {Kind: generator.TruncatedNormal, Low: -1, High: 3},
		"0.4*truncated-normal(2)": {Kind: generator.TruncatedNormal, Low: -2, High: 2, Scale: 0.4},
		" 0.5 * normal":           {Scale: 0.5},
		"2*uniform(0,1)":          {Kind: generator.Uniform, High: 1, Scale: 2},
		"1*normal":                {},
	} {
		p, err := generator.ParsePrior(text)
		require.NoError(t, err, text)
		require.Equal(t, want, p)
		again, err := generator.ParsePrior(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
	}
	for _, text := range []string{"", "gauss", "uniform", "uniform(1)", "uniform(1,-1)", "uniform(0,Inf)", "uniform(0,1", "truncated-normal(0)", "truncated-normal(9,10)", "uniform(a,b)", "0*normal", "-1*normal", "NaN*normal", "Inf*normal", "x*normal", "*normal", "0.5*0.5*normal", "normal()", "normal(1)"} {
		_, err := generator.ParsePrior(text)
		require.ErrorContains(t, err, "write normal", "%q", text)
	}
}

func TestPriorMoments(t *testing.T) {
	for _, c := range []struct {
		prior    generator.Prior
		mean, sd float64
		low      float64
	}{
		{generator.Prior{}, 0, 1, math.Inf(-1)},
		{generator.Prior{Kind: generator.Uniform, Low: 1, High: 3}, 2, 1 / math.Sqrt(3), 1},
		// The standard deviation of N(0, 1) within ±1: √(1 - 2φ(1)/(2Φ(1)-1)).
		{generator.Prior{Kind: generator.TruncatedNormal, Low: -1, High: 1}, 0, 0.53957, -1},
		{generator.Prior{Kind: generator.TruncatedNormal, Low: -1, High: 1, Scale: 0.5}, 0, 0.26979, -0.5},
	} {
		z := generator.NewLatents(2000, 5)
		c.prior.Sample(z, 7, 0)
		values := make([]float64, len(z.Data))
		for i, v := range z.Data {
			require.GreaterOrEqual(t, float64(v), c.low)
			values[i] = float64(v)
		}
		mean, sd := stat.MeanStdDev(values, nil)
		require.InDelta(t, c.mean, mean, 0.04)
		require.InDelta(t, c.sd, sd, 0.03)
	}
}

// A code depends on its seed and index alone.
func TestPriorStreams(t *testing.T) {
	all, part, other := generator.NewLatents(10, 3), generator.NewLatents(4, 3), generator.NewLatents(10, 3)
	var p generator.Prior
	p.Sample(all, 1, 0)
	p.Sample(part, 1, 6)
	p.Sample(other, 2, 0)
	require.Equal(t, all.Slice(6, 10).Data, part.Data)
	require.NotEqual(t, all.Data, other.Data)
	require.NotEqual(t, all.Row(0), all.Row(1))
}

// Truncation multiplies codes and leaves the random stream alone.
func TestTruncation(t *testing.T) {
	whole := generator.Prior{Kind: generator.TruncatedNormal, Low: -2, High: 2}
	half, err := whole.Truncated(0.5)
	require.NoError(t, err)
	z, narrow := generator.NewLatents(20, 3), generator.NewLatents(20, 3)
	whole.Sample(z, 1, 0)
	half.Sample(narrow, 1, 0)
	for i, v := range z.Data {
		require.InDelta(t, v/2, narrow.Data[i], 1e-7)
	}
	low, high := half.Support()
	require.Equal(t, [2]float64{-1, 1}, [2]float64{low, high})
	low, high = generator.Prior{}.Support()
	require.True(t, math.IsInf(low, -1) && math.IsInf(high, 1))

	quarter, err := half.Truncated(0.5)
	require.NoError(t, err)
	require.Equal(t, "0.25*truncated-normal(-2,2)", quarter.String())
	same, err := whole.Truncated(1)
	require.NoError(t, err)
	require.Equal(t, whole, same)
	for _, bad := range []float64{0, -0.5, 1.5, math.NaN(), math.Inf(1)} {
		_, err := whole.Truncated(bad)
		require.ErrorContains(t, err, "above 0 and at most 1")
	}
}
