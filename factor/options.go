package factor

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
)

// Options are the settings of a fit. The zero value and nil stand for the
// defaults stated with each field.
type Options struct {
	// Levels are the parts of codes in which the direction may lie, in any order;
	// it is 0 elsewhere. Nil stands for the whole code. Give those that the
	// inversion could move.
	Levels []generator.Level

	// Cells lists how many cells the calibration may have; cross-validation
	// chooses, of equally good ones the first. Nil stands for {1, 2, 4, 8, 16};
	// 1 makes it linear.
	Cells []int

	// Grids lists how the knots of the calibration may be laid; cross-validation
	// chooses, of equally good ones the first. Nil stands for {Uniform}.
	Grids []Grid

	// Smoothness lists the weights that the penalty on the calibration's bends
	// may have, relative to the variance of what is fitted; cross-validation
	// chooses, of equally good ones the first. Nil stands for {1, 0.1, 0.01,
	// 0.001, 0.0001}.
	Smoothness []float64

	// Ridge lists how strongly the direction may be tied to the mean
	// displacement, relative to the mean variance of the codes' displacements;
	// cross-validation chooses the largest whose error is within one standard
	// error of the least. Without a ridge the direction is the one that predicts
	// Δt best, which may ignore a part of the factor that another part predicts;
	// 100 is all but the mean displacement itself. Nil stands for {0.1, 1, 10,
	// 100}.
	Ridge []float64

	// Folds is the number of parts of cross-validation; 0 stands for 5. It is
	// lowered to the number of trajectories.
	Folds int

	// MinSlope is the smallest slope of the calibration as a fraction of the
	// slope of a straight line; 0 stands for 0.05. The calibration's inverse,
	// and with it how far a code can be moved, is at most 1/MinSlope times as
	// steep as a straight line's.
	MinSlope float64

	// Tolerance, in the unit of t, ends the range where the errors of left-out
	// pairs pass it: their root mean square among pairs that begin or end next to
	// each other. 0 stands for none.
	Tolerance float64

	// Bootstrap is the number of resamples of the trajectories for the interval
	// of the error; 0 stands for 1000. Seed determines them.
	Bootstrap int
	Seed      uint64
}

// maxCells bounds the calibration: more cells than this say nothing more.
const maxCells = 1000

// defaultMinSlope is Options.MinSlope where it is 0.
const defaultMinSlope = 0.05

func (o *Options) settled() (Options, error) {
	var s Options
	if o != nil {
		s = *o
	}
	wrong := func(format string, args ...any) (Options, error) {
		return Options{}, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...))
	}
	if s.Cells == nil {
		s.Cells = []int{1, 2, 4, 8, 16}
	}
	if s.Grids == nil {
		s.Grids = []Grid{Uniform}
	}
	if s.Smoothness == nil {
		s.Smoothness = []float64{1, 0.1, 0.01, 0.001, 0.0001}
	}
	if s.Ridge == nil {
		s.Ridge = []float64{0.1, 1, 10, 100}
	}
	if s.Folds == 0 {
		s.Folds = 5
	}
	if s.MinSlope == 0 {
		s.MinSlope = defaultMinSlope
	}
	if s.Bootstrap == 0 {
		s.Bootstrap = 1000
	}
	if len(s.Cells) == 0 || len(s.Grids) == 0 || len(s.Smoothness) == 0 || len(s.Ridge) == 0 {
		return wrong("an empty list of Cells, Grids, Smoothness or Ridge: leave it nil for the defaults")
	}
	for _, g := range s.Grids {
		if g != Uniform && g != Quantile {
			return wrong("a grid %q: there are %q and %q", g, Uniform, Quantile)
		}
	}
	if slices.Min(s.Cells) < 1 || slices.Max(s.Cells) > maxCells {
		return wrong("Cells %v: give numbers from 1 to %d", s.Cells, maxCells)
	}
	for _, v := range slices.Concat(s.Smoothness, s.Ridge) {
		if bad(v) || v < 0 {
			return wrong("a weight of %g in Smoothness or Ridge: give finite numbers that are not negative", v)
		}
	}
	if s.Folds < 2 {
		return wrong("Folds %d: give at least 2", s.Folds)
	}
	if !(s.MinSlope > 0 && s.MinSlope < 1) {
		return wrong("MinSlope %g: give a number between 0 and 1", s.MinSlope)
	}
	if !(s.Tolerance >= 0) {
		return wrong("Tolerance %g: give a positive number, or 0 for none", s.Tolerance)
	}
	if s.Bootstrap < 0 {
		return wrong("Bootstrap %d: give a positive number", s.Bootstrap)
	}
	return s, nil
}
