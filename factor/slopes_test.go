package factor

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// The conditions of Karush, Kuhn and Tucker are sufficient for a convex problem.
func TestBoundedLeastSquaresMeetsItsConditions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	held := 0
	for range 300 {
		n := 1 + r.IntN(20)
		a := mat.NewDense(n+3, n, nil)
		f := make([]float64, n)
		for i := range n + 3 {
			for j := range n {
				a.Set(i, j, r.NormFloat64())
			}
		}
		h := mat.NewSymDense(n, nil)
		h.SymOuterK(1, a.T())
		for j := range f {
			f[j] = 5 * r.NormFloat64()
		}
		const floor = 0.1
		s, free := boundedLeastSquares(h, f, floor)
		for i := range n {
			gradient := -f[i]
			for j := range n {
				gradient += h.At(i, j) * s[j]
			}
			require.GreaterOrEqual(t, s[i], floor)
			if free[i] {
				require.InDelta(t, 0, gradient, 1e-8)
			} else {
				held++
				require.Equal(t, floor, s[i])
				require.Greater(t, gradient, -1e-8)
			}
		}
	}
	require.Greater(t, held, 100, "the bound must have mattered")
}

// Weights that overflow must not keep the solver busy for ever.
func TestSolveSymOfWhatIsNotFinite(t *testing.T) {
	for _, v := range []float64{0, math.NaN(), math.Inf(1)} {
		a := mat.NewSymDense(2, []float64{v, 0, 0, v})
		require.Equal(t, []float64{0, 0}, solveSym(a, mat.NewVecDense(2, []float64{1, 1})))
	}
}

func TestGridRowIntegrates(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for _, low := range []float64{-2, 0.5, -9} { // 0 inside, below and above the grid
		on := grid{knots: []float64{low, low + 0.3, low + 1.5, low + 2.25, low + 2.5, low + 4.5}}
		slopes := make([]float64, on.cells())
		for i := range slopes {
			slopes[i] = 0.1 + r.Float64()
		}
		g := on.calibration(slopes)
		require.NoError(t, g.Validate())
		require.InDelta(t, 0, g.At(0), 1e-12)
		for range 200 {
			p := -10 + 20*r.Float64()
			a := make([]float64, on.cells())
			on.row(a, p, 1)
			sum, length := 0.0, 0.0
			for j := range a {
				sum += a[j] * slopes[j]
				length += a[j]
			}
			require.InDelta(t, p, length, 1e-12)
			require.InDelta(t, g.At(p), sum, 1e-12)
			require.InDelta(t, slopes[on.locate(p)], g.Slope(p), 1e-9)
		}
	}
}

// At the direction that refine returns, the cost must not fall along the sphere.
func TestRefineIsStationary(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	const n, d = 400, 5
	s := &table{n: n, d: d, groups: n}
	for range n {
		sum := 0.0
		for j := range d {
			a, b := r.NormFloat64(), r.NormFloat64()
			s.z0, s.z1 = append(s.z0, a), append(s.z1, a+0.5*b)
			if j == 1 {
				sum = math.Tanh(a+0.5*b) - math.Tanh(a)
			}
		}
		s.t = append(s.t, sum+0.05*r.NormFloat64())
	}
	p := problem{table: s, shape: shape{Uniform, 6, 1e-3}, ridge: 1e-3, minSlope: 0.05}
	start := newMoments(s).direction(1e-3)
	st, on, steps := p.refine(start, thorough)
	require.Positive(t, steps)
	require.Less(t, st.cost, p.solve(start, on).cost)
	for j := range d {
		const h = 1e-4
		at := func(by float64) float64 {
			u := append([]float64(nil), st.u...)
			u[j] += by
			norm := mat.Norm(mat.NewVecDense(d, u), 2)
			for i := range u {
				u[i] /= norm
			}
			return p.solve(u, on).cost
		}
		require.InDelta(t, 0, (at(h)-at(-h))/(2*h), 2e-6)
		require.GreaterOrEqual(t, at(1e-2), st.cost)
		require.GreaterOrEqual(t, at(-1e-2), st.cost)
	}
}

func TestDirectionOfAHugeRidgeIsTheMeanDisplacement(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	s := &table{n: 50, d: 4}
	mean := make([]float64, 4)
	for range s.n {
		dt := r.NormFloat64()
		s.t = append(s.t, dt)
		for j := range s.d {
			dz := r.NormFloat64() + float64(j)*dt
			s.z0, s.z1 = append(s.z0, 0), append(s.z1, dz)
			mean[j] += dz * dt
		}
	}
	norm := mat.Norm(mat.NewVecDense(4, mean), 2)
	for j, v := range newMoments(s).direction(1e9) {
		require.InDelta(t, mean[j]/norm, v, 1e-6)
	}
}
