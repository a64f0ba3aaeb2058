package factor

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// The calibration with which ridges are compared, before calibrations are: it has
// bends enough for any factor met so far.
const (
	pilotCells  = 16
	pilotSmooth = 0.001
)

// crossValidation holds the folds of a fit.
type crossValidation struct {
	o     *Options
	all   *table
	folds []fold
}

type fold struct {
	train, test *table
	moments     moments   // of train
	u           []float64 // found with the chosen ridge
	residual    []float64 // of test, under the final fit to train
}

func newCrossValidation(all *table, o *Options) *crossValidation {
	cv := &crossValidation{o: o, all: all, folds: make([]fold, min(o.Folds, all.groups))}
	parallel(len(cv.folds), func(i int) {
		f := &cv.folds[i]
		f.train, f.test = all.fold(i, len(cv.folds))
		f.moments = newMoments(f.train)
	})
	return cv
}

// chooseRidge returns the strongest ridge whose error is within one standard
// error, over the folds, of the least: the rule of Breiman, Friedman, Olshen and
// Stone (Classification and regression trees, 1984, section 3.4.3). Among
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
			p := cv.problem(f, ridge, pilotCells, pilotSmooth)
			st, _, _ := p.refine(u, rough)
			u = st.u // close to the next ridge's
			found[i][c] = u
			sse[c] = f.judge(p.unridged(u))
		}
	})
	total := sums(by)
	at := cv.cheapest(total, 0)
	if at < 0 {
		return 0, false
	}
	best := make([]float64, len(by))
	for i := range by {
		best[i] = by[i][at]
	}
	at = cv.cheapest(total, math.Sqrt(float64(len(by)))*stat.StdDev(best, nil))
	for i := range cv.folds {
		cv.folds[i].u = found[i][at]
	}
	return ridges[at], true
}

// chooseCells compares calibrations along the directions that chooseRidge left in
// the folds. Simple ones come first, so that they win ties.
func (cv *crossValidation) chooseCells() (cells int, smooth float64) {
	n := len(cv.o.Smoothness)
	by := cv.score(len(cv.o.Cells)*n, func(_ int, f *fold, sse []float64) {
		for c := range sse {
			p := cv.problem(f, 0, cv.o.Cells[c/n], cv.o.Smoothness[c%n])
			sse[c] = f.judge(p.unridged(f.u))
		}
	})
	at := max(cv.cheapest(sums(by), 0), 0)
	return cv.o.Cells[at/n], cv.o.Smoothness[at%n]
}

// residuals returns, for every pair, the error of the fit that did not see its
// trajectory.
func (cv *crossValidation) residuals(ridge float64, cells int, smooth float64) []float64 {
	parallel(len(cv.folds), func(i int) {
		f := &cv.folds[i]
		p := cv.problem(f, ridge, cells, smooth)
		st, _, _ := p.refine(f.u, rough)
		f.residual = f.unseen(p.unridged(st.u))
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

func (cv *crossValidation) problem(f *fold, ridge float64, cells int, smooth float64) *problem {
	return &problem{table: f.train, cells: cells, smooth: smooth, ridge: ridge * f.moments.scale, minSlope: cv.o.MinSlope}
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
// within slack, a thousandth or the rounding of codes to float32; -1 where none is
// finite.
func (cv *crossValidation) cheapest(sse []float64, slack float64) int {
	low := slices.Min(sse)
	limit := max(low+slack, 1.001*low, low+1e-12*floats.Dot(cv.all.t, cv.all.t))
	for i, v := range sse {
		if v <= limit && !bad(v) {
			return i
		}
	}
	return -1
}

// unseen returns the residuals of the test pairs.
func (f *fold) unseen(st *state, on ground) []float64 {
	g := on.calibration(st.slopes)
	p0, p1 := f.test.project(st.u)
	out := make([]float64, f.test.n)
	for i, t := range f.test.t {
		out[i] = t - (g.At(p1[i]) - g.At(p0[i]))
	}
	return out
}

// judge returns the sum of the squares of what unseen does.
func (f *fold) judge(st *state, on ground) float64 {
	r := f.unseen(st, on)
	return floats.Dot(r, r)
}
