package main

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// agreement is how well measured changes follow requested ones, with intervals over
// codes: figures as lcfv.Evaluate gives them, for requests that come from elsewhere
// too.
type agreement struct {
	RMSE, Slope estimate
	Spearman    float64
}

func agreementOf(requests []lcfv.Request, codes int) agreement {
	errors, lines := newSquares(codes), make([]bootstrap.Line, codes)
	var requested, measured []float64
	for _, q := range requests {
		errors.add(q)
		lines[q.Sample].Add(q.Requested, q.Measured)
		requested, measured = append(requested, q.Requested), append(measured, q.Measured)
	}
	var a agreement
	if len(requests) == 0 {
		return a
	}
	a.RMSE = over(codes, errors.rms)
	a.Slope.Value, a.Slope.CI = bootstrap.Slope(lines, resamples, 1)
	a.Spearman = stat.Correlation(ranks(requested), ranks(measured), nil)
	return a
}

// ranks returns the rank of each value, ties sharing their mean.
func ranks(values []float64) []float64 {
	order := counted(0, len(values))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out := make([]float64, len(values))
	for low := 0; low < len(order); {
		high := low
		for high < len(order) && values[order[high]] == values[order[low]] {
			high++
		}
		for _, i := range order[low:high] {
			out[i] = float64(low+high-1) / 2
		}
		low = high
	}
	return out
}
