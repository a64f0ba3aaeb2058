package factor

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

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
	// The method may start from any x that is the best for its free components.
	// Nearly all are free as a rule, so it starts from there, those that come out
	// negative taken away, rather than letting them in one by one.
	for i := range free {
		free[i] = true
	}
	x := make([]float64, n)
	for again := true; again; {
		again = false
		x = solveFree(h, rhs, free)
		for i := range x {
			if free[i] && !(x[i] > 0) {
				free[i], x[i], again = false, 0, true
			}
		}
	}
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
	if len(at) == 0 {
		return make([]float64, len(f))
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
