package invert

import (
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/stretchr/testify/require"
)

// made returns a dataset of n trajectories whose errors are at t = ±1 the index
// of the trajectory and at ±2 ten times that, less for the later.
func made(n int) *Dataset {
	d := &Dataset{T: []float64{-2, -1, 1, 2}, Z0: generator.NewLatents(n, 1), Z: generator.NewLatents(4*n, 1)}
	for i := range n {
		d.Z0.Data[i] = float32(i)
		for _, t := range d.T {
			e := float64(i)
			if t == 2 || t == -2 {
				e = 10 * float64(n-1-i)
			}
			d.Z.Data[len(d.Pairs)] = float32(i) + float32(t)
			d.Pairs = append(d.Pairs, Pair{Trajectory: i, T: t, Error: e, Still: 40})
		}
	}
	return d
}

func TestDropIsPerTarget(t *testing.T) {
	d := made(10)
	d.drop(-1, 0.2)
	require.Equal(t, 8, d.Count(Worst))
	for _, p := range d.Pairs {
		inner := p.T == 1 || p.T == -1
		require.Equal(t, (inner && p.Trajectory >= 8) || (!inner && p.Trajectory < 2), p.Status == Worst, "%+v", p)
	}
	z0, z1, ts, trajectory := d.Kept()
	require.Len(t, ts, 32)
	require.Equal(t, 32, z0.N)
	for i := range ts {
		require.Equal(t, float32(trajectory[i]), z0.Data[i])
		require.Equal(t, float32(trajectory[i])+float32(ts[i]), z1.Data[i])
	}
}

func TestDropLeavesOtherStatusesAlone(t *testing.T) {
	d := made(10)
	d.Pairs[4*9+2].Status = NotFinite // t = 1, trajectory 9: would have been the worst
	d.drop(-1, 0.1)
	require.Equal(t, NotFinite, d.Pairs[4*9+2].Status)
	require.Equal(t, Worst, d.Pairs[4*8+2].Status)
	d = made(10)
	d.drop(-1, 0)
	require.Equal(t, 40, d.Count(Kept))
}

func TestSummarize(t *testing.T) {
	d := made(11)
	d.Pairs[2].Status = Undefined // t = 1, trajectory 0
	d.drop(-1, 0.1)
	s := d.Summarize()
	require.Len(t, s, 2)
	require.Equal(t, 1.0, s[0].T)
	require.Equal(t, 21, s[0].N)
	require.Equal(t, 19, s[0].Kept)
	require.Equal(t, 2.0, s[1].T)
	require.Equal(t, 22, s[1].N)
	require.InDelta(t, 50, s[1].MedianError, 1e-12)
	require.InDelta(t, 1.25, s[1].MedianRelative, 1e-12)
	require.Greater(t, s[1].P90Error, s[1].MedianError)
	require.Positive(t, d.MedianError())
	require.Equal(t, 1.0, Pair{}.Relative())
	require.Equal(t, "worst of its t", Worst.String())
}

func TestDropUnreached(t *testing.T) {
	d := made(10) // Still is 40: at |t| = 1 relative errors reach 0.225, at 2 they reach 2.25
	d.drop(0.1, 0)
	for _, p := range d.Pairs {
		inner := p.T == 1 || p.T == -1
		// Limits are 0.2 at 1 and 0.1 at 2.
		require.Equal(t, (inner && p.Trajectory > 8) || (!inner && p.Trajectory < 5), p.Status == Unreached,
			"%+v: the better half must stay", p)
	}
	d = made(10)
	d.drop(0.1, 0.2) // of the 9 and 5 that remain, 2 and 1
	require.Equal(t, 2*2+2*1, d.Count(Worst))
}
