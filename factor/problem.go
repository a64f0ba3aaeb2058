package factor

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// problem is a fit with its hyperparameters fixed.
type problem struct {
	*table
	shape
	ridge    float64 // absolute weight of the mean squared slope
	minSlope float64 // relative to a straight line's
}

// shape is what cross-validation chooses of a calibration.
type shape struct {
	grid   Grid
	cells  int
	smooth float64 // relative weight of Σ (slope differences)²
}

// ground is what stays the same while the direction changes: the grid and, laid
// with it, the absolute penalty and floor of the slopes.
type ground struct {
	grid
	penalty *mat.SymDense
	floor   float64
}

// lay makes a ground fit for direction u. The weight of the bends is multiplied
// such that its effect does not depend on the number of cells or on the scale of
// the codes.
func (p *problem) lay(u []float64) ground {
	on := ground{grid: newGrid(p.positions(u), p.cells, p.shape.grid)}
	p0, p1 := p.project(u)
	power, product := 0.0, 0.0 // means of Δp² and of Δp Δt
	for i, t := range p.t {
		way := p1[i] - p0[i]
		power += way * way / float64(p.n)
		product += way * t / float64(p.n)
	}
	k := on.cells()
	on.penalty = mat.NewSymDense(k, nil)
	add := func(i, j int, v float64) { on.penalty.SetSym(i, j, on.penalty.At(i, j)+v) }
	for j := range k {
		add(j, j, p.ridge*on.width(j)/on.span())
		if j > 0 {
			bend := p.smooth * power * 2 * on.span() / (on.width(j-1) + on.width(j))
			add(j-1, j-1, bend)
			add(j, j, bend)
			add(j-1, j, -bend)
		}
	}
	// Positive even for a direction along which t does not grow.
	power = max(power, math.SmallestNonzeroFloat64)
	on.floor = max(p.minSlope*math.Abs(product)/power, 1e-9*floats.Norm(p.t, math.Inf(1))/math.Sqrt(power))
	return on
}

// state is a direction with the slopes that are best for it.
type state struct {
	u, p0, p1 []float64
	lengths   blas64.General // A: the way of each pair (row) in each cell (column)
	slopes    []float64
	free      []bool    // slopes above their floor
	residual  []float64 // Δt − A·slopes
	cost      float64   // mean squared residual plus the penalty
}

// solve finds the slopes s for direction u: those that minimise the mean of
// (Δt − A·s)² plus sᵀ·penalty·s, none below the floor.
func (p *problem) solve(u []float64, on ground) *state {
	st := &state{u: u}
	st.p0, st.p1 = p.project(u)
	k, inv := on.cells(), 1/float64(p.n)
	st.lengths = blas64.General{Rows: p.n, Cols: k, Stride: k, Data: make([]float64, p.n*k)}
	for i := range p.n {
		row := st.lengths.Data[i*k : (i+1)*k]
		on.row(row, st.p1[i], 1)
		on.row(row, st.p0[i], -1)
	}
	h, f := mat.NewSymDense(k, nil), make([]float64, k)
	blas64.Syrk(blas.Trans, inv, st.lengths, 0, h.RawSymmetric())
	blas64.Gemv(blas.Trans, inv, st.lengths, vector(p.t), 0, vector(f))
	h.AddSym(h, on.penalty)
	st.slopes, st.free = boundedLeastSquares(h, f, on.floor)

	st.residual = append([]float64(nil), p.t...)
	blas64.Gemv(blas.NoTrans, -1, st.lengths, vector(st.slopes), 1, vector(st.residual))
	s := mat.NewVecDense(k, st.slopes)
	st.cost = floats.Dot(st.residual, st.residual)*inv + mat.Inner(s, on.penalty, s)
	return st
}

// unridged solves for the slopes without the penalty that only serves the
// direction and makes them too small.
func (p *problem) unridged(u []float64) (*state, ground) {
	q := *p
	q.ridge = 0
	on := q.lay(u)
	return q.solve(u, on), on
}

// gradient returns the mean of Bᵀ·residual, where B holds the derivatives of the
// predictions with respect to the direction, and B. Half the negative gradient of
// the cost along the sphere, that is: because the slopes are the best there are,
// their change does not count.
func (p *problem) gradient(st *state, on ground) ([]float64, blas64.General) {
	d := p.d
	b := blas64.General{Rows: p.n, Cols: d, Stride: d, Data: make([]float64, p.n*d)}
	for i := range p.n {
		row := b.Data[i*d : (i+1)*d]
		s0, s1 := st.slopes[on.locate(st.p0[i])], st.slopes[on.locate(st.p1[i])]
		floats.AddScaled(row, s1, p.z1[i*d:(i+1)*d])
		floats.AddScaled(row, -s0, p.z0[i*d:(i+1)*d])
		// u moves on the sphere: only what is orthogonal to it counts.
		floats.AddScaled(row, -floats.Dot(row, st.u), st.u)
	}
	g := make([]float64, d)
	blas64.Gemv(blas.Trans, 1/float64(p.n), b, vector(st.residual), 0, vector(g))
	return g, b
}
