package factor

import (
	"fmt"
	"math"
	"sort"
)

// Calibration is a strictly increasing piecewise linear function g: it is
// Values[k] at Knots[k] and goes on beyond the first and the last knot with the
// slope it has there. A Calibration that satisfies Validate is safe for
// concurrent use; for others the results of its methods mean nothing.
type Calibration struct {
	Knots  []float64 // positions ⟨z, u⟩ along the direction, increasing
	Values []float64 // the factor there, in the transform's unit, increasing
}

// Validate reports whether g is a strictly increasing function with an inverse
// that stays finite. Its errors wrap ErrCalibration.
func (c Calibration) Validate() error {
	if len(c.Knots) != len(c.Values) || len(c.Knots) < 2 {
		return fmt.Errorf("%w: %d knots with %d values: at least two of both are needed", ErrCalibration, len(c.Knots), len(c.Values))
	}
	for k := range c.Knots {
		if bad(c.Knots[k]) || bad(c.Values[k]) {
			return fmt.Errorf("%w: knot %d is (%g, %g): both must be finite", ErrCalibration, k, c.Knots[k], c.Values[k])
		}
		if k == 0 {
			continue
		}
		if !(c.Knots[k-1] < c.Knots[k]) || !(c.Values[k-1] < c.Values[k]) {
			return fmt.Errorf("%w: knots %d and %d are (%g, %g) and (%g, %g): both coordinates must increase",
				ErrCalibration, k-1, k, c.Knots[k-1], c.Values[k-1], c.Knots[k], c.Values[k])
		}
		if s := c.slope(k - 1); bad(s) || s == 0 || bad(1/s) {
			return fmt.Errorf("%w: slope %g after knot %d has no finite inverse", ErrCalibration, s, k-1)
		}
	}
	return nil
}

func bad(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// At returns g(p).
func (c Calibration) At(p float64) float64 {
	k := cell(c.Knots, p)
	return c.Values[k] + c.slope(k)*(p-c.Knots[k])
}

// Inverse returns the p with g(p) = t.
func (c Calibration) Inverse(t float64) float64 {
	k := cell(c.Values, t)
	return c.Knots[k] + (t-c.Values[k])/c.slope(k)
}

// Slope returns g'(p); at a knot, that of the cell above it.
func (c Calibration) Slope(p float64) float64 { return c.slope(cell(c.Knots, p)) }

func (c Calibration) slope(k int) float64 {
	return (c.Values[k+1] - c.Values[k]) / (c.Knots[k+1] - c.Knots[k])
}

// cell returns the k for which x lies in [knots[k], knots[k+1]), the first or the
// last where x lies outside.
func cell(knots []float64, x float64) int {
	k := sort.Search(len(knots), func(i int) bool { return knots[i] > x }) - 1
	return min(max(k, 0), len(knots)-2)
}
