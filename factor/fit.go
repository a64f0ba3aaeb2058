package factor

import (
	"fmt"
	"math"
	"sync"

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
// Errors wrap ErrData, ErrTooFewPairs, ErrNoMotion or ErrOptions.
func Fit(data *Data, opts *Options) (*Model, error) {
	o, err := opts.settled()
	if err != nil {
		return nil, err
	}
	if err := data.validate(); err != nil {
		return nil, err
	}
	all := newTable(data)
	if all.groups < 2 {
		return nil, fmt.Errorf("%w: all %d pairs are of one trajectory: at least two are needed to judge a fit", ErrTooFewPairs, all.n)
	}
	cv := newCrossValidation(all, &o)
	m := newMoments(all)
	ridge, ok := cv.chooseRidge()
	start := m.direction(ridge)
	if !ok || start == nil {
		return nil, fmt.Errorf("%w: how codes move does not depend on t: see whether the inversion's errors are small", ErrNoMotion)
	}
	cells, smooth := cv.chooseCells()
	cross := cv.residuals(ridge, cells, smooth)

	p := problem{table: all, cells: cells, smooth: smooth, ridge: ridge * m.scale, minSlope: o.MinSlope}
	st, _, steps := p.refine(start, thorough)
	st, on := p.unridged(st.u)

	model := &Model{U: st.u, G: on.calibration(st.slopes)}
	positions := p.positions(st.u)
	model.Low = model.G.At(percentile(positions, 0.01))
	model.High = model.G.At(percentile(positions, 0.99))
	model.Report = Report{
		Pairs: all.n, Trajectories: all.groups,
		Cells: cells, Smoothness: smooth, Ridge: ridge, Iterations: steps,
	}
	r := &model.Report
	r.R2, r.RMSE = quality(st.residual, all.t)
	r.CrossR2, r.CrossRMSE = quality(cross, all.t)
	squares, counts := all.byGroup(cross)
	r.RMSECI = bootstrap.RMS(squares, counts, o.Bootstrap, o.Seed)
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
