package factor_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/stretchr/testify/require"
)

// world is a made-up factor: its value at z is g(⟨z, u⟩) exactly.
type world struct {
	u          []float64
	g, inverse func(float64) float64
}

func newWorld(d int, g, inverse func(float64) float64) world {
	r := rand.New(rand.NewPCG(7, 7))
	u := make([]float64, d)
	norm := 0.0
	for i := range u {
		u[i] = r.NormFloat64()
		norm += u[i] * u[i]
	}
	for i := range u {
		u[i] /= math.Sqrt(norm)
	}
	return world{u, g, inverse}
}

// pairs follows trajectories through ts: each code drifts across u at random, by
// wander, and misses its t by noise.
func (w world) pairs(trajectories int, ts []float64, wander, noise float64) *factor.Data {
	return w.pairsOf(1, trajectories, ts, wander, noise)
}

// pairsOf is pairs with a seed.
func (w world) pairsOf(seed uint64, trajectories int, ts []float64, wander, noise float64) *factor.Data {
	r := rand.New(rand.NewPCG(seed, 2))
	d, n := len(w.u), trajectories*len(ts)
	data := &factor.Data{Z0: generator.NewLatents(n, d), Z1: generator.NewLatents(n, d)}
	z0, z1 := make([]float64, d), make([]float64, d)
	for i := range trajectories {
		for j := range z0 {
			z0[j] = r.NormFloat64()
		}
		p0 := inner(z0, w.u)
		for _, t := range ts {
			for j := range z1 {
				z1[j] = z0[j] + wander*r.NormFloat64()
			}
			to := w.inverse(w.g(p0) + t + noise*r.NormFloat64())
			shift := to - inner(z1, w.u)
			row := len(data.T)
			for j := range z1 {
				data.Z0.Row(row)[j] = float32(z0[j])
				data.Z1.Row(row)[j] = float32(z1[j] + shift*w.u[j])
			}
			data.T = append(data.T, t)
			data.Group = append(data.Group, i)
		}
	}
	return data
}

func inner(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// angle returns the sine of the angle between unit vectors.
func angle(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum)
}

func steps(to float64, n int) []float64 {
	var ts []float64
	for k := 1; k <= n; k++ {
		t := to * float64(k) / float64(n)
		ts = append(ts, t, -t)
	}
	return ts
}

func linear(slope float64) (g, inverse func(float64) float64) {
	return func(p float64) float64 { return slope * p }, func(t float64) float64 { return t / slope }
}

// free does not tie the direction to the mean displacement, which pairs without
// noise have no use for.
var free = &factor.Options{Ridge: []float64{1e-9}}

// Two latents that move together with t carry the factor together: although
// either predicts t, and one of them better than the other, the direction has
// both.
func TestFitKeepsAllOfAFactor(t *testing.T) {
	const d = 6
	r := rand.New(rand.NewPCG(3, 0))
	data := &factor.Data{Z0: generator.NewLatents(240, d), Z1: generator.NewLatents(240, d)}
	for i := range data.Z0.N {
		dt := 0.05 * float64(i%8+1)
		z0, z1 := data.Z0.Row(i), data.Z1.Row(i)
		for j := range d {
			z0[j] = float32(r.NormFloat64())
			z1[j] = z0[j]
		}
		z1[0] += float32(dt + 1e-4*r.NormFloat64())
		z1[1] += float32(dt + 1e-2*r.NormFloat64())
		data.T, data.Group = append(data.T, dt), append(data.Group, i/8)
	}
	m, err := factor.Fit(data, nil)
	require.NoError(t, err)
	require.InDelta(t, math.Sqrt(0.5), m.U[0], 0.1)
	require.InDelta(t, math.Sqrt(0.5), m.U[1], 0.1)
	m, err = factor.Fit(data, free)
	require.NoError(t, err)
	require.Greater(t, m.U[0], 0.99, "what predicts best has only one")
}

func TestFitRecoversALinearFactorExactly(t *testing.T) {
	g, inverse := linear(0.15)
	for name, c := range map[string]struct {
		wander float64
		opts   *factor.Options
	}{"straight": {0, nil}, "wandering": {0.3, free}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(10, g, inverse)
			m, err := factor.Fit(w.pairs(30, steps(0.25, 8), c.wander, 0), c.opts)
			require.NoError(t, err)
			require.Less(t, angle(m.U, w.u), 1e-6)
			require.Equal(t, 1, m.Report.Cells, "a straight line needs no knots")
			for _, p := range []float64{-3, -1, 0, 0.5, 4} {
				require.InDelta(t, 0.15*p, m.G.At(p), 1e-6)
			}
			require.Less(t, m.Report.CrossRMSE, 1e-6)
			require.Greater(t, m.Report.R2, 1-1e-9)
		})
	}
}

func TestFitWithNoiseIsWithinItsError(t *testing.T) {
	g, inverse := linear(0.15)
	w := newWorld(10, g, inverse)
	m, err := factor.Fit(w.pairs(60, steps(0.25, 8), 0.3, 0.01), nil)
	require.NoError(t, err)
	require.Less(t, angle(m.U, w.u), 0.03, "the standard error is 0.02")
	require.InDelta(t, 0.01, m.Report.RMSE, 0.001)
	require.InDelta(t, 0.01, m.Report.CrossRMSE, 0.001)
	require.Less(t, m.Report.RMSECI[0], m.Report.CrossRMSE)
	require.Greater(t, m.Report.RMSECI[1], m.Report.CrossRMSE)
	require.Equal(t, 960, m.Report.Pairs)
	require.Equal(t, 60, m.Report.Trajectories)
}

func TestFitRecoversCurvedCalibrations(t *testing.T) {
	warps := map[string]struct{ g, inverse func(float64) float64 }{
		"sinh":   {math.Sinh, math.Asinh},
		"asinh":  {func(p float64) float64 { return math.Asinh(2*p) / 2 }, func(t float64) float64 { return math.Sinh(2*t) / 2 }},
		"offset": {func(p float64) float64 { return math.Exp(p / 2) }, func(t float64) float64 { return 2 * math.Log(max(t, 0.05)) }},
	}
	for name, warp := range warps {
		t.Run(name, func(t *testing.T) {
			w := newWorld(8, warp.g, warp.inverse)
			data := w.pairs(60, steps(0.5, 8), 0.2, 0)
			keepReachable(data, w)
			m, err := factor.Fit(data, free)
			require.NoError(t, err)
			require.Less(t, angle(m.U, w.u), 0.02)
			require.Greater(t, m.Report.Cells, 1)
			require.InDelta(t, 0, m.G.At(0), 1e-12)
			for p := -1.5; p <= 1.5; p += 0.25 {
				require.InDelta(t, warp.g(p)-warp.g(0), m.G.At(p), 0.03)
			}
		})
	}
}

// keepReachable drops the pairs whose target the warp cannot take.
func keepReachable(data *factor.Data, w world) {
	keep := 0
	for i, dt := range data.T {
		value := func(z []float32) float64 {
			sum := 0.0
			for j, v := range z {
				sum += float64(v) * w.u[j]
			}
			return w.g(sum)
		}
		if math.Abs(value(data.Z1.Row(i))-value(data.Z0.Row(i))-dt) > 1e-4 {
			continue
		}
		copy(data.Z0.Row(keep), data.Z0.Row(i))
		copy(data.Z1.Row(keep), data.Z1.Row(i))
		data.T[keep], data.Group[keep] = dt, data.Group[i]
		keep++
	}
	*data = factor.Data{Z0: data.Z0.Slice(0, keep), Z1: data.Z1.Slice(0, keep), T: data.T[:keep], Group: data.Group[:keep]}
}

func TestFitOrientsAndFixesZero(t *testing.T) {
	g, inverse := linear(-0.2) // t falls along w.u
	w := newWorld(5, g, inverse)
	m, err := factor.Fit(w.pairs(20, steps(0.2, 4), 0.1, 0), free)
	require.NoError(t, err)
	for i := range w.u {
		require.InDelta(t, -w.u[i], m.U[i], 1e-6)
	}
	require.Zero(t, m.G.At(0))
	require.Positive(t, m.G.Slope(0))
	require.Less(t, m.Low, -0.3)
	require.Greater(t, m.High, 0.3)
}

func TestFitOfLongCodes(t *testing.T) {
	// More numbers than trajectories: only the wandering across u tells them
	// apart, and the ridge decides what it does not.
	g, inverse := linear(0.15)
	w := newWorld(128, g, inverse)
	m, err := factor.Fit(w.pairs(40, steps(0.25, 8), 0.05, 0.01), nil)
	require.NoError(t, err)
	require.Less(t, angle(m.U, w.u), 0.15)
	require.Less(t, m.Report.CrossRMSE, 0.02)
}

func TestFitIsDeterministic(t *testing.T) {
	g, inverse := math.Sinh, math.Asinh
	w := newWorld(6, g, inverse)
	data := w.pairs(20, steps(0.3, 4), 0.2, 0.02)
	first, err := factor.Fit(data, &factor.Options{Seed: 3})
	require.NoError(t, err)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	second, err := factor.Fit(data, &factor.Options{Seed: 3})
	require.NoError(t, err)
	require.Equal(t, first, second)
	other, err := factor.Fit(data, &factor.Options{Seed: 4})
	require.NoError(t, err)
	require.Equal(t, first.U, other.U, "the seed is the bootstrap's alone")
	require.NotEqual(t, first.Report.RMSECI, other.Report.RMSECI)
}

func TestFitDoesNotTouchItsData(t *testing.T) {
	g, inverse := linear(1)
	data := newWorld(3, g, inverse).pairs(6, steps(1, 2), 0.1, 0)
	before := newWorld(3, g, inverse).pairs(6, steps(1, 2), 0.1, 0)
	_, err := factor.Fit(data, nil)
	require.NoError(t, err)
	require.Equal(t, before, data)
}

func TestFitRefusesUselessData(t *testing.T) {
	g, inverse := linear(0.5)
	fresh := func() *factor.Data { return newWorld(4, g, inverse).pairs(10, steps(0.4, 2), 0.1, 0) }
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		spoil func(d *factor.Data)
		want  error
		says  string
	}{
		"no codes":       {func(d *factor.Data) { d.Z0 = nil }, factor.ErrData, "nil"},
		"no pairs":       {func(d *factor.Data) { *d = factor.Data{Z0: d.Z0.Slice(0, 0), Z1: d.Z1.Slice(0, 0)} }, factor.ErrTooFewPairs, "drop less"},
		"lengths":        {func(d *factor.Data) { d.T = d.T[1:] }, factor.ErrData, "must agree"},
		"groups":         {func(d *factor.Data) { d.Group = d.Group[1:] }, factor.ErrData, "groups"},
		"NaN code":       {func(d *factor.Data) { d.Z1.Data[9] = nan }, factor.ErrData, "number 1 of a code of pair 2"},
		"NaN t":          {func(d *factor.Data) { d.T[3] = math.NaN() }, factor.ErrData, "pair 3"},
		"one t":          {func(d *factor.Data) { fillWith(d.T, 0.1) }, factor.ErrNoMotion, "every pair has t = 0.1"},
		"nothing moves":  {func(d *factor.Data) { d.Z1.CopyFrom(d.Z0) }, factor.ErrNoMotion, "did not move"},
		"one trajectory": {func(d *factor.Data) { clear(d.Group) }, factor.ErrTooFewPairs, "one trajectory"},
		"few pairs": {func(d *factor.Data) {
			d.Z0, d.Z1, d.T, d.Group = d.Z0.Slice(0, 3), d.Z1.Slice(0, 3), d.T[:3], []int{0, 1, 2}
		}, factor.ErrTooFewPairs, "3 pairs cannot determine a direction of 4 numbers"},
	} {
		t.Run(name, func(t *testing.T) {
			d := fresh()
			c.spoil(d)
			m, err := factor.Fit(d, nil)
			require.Nil(t, m)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.says)
		})
	}
	_, err := factor.Fit(nil, nil)
	require.ErrorIs(t, err, factor.ErrData)
}

func fillWith(x []float64, v float64) {
	for i := range x {
		x[i] = v
	}
}

func TestFitRefusesSenselessOptions(t *testing.T) {
	g, inverse := linear(0.5)
	data := newWorld(4, g, inverse).pairs(10, steps(0.4, 2), 0.1, 0)
	for name, o := range map[string]factor.Options{
		"cells":      {Cells: []int{0}},
		"no cells":   {Cells: []int{}},
		"smoothness": {Smoothness: []float64{-1}},
		"ridge":      {Ridge: []float64{math.Inf(1)}},
		"folds":      {Folds: 1},
		"slope":      {MinSlope: 2},
		"bootstrap":  {Bootstrap: -1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := factor.Fit(data, &o)
			require.ErrorIs(t, err, factor.ErrOptions)
		})
	}
}

func TestFitOfNoiseAdmitsIt(t *testing.T) {
	// Codes that have nothing to do with t: a model may come out, but its
	// cross-validation must not praise it.
	r := rand.New(rand.NewPCG(3, 3))
	g, inverse := linear(0.5)
	data := newWorld(4, g, inverse).pairs(20, steps(0.4, 4), 0, 0)
	for i := range data.Z1.Data {
		data.Z1.Data[i] = float32(r.NormFloat64())
	}
	m, err := factor.Fit(data, nil)
	if err != nil {
		require.ErrorIs(t, err, factor.ErrNoMotion)
		return
	}
	require.Less(t, m.Report.CrossR2, 0.1)
}

func BenchmarkFit(b *testing.B) {
	for name, d := range map[string]int{"d=10": 10, "d=128": 128} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(d, math.Sinh, math.Asinh)
			data := w.pairs(60, steps(0.25, 16), 0.1, 0.01)
			b.ReportAllocs()
			for b.Loop() {
				_, err := factor.Fit(data, nil)
				require.NoError(b, err)
			}
		})
	}
}
