package factor

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// effort says when refine has done enough.
type effort struct {
	rounds    int     // times the grid is laid: a new direction moves the positions
	steps     int     // in each
	tolerance float64 // relative gain of a step below which a round ends
}

var (
	// rough is enough to compare hyperparameters.
	rough = effort{rounds: 1, steps: 6, tolerance: 1e-3}
	// thorough is for what is reported. Convergence is fast near the solution,
	// and what a few dozen steps do not reach is not there.
	thorough = effort{rounds: 3, steps: 30, tolerance: 1e-7}
)

// refine improves the direction u by damped Gauss–Newton steps on the unit
// sphere, each followed by an exact solution for the slopes: variable projection
// in the manner of Kaufman (BIT 15, 1975). The matrix of the steps, which costs
// far more than anything else here, is used for as long as the steps it gives
// keep what they promise. It returns the last state, its ground and the number of
// steps tried.
func (p *problem) refine(u []float64, e effort) (*state, ground, int) {
	var st *state
	var on ground
	tried := 0
	for range e.rounds {
		on = p.lay(u)
		st = p.solve(u, on)
		var n int
		st, n = p.descend(st, on, e)
		u, tried = st.u, tried+n
	}
	return st, on, tried
}

func (p *problem) descend(st *state, on ground, e effort) (best *state, tried int) {
	const most = 1e6 // damping, relative to the mean curvature
	var metric *mat.SymDense
	fresh, damping := false, 0.0
	g, b := p.gradient(st, on)
	for tried < e.steps {
		if metric == nil {
			metric, fresh = p.metric(st, on, b), true
		}
		delta := direct(metric, g, st.u, damping)
		try := p.solve(along(st.u, delta), on)
		tried++
		promise, gain := floats.Dot(g, delta), st.cost-try.cost
		if !(promise > 1e-15*st.cost) {
			break
		}
		if !(gain > 0) {
			if !fresh {
				metric = nil
				continue
			}
			if damping = max(10*damping, 1e-3); damping > most {
				break
			}
			continue
		}
		enough := gain < e.tolerance*st.cost
		st, fresh = try, false
		if enough {
			break
		}
		if gain < 0.7*promise {
			metric = nil
		}
		if damping /= 10; damping < 1e-4 {
			damping = 0
		}
		g, b = p.gradient(st, on)
	}
	return st, tried
}

// along returns the point of the unit sphere in the direction of u + delta.
func along(u, delta []float64) []float64 {
	next := make([]float64, len(u))
	floats.AddTo(next, u, delta)
	floats.Scale(1/floats.Norm(next, 2), next)
	return next
}

// metric returns half the Gauss–Newton matrix of the cost as a function of the
// direction alone: that of direction and free slopes together, from which the
// slopes have been eliminated. Along u itself it is the mean curvature.
func (p *problem) metric(st *state, on ground, b blas64.General) *mat.SymDense {
	d, inv := p.d, 1/float64(p.n)
	h := mat.NewSymDense(d, nil)
	blas64.Syrk(blas.Trans, inv, b, 0, h.RawSymmetric())
	scale := 0.0
	for i := range d {
		scale += h.At(i, i) / float64(d)
	}
	// The ridge penalises ‖s·u‖², in which u counts as much as s.
	ridge := 0.0
	for j, s := range st.slopes {
		ridge += p.ridge * s * s * on.width(j) / on.span()
	}
	for i := range d {
		for j := i; j < d; j++ {
			h.SetSym(i, j, h.At(i, j)+scale*st.u[i]*st.u[j])
		}
		h.SetSym(i, i, h.At(i, i)+ridge)
	}
	if chol, mixed, ok := p.slopeCurvature(st, on, b); ok {
		var y, schur mat.Dense
		if err := chol.SolveTo(&y, mixed); err == nil {
			schur.Mul(mixed.T(), &y)
			for i := range d {
				for j := i; j < d; j++ {
					h.SetSym(i, j, h.At(i, j)-0.5*(schur.At(i, j)+schur.At(j, i)))
				}
			}
		}
	}
	return h
}

// slopeCurvature returns the free slopes' own block of the matrix, factorised,
// and the block that mixes them with the direction.
func (p *problem) slopeCurvature(st *state, on ground, b blas64.General) (chol *mat.Cholesky, mixed *mat.Dense, ok bool) {
	k, inv := on.cells(), 1/float64(p.n)
	own, all := mat.NewSymDense(k, nil), mat.NewDense(k, p.d, nil)
	blas64.Syrk(blas.Trans, inv, st.lengths, 0, own.RawSymmetric())
	own.AddSym(own, on.penalty)
	blas64.Gemm(blas.Trans, blas.NoTrans, inv, st.lengths, b, 0, all.RawMatrix())
	var free []int
	for j, in := range st.free {
		if in {
			free = append(free, j)
		}
	}
	if len(free) == 0 {
		return nil, nil, false
	}
	sub := mat.NewSymDense(len(free), nil)
	mixed = mat.NewDense(len(free), p.d, nil)
	for i, r := range free {
		copy(mixed.RawRowView(i), all.RawRowView(r))
		for j := i; j < len(free); j++ {
			sub.SetSym(i, j, own.At(r, free[j]))
		}
	}
	chol = new(mat.Cholesky)
	return chol, mixed, chol.Factorize(sub)
}

// direct returns the step against the gradient, orthogonal to u.
func direct(metric *mat.SymDense, g, u []float64, damping float64) []float64 {
	d := len(g)
	h := mat.NewSymDense(d, nil)
	h.CopySym(metric)
	mean := mat.Trace(h) / float64(d)
	for i := range d {
		h.SetSym(i, i, h.At(i, i)+damping*mean)
	}
	delta := solveSym(h, mat.NewVecDense(d, append([]float64(nil), g...)))
	floats.AddScaled(delta, -floats.Dot(delta, u), u)
	return delta
}
