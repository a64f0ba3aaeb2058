package factor

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// Fit finds the direction u, of norm 1, and the calibration g, strictly
// increasing with g(0) = 0, that minimise
//
//	Σ (Δt − [g(⟨z_1, u⟩) − g(⟨z_0, u⟩)])²
//
// over the pairs of data, plus penalties that keep g straight and draw u towards
// the mean displacement of the codes (Options.Smoothness and Ridge). Their weights
// and the number of g's cells are chosen by cross-validation over trajectories.
// Nil options stand for the defaults. The result is the same on every call. data
// is not modified.
//
// Errors wrap ErrData, ErrTooFewPairs, ErrNoMotion, ErrTolerance or ErrOptions.
func Fit(data *Data, opts *Options) (*Model, error) {
	o, all, err := prepare(data, opts)
	if err != nil {
		return nil, err
	}
	s, err := newSearch(all, o)
	if err != nil {
		return nil, err
	}
	p := s.problem(s.cv.chooseShape(o.shapes(o.Cells, o.Grids)))
	st, _, steps := p.refine(s.start, thorough)
	return s.cv.model(p, st.u, Report{Ridge: s.ridge, Iterations: steps})
}

// search is a fit whose ridge has been chosen.
type search struct {
	cv    *crossValidation
	ridge float64   // relative
	scale float64   // what it is relative to
	start []float64 // the direction to start from
}

func newSearch(all *table, o *Options) (*search, error) {
	if all.n < all.d {
		return nil, fmt.Errorf("%w: %d pairs cannot determine a direction of %d numbers: record more trajectories", ErrTooFewPairs, all.n, all.d)
	}
	s := &search{cv: newCrossValidation(all, nil, o)}
	m := newMoments(all)
	ridge, ok := s.cv.chooseRidge()
	s.ridge, s.scale, s.start = ridge, m.scale, m.direction(ridge)
	if !ok || s.start == nil {
		return nil, fmt.Errorf("%w: how codes move does not depend on t: see whether the inversion's errors are small", ErrNoMotion)
	}
	return s, nil
}

func (s *search) problem(of shape) *problem {
	return &problem{table: s.cv.all, shape: of, ridge: s.ridge * s.scale, minSlope: s.cv.o.MinSlope}
}

// FitAlong calibrates a given direction: it finds the g that Fit would for it, and
// reports as Fit does. u has the length of a code; it is normalised, and turned
// round if the factor falls along it. Options.Ridge has no say, and of Options.Levels
// the part of u that lies in them is taken. data is not modified.
//
// Cross-validation is of the calibration alone: a direction that was found on these
// pairs, or chosen by them, has seen the trajectories that are left out, and the
// errors reported are the smaller for it, the more so the longer the codes are.
//
// Errors wrap ErrModel where u is no direction, and else those that Fit's do.
func FitAlong(data *Data, u []float64, opts *Options) (*Model, error) {
	o, all, err := prepare(data, opts)
	if err != nil {
		return nil, err
	}
	if len(u) != all.levels.d {
		return nil, fmt.Errorf("%w: a direction of length %d given for codes of length %d", ErrModel, len(u), all.levels.d)
	}
	along := slices.Clone(all.levels.narrow(u))
	norm := floats.Norm(along, 2)
	if !(norm > 0) || bad(norm) {
		return nil, fmt.Errorf("%w: the direction given has norm %g (in Options.Levels, if there are any): it must be finite and not 0", ErrModel, norm)
	}
	floats.Scale(1/norm, along)
	p0, p1 := all.project(along)
	switch product := floats.Dot(p1, all.t) - floats.Dot(p0, all.t); {
	case product == 0 || bad(product):
		return nil, fmt.Errorf("%w: how codes move along the direction given does not depend on t: give another", ErrNoMotion)
	case product < 0:
		floats.Scale(-1, along)
	}
	cv := newCrossValidation(all, along, o)
	p := problem{table: all, shape: cv.chooseShape(o.shapes(o.Cells, o.Grids)), minSlope: o.MinSlope}
	return cv.model(&p, along, Report{Given: true})
}

// prepare checks what a fit is given.
func prepare(data *Data, opts *Options) (*Options, *table, error) {
	o, err := opts.settled()
	if err != nil {
		return nil, nil, err
	}
	if err := data.validate(); err != nil {
		return nil, nil, err
	}
	all := newTable(data)
	if err := all.among(o.Levels); err != nil {
		return nil, nil, err
	}
	if all.groups < 2 {
		return nil, nil, fmt.Errorf("%w: all %d pairs are of one trajectory: at least two are needed to judge a fit", ErrTooFewPairs, all.n)
	}
	return &o, all, nil
}

// model calibrates direction u as p says and completes the report.
func (cv *crossValidation) model(p *problem, u []float64, r Report) (*Model, error) {
	all := cv.all
	cross := cv.residuals(r.Ridge, p.shape)
	st, on := p.unridged(u)

	model := &Model{U: all.levels.spread(st.u), G: on.calibration(st.slopes)}
	low, high, lowBy, highBy := p.limits(st, on, cross, cv.o.Tolerance)
	if low >= high && (lowBy == ByError || highBy == ByError) {
		return nil, fmt.Errorf("%w: errors on left-out trajectories are above %g in the middle of the codes: give a larger Options.Tolerance", ErrTolerance, cv.o.Tolerance)
	}
	model.Low, model.High = model.G.At(low), model.G.At(high)
	r.LowBound, r.HighBound = lowBy, highBy
	r.Levels = cv.o.Levels
	model.Errors = newErrors(all, cross)
	r.Pairs, r.Trajectories = all.n, all.groups
	r.Grid, r.Cells, r.Smoothness = p.shape.grid, on.cells(), p.smooth
	r.R2, r.RMSE = quality(st.residual, all.t)
	r.CrossR2, r.CrossRMSE = quality(cross, all.t)
	squares, counts := all.byGroup(cross)
	r.RMSECI = bootstrap.RMS(squares, counts, cv.o.Bootstrap, cv.o.Seed)
	model.Report = r
	if err := model.Validate(); err != nil {
		return nil, fmt.Errorf("%w: the fit gave no usable control (%w): the pairs say nothing consistent about t; "+
			"see whether the inversion's errors are small, and use a smaller range", ErrNoMotion, err)
	}
	return model, nil
}

// quality returns R² and the root mean square of residuals.
func quality(residual, t []float64) (r2, rmse float64) {
	mean := stat.Mean(t, nil)
	sse, sst := 0.0, 0.0
	for i, r := range residual {
		sse += r * r
		sst += (t[i] - mean) * (t[i] - mean)
	}
	return 1 - sse/sst, math.Sqrt(sse / float64(len(t)))
}

// parallel calls do for 0 … n-1, each in a goroutine of its own.
func parallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}
