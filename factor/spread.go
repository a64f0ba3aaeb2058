package factor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// BootstrapOptions are the settings of a bootstrap. The zero value and nil stand
// for the defaults stated with each field.
type BootstrapOptions struct {
	// Resamples is the number of times a model is fitted to trajectories drawn
	// anew; 0 stands for 200.
	Resamples int

	// Seed determines the drawing.
	Seed uint64

	// Points is the number of positions at which the band of G is given, evenly
	// spaced over the model's range; 0 stands for 21.
	Points int

	// MinSlope is that of the Options the model was fitted with; 0 stands for
	// 0.05.
	MinSlope float64
}

// Spread says how much a model would differ had other trajectories been drawn.
type Spread struct {
	// Angles between the directions of the resampled models and the model's own,
	// in radians, increasing. Angle is their mean and AngleHigh what 95 % of them
	// are at most.
	Angles           []float64
	Angle, AngleHigh float64

	// Positions along the model's direction, the model's G there, and between
	// which values 95 % of the resampled calibrations lie (percentiles 2.5 and
	// 97.5). All calibrations are 0 at 0, so the band has no width there: it is
	// about changes from the average code.
	Positions, Values, Low, High []float64
}

// Bootstrap fits models to trajectories drawn with replacement from those of data,
// as many as there are, and says how far they spread (Efron and Tibshirani, An
// introduction to the bootstrap, 1993, chapter 6). m is the model that Fit or
// FitAlong made of data; the refits start from it and keep what cross-validation
// chose for it, and after FitAlong the direction too. Nil options stand for the
// defaults. The result is the same on every call. Neither data nor m is modified.
//
// The spread is that of the fit under the luck of drawing. It does not show what
// all trajectories have in common, such as a transform that means something else
// than the factor.
//
// Errors wrap ErrData, ErrTooFewPairs, ErrNoMotion, ErrModel or ErrOptions.
func Bootstrap(data *Data, m *Model, opts *BootstrapOptions) (*Spread, error) {
	o, err := opts.settled()
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, fmt.Errorf("%w: there is none: give what Fit made of the data", ErrModel)
	}
	_, all, err := prepare(data, &Options{Levels: m.Report.Levels})
	if err != nil {
		return nil, err
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if len(m.U) != all.levels.d {
		return nil, fmt.Errorf("%w: a direction of length %d for codes of length %d: give the data it was fitted to", ErrModel, len(m.U), all.levels.d)
	}
	along := all.levels.narrow(m.U)
	of, err := m.Report.shape()
	if err != nil {
		return nil, err
	}
	s := &Spread{Angles: make([]float64, o.Resamples)}
	low, high := m.G.Inverse(m.Low), m.G.Inverse(m.High)
	for k := range o.Points {
		p := low + float64(k)*(high-low)/float64(o.Points-1)
		s.Positions, s.Values = append(s.Positions, p), append(s.Values, m.G.At(p))
	}
	draws := all.draws(o.Resamples, o.Seed)
	bands := make([][]float64, o.Resamples)
	members := all.members()
	parallel(min(o.Resamples, 16), func(worker int) { // each holds one resample at a time
		for i := worker; i < o.Resamples; i += 16 {
			t := all.draw(draws[i], members)
			p := problem{table: t, shape: of, ridge: m.Report.Ridge * newMoments(t).scale, minSlope: o.MinSlope}
			u := along
			if !m.Report.Given {
				st, _, _ := p.refine(u, rough)
				u = st.u
			}
			st, on := p.unridged(u)
			g := on.calibration(st.slopes)
			s.Angles[i] = angleBetween(along, u)
			bands[i] = make([]float64, o.Points)
			for k, p := range s.Positions {
				bands[i][k] = g.At(p)
			}
		}
	})
	s.summarize(bands)
	return s, nil
}

func (o *BootstrapOptions) settled() (BootstrapOptions, error) {
	var s BootstrapOptions
	if o != nil {
		s = *o
	}
	if s.Resamples == 0 {
		s.Resamples = 200
	}
	if s.Points == 0 {
		s.Points = 21
	}
	if s.MinSlope == 0 {
		s.MinSlope = defaultMinSlope
	}
	switch {
	case s.Resamples < 2:
		return s, fmt.Errorf("%w: Resamples %d: give at least 2", ErrOptions, s.Resamples)
	case s.Points < 2:
		return s, fmt.Errorf("%w: Points %d: give at least 2", ErrOptions, s.Points)
	case !(s.MinSlope > 0 && s.MinSlope < 1):
		return s, fmt.Errorf("%w: MinSlope %g: give a number between 0 and 1", ErrOptions, s.MinSlope)
	}
	return s, nil
}

// shape returns what cross-validation chose.
func (r *Report) shape() (shape, error) {
	of := shape{grid: r.Grid, cells: r.Cells, smooth: r.Smoothness}
	if of.grid == "" { // written by a library that knew no other
		of.grid = Uniform
	}
	if of.cells < 1 || of.cells > maxCells || of.grid != Uniform && of.grid != Quantile ||
		bad(of.smooth) || of.smooth < 0 || bad(r.Ridge) || r.Ridge < 0 {
		return of, fmt.Errorf("%w: its report names %d cells, grid %q, smoothness %g and ridge %g: give one that Fit or FitAlong made",
			ErrModel, of.cells, of.grid, of.smooth, r.Ridge)
	}
	return of, nil
}

func (s *Spread) summarize(bands [][]float64) {
	slices.Sort(s.Angles)
	s.Angle = stat.Mean(s.Angles, nil)
	s.AngleHigh = stat.Quantile(0.95, stat.LinInterp, s.Angles, nil)
	at := make([]float64, len(bands))
	for k := range s.Positions {
		for i, b := range bands {
			at[i] = b[k]
		}
		slices.Sort(at)
		s.Low = append(s.Low, stat.Quantile(0.025, stat.LinInterp, at, nil))
		s.High = append(s.High, stat.Quantile(0.975, stat.LinInterp, at, nil))
	}
}

// angleBetween returns the angle of two unit vectors, exactly for small ones too.
func angleBetween(u, v []float64) float64 {
	return 2 * math.Asin(min(floats.Distance(u, v, 2)/2, 1))
}

// draws returns, for each resample, as many trajectories as there are, drawn with
// replacement. At least two of them differ, as a fit needs.
func (s *table) draws(resamples int, seed uint64) [][]int {
	r := rand.New(rand.NewPCG(seed, 0))
	out := make([][]int, resamples)
	for i := range out {
		out[i] = make([]int, s.groups)
		for slices.Min(out[i]) == slices.Max(out[i]) {
			for k := range out[i] {
				out[i][k] = r.IntN(s.groups)
			}
		}
	}
	return out
}

// members returns the pairs of each group.
func (s *table) members() [][]int {
	out := make([][]int, s.groups)
	for i, g := range s.group {
		out[g] = append(out[g], i)
	}
	return out
}

// draw returns the pairs of the given groups, each of which may be there several
// times and is a group of its own every time.
func (s *table) draw(groups []int, members [][]int) *table {
	out := &table{d: s.d, groups: len(groups)}
	for k, g := range groups {
		for _, i := range members[g] {
			out.z0 = append(out.z0, s.z0[i*s.d:(i+1)*s.d]...)
			out.z1 = append(out.z1, s.z1[i*s.d:(i+1)*s.d]...)
			out.t = append(out.t, s.t[i])
			out.group = append(out.group, k)
		}
	}
	out.n = len(out.t)
	return out
}
