package bootstrap

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Errors are what the groups add to a mean square: for group i the sum of the
// squared errors and their number.
type Errors struct{ Squares, Counts []float64 }

// Ratio returns a 95 % percentile interval of the ratio of two root mean squares, of
// above to below, over groups drawn with replacement, for errors of the same groups:
// what a group does to both cancels. Both have the same groups. It is {0, 0} where
// there are no errors below.
func Ratio(above, below Errors, resamples int, seed uint64) [2]float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	var values []float64
	for range resamples {
		var sa, na, sb, nb float64
		for range above.Squares {
			g := r.IntN(len(above.Squares))
			sa, na = sa+above.Squares[g], na+above.Counts[g]
			sb, nb = sb+below.Squares[g], nb+below.Counts[g]
		}
		if na > 0 && sb > 0 {
			values = append(values, math.Sqrt(sa/na*(nb/sb)))
		}
	}
	if len(values) == 0 {
		return [2]float64{}
	}
	slices.Sort(values)
	return [2]float64{
		stat.Quantile(0.025, stat.LinInterp, values, nil),
		stat.Quantile(0.975, stat.LinInterp, values, nil),
	}
}
