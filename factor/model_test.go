package factor_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/stretchr/testify/require"
)

func bent() factor.Calibration {
	return factor.Calibration{Knots: []float64{-2, 0, 1, 3}, Values: []float64{-1, 0, 2, 2.5}}
}

func TestCalibration(t *testing.T) {
	g := bent()
	require.NoError(t, g.Validate())
	for _, c := range []struct{ p, value, slope float64 }{
		{-4, -2, 0.5}, {-2, -1, 0.5}, {-1, -0.5, 0.5}, {0, 0, 2}, {0.5, 1, 2}, {1, 2, 0.25}, {3, 2.5, 0.25}, {5, 3, 0.25},
	} {
		require.InDelta(t, c.value, g.At(c.p), 1e-15)
		require.InDelta(t, c.p, g.Inverse(c.value), 1e-15)
		require.InDelta(t, c.slope, g.Slope(c.p), 1e-15)
	}
}

func TestCalibrationValidate(t *testing.T) {
	for name, g := range map[string]factor.Calibration{
		"empty":     {},
		"one knot":  {Knots: []float64{0}, Values: []float64{0}},
		"lengths":   {Knots: []float64{0, 1}, Values: []float64{0, 1, 2}},
		"flat":      {Knots: []float64{0, 1, 2}, Values: []float64{0, 1, 1}},
		"falling":   {Knots: []float64{0, 1}, Values: []float64{1, 0}},
		"unordered": {Knots: []float64{1, 0}, Values: []float64{0, 1}},
		"NaN":       {Knots: []float64{0, 1}, Values: []float64{0, math.NaN()}},
		"infinite":  {Knots: []float64{0, math.Inf(1)}, Values: []float64{0, 1}},
		"vertical":  {Knots: []float64{0, 5e-324}, Values: []float64{0, 1}},
		"level":     {Knots: []float64{0, 1e10}, Values: []float64{0, 5e-324}},
	} {
		require.ErrorIs(t, g.Validate(), factor.ErrCalibration, name)
	}
}

func TestSteerAndSet(t *testing.T) {
	m := &factor.Model{U: []float64{0.6, 0, 0.8}, G: bent(), Low: -1, High: 2.5}
	require.NoError(t, m.Validate())
	r := rand.New(rand.NewPCG(1, 1))
	z, moved := make([]float32, 3), make([]float32, 3)
	for range 100 {
		for i := range z {
			z[i] = float32(r.NormFloat64())
		}
		delta := r.NormFloat64()
		m.Steer(moved, z, delta)
		require.InDelta(t, m.Position(z)+delta, m.Position(moved), 1e-4)
		require.Equal(t, z[1], moved[1], "nothing moves across U")
		require.InDelta(t, 0.8*float64(z[0])-0.6*float64(z[2]), 0.8*float64(moved[0])-0.6*float64(moved[2]), 1e-4)
		m.Set(moved, z, delta)
		require.InDelta(t, delta, m.Position(moved), 1e-4)
	}
	m.Steer(z, z, 0.25)
	m.Steer(moved, z, 0)
	require.InDeltaSlice(t, z, moved, 1e-6)
	require.Zero(t, testing.AllocsPerRun(10, func() { m.Steer(z, z, 0.1) }))
	require.Panics(t, func() { m.Project(make([]float32, 2)) })
	require.Panics(t, func() { m.Steer(make([]float32, 2), z, 1) })
}

func TestModelValidate(t *testing.T) {
	good := factor.Model{U: []float64{1}, G: bent(), Low: 0, High: 1}
	require.NoError(t, good.Validate())
	long := good
	long.U = []float64{1, 1}
	require.ErrorIs(t, long.Validate(), factor.ErrModel)
	long.U = []float64{math.NaN()}
	require.ErrorIs(t, long.Validate(), factor.ErrModel)
	empty := good
	empty.Low = 1
	require.ErrorIs(t, empty.Validate(), factor.ErrModel)
	bend := good
	bend.G = factor.Calibration{}
	require.ErrorIs(t, bend.Validate(), factor.ErrCalibration)
}
