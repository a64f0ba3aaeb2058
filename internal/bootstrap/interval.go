package bootstrap

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Interval returns a 95 % percentile interval of any statistic over n groups
// drawn with replacement, as RMS does. of computes the statistic of the groups
// with the given indices, of which there are n; where it is NaN it is left out, and
// the interval is NaN if it always is. of must not keep rows.
func Interval(n, resamples int, seed uint64, of func(rows []int) float64) [2]float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	rows := make([]int, n)
	var values []float64
	for range resamples {
		for i := range rows {
			rows[i] = r.IntN(n)
		}
		if v := of(rows); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return [2]float64{math.NaN(), math.NaN()}
	}
	slices.Sort(values)
	return [2]float64{
		stat.Quantile(0.025, stat.LinInterp, values, nil),
		stat.Quantile(0.975, stat.LinInterp, values, nil),
	}
}
