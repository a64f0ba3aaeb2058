package factor

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// Compared is one choice of the calibration and how well it did. Errors are root
// mean squares of Δt, in its unit, each with a 95 % bootstrap interval over
// trajectories.
type Compared struct {
	Grid       Grid
	Cells      int     // as asked for
	Knots      int     // that came of it: fewer than Cells+1 where quantiles coincide
	Smoothness float64 // by cross-validation

	CrossRMSE float64 // on trajectories left out of the fit
	CrossCI   [2]float64

	// On the second set of pairs; 0 where there is none.
	HeldOutRMSE float64
	HeldOutCI   [2]float64
}

// Compare fits a model with every number of cells and every grid in turn, and says
// how well each predicts the trajectories it has not seen: those that
// cross-validation left out, and those of heldOut, pairs of another run, if that is
// not nil. Everything else is as Fit does it. opts are those of Fit, but for nil
// Cells, which stand for {1, 2, 4, 8, 16, 32, 100}, and nil Grids, which stand for
// both. The results are ordered by cells, then grids; a straight line is there once.
//
// Errors are those of Fit, or wrap ErrData where heldOut is not like data.
func Compare(data, heldOut *Data, opts *Options) ([]Compared, error) {
	var wide Options
	if opts != nil {
		wide = *opts
	}
	if wide.Cells == nil {
		wide.Cells = []int{1, 2, 4, 8, 16, 32, 100}
	}
	if wide.Grids == nil {
		wide.Grids = []Grid{Uniform, Quantile}
	}
	o, all, err := prepare(data, &wide)
	if err != nil {
		return nil, err
	}
	var unseen *table
	if heldOut != nil {
		if err := heldOut.validate(); err != nil {
			return nil, fmt.Errorf("the held-out pairs: %w", err)
		}
		if unseen = newTable(heldOut); unseen.d != all.levels.d {
			return nil, fmt.Errorf("%w: held-out codes of length %d for codes of length %d: give pairs of the same generator", ErrData, unseen.d, all.levels.d)
		}
		if err := unseen.among(o.Levels); err != nil {
			return nil, err
		}
	}
	s, err := newSearch(all, o)
	if err != nil {
		return nil, err
	}
	var out []Compared
	for _, cells := range o.Cells {
		for _, grid := range o.Grids {
			of := s.cv.chooseShape(o.shapes([]int{cells}, []Grid{grid}))
			c := Compared{Grid: grid, Cells: cells, Smoothness: of.smooth}
			c.CrossRMSE, c.CrossCI = o.errorOf(all, s.cv.residuals(s.ridge, of))

			p := s.problem(of)
			st, _, _ := p.refine(s.start, thorough)
			st, on := p.unridged(st.u)
			c.Knots = len(on.knots)
			if unseen != nil {
				c.HeldOutRMSE, c.HeldOutCI = o.errorOf(unseen, unseen.residuals(st.u, on.calibration(st.slopes)))
			}
			out = append(out, c)
			if cells == 1 {
				break // a straight line has one grid
			}
		}
	}
	return out, nil
}

// errorOf returns the root mean square of the residuals of s, with its interval.
func (o *Options) errorOf(s *table, residual []float64) (rmse float64, ci [2]float64) {
	squares, counts := s.byGroup(residual)
	sum := 0.0
	for _, v := range squares {
		sum += v
	}
	return math.Sqrt(sum / float64(s.n)), bootstrap.RMS(squares, counts, o.Bootstrap, o.Seed)
}
