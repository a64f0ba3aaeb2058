package factor_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
)

// circles are pairs of codes that turn about the origin, in the plane of their first
// two numbers, by a radian for each unit of t, and stay in the others.
func circles(trajectories, d int) *factor.Data {
	return flowing(trajectories, d, func(z []float32, t float64) {
		x, y := float64(z[0]), float64(z[1])
		z[0] = float32(x*math.Cos(t) - y*math.Sin(t))
		z[1] = float32(x*math.Sin(t) + y*math.Cos(t))
	})
}

// flowing are pairs of codes that move as move says.
func flowing(trajectories, d int, move func(z []float32, t float64)) *factor.Data {
	r := rand.New(rand.NewPCG(3, 3))
	ts := steps(0.5, 5)
	n := trajectories * len(ts)
	data := &factor.Data{Z0: generator.NewLatents(n, d), Z1: generator.NewLatents(n, d)}
	z0 := make([]float32, d)
	for i := range trajectories {
		for j := range z0 {
			z0[j] = float32(r.NormFloat64())
		}
		for _, t := range ts {
			row := len(data.T)
			copy(data.Z0.Row(row), z0)
			copy(data.Z1.Row(row), z0)
			move(data.Z1.Row(row), t)
			data.T = append(data.T, t)
			data.Group = append(data.Group, i)
		}
	}
	return data
}

// The flow of a rotation is known, and so is that no direction does the same.
func TestFitCurveFindsARotation(t *testing.T) {
	data := circles(40, 3)
	for order, within := range map[int]float64{1: 2e-3, 2: 2e-3} {
		c, err := factor.FitCurve(data, &factor.CurveOptions{Order: order, Ridge: 1e-9})
		require.NoError(t, err)
		require.Equal(t, order, c.Order)
		require.Equal(t, factor.CurveReport{Pairs: 400, Trajectories: 40, Ridge: 1e-9}, c.Report)
		require.InDelta(t, 0.5, c.Reach, 1e-12)
		for _, delta := range []float64{-0.5, -0.03, 0.2, 0.5} {
			z := []float32{0.8, -0.6, 0.5}
			require.Equal(t, delta, c.Flow(z, z, delta))
			angle := math.Atan2(-0.6, 0.8) + delta
			require.InDelta(t, math.Cos(angle), z[0], within)
			require.InDelta(t, math.Sin(angle), z[1], within)
			require.InDelta(t, 0.5, z[2], within)
		}
	}
}

// The classical method is of fourth order: twenty steps of a rotation by a radian are
// right to far below what a code can hold.
func TestFlowIsExact(t *testing.T) {
	c := &factor.Curve{D: 2, Order: 1, Coefficients: []float64{0, 0, 0, 1, -1, 0}, Radius: 2, Reach: 1}
	require.NoError(t, c.Validate())
	z := []float32{1, 0}
	require.Equal(t, 1.0, c.Flow(z, z, 1))
	require.InDelta(t, math.Cos(1), z[0], 1e-6)
	require.InDelta(t, math.Sin(1), z[1], 1e-6)

	// z' = z² has the solution 1/(1/z_0 − t).
	c = &factor.Curve{D: 1, Order: 2, Coefficients: []float64{0, 0, 1}, Radius: 2, Reach: 1}
	require.NoError(t, c.Validate())
	z = []float32{0.5}
	c.Flow(z, z, 1)
	require.InDelta(t, 1, z[0], 1e-5)
}

func TestFlowLeadsBack(t *testing.T) {
	data := flowing(60, 3, func(z []float32, t float64) {
		z[0] += float32(t) * (1 + 0.2*z[1]*z[1])
		z[2] += float32(0.5*t) * z[1]
	})
	c, err := factor.FitCurve(data, nil)
	require.NoError(t, err)
	require.Equal(t, 2, c.Order, "ten features, 600 steps")
	r := rand.New(rand.NewPCG(1, 9))
	for range 20 {
		z := []float32{float32(r.NormFloat64()), float32(r.NormFloat64()), float32(r.NormFloat64())}
		dst := make([]float32, 3)
		delta := 0.3 * r.NormFloat64()
		reached := c.Flow(dst, z, delta)
		require.InDelta(t, -reached, c.Flow(dst, dst, -reached), 0.5/20)
		if reached == delta {
			require.InDeltaSlice(t, z, dst, 1e-4)
		}
	}
}

// A code stops before it leaves the ball, or a change larger than any seen.
func TestFlowStops(t *testing.T) {
	c := &factor.Curve{D: 2, Order: 0, Coefficients: []float64{1, 0}, Radius: 1, Reach: 0.5}
	require.NoError(t, c.Validate())
	flow := func(x float32, delta float64) (float64, float32) {
		z := []float32{x, 0}
		reached := c.Flow(z, z, delta)
		return reached, z[0]
	}
	for _, test := range []struct {
		x              float32
		delta, reached float64
		to             float32
	}{
		{0, 0.3, 0.3, 0.3},
		{0, 7, 0.5, 0.5},
		{0, math.Inf(-1), -0.5, -0.5},
		{0, math.NaN(), 0, 0},
		{0.9, 0.4, 0.1, 1},       // the bound
		{1.5, 0.4, 0, 1.5},       // outside: not further
		{1.5, -0.5, -0.5, 1},     // but back
		{-1.25, 0.25, 0.25, -1},  // from either side
		{-1.25, -0.25, 0, -1.25}, // to the bit
	} {
		reached, to := flow(test.x, test.delta)
		require.InDelta(t, test.reached, reached, 1e-9, test)
		require.InDelta(t, test.to, to, 1e-6, test)
	}
	require.Panics(t, func() { c.Flow(make([]float32, 2), make([]float32, 3), 0.1) })
}

// Outside the ball the velocity is that of its nearest point, so that nothing runs
// away as a polynomial does.
func TestFlowOutsideTheBall(t *testing.T) {
	c := &factor.Curve{D: 1, Order: 2, Coefficients: []float64{0, 0, -1}, Radius: 1, Reach: 1} // z' = −z²
	z := []float32{3}
	require.Equal(t, 1.0, c.Flow(z, z, 1))
	require.InDelta(t, 2, z[0], 1e-6)
}

// The order is the highest of which the pairs have enough, and of which not too many
// coefficients come.
func TestFitCurveOrder(t *testing.T) {
	constant := func(z []float32, t float64) { z[0] += float32(2 * t) }
	for _, test := range []struct{ trajectories, d, order int }{
		{40, 3, 2},  // 10 features, 400 steps
		{4, 3, 1},   // 40 steps
		{2, 4, 0},   // 5 features, 20 steps
		{40, 40, 1}, // 841 features
		{80, 150, 0},
	} {
		c, err := factor.FitCurve(flowing(test.trajectories, test.d, constant), nil)
		require.NoError(t, err)
		require.Equal(t, test.order, c.Order, test)
		require.NoError(t, c.Validate())
		z := make([]float32, test.d)
		require.Equal(t, 0.25, c.Flow(z, z, 0.25))
		require.InDelta(t, 0.5, z[0], 1e-3, "a constant field is one of any order")
	}
}

func TestFitCurveRefuses(t *testing.T) {
	good := circles(4, 3)
	fit := func(d *factor.Data, o *factor.CurveOptions) error {
		_, err := factor.FitCurve(d, o)
		return err
	}
	require.NoError(t, fit(good, nil))
	for _, o := range []factor.CurveOptions{{Order: 3}, {Order: -1}, {Ridge: -1}, {Ridge: math.NaN()}, {Ridge: math.Inf(1)}} {
		require.ErrorIs(t, fit(good, &o), factor.ErrOptions)
	}
	require.ErrorIs(t, fit(circles(4, 40), &factor.CurveOptions{Order: 2}), factor.ErrOptions)
	same := flowing(4, 3, func(z []float32, t float64) { z[0], z[1] = float32(t), float32(t) })
	for i := range same.Z0.N {
		copy(same.Z0.Row(i), make([]float32, 3))
		same.Z1.Row(i)[2] = 0
	}
	require.ErrorIs(t, fit(same, &factor.CurveOptions{Order: 1, Ridge: 1e-300}), factor.ErrOptions)
	require.NoError(t, fit(same, nil))
	require.ErrorIs(t, fit(nil, nil), factor.ErrData)
	require.ErrorIs(t, fit(circles(1, 3), nil), factor.ErrTooFewPairs)

	mixed := circles(4, 3)
	mixed.Group[0] = 3
	require.ErrorIs(t, fit(mixed, nil), factor.ErrData)
	require.ErrorContains(t, fit(mixed, nil), "start from different codes")
}

func TestCurveValidate(t *testing.T) {
	good := factor.Curve{D: 2, Order: 1, Coefficients: make([]float64, 6), Radius: 1, Reach: 1}
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(*factor.Curve){
		"no length":      func(c *factor.Curve) { c.D = 0 },
		"a huge length":  func(c *factor.Curve) { c.D, c.Order = 1<<33, 2 },
		"order":          func(c *factor.Curve) { c.Order = 3 },
		"coefficients":   func(c *factor.Curve) { c.Order = 2 },
		"none":           func(c *factor.Curve) { c.Coefficients = nil },
		"not a number":   func(c *factor.Curve) { c.Coefficients = []float64{0, 0, math.NaN(), 0, 0, 0} },
		"radius":         func(c *factor.Curve) { c.Radius = 0 },
		"infinite reach": func(c *factor.Curve) { c.Reach = math.Inf(1) },
	} {
		c := good
		change(&c)
		require.ErrorIs(t, c.Validate(), factor.ErrCurve, name)
	}
}
