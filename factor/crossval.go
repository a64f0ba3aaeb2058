package factor

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// The calibration with which ridges are compared, before calibrations are: it has
// bends enough for any factor met so far.
var pilot = shape{grid: Uniform, cells: 16, smooth: 0.001}

// crossValidation holds the folds of a fit.
type crossValidation struct {
	o     *Options
	all   *table
	along []float64 // the direction, where it is given
	folds []fold
}

type fold struct {
	train, test *table
	moments     moments   // of train
	u           []float64 // given, or found with the chosen ridge
	residual    []float64 // of test, under the final fit to train
}

// newCrossValidation deals out the trajectories. along is the direction, nil where
// it is to be found.
func newCrossValidation(all *table, along []float64, o *Options) *crossValidation {
	cv := &crossValidation{o: o, all: all, along: along, folds: make([]fold, min(o.Folds, all.groups))}
	parallel(len(cv.folds), func(i int) {
		f := &cv.folds[i]
		f.u = along
		f.train, f.test = all.fold(i, len(cv.folds))
		f.moments = newMoments(f.train)
	})
	return cv
}

// chooseRidge returns the strongest ridge whose error is no more than one standard
// error above the least: the rule of Breiman, Friedman, Olshen and Stone
// (Classification and regression trees, 1984, section 3.4.3), but with the standard
// error, over the folds, of the difference itself. That of the error is mostly about
// how hard each fold is, which is the same for all ridges. Among
// directions that predict Δt equally well the one nearest the mean displacement
// is wanted, because steering moves codes as the factor does, while prediction
// only has to recognise it. It leaves the directions it found in the folds. A
// calibration may bend meanwhile: a ridge that is best for straight ones only
// makes up for what they cannot say.
func (cv *crossValidation) chooseRidge() (ridge float64, ok bool) {
	ridges := slices.Clone(cv.o.Ridge)
	slices.Sort(ridges)
	slices.Reverse(ridges)
	found := make([][][]float64, len(cv.folds))
	by := cv.score(len(ridges), func(i int, f *fold, sse []float64) {
		found[i] = make([][]float64, len(ridges))
		u := f.moments.direction(ridges[0])
		for c, ridge := range ridges {
			sse[c] = math.Inf(1)
			if u == nil {
				continue
			}
			p := cv.problem(f, ridge, pilot)
			st, _, _ := p.refine(u, rough)
			u = st.u // close to the next ridge's
			found[i][c] = u
			sse[c] = f.judge(p.unridged(u))
		}
	})
	total := sums(by)
	at := cv.cheapest(total)
	if at < 0 {
		return 0, false
	}
	more := make([]float64, len(by))
	for c := range at { // stronger ones
		if bad(total[c]) {
			continue
		}
		for i := range by {
			more[i] = by[i][c] - by[i][at]
		}
		if floats.Sum(more) <= math.Sqrt(float64(len(by)))*stat.StdDev(more, nil) {
			at = c
			break
		}
	}
	for i := range cv.folds {
		cv.folds[i].u = found[i][at]
	}
	return ridges[at], true
}

// shapes lists what a calibration may be like, simple ones first.
func (o *Options) shapes(cellsOf []int, grids []Grid) []shape {
	var out []shape
	for _, cells := range cellsOf {
		for _, smooth := range o.Smoothness {
			for _, grid := range grids {
				out = append(out, shape{grid, cells, smooth})
				if cells == 1 {
					break // a straight line has one grid
				}
			}
			if cells == 1 {
				break // and no bends
			}
		}
	}
	return out
}

// chooseShape compares calibrations along the directions that chooseRidge left in
// the folds. The first of those that tie wins.
func (cv *crossValidation) chooseShape(shapes []shape) shape {
	by := cv.score(len(shapes), func(_ int, f *fold, sse []float64) {
		for c := range sse {
			sse[c] = f.judge(cv.problem(f, 0, shapes[c]).unridged(f.u))
		}
	})
	return shapes[max(cv.cheapest(sums(by)), 0)]
}

// residuals returns, for every pair, the error of the fit that did not see its
// trajectory.
func (cv *crossValidation) residuals(ridge float64, of shape) []float64 {
	parallel(len(cv.folds), func(i int) {
		f := &cv.folds[i]
		p := cv.problem(f, ridge, of)
		u := f.u
		if cv.along == nil {
			st, _, _ := p.refine(u, rough)
			u = st.u
		}
		f.residual = f.unseen(p.unridged(u))
	})
	out := make([]float64, 0, cv.all.n)
	next := make([]int, len(cv.folds))
	for _, g := range cv.all.group { // folds keep the order of the pairs
		f := g % len(cv.folds)
		out = append(out, cv.folds[f].residual[next[f]])
		next[f]++
	}
	return out
}

func (cv *crossValidation) problem(f *fold, ridge float64, of shape) *problem {
	return &problem{table: f.train, shape: of, ridge: ridge * f.moments.scale, minSlope: cv.o.MinSlope}
}

// score returns, for every fold, what it makes of each candidate.
func (cv *crossValidation) score(candidates int, of func(i int, f *fold, sse []float64)) [][]float64 {
	by := make([][]float64, len(cv.folds))
	parallel(len(by), func(i int) {
		by[i] = make([]float64, candidates)
		of(i, &cv.folds[i], by[i])
	})
	return by
}

// sums adds up the folds.
func sums(by [][]float64) []float64 {
	total := make([]float64, len(by[0]))
	for _, sse := range by {
		floats.Add(total, sse)
	}
	return total
}

// cheapest returns the first candidate whose sum is as small as the smallest, to
// within a thousandth or the rounding of codes to float32; -1 where none is finite.
func (cv *crossValidation) cheapest(sse []float64) int {
	low := slices.Min(sse)
	limit := max(1.001*low, low+1e-12*floats.Dot(cv.all.t, cv.all.t))
	for i, v := range sse {
		if v <= limit && !bad(v) {
			return i
		}
	}
	return -1
}

// unseen returns the residuals of the test pairs.
func (f *fold) unseen(st *state, on ground) []float64 {
	return f.test.residuals(st.u, on.calibration(st.slopes))
}

// residuals returns Δt less what direction u with calibration g makes of it.
func (s *table) residuals(u []float64, g Calibration) []float64 {
	p0, p1 := s.project(u)
	out := make([]float64, s.n)
	for i, t := range s.t {
		out[i] = t - (g.At(p1[i]) - g.At(p0[i]))
	}
	return out
}

// judge returns the sum of the squares of what unseen does.
func (f *fold) judge(st *state, on ground) float64 {
	r := f.unseen(st, on)
	return floats.Dot(r, r)
}
