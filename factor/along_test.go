package factor_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/factor"
)

func TestFitAlongCalibratesAnyDirection(t *testing.T) {
	w := newWorld(6, math.Sinh, math.Asinh)
	data := w.pairs(60, steps(0.5, 8), 0, 0)
	for name, scale := range map[string]float64{"as it is": 1, "long": 40, "turned round": -2} {
		t.Run(name, func(t *testing.T) {
			u := make([]float64, len(w.u))
			for i, v := range w.u {
				u[i] = scale * v
			}
			given := append([]float64(nil), u...)
			m, err := factor.FitAlong(data, u, nil)
			require.NoError(t, err)
			require.Equal(t, given, u, "the caller's direction is not touched")
			require.Less(t, angle(m.U, w.u), 1e-12, "the factor increases along it, whatever its sign and length")
			require.InDelta(t, 0, m.G.At(0), 1e-12)
			for p := -1.5; p <= 1.5; p += 0.25 {
				require.InDelta(t, math.Sinh(p), m.G.At(p), 0.03)
			}
			require.Less(t, m.Report.CrossRMSE, 0.03, "of t up to 0.5")
			require.Zero(t, m.Report.Ridge)
		})
	}
}

// A direction at an angle to the factor's sees only a part of the motion when
// codes move along the factor's: the calibration makes up for it. What wanders
// across it is its error, which is why the factor's own direction predicts better.
func TestFitAlongTheWrongDirectionIsWorse(t *testing.T) {
	g, inverse := linear(0.15)
	w := newWorld(6, g, inverse)
	data := w.pairs(40, steps(0.25, 8), 0.3, 0)
	right, err := factor.FitAlong(data, w.u, nil)
	require.NoError(t, err)
	require.Less(t, right.Report.CrossRMSE, 1e-6)
	tilted := append([]float64(nil), w.u...)
	tilted[0] += 0.5
	wrong, err := factor.FitAlong(data, tilted, nil)
	require.NoError(t, err)
	require.Greater(t, wrong.Report.CrossRMSE, 0.01)
}

func TestFitAlongAgreesWithFit(t *testing.T) {
	w := newWorld(5, math.Sinh, math.Asinh)
	data := w.pairs(30, steps(0.3, 4), 0.1, 0.01)
	m, err := factor.Fit(data, nil)
	require.NoError(t, err)
	o := &factor.Options{Cells: []int{m.Report.Cells}, Smoothness: []float64{m.Report.Smoothness}}
	along, err := factor.FitAlong(data, m.U, o)
	require.NoError(t, err)
	require.InDeltaSlice(t, m.G.Knots, along.G.Knots, 1e-9)
	require.InDeltaSlice(t, m.G.Values, along.G.Values, 1e-9)
}

func TestFitAlongRefuses(t *testing.T) {
	g, inverse := linear(0.5)
	data := newWorld(4, g, inverse).pairs(10, steps(0.4, 2), 0, 0)
	for name, c := range map[string]struct {
		u    []float64
		want error
	}{
		"no direction": {nil, factor.ErrModel},
		"short":        {[]float64{1, 2, 3}, factor.ErrModel},
		"zero":         {make([]float64, 4), factor.ErrModel},
		"NaN":          {[]float64{1, math.NaN(), 0, 0}, factor.ErrModel},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := factor.FitAlong(data, c.u, nil)
			require.Nil(t, m)
			require.ErrorIs(t, err, c.want)
		})
	}
	for i := range data.Z0.N { // nothing moves along the last number
		data.Z1.Row(i)[3] = data.Z0.Row(i)[3]
	}
	_, err := factor.FitAlong(data, []float64{0, 0, 0, 1}, nil)
	require.ErrorIs(t, err, factor.ErrNoMotion)
	_, err = factor.FitAlong(nil, []float64{1}, nil)
	require.ErrorIs(t, err, factor.ErrData)
}
