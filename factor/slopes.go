package factor

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// grid cuts the line of positions into cells of equal width; the first and the
// last reach to infinity.
type grid struct {
	low, width float64
	cells      int
}

// newGrid spans the bulk of sorted positions with the given number of cells. The
// outermost hundredths are left to the end cells, which extend to them.
func newGrid(sorted []float64, cells int) grid {
	low, high := percentile(sorted, 0.01), percentile(sorted, 0.99)
	if !(high > low) {
		low, high = sorted[0]-0.5, sorted[len(sorted)-1]+0.5
	}
	return grid{low: low, width: (high - low) / float64(cells), cells: cells}
}

func percentile(sorted []float64, q float64) float64 {
	x := q * float64(len(sorted)-1)
	k := min(int(x), len(sorted)-2)
	if k < 0 {
		return sorted[0]
	}
	return sorted[k] + (x-float64(k))*(sorted[k+1]-sorted[k])
}

// locate returns the cell of position p.
func (g grid) locate(p float64) int {
	x := (p - g.low) / g.width
	return int(min(max(x, 0), float64(g.cells-1)))
}

// row adds sign times the length of [0, p] that lies in each cell to a, so that
// g(p) is the sum of slopes times lengths.
func (g grid) row(a []float64, p, sign float64) {
	from, to := g.locate(0), g.locate(p)
	if from == to {
		a[from] += sign * p
		return
	}
	if from > to { // p lies below 0: lengths count negative
		a[to] += sign * (p - (g.low + float64(to+1)*g.width))
		for k := to + 1; k < from; k++ {
			a[k] -= sign * g.width
		}
		a[from] += sign * (g.low + float64(from)*g.width)
		return
	}
	a[from] += sign * (g.low + float64(from+1)*g.width)
	for k := from + 1; k < to; k++ {
		a[k] += sign * g.width
	}
	a[to] += sign * (p - (g.low + float64(to)*g.width))
}

// calibration returns the function with the given slopes that is 0 at 0.
func (g grid) calibration(slopes []float64) Calibration {
	c := Calibration{Knots: make([]float64, g.cells+1), Values: make([]float64, g.cells+1)}
	a := make([]float64, g.cells)
	for k := range c.Knots {
		c.Knots[k] = g.low + float64(k)*g.width
		clear(a)
		// The last knot belongs to no cell of its own; row extends the last.
		g.row(a, c.Knots[k], 1)
		for j, s := range slopes {
			c.Values[k] += a[j] * s
		}
	}
	return c
}

// boundedLeastSquares minimises sᵀHs/2 − fᵀs subject to s ≥ floor by the active
// set method of Lawson and Hanson (Solving least squares problems, 1974, chapter
// 23) on the normal equations, as Bro and de Jong (1997) do. H is positive
// definite. It returns the solution and which components are above the floor.
func boundedLeastSquares(h *mat.SymDense, f []float64, floor float64) (s []float64, free []bool) {
	n := h.SymmetricDim()
	s, free = make([]float64, n), make([]bool, n)
	// In x = s − floor the bound is 0 and the right-hand side f − H·floor.
	rhs, w := make([]float64, n), make([]float64, n)
	for i := range n {
		rhs[i] = f[i]
		for j := range n {
			rhs[i] -= h.At(i, j) * floor
		}
	}
	x := make([]float64, n)
	tol := 1e-12 * (1 + floats.Norm(rhs, math.Inf(1)))
	for range 10 * n { // more than ever needed; a bound against cycling in the last bits
		for i := range n {
			w[i] = rhs[i]
			for j := range n {
				w[i] -= h.At(i, j) * x[j]
			}
		}
		enter := -1
		for i := range n {
			if !free[i] && w[i] > tol && (enter < 0 || w[i] > w[enter]) {
				enter = i
			}
		}
		if enter < 0 {
			break
		}
		free[enter] = true
		for {
			y := solveFree(h, rhs, free)
			// Go towards y until a component meets its bound, and fix that.
			step, meets := 1.0, -1
			for i := range n {
				if free[i] && y[i] <= 0 {
					if at := x[i] / (x[i] - y[i]); meets < 0 || at < step {
						step, meets = at, i
					}
				}
			}
			for i := range n {
				if free[i] {
					x[i] += step * (y[i] - x[i])
				}
			}
			if meets < 0 {
				break
			}
			x[meets], free[meets] = 0, false
		}
	}
	for i := range n {
		s[i] = floor + x[i]
	}
	return s, free
}

// solveFree solves H y = f in the free components; the others are 0.
func solveFree(h *mat.SymDense, f []float64, free []bool) []float64 {
	var at []int
	for i, in := range free {
		if in {
			at = append(at, i)
		}
	}
	sub, rhs := mat.NewSymDense(len(at), nil), mat.NewVecDense(len(at), nil)
	for i, p := range at {
		rhs.SetVec(i, f[p])
		for j := i; j < len(at); j++ {
			sub.SetSym(i, j, h.At(p, at[j]))
		}
	}
	y := make([]float64, len(f))
	for i, v := range solveSym(sub, rhs) {
		y[at[i]] = v
	}
	return y
}

// solveSym solves the positive semidefinite system a x = b, lifting the diagonal
// by as little as it takes where a is singular to working precision. It
// overwrites a. Where a is zero or not finite the answer is zero.
func solveSym(a *mat.SymDense, b *mat.VecDense) []float64 {
	n := a.SymmetricDim()
	trace := mat.Trace(a)
	if !(trace > 0) || bad(trace) {
		return make([]float64, n)
	}
	var chol mat.Cholesky
	var x mat.VecDense
	for lift := 1e-14 * trace / float64(n); ; lift *= 100 {
		if chol.Factorize(a) && chol.Cond() < 1e14 {
			// The error is a warning about the condition, which is bounded.
			_ = chol.SolveVecTo(&x, b)
			return x.RawVector().Data
		}
		for i := range n {
			a.SetSym(i, i, a.At(i, i)+lift)
		}
	}
}
