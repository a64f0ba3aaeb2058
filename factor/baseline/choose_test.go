package baseline_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/generator"
)

// moved are pairs whose codes have moved by t/slope along the first axis, and by
// noise of the given size along others.
func moved(slope, noise float64) *factor.Data {
	const n, d, targets = 30, 4, 6
	r := rand.New(rand.NewPCG(1, 2))
	data := &factor.Data{Z0: generator.NewLatents(n*targets, d), Z1: generator.NewLatents(n*targets, d)}
	for i := range n {
		z := make([]float32, d)
		for j := range z {
			z[j] = float32(r.NormFloat64())
		}
		for k := range targets {
			t := 0.1 * (float64(k) - 2.5)
			row := i*targets + k
			copy(data.Z0.Row(row), z)
			copy(data.Z1.Row(row), z)
			data.Z1.Row(row)[0] += float32(t / slope)
			for j := 1; j < d; j++ {
				data.Z1.Row(row)[j] += float32(noise * r.NormFloat64())
			}
			data.T, data.Group = append(data.T, t), append(data.Group, i)
		}
	}
	return data
}

func TestChooseTakesTheBest(t *testing.T) {
	data := moved(0.2, 0.1)
	m, at, err := baseline.Choose(data, &baseline.Candidates{U: [][]float64{{0, 1, 0, 0}, {0.6, 0.8, 0, 0}, {-1, 0, 0, 0}, {0, 0, 0, 1}}}, nil)
	require.NoError(t, err)
	require.Equal(t, 2, at)
	require.InDelta(t, 1, m.U[0], 1e-9, "turned to where the factor increases")
	require.InDelta(t, 0.2, m.G.At(1)-m.G.At(0), 0.002)
	require.Less(t, m.Report.CrossRMSE, 0.001)
}

// Where nothing but the factor changes, a direction at an angle to the one that
// codes move along reads the factor as well as that one, but does not move it as
// far.
func TestChooseTakesTheOneThatMoves(t *testing.T) {
	data := moved(0.2, 0)
	tilted, along := []float64{0.8, 0.6, 0, 0}, []float64{1, 0, 0, 0}
	a, err := factor.FitAlong(data, tilted, nil)
	require.NoError(t, err)
	require.Less(t, a.Report.CrossRMSE, 1e-3)
	for _, both := range [][][]float64{{tilted, along}, {along, tilted}} {
		m, _, err := baseline.Choose(data, &baseline.Candidates{U: both}, nil)
		require.NoError(t, err)
		require.InDeltaSlice(t, along, m.U, 1e-9)
	}
}

// A slope that comes with a direction is kept, sign and all.
func TestChooseKeepsSlopes(t *testing.T) {
	data := moved(0.2, 0)
	free, err := factor.FitAlong(data, []float64{1, 0, 0, 0}, nil)
	require.NoError(t, err)
	for _, slope := range []float64{0.2, 0.4} {
		m, at, err := baseline.Choose(data, &baseline.Candidates{U: [][]float64{{1, 0, 0, 0}}, Slopes: []float64{slope}}, nil)
		require.NoError(t, err)
		require.Zero(t, at)
		require.InDelta(t, slope, m.G.At(3)-m.G.At(2), 1e-12)
		// Errors of t − 2t for twice the slope.
		require.InDelta(t, (slope/0.2-1)*0.1708, m.Report.CrossRMSE, 1e-3)
		require.True(t, m.Report.RMSECI[0] <= m.Report.RMSE && m.Report.RMSE <= m.Report.RMSECI[1]+1e-12)
		require.Equal(t, 180, m.Report.Pairs)
		require.Equal(t, 30, m.Report.Trajectories)
		require.InDelta(t, free.G.Inverse(free.High)*slope, m.High, 1e-9, "as far along the direction")
	}
	m, _, err := baseline.Choose(data, &baseline.Candidates{U: [][]float64{{-1, 0, 0, 0}}, Slopes: []float64{0.2}}, nil)
	require.NoError(t, err)
	require.InDelta(t, -1, m.U[0], 1e-12)
	require.InDelta(t, -0.2*free.G.Inverse(free.High), m.Low, 1e-9)
	require.InDelta(t, 2*0.1708, m.Report.CrossRMSE, 1e-3, "the wrong way")
}

func TestChooseMistakes(t *testing.T) {
	data := moved(0.2, 0)
	_, _, err := baseline.Choose(data, nil, nil)
	require.ErrorIs(t, err, baseline.ErrOptions)
	_, _, err = baseline.Choose(data, &baseline.Candidates{U: [][]float64{{1, 0, 0, 0}}, Slopes: []float64{1, 2}}, nil)
	require.ErrorIs(t, err, baseline.ErrOptions)
	_, _, err = baseline.Choose(data, &baseline.Candidates{U: [][]float64{{0, 1, 0, 0}, {0, 0, 1, 0}}}, nil)
	require.ErrorIs(t, err, factor.ErrNoMotion)
	_, _, err = baseline.Choose(data, &baseline.Candidates{}, nil)
	require.ErrorIs(t, err, factor.ErrNoMotion)
	_, _, err = baseline.Choose(data, &baseline.Candidates{U: [][]float64{{1, 0}, {0, 1}}}, nil)
	require.ErrorIs(t, err, factor.ErrModel)
}

// The slope of a whole direction is not that of a part of it.
func TestChooseRefusesSlopesInLevels(t *testing.T) {
	o := &factor.Options{Levels: []generator.Level{{Name: "first", High: 2}}}
	data := moved(0.1, 0)
	c := &baseline.Candidates{U: [][]float64{{1, 0, 0, 0}}}
	m, _, err := baseline.Choose(data, c, o)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 0, 0, 0}, m.U)
	c.Slopes = []float64{0.1}
	_, _, err = baseline.Choose(data, c, o)
	require.ErrorIs(t, err, baseline.ErrOptions)
	require.ErrorContains(t, err, "Levels")
}
