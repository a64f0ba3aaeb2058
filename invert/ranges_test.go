package invert_test

import (
	"errors"
	"testing"

	"github.com/lcfv-go/lcfv/invert"
	"github.com/stretchr/testify/require"
)

func TestRangesAreThoseOfOneRun(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: direction}
	o := quick()
	o.Trajectories = 22
	want, err := invert.Run(t.Context(), g, tr, o)
	require.NoError(t, err)
	for _, workers := range []int{1, 2, 7} {
		o.Workers = workers
		parts := map[invert.Range]*invert.Dataset{}
		ranges := []invert.Range{{Low: 0, High: 8}, {Low: 16, High: 22}, {Low: 8, High: 12}}
		last := 0
		o.Progress = func(p invert.Progress) {
			require.Equal(t, 18*8, p.Total)
			last = p.Done
		}
		require.NoError(t, invert.RunRanges(t.Context(), g, tr, o, ranges, func(of invert.Range, part *invert.Dataset) error {
			require.Nil(t, parts[of])
			parts[of] = part
			return nil
		}))
		require.Equal(t, 18*8, last)
		require.Len(t, parts, 3)
		for of, part := range parts {
			require.Equal(t, of.High-of.Low, part.Settings.Trajectories)
			require.Equal(t, want.Z0.Slice(of.Low, of.High).Data, part.Z0.Data)
			require.Equal(t, want.Z.Slice(8*of.Low, 8*of.High).Data, part.Z.Data)
			require.Positive(t, part.ForwardEquivalents)
			for i, p := range part.Pairs {
				p.Trajectory += of.Low
				require.Equal(t, want.Pairs[8*of.Low+i], p)
			}
		}
	}
}

func TestRangesStopAtAnError(t *testing.T) {
	g := newToy(4)
	tr := along{g: g, b: direction}
	o := quick()
	o.Workers = 1
	full := errors.New("disk full")
	done := 0
	err := invert.RunRanges(t.Context(), g, tr, o, []invert.Range{{Low: 0, High: 4}, {Low: 4, High: 8}, {Low: 8, High: 12}},
		func(invert.Range, *invert.Dataset) error {
			if done++; done == 2 {
				return full
			}
			return nil
		})
	require.ErrorIs(t, err, full)
	require.Equal(t, 2, done)
	for _, r := range []invert.Range{{Low: -1, High: 4}, {Low: 3, High: 3}} {
		err = invert.RunRanges(t.Context(), g, tr, o, []invert.Range{r}, nil)
		require.ErrorIs(t, err, invert.ErrOptions)
	}
	require.NoError(t, invert.RunRanges(t.Context(), g, tr, o, nil, nil))
}

func TestResolveIsIdempotent(t *testing.T) {
	o := invert.Options{Drop: -1, MaxRelative: -3, Range: 0.5}
	once, err := o.Resolve(newToy(4).Info())
	require.NoError(t, err)
	twice, err := once.Resolve(newToy(4).Info())
	require.NoError(t, err)
	require.Equal(t, once, twice)
	require.Len(t, once.T, 16)
	require.Negative(t, once.Drop)
}
