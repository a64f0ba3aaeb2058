package bootstrap

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Line is what a group of points (x, y) adds to a least squares line.
type Line struct{ n, x, y, xx, xy float64 }

// Add adds a point.
func (l *Line) Add(x, y float64) {
	l.join(Line{1, x, y, x * x, x * y})
}

func (l *Line) join(o Line) {
	l.n, l.x, l.y, l.xx, l.xy = l.n+o.n, l.x+o.x, l.y+o.y, l.xx+o.xx, l.xy+o.xy
}

// slope is NaN where all x are the same.
func (l *Line) slope() float64 {
	sxx := l.xx - l.x*l.x/l.n
	if !(sxx > 1e-12*l.xx) {
		return math.NaN()
	}
	return (l.xy - l.x*l.y/l.n) / sxx
}

// Slope returns the slope of the least squares line, with an intercept, through
// the points of all groups, and a 95 % percentile interval over groups drawn with
// replacement, as RMS does. Without two different x all are 0.
func Slope(groups []Line, resamples int, seed uint64) (slope float64, ci [2]float64) {
	var all Line
	for _, g := range groups {
		all.join(g)
	}
	slope = all.slope()
	if math.IsNaN(slope) {
		return 0, ci
	}
	r := rand.New(rand.NewPCG(seed, 0))
	var values []float64
	for range resamples {
		var l Line
		for range groups {
			l.join(groups[r.IntN(len(groups))])
		}
		if v := l.slope(); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return slope, [2]float64{slope, slope}
	}
	slices.Sort(values)
	return slope, [2]float64{
		stat.Quantile(0.025, stat.LinInterp, values, nil),
		stat.Quantile(0.975, stat.LinInterp, values, nil),
	}
}
