package factor

import (
	"slices"
	"sort"
)

// Grid says how the knots of a calibration are laid.
type Grid string

// The grids.
const (
	// Uniform makes all cells equally wide.
	Uniform Grid = "uniform"
	// Quantile puts equally many codes into every cell: cells are narrow where
	// there are many codes, wide where there are few.
	Quantile Grid = "quantile"
)

// grid cuts the line of positions into cells; the first and the last reach to
// infinity.
type grid struct{ knots []float64 }

// newGrid spans the bulk of sorted positions with the given number of cells, or
// with fewer where quantiles coincide. The outermost hundredths are left to the
// end cells, which extend to them.
func newGrid(sorted []float64, cells int, how Grid) grid {
	low, high := percentile(sorted, 0.01), percentile(sorted, 0.99)
	if !(high > low) {
		low, high = sorted[0]-0.5, sorted[len(sorted)-1]+0.5
	}
	g := grid{knots: make([]float64, 0, cells+1)}
	if how == Quantile {
		// A z_0 belongs to many pairs but is one code.
		codes := slices.Compact(slices.Clone(sorted))
		from, to := rank(codes, low), rank(codes, high)
		// A cell in which nothing could be told apart would only be in the way.
		least := 1e-3 * (high - low) / float64(cells)
		g.knots = append(g.knots, low)
		for k := 1; k < cells; k++ {
			x := percentile(codes, from+(to-from)*float64(k)/float64(cells))
			if x-g.knots[len(g.knots)-1] > least && high-x > least {
				g.knots = append(g.knots, x)
			}
		}
		g.knots = append(g.knots, high)
		return g
	}
	for k := range cells + 1 {
		g.knots = append(g.knots, low+float64(k)*(high-low)/float64(cells))
	}
	return g
}

func percentile(sorted []float64, q float64) float64 {
	x := q * float64(len(sorted)-1)
	k := min(int(x), len(sorted)-2)
	if k < 0 {
		return sorted[0]
	}
	return sorted[k] + (x-float64(k))*(sorted[k+1]-sorted[k])
}

// rank returns the share of sorted that lies below x.
func rank(sorted []float64, x float64) float64 {
	return float64(sort.SearchFloat64s(sorted, x)) / float64(max(len(sorted)-1, 1))
}

// cells returns their number.
func (g grid) cells() int { return len(g.knots) - 1 }

// width returns that of a cell.
func (g grid) width(k int) float64 { return g.knots[k+1] - g.knots[k] }

// span returns the distance of the outermost knots.
func (g grid) span() float64 { return g.knots[len(g.knots)-1] - g.knots[0] }

// locate returns the cell of position p.
func (g grid) locate(p float64) int { return cell(g.knots, p) }

// row adds sign times the length of [0, p] that lies in each cell to a, so that
// g(p) is the sum of slopes times lengths.
func (g grid) row(a []float64, p, sign float64) {
	from, to := g.locate(0), g.locate(p)
	if from == to {
		a[from] += sign * p
		return
	}
	if from > to { // p lies below 0: lengths count negative
		a[to] += sign * (p - g.knots[to+1])
		for k := to + 1; k < from; k++ {
			a[k] -= sign * g.width(k)
		}
		a[from] += sign * g.knots[from]
		return
	}
	a[from] += sign * g.knots[from+1]
	for k := from + 1; k < to; k++ {
		a[k] += sign * g.width(k)
	}
	a[to] += sign * (p - g.knots[to])
}

// calibration returns the function with the given slopes that is 0 at 0.
func (g grid) calibration(slopes []float64) Calibration {
	c := Calibration{Knots: slices.Clone(g.knots), Values: make([]float64, len(g.knots))}
	a := make([]float64, g.cells())
	for k, p := range c.Knots {
		clear(a)
		// The last knot belongs to no cell of its own; row extends the last.
		g.row(a, p, 1)
		for j, s := range slopes {
			c.Values[k] += a[j] * s
		}
	}
	return c
}
