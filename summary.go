package lcfv

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// resamples is the number of bootstrap samples.
const resamples = 1000

// summarize computes the figures from the requests, of which there is one at
// least.
func (e *evaluator) summarize() {
	r := &e.result
	for _, delta := range e.o.Deltas {
		r.ByDelta = append(r.ByDelta, summaryOf(delta, r.Requests))
	}
	requested, measured := make([]float64, len(r.Requests)), make([]float64, len(r.Requests))
	squares, counts := make([]float64, e.z.N), make([]float64, e.z.N) // of errors, by code
	total, still := 0.0, 0.0
	for i, q := range r.Requests {
		requested[i], measured[i] = q.Requested, q.Measured
		square := (q.Measured - q.Requested) * (q.Measured - q.Requested)
		squares[q.Sample] += square
		counts[q.Sample]++
		total += square
		still += q.Requested * q.Requested
	}
	r.RMSE = math.Sqrt(total / float64(len(r.Requests)))
	r.Still = math.Sqrt(still / float64(len(r.Requests)))
	r.RMSECI = bootstrap.RMS(squares, counts, resamples, e.o.Seed)
	r.Tolerance = e.o.Tolerance
	_, r.Within, r.WithinCI = coverage(e.missed, e.judged)
	if varies(requested) {
		_, r.Slope = stat.LinearRegression(requested, measured, nil, false)
		if varies(measured) {
			r.Spearman = stat.Correlation(ranks(requested), ranks(measured), nil)
		}
	}
}

func summaryOf(delta float64, requests []Request) DeltaSummary {
	var measured []float64
	for _, q := range requests {
		if q.Requested == delta {
			measured = append(measured, q.Measured)
		}
	}
	s := DeltaSummary{Delta: delta, N: len(measured)}
	if s.N > 0 {
		s.Mean, s.Std = stat.PopMeanStdDev(measured, nil)
	}
	return s
}

func varies(v []float64) bool { return slices.Min(v) < slices.Max(v) }

// ranks returns the rank of each value, ties sharing their mean.
func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	out := make([]float64, len(v))
	for low := 0; low < len(order); {
		high := low
		for high < len(order) && v[order[high]] == v[order[low]] {
			high++
		}
		for _, i := range order[low:high] {
			out[i] = float64(low+high-1) / 2
		}
		low = high
	}
	return out
}
