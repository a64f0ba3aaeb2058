package factor

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Errors is what a fit's residuals on left-out trajectories say about the error of
// a change to come. Where the model says that the factor changes by δ, it errs on
// the scale of
//
//	σ(δ) = √(Base² + (Growth·δ)²)
//
// in the unit of t: far moves err more. Quantiles holds, for every whole percent,
// what the error is of which so many percent are at most that, in units of σ. They
// are those of a conformal prediction for a trajectory that is not among the n of
// the fit (Dunn, Wasserman and Ramdas: Distribution-free prediction sets for
// two-layer hierarchical models, JASA 118, 2023, section 3.1: each trajectory weighs
// 1/(n+1), however many pairs it has, and the one to come counts as infinitely
// wrong), with residuals by cross-validation (Barber et al.: Predictive inference
// with the jackknife+, Annals of Statistics 49, 2021).
type Errors struct {
	Base, Growth float64

	// Quantiles[k] belongs to k+1 percent. It ends where n trajectories say
	// nothing any more, at n/(n+1).
	Quantiles []float64
}

// newErrors learns from the residuals of pairs.
func newErrors(s *table, residual []float64) Errors {
	// What the model said. To go by t would flatter a poor model, which says less
	// than t of most pairs, and of a request it is only known what it says.
	said := make([]float64, s.n)
	floats.SubTo(said, s.t, residual)
	e := scaleOf(said, residual)
	size := make([]float64, s.groups)
	for _, g := range s.group {
		size[g]++
	}
	type score struct{ value, weight float64 }
	scores := make([]score, s.n)
	for i, r := range residual {
		if r != 0 { // else σ may be 0
			scores[i].value = math.Abs(r) / e.scale(said[i])
		}
		scores[i].weight = 1 / (size[s.group[i]] * float64(s.groups+1))
	}
	slices.SortFunc(scores, func(a, b score) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	})
	sum := 0.0
	for _, c := range scores {
		sum += c.weight
		for len(e.Quantiles) < 99 && sum >= float64(len(e.Quantiles)+1)/100 {
			e.Quantiles = append(e.Quantiles, c.value)
		}
	}
	return e
}

// scaleOf fits r² = Base² + Growth²·δ² by least squares, neither below 0. What is
// left of a bad fit is put right by the quantiles.
func scaleOf(said, residual []float64) Errors {
	var n, x, xx, y, xy float64 // moments of x = δ² and y = r²
	for i, r := range residual {
		a, b := said[i]*said[i], r*r
		n, x, xx, y, xy = n+1, x+a, xx+a*a, y+b, xy+a*b
	}
	grow := 0.0
	if det := n*xx - x*x; det > 1e-12*n*xx { // else all δ² are the same
		grow = max((n*xy-x*y)/det, 0)
	}
	base := (y - grow*x) / n
	if base < 0 {
		base, grow = 0, xy/xx // xx > 0, as grow is
	}
	return Errors{Base: math.Sqrt(base), Growth: math.Sqrt(grow)}
}

func (e Errors) scale(delta float64) float64 { return math.Hypot(e.Base, e.Growth*delta) }

// Validate reports whether Base and Growth are finite and not negative, and the
// quantiles at most 99 that do not fall. Its errors wrap ErrModel. Errors without
// quantiles are valid and know nothing.
func (e Errors) Validate() error {
	if !(e.Base >= 0 && e.Growth >= 0) || bad(e.Base) || bad(e.Growth) {
		return fmt.Errorf("%w: errors of the scale %g + %g·δ: both must be finite and not negative", ErrModel, e.Base, e.Growth)
	}
	if len(e.Quantiles) > 99 {
		return fmt.Errorf("%w: %d quantiles of the error: there is one for each percent below 100", ErrModel, len(e.Quantiles))
	}
	for k, q := range e.Quantiles {
		if !(q >= 0) || bad(q) || k > 0 && q < e.Quantiles[k-1] {
			return fmt.Errorf("%w: the quantile of the error for %d percent is %g: they must be finite and must not fall", ErrModel, k+1, q)
		}
	}
	return nil
}

// Interval returns between which bounds a change of the factor by delta comes to
// lie, in the unit of t, with a probability of level, between 0 and 1: delta less
// and plus the error that so many changes of new trajectories keep to. It is about
// Δt as inversion measures it, and for codes within [Low, High]; what images do
// besides, only a detector can tell. The bounds are infinite where the fit had too
// few trajectories for level, and where the model knows nothing of its errors. It
// panics if level is not between 0 and 1.
func (m *Model) Interval(delta, level float64) (low, high float64) {
	if !(level > 0 && level < 1) {
		panic(fmt.Sprintf("factor: an interval for a probability of %g, which is not between 0 and 1", level))
	}
	// A percentage between two is given the larger.
	k := max(int(math.Ceil(100*level-1e-9)), 1) - 1
	if k >= len(m.Errors.Quantiles) {
		return math.Inf(-1), math.Inf(1)
	}
	by := m.Errors.Quantiles[k] * m.Errors.scale(delta)
	return delta - by, delta + by
}
