package invert

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// subproblem is the quadratic model of a sum of squares around a code,
//
//	q(y) = 2·gᵀy + yᵀHy,    H = BᵀB,  g = Bᵀr,
//
// for a residual r and its derivative B along the k columns of a basis.
// Its minimum under damping and a constraint is the next step. The eigenvalues of
// H are computed once, after which a step for another damping or another radius
// costs k² operations.
type subproblem struct {
	k      int
	h      []float64 // H, k×k
	g      []float64
	values []float64 // eigenvalues of H, increasing, none negative
	basis  mat.Dense // its eigenvectors, columns
	eigen  mat.EigenSym

	turned, centre []float64 // g and a centre in terms of the eigenvectors
}

func newSubproblem(k int) *subproblem {
	return &subproblem{k: k, h: make([]float64, k*k), g: make([]float64, k), values: make([]float64, k),
		turned: make([]float64, k), centre: make([]float64, k)}
}

// decompose prepares for steps after h has been set; it reports whether h is
// finite.
func (s *subproblem) decompose() bool {
	for _, v := range s.h {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	if !s.eigen.Factorize(mat.NewSymDense(s.k, s.h), true) {
		return false
	}
	s.eigen.Values(s.values)
	s.eigen.VectorsTo(&s.basis)
	for i, v := range s.values {
		s.values[i] = max(v, 0) // rounding
	}
	return true
}

// largest returns the largest eigenvalue of H.
func (s *subproblem) largest() float64 { return s.values[s.k-1] }

// turn computes dst = Qᵀx for the eigenvectors Q.
func (s *subproblem) turn(dst, x []float64) {
	for i := range dst {
		dst[i] = 0
		for j, v := range x {
			dst[i] += s.basis.At(j, i) * v
		}
	}
}

// free writes to y the minimiser of q(y) + damping·‖y‖². Directions of curvature
// and damping 0 are not moved along.
func (s *subproblem) free(y []float64, damping float64) {
	s.turn(s.turned, s.g)
	for i, v := range s.turned {
		s.turned[i] = 0
		if c := s.values[i] + damping; c > 0 {
			s.turned[i] = -v / c
		}
	}
	s.back(y, s.turned)
}

// back computes y = Qx.
func (s *subproblem) back(y, x []float64) {
	for j := range y {
		y[j] = 0
		for i, v := range x {
			y[j] += s.basis.At(j, i) * v
		}
	}
}

// within writes to y the minimiser of q(y) + damping·‖y‖² subject to
// ‖z + y‖ ≤ radius. If the minimiser without the bound lies beyond it, it is the
// one with equality.
func (s *subproblem) within(y, z []float64, radius, damping float64) {
	s.free(y, damping)
	sum := 0.0
	for i, v := range y {
		sum += (v + z[i]) * (v + z[i])
	}
	if sum > radius*radius {
		s.onto(y, z, radius, damping)
	}
}

// onto writes to y the minimiser of q(y) + damping·‖y‖² subject to
// ‖z + y‖ = radius, radius being positive. With the multiplier μ of the
// constraint, w = z + y solves
//
//	(H + damping + μ)·w = (H + damping)·z − g,
//
// a diagonal system in terms of the eigenvectors (Moré and Sorensen, Computing a
// trust region step, SIAM J. Sci. Stat. Comput. 4, 1983).
func (s *subproblem) onto(y, z []float64, radius, damping float64) {
	s.turn(s.turned, s.g)
	s.turn(s.centre, z)
	for i, c := range s.centre {
		s.turned[i] = (s.values[i]+damping)*c - s.turned[i]
	}
	mu, rest := s.multiplier(radius, damping)
	sum := 0.0
	for i, b := range s.turned {
		if c := s.values[i] + damping + mu; c > 0 {
			s.turned[i] = b / c
		} else {
			s.turned[i], rest = rest, 0
		}
		sum += s.turned[i] * s.turned[i]
	}
	// μ is as good as rounding lets it be; the radius is exact.
	scale := 1.0
	if sum > 0 {
		scale = radius / math.Sqrt(sum)
	}
	s.back(y, s.turned)
	for i := range y {
		y[i] = y[i]*scale - z[i]
	}
}

// multiplier solves ‖w(μ)‖ = radius, where turned holds (H + damping)·z − g. From
// the pole at minus the smallest eigenvalue on, ‖w(μ)‖ falls, and 1/‖w(μ)‖ is so
// nearly linear that Newton's method, safeguarded by bisection, needs a handful of
// steps. In the hard case even w at the pole is shorter than radius; rest is then
// what an eigenvector of the smallest eigenvalue has to make up for.
func (s *subproblem) multiplier(radius, damping float64) (mu, rest float64) {
	length := func(mu float64) (norm, slope float64) {
		square, fall := 0.0, 0.0
		for i, b := range s.turned {
			if b == 0 {
				continue
			}
			c := s.values[i] + damping + mu
			w := b / c
			square += w * w
			fall += w * w / c
		}
		norm = math.Sqrt(square)
		return norm, -fall / norm
	}
	pole := -(s.values[0] + damping)
	total := 0.0
	for _, b := range s.turned {
		total += b * b
	}
	// w is at most √total/(μ − pole) long.
	low, high := pole, pole+math.Sqrt(total)/radius
	if norm, _ := length(pole + 1e-14*(s.largest()+damping)); !(norm > radius) {
		return pole, math.Sqrt(max(radius*radius-norm*norm, 0))
	}
	mu = high
	for range 200 {
		norm, slope := length(mu)
		if math.Abs(norm-radius) <= 1e-14*radius {
			break
		}
		if norm > radius {
			low = mu
		} else {
			high = mu
		}
		next := mu + (1-norm/radius)*norm/slope
		if !(next > low && next < high) {
			next = low + (high-low)/2
		}
		if next == mu {
			break
		}
		mu = next
	}
	return mu, 0
}

// reduction returns −q(y): by how much the sum of squares is expected to fall.
func (s *subproblem) reduction(y []float64) float64 {
	q := 0.0
	for i, v := range y {
		hy := 0.0
		for j, w := range y {
			hy += s.h[i*s.k+j] * w
		}
		q += v * (2*s.g[i] + hy)
	}
	return -q
}
