package invert

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomSubproblem returns q of a random least squares problem.
func randomSubproblem(t *testing.T, k int, r *rand.Rand) *subproblem {
	s := newSubproblem(k)
	b := make([]float64, (k+2)*k)
	for i := range b {
		b[i] = r.NormFloat64()
	}
	for i := range k {
		s.g[i] = r.NormFloat64()
		for j := range k {
			for row := range k + 2 {
				s.h[i*k+j] += b[row*k+i] * b[row*k+j]
			}
		}
	}
	require.True(t, s.decompose())
	return s
}

// damped is what the steps minimise.
func damped(s *subproblem, y []float64, damping float64) float64 {
	return -s.reduction(y) + damping*dot(y, y)
}

// slope returns half the gradient of damped.
func slope(s *subproblem, y []float64, damping float64) []float64 {
	out := make([]float64, s.k)
	for i := range out {
		out[i] = s.g[i] + damping*y[i] + dot(s.h[i*s.k:(i+1)*s.k], y)
	}
	return out
}

func normal(r *rand.Rand, k int) []float64 {
	x := make([]float64, k)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func TestStepWithoutBound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s := randomSubproblem(t, 5, r)
	y := make([]float64, 5)
	s.free(y, 0.3)
	require.InDeltaSlice(t, make([]float64, 5), slope(s, y, 0.3), 1e-12)
	// A ball that is large enough changes nothing.
	z, in := make([]float64, 5), make([]float64, 5)
	s.within(in, z, 100, 0.3)
	require.Equal(t, y, in)
}

// With H a multiple h of the identity, the minimum on the ball is the free one,
// z − g/h, scaled to the radius.
func TestStepToBallClosedForm(t *testing.T) {
	s := newSubproblem(3)
	for i := range 3 {
		s.h[i*3+i] = 4
	}
	s.g = []float64{-8, 4, -4}
	require.True(t, s.decompose())
	z, y := []float64{1, 0, 0}, make([]float64, 3)
	s.within(y, z, 2, 0)
	free := []float64{1 + 2, -1, 1}
	norm := math.Sqrt(dot(free, free))
	for i := range y {
		require.InDelta(t, 2*free[i]/norm, z[i]+y[i], 1e-12)
	}
}

// The conditions of Karush, Kuhn and Tucker, which are sufficient on a ball: the
// slope is −μ·w with μ ≥ 0 and ‖w‖ = radius.
func TestStepToBallIsOptimal(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for range 50 {
		s := randomSubproblem(t, 6, r)
		z, y := normal(r, 6), make([]float64, 6)
		radius := 0.1 + 0.5*r.Float64()
		s.within(y, z, radius, 0.01)
		axpy(z, 1, y) // w
		require.InEpsilon(t, radius, math.Sqrt(dot(z, z)), 1e-12)
		grad := slope(s, y, 0.01)
		mu := -dot(grad, z) / dot(z, z)
		require.GreaterOrEqual(t, mu, 0.0)
		axpy(grad, mu, z)
		require.InDeltaSlice(t, make([]float64, 6), grad, 1e-9*(1+mu))
	}
}

// On a sphere the multiplier may be negative, down to minus the smallest
// eigenvalue; the minimum is then no nearer than any other point.
func TestStepToSphereIsOptimal(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 30 {
		s := randomSubproblem(t, 4, r)
		z, y := normal(r, 4), make([]float64, 4)
		radius := 0.5 + 5*r.Float64()
		s.onto(y, z, radius, 0)
		low := damped(s, y, 0)
		for range 200 {
			w := normal(r, 4)
			norm := math.Sqrt(dot(w, w))
			for i := range w {
				w[i] = w[i]*radius/norm - z[i]
			}
			require.GreaterOrEqual(t, damped(s, w, 0), low-1e-9)
		}
	}
}

// The hard case: nothing pulls along the weakest eigenvector, and yet the radius
// can only be made up there.
func TestStepToSphereHardCase(t *testing.T) {
	s := newSubproblem(2)
	s.h[0], s.h[3] = 1, 3
	s.g = []float64{0, -2}
	require.True(t, s.decompose())
	y := make([]float64, 2)
	s.onto(y, []float64{0, 0}, 2, 0)
	require.InDelta(t, 1, y[1], 1e-9) // −g/(3 − 1)
	require.InDelta(t, math.Sqrt(3), math.Abs(y[0]), 1e-9)
}

// Every way of holding elements at bounds, tried out.
func TestStepInBoxIsOptimal(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	const k, low, high, damping = 4, -1.0, 0.5, 0.01
	felt := 0
	for range 100 {
		s := randomSubproblem(t, k, r)
		z, y := make([]float64, k), make([]float64, k)
		for i := range z {
			z[i] = low + (high-low)*r.Float64()
			s.g[i] *= 5
		}
		s.inside(y, z, low, high, damping)
		best := math.Inf(1)
		for choice := range 81 { // 3⁴
			try, free := make([]float64, k), []int(nil)
			for i, c := 0, choice; i < k; i, c = i+1, c/3 {
				switch c % 3 {
				case 0:
					free = append(free, i)
				case 1:
					try[i] = low - z[i]
				case 2:
					try[i] = high - z[i]
				}
			}
			ok := true
			for n, v := range s.minimumOver(free, try, damping) {
				try[free[n]] = v
			}
			for i, v := range try {
				ok = ok && z[i]+v >= low-1e-12 && z[i]+v <= high+1e-12
			}
			if ok {
				best = min(best, damped(s, try, damping))
			}
		}
		require.InDelta(t, best, damped(s, y, damping), 1e-9)
		for i, v := range y {
			require.LessOrEqual(t, z[i]+v, high+1e-12)
			require.GreaterOrEqual(t, z[i]+v, low-1e-12)
			if z[i]+v >= high-1e-12 || z[i]+v <= low+1e-12 {
				felt++
			}
		}
	}
	require.Greater(t, felt, 50)
}

func TestStepRefusesWhatIsNotFinite(t *testing.T) {
	s := newSubproblem(2)
	s.h[0] = math.NaN()
	require.False(t, s.decompose())
}
