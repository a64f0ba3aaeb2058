package factor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat"
)

// Fit finds the direction u, of norm 1, and the calibration g, strictly
// increasing with g(0) = 0, that minimise
//
//	Σ (Δt − [g(⟨z_1, u⟩) − g(⟨z_0, u⟩)])²
//
// over the pairs of data, with the number of g's cells and the weights of the
// penalties chosen by cross-validation over trajectories. Nil options stand for
// the defaults. The result is the same on every call. data is not modified.
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
	cells, smooth := cv.chooseCells(ridge)
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
	r.RMSECI = bootstrap(cross, all, o.Bootstrap, o.Seed)
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

// bootstrap returns a 95 % percentile interval of the root mean square residual
// over trajectories drawn with replacement.
func bootstrap(residual []float64, s *table, resamples int, seed uint64) [2]float64 {
	sse, count := make([]float64, s.groups), make([]float64, s.groups)
	for i, r := range residual {
		sse[s.group[i]] += r * r
		count[s.group[i]]++
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	out := make([]float64, resamples)
	for b := range out {
		sum, n := 0.0, 0.0
		for range s.groups {
			g := rng.IntN(s.groups)
			sum += sse[g]
			n += count[g]
		}
		out[b] = math.Sqrt(sum / n)
	}
	slices.Sort(out)
	return [2]float64{percentile(out, 0.025), percentile(out, 0.975)}
}

// parallel calls do for 0 … n-1, each in a goroutine of its own.
func parallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}
