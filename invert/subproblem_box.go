package invert

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// inside writes to y the minimiser of q(y) + damping·‖y‖² subject to
// low ≤ z + y ≤ high, element by element, for a z that is inside and a damping
// that makes H + damping regular. It is a primal active set method (Nocedal and
// Wright, Numerical Optimization, section 16.5): the minimum over the elements
// that are free, as far as the first bound in the way, which becomes active, until
// no active bound holds back what would lower q.
func (s *subproblem) inside(y, z []float64, low, high, damping float64) {
	clear(y)
	at := make([]int, s.k) // -1, 1: held at the lower or upper bound
	for range 10 * (s.k + 1) {
		for s.advance(y, z, at, low, high, damping) {
		}
		worst, which := 0.0, -1
		for i, side := range at {
			slope := s.g[i] + damping*y[i]
			for j, v := range y {
				slope += s.h[i*s.k+j] * v
			}
			if v := slope * float64(side); v > worst+1e-12*math.Abs(s.g[i]) {
				worst, which = v, i
			}
		}
		if which < 0 {
			return
		}
		at[which] = 0
	}
}

// advance moves y towards the minimum over the free elements and reports whether
// a bound stopped it.
func (s *subproblem) advance(y, z []float64, at []int, low, high, damping float64) bool {
	var free []int
	for i, side := range at {
		if side == 0 {
			free = append(free, i)
		}
	}
	goal := s.minimumOver(free, y, damping)
	length, hit := 1.0, -1
	for n, v := range goal {
		i := free[n]
		room := high - z[i] - y[i]
		if v < y[i] {
			room = low - z[i] - y[i]
		}
		if v != y[i] && room/(v-y[i]) < length {
			length, hit = max(room/(v-y[i]), 0), n
		}
	}
	for n, v := range goal {
		y[free[n]] += length * (v - y[free[n]])
	}
	if hit < 0 {
		return false
	}
	if i := free[hit]; goal[hit] > y[i] {
		y[i], at[i] = high-z[i], 1
	} else {
		y[i], at[i] = low-z[i], -1
	}
	return true
}

// minimumOver returns the minimiser over the elements in free, the others held
// where y has them; nil where it is not unique.
func (s *subproblem) minimumOver(free []int, y []float64, damping float64) []float64 {
	n := len(free)
	if n == 0 {
		return nil
	}
	held := append([]float64(nil), y...)
	for _, i := range free {
		held[i] = 0
	}
	h, b := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for r, i := range free {
		v := -s.g[i]
		for j, x := range held {
			v -= s.h[i*s.k+j] * x
		}
		b.SetVec(r, v)
		for c := r; c < n; c++ {
			h.SetSym(r, c, s.h[i*s.k+free[c]])
		}
		h.SetSym(r, r, h.At(r, r)+damping)
	}
	var chol mat.Cholesky
	if !chol.Factorize(h) || chol.SolveVecTo(b, b) != nil {
		return nil
	}
	return b.RawVector().Data
}
