package main

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv"
)

// trial is what one control did, and the values of the factor between which all
// decoders that are compared draw objects.
type trial struct {
	answers
	reach [2]float64
}

// trials are what the controls of one decoder did to the same codes: one for each
// seed, and for each factor where several are taken together.
type trials struct {
	codes int
	of    []trial
}

// both takes the trials of two factors together.
func both(a, b trials) trials { return trials{a.codes, append(a.of[:len(a.of):len(a.of)], b.of...)} }

// shareReach finds the values between which all of the decoders draw objects: from
// the 5th to the 95th percentile of what each draws of the prior.
func shareReach(decoders []trials) {
	reach := [2]float64{math.Inf(-1), math.Inf(1)}
	for _, d := range decoders {
		low, high := middle(d.of[0].Before[0], 0.9)
		reach = [2]float64{max(reach[0], low), min(reach[1], high)}
	}
	for _, d := range decoders {
		for i := range d.of {
			d.of[i].reach = reach
		}
	}
}

// requests calls do for every request whose object was there to begin with: by how
// much it missed, NaN where nothing was left to measure.
func (t trials) requests(do func(of trial, code int, delta, from, miss float64, refused bool)) {
	for _, one := range t.of {
		for k, delta := range askedChanges {
			for i, from := range one.Before[0] {
				if !math.IsNaN(from) {
					do(one, i, delta, from, one.After[k][0][i]-from-delta, one.Refused[k][i])
				}
			}
		}
	}
}

// met returns the errors of the requests that were not refused, the shares of all
// that were, and of all whose object was lost.
func (t trials) met() (errors *squares, refused, lost float64) {
	errors = newSquares(t.codes)
	n := float64(len(t.of) * len(askedChanges) * t.codes)
	t.requests(func(_ trial, code int, delta, _, miss float64, no bool) {
		switch {
		case no:
			refused += 1 / n
		case math.IsNaN(miss):
			lost += 1 / n
		default:
			errors.add(lcfv.Request{Sample: code, Requested: delta, Measured: delta + miss})
		}
	})
	return errors, refused, lost
}

// drawable returns the errors of the requests that every decoder could meet, refused
// or not: those that lead from a place where all draw objects to another. A refused
// one is judged by the end of the range, where the control leaves the code. refused and
// lost are shares of these requests.
func (t trials) drawable() (errors *squares, refused, lost float64) {
	errors = newSquares(t.codes)
	n := 0.0
	t.requests(func(of trial, code int, delta, from, miss float64, no bool) {
		if from < of.reach[0] || from > of.reach[1] || from+delta < of.reach[0] || from+delta > of.reach[1] {
			return
		}
		n++
		if no {
			refused++
		}
		if math.IsNaN(miss) {
			lost++
			return
		}
		errors.add(lcfv.Request{Sample: code, Requested: delta, Measured: delta + miss})
	})
	return errors, refused / n, lost / n
}

// spread is the statistic of the standard deviation of a measure when all codes are
// set alike, by the mean variance over values and controls.
func (t trials) spread(measure int) statistic {
	var sets []readings
	for _, one := range t.of {
		for _, set := range one.Set {
			sets = append(sets, set[measure])
		}
	}
	return scatter(sets)
}

// spreadOfChanges is that of the changes measured where the same one was asked for and
// not refused.
func (t trials) spreadOfChanges() statistic {
	var changes []readings
	for _, one := range t.of {
		for k, after := range one.After {
			var of readings
			for i, from := range one.Before[0] {
				change := after[0][i] - from
				if one.Refused[k][i] {
					change = math.NaN()
				}
				of = append(of, change)
			}
			changes = append(changes, of)
		}
	}
	return scatter(changes)
}

// scatter is the root of the mean variance within lists of values by code; a list
// without values does not count.
func scatter(lists []readings) statistic {
	return func(rows []int) float64 {
		variance, some := 0.0, 0.0
		for _, list := range lists {
			var n, sum, squares float64
			for _, i := range rows {
				if v := list[i]; !math.IsNaN(v) {
					n, sum, squares = n+1, sum+v, squares+v*v
				}
			}
			if n > 0 {
				variance, some = variance+max(0, squares/n-sum*sum/(n*n)), some+1
			}
		}
		return math.Sqrt(variance / some)
	}
}

// without is the standard deviation of a measure of the codes as they are, and
// missing the share of the images of set codes that have none.
func (t trials) without(measure int) float64 {
	variance := 0.0
	for _, one := range t.of {
		variance += square(one.Before[measure].deviation()) / float64(len(t.of))
	}
	return math.Sqrt(variance)
}

func (t trials) missing(measure int) float64 {
	sum, n := 0.0, 0.0
	for _, one := range t.of {
		for _, set := range one.Set {
			sum, n = sum+set[measure].missing(), n+1
		}
	}
	return sum / n
}

// bySeed returns the least and the largest error of what a single control met.
func (t trials) bySeed() (least, most float64) {
	least = math.Inf(1)
	for i := range t.of {
		errors, _, _ := trials{t.codes, t.of[i : i+1]}.met()
		rmse := errors.rms(counted(0, t.codes))
		least, most = min(least, rmse), max(most, rmse)
	}
	return least, most
}

// slope is that of measured against requested changes that were not refused.
func (t trials) slope() float64 {
	var requested, got []float64
	t.requests(func(_ trial, _ int, delta, _, miss float64, no bool) {
		if !no && !math.IsNaN(miss) {
			requested, got = append(requested, delta), append(got, delta+miss)
		}
	})
	_, slope := stat.LinearRegression(requested, got, nil, false)
	return slope
}

// ends are the mean ends of the controls' ranges.
func (t trials) ends() (low, high float64) {
	for _, one := range t.of {
		low, high = low+one.Low/float64(len(t.of)), high+one.High/float64(len(t.of))
	}
	return low, high
}
