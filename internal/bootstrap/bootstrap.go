// Package bootstrap says how sure a root mean square error is when errors come
// in groups that share something, such as a trajectory or a code.
package bootstrap

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// RMS returns a 95 % percentile interval of the root mean square of errors over
// groups drawn with replacement (Efron and Tibshirani, An introduction to the
// bootstrap, 1993, chapter 13). squares[i] is the sum of the squared errors of
// group i and counts[i] their number, which may be 0, but not for all. resamples
// must be positive; with seed they determine the result.
func RMS(squares, counts []float64, resamples int, seed uint64) [2]float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	values := make([]float64, resamples)
	for k := range values {
		sum, n := 0.0, 0.0
		for range squares {
			g := r.IntN(len(squares))
			sum += squares[g]
			n += counts[g]
		}
		values[k] = math.Sqrt(sum / max(n, 1))
	}
	slices.Sort(values)
	return [2]float64{
		stat.Quantile(0.025, stat.LinInterp, values, nil),
		stat.Quantile(0.975, stat.LinInterp, values, nil),
	}
}
