package main

import (
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// resamples is the number of bootstrap samples behind every interval.
const resamples = 2000

// statistic is a number read off some rows of a sample, with repetitions.
type statistic func(rows []int) float64

// over returns a statistic of n codes with its 95 % bootstrap interval. The
// resamples are the same for every statistic of n codes.
func over(n int, s statistic) estimate {
	return estimate{s(counted(0, n)), bootstrap.Interval(n, resamples, 1, s)}
}

// mean is the mean of values.
func mean(values []float64) statistic {
	return func(rows []int) float64 {
		sum := 0.0
		for _, i := range rows {
			sum += values[i]
		}
		return sum / float64(len(rows))
	}
}

// median is the median of values.
func median(values []float64) statistic {
	var room []float64
	return func(rows []int) float64 {
		room = room[:0]
		for _, i := range rows {
			room = append(room, values[i])
		}
		slices.Sort(room)
		h := len(room) / 2
		if len(room)%2 == 1 {
			return room[h]
		}
		return (room[h-1] + room[h]) / 2
	}
}

// rms is the root mean square of the values that are not left out; nil leaves out
// none.
func rms(values []float64, out []bool) statistic {
	return func(rows []int) float64 {
		sum, n := 0.0, 0
		for _, i := range rows {
			if out == nil || !out[i] {
				sum += values[i] * values[i]
				n++
			}
		}
		return math.Sqrt(sum / float64(n)) // NaN without any
	}
}

// less is the difference of two statistics of the same rows.
func less(a, b statistic) statistic {
	return func(rows []int) float64 { return a(rows) - b(rows) }
}

// ratio is the geometric mean of the ratios of two values of the same code.
func ratio(a, b []float64) statistic {
	logs := make([]float64, len(a))
	for i := range logs {
		logs[i] = math.Log(a[i] / b[i])
	}
	m := mean(logs)
	return func(rows []int) float64 { return math.Exp(m(rows)) }
}

// share is the share of the values that are above a bound.
func share(values []float64, above float64) statistic {
	return func(rows []int) float64 {
		n := 0
		for _, i := range rows {
			if values[i] > above {
				n++
			}
		}
		return float64(n) / float64(len(rows))
	}
}

func count(of []bool) int {
	n := 0
	for _, b := range of {
		if b {
			n++
		}
	}
	return n
}
