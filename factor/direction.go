package factor

import (
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// moments are what a linear fit needs of the displacements Δz = z_1 − z_0.
type moments struct {
	cov   *mat.SymDense // Σ Δz Δzᵀ / n
	cross []float64     // Σ Δz Δt / n
	scale float64       // trace of cov over d: what ridge weights are relative to
}

func newMoments(s *table) moments {
	dz := make([]float64, len(s.z0))
	floats.SubTo(dz, s.z1, s.z0)
	m := moments{cov: mat.NewSymDense(s.d, nil), cross: make([]float64, s.d)}
	x := blas64.General{Rows: s.n, Cols: s.d, Stride: s.d, Data: dz}
	blas64.Syrk(blas.Trans, 1/float64(s.n), x, 0, m.cov.RawSymmetric())
	blas64.Gemv(blas.Trans, 1/float64(s.n), x, vector(s.t), 0, vector(m.cross))
	for i := range s.d {
		m.scale += m.cov.At(i, i) / float64(s.d)
	}
	return m
}

func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Inc: 1, Data: x} }

// direction returns the unit vector along the ridge regression of Δt on Δz. A
// large ridge makes it the mean of Δt Δz, the mean displacement. It is nil where
// Δt and Δz are uncorrelated.
func (m moments) direction(ridge float64) []float64 {
	a := mat.NewSymDense(len(m.cross), nil)
	a.CopySym(m.cov)
	for i := range m.cross {
		a.SetSym(i, i, a.At(i, i)+ridge*m.scale)
	}
	u := solveSym(a, mat.NewVecDense(len(m.cross), append([]float64(nil), m.cross...)))
	norm := floats.Norm(u, 2)
	if !(norm > 0) || bad(norm) {
		return nil
	}
	floats.Scale(1/norm, u)
	return u
}

// project returns ⟨z_0, u⟩ and ⟨z_1, u⟩ of every pair.
func (s *table) project(u []float64) (p0, p1 []float64) {
	p0, p1 = make([]float64, s.n), make([]float64, s.n)
	blas64.Gemv(blas.NoTrans, 1, s.codes(s.z0), vector(u), 0, vector(p0))
	blas64.Gemv(blas.NoTrans, 1, s.codes(s.z1), vector(u), 0, vector(p1))
	return p0, p1
}

// positions returns the projections of all codes, sorted.
func (s *table) positions(u []float64) []float64 {
	p0, p1 := s.project(u)
	out := slices.Concat(p0, p1)
	slices.Sort(out)
	return out
}

func (s *table) codes(z []float64) blas64.General {
	return blas64.General{Rows: s.n, Cols: s.d, Stride: s.d, Data: z}
}
